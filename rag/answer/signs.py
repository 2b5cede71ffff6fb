"""Signs in a retrieval that the question is or is not answered: numbers for the abstention, and what is lacking.

Each sign is one float; `SIGNS` says which way it must point. Names, numbers and dates are judged by identity, other
words by how rare they are; what a sentence offers is judged beside what the question wants.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rag.answer.alignment import values_of
from rag.answer.asked import Asked, Wanted, head_words, offers, read_question
from rag.answer.context import Context, terms_of, without_possessive
from rag.answer.nearness import Nearness
from rag.retrieve.times import met_by, without_span
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms, fold
from rag.text.values import Date, Name, Number, name_key
from rag.types import Hit, Retrieval

NEAR = 5
"""Hits whose sentences are read."""
MOST_SENTENCES = 60
LARGEST_GAP = 0.6
LARGE_GAP = 0.2
"""From here on a sentence that offers what is wanted is too far from the question to be about it."""
STANDS_OUT = 0.2
"""How far the best hit must lie above the mean of all, to the question, that its nearness says much: about what many
paragraphs are near, they all are, whether they answer or not."""
READ_FOR_WORDS = 3
"""Paragraphs and sentences among which a word of the question is looked for."""
MOST_STRANGE = 3.0
STRANGE = 0.5
"""From here on a word is named as what is lacking."""
_SMALL_COUNT = 12
_ADJACENT = 1
"""Characters between a name and the word it belongs to ("Armenia's bid")."""
_BY_STEM = Nearness()

SIGNS: Mapping[str, int] = {
    "sentence": 1,
    "paragraph": 1,
    "lexical": 1,
    "coverage_sentence": 1,
    "stands_out": 1,
    "agreement": 1,
    "strangest": -1,
    "strange": -1,
    "name_nowhere": -1,
    "name_unheld": -1,
    "swapped": -1,
    "head_strange": -1,
    "value_nowhere": -1,
    "value_not_near": -1,
    "kind_absent": -1,
    "kind_gap": -1,
    "held_gap": -1,
    "leaning": 0,
    "few": 0,
    "sentence_of_few": -1,
    "strangest_of_few": -1,
    "strange_of_few": -1,
    "read": 1,
    "read_sentence": 1,
    "read_among": 1,
    "read_leaning": 0,
    "read_of_few": 0,
}
"""The signs and their direction: 1 speaks for an answer, -1 against one, 0 for neither by itself."""
READ = frozenset({"read", "read_sentence", "read_among", "read_leaning", "read_of_few"})
"""Those that only a reader gives."""

Lacking = Literal["name", "value", "kind", "unsure", "far", "word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The signs of one retrieval, and what it lacks, gravest first, as (what, which)."""

    values: Mapping[str, float]
    lacks: tuple[tuple[Lacking, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence near the question: how well it matches, and whether it holds and offers what it must."""

    match: float
    cosine: float
    coverage: float
    place: int
    text: str
    offers: bool
    holds: bool


@dataclass(slots=True, kw_only=True)
class Reading:
    """A question laid beside the hits."""

    retrieval: Retrieval
    asked: Asked
    weights: Mapping[str, float]
    contexts: Sequence[Context]
    values: Sequence[Date | Number]
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def best(self) -> Sentence:
        return max(self.sentences, key=lambda sentence: sentence.match)


def asked_text(retrieval: Retrieval) -> str:
    """The question itself, without the turn before that may only have been put before it."""
    standalone, typed = retrieval.standalone_question, retrieval.question
    return retrieval.asked or (typed if standalone.endswith(typed) else standalone)


def read(retrieval: Retrieval) -> Reading:
    """Reads the question and the sentences of the best hits."""
    text = asked_text(retrieval)
    asked = read_question(text)
    count = max(retrieval.paragraphs, 1)
    # The time that is asked for need not stand in what was published then.
    met = {
        term.text
        for hit in retrieval.hits[:READ_FOR_WORDS]
        for date in met_by(text, hit.document)
        for term in content_terms(date.surface)
    }
    weights = {
        term.term: math.log((count + 1) / (term.paragraphs + 0.5))
        for term in retrieval.terms
        if term.term in asked.weighty - met
    }
    contexts = [Context(hit=hit) for hit in retrieval.hits]
    reading = Reading(retrieval=retrieval, asked=asked, weights=weights, contexts=contexts, values=_checkable(text))
    reading.sentences.extend(_sentences(reading))
    return reading


def signs_of(retrieval: Retrieval, nearness: Nearness = _BY_STEM) -> Signs:
    """Returns the signs of a retrieval that found something; `nearness` compares words by meaning."""
    reading = read(retrieval)
    lacking = _lacking(reading, nearness)
    head = head_words(asked_text(retrieval))
    best, few = reading.best, _fewness(retrieval.paragraphs)
    total = sum(reading.weights.values())
    dense = sorted((hit.signals.dense for hit in retrieval.hits), reverse=True)
    sentence = max(hit.signals.sentence for hit in retrieval.hits)
    distances = [distance for _, distance in lacking.strange]
    strangest, strange = max(distances, default=0.0), min(MOST_STRANGE, sum(distances))
    values = {
        "sentence": sentence,
        "paragraph": dense[0],
        "lexical": max(hit.signals.lexical for hit in retrieval.hits) / (1 + total),
        "coverage_sentence": best.coverage,
        "stands_out": max(0.0, dense[0] - sum(dense) / len(dense) - STANDS_OUT) * (sentence - 0.5),
        "agreement": _agreement(retrieval.hits),
        "strangest": strangest,
        "strange": strange,
        "name_nowhere": float(bool(lacking.names_nowhere)),
        "name_unheld": float(bool(lacking.names_unheld)),
        "swapped": float(bool(lacking.swapped)),
        "head_strange": max((distance for word, distance in lacking.strange if word in head), default=0.0),
        "value_nowhere": float(bool(lacking.values_nowhere)),
        "value_not_near": float(bool(lacking.values_far)),
        "kind_absent": float(bool(lacking.kinds)),
        "kind_gap": _gap(reading, lambda sentence: sentence.offers),
        "held_gap": _gap(reading, lambda sentence: sentence.holds),
        "leaning": float(_leans(retrieval)),
        "few": few,
        "sentence_of_few": few * (sentence - 0.5),
        "strangest_of_few": few * strangest,
        "strange_of_few": few * strange,
    } | _read(retrieval, few)
    unsure = reading.asked.kinds if values["kind_gap"] > LARGE_GAP and not lacking.kinds else ()
    return Signs(values=values, lacks=tuple(_lacks(lacking, unsure)))


def _read(retrieval: Retrieval, few: float) -> dict[str, float]:
    """What the reader says: of the best hit, of the best sentence, and how far the best hit stands above the others."""
    scores = [hit.read for hit in retrieval.hits if hit.read]
    if not scores:
        return {}
    answers = sorted((score.answer for score in scores), reverse=True)
    return {
        "read": answers[0],
        "read_sentence": max((value for score in scores for value in score.sentences), default=answers[0]),
        "read_among": answers[0] - sum(answers) / len(answers),
        "read_leaning": _leans(retrieval) * answers[0],
        "read_of_few": few * answers[0],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What the question names or wants and the hits do not give.

    `names_far` stand in none of the first hits, `values_far` in another hit than that of the best sentence.
    """

    names_nowhere: Sequence[Name]
    names_unheld: Sequence[Name]
    names_far: Sequence[Name]
    swapped: Sequence[str]
    values_nowhere: Sequence[Date | Number]
    values_elsewhere: Sequence[Date | Number]
    """Of those that stand in no hit the ones whose words stand in other paragraphs."""
    values_far: Sequence[Date | Number]
    kinds: Sequence[Wanted]
    strange: Sequence[tuple[str, float]]


def _lacking(reading: Reading, nearness: Nearness) -> Missing:
    asked, contexts = reading.asked, reading.contexts
    home = contexts[reading.best.place]
    frequency = {term.term: term.paragraphs for term in reading.retrieval.terms}
    names = [name for name in asked.names if _is_nowhere(name, contexts, frequency)]
    values = [value for value in reading.values if not any(context.holds_value(value) for context in contexts)]
    return Missing(
        names_nowhere=names,
        names_unheld=[
            name for name in asked.names if name not in names and not any(c.holds_name(name) for c in contexts)
        ],
        swapped=_swapped(reading),
        names_far=[
            name
            for name in asked.names
            if name not in names and not any(context.holds_name(name) for context in contexts[:READ_FOR_WORDS])
        ],
        values_nowhere=values,
        values_elsewhere=[value for value in values if _stands_elsewhere(value, frequency)],
        values_far=[value for value in reading.values if value not in values and not home.holds_value(value)],
        kinds=[kind for kind in asked.kinds if not _offered(kind, reading)],
        strange=_strange(reading, nearness),
    )


def _lacks(lacking: Missing, unsure: Sequence[Wanted]) -> Iterator[tuple[Lacking, str]]:
    """What a person is told, gravest first; kinds are `unsure` where only sentences offer them that match badly."""
    for name in lacking.names_nowhere:
        yield "name", name.surface
    for value in lacking.values_nowhere:
        yield "far" if value in lacking.values_elsewhere else "value", value.surface
    for kind in lacking.kinds:
        yield "kind", kind
    for kind in unsure:
        yield "unsure", kind
    for phrase in lacking.swapped:
        yield "word", phrase
    for name in (*lacking.names_unheld, *lacking.names_far):
        yield "far", name.surface
    word, distance = max(lacking.strange, key=lambda item: item[1], default=("", 0.0))
    if distance > STRANGE:
        yield "word", word


def _swapped(reading: Reading) -> list[str]:
    """Phrases of the question ("Georgian prisoners") whose noun the hits only give to others ("Armenian prisoners")."""
    text = asked_text(reading.retrieval)
    found = []
    for name in reading.asked.names:
        rest, possessive = without_possessive(text[name.end : name.end + 40])
        follower = next(iter(content_terms(rest)), None)
        key, said = name_key(name.surface), fold(name.surface)
        # "Fed" is short for what it means; "Georgian" is said of what Georgia has.
        owns = possessive or (key != said and not key.startswith(said))
        if follower is None or follower.start > _ADJACENT or name.acronym or not owns:
            continue
        owners = [owner for context in reading.contexts[:NEAR] for owner in context.owners(follower.text)]
        if owners and not any(set(name.parts) & owner for owner in owners):
            found.append(f"{name.surface}{chr(0x2019) + 's' if possessive else ''} {follower.surface}")
    return found


def _leans(retrieval: Retrieval) -> bool:
    """Whether the question was searched together with the turn before it."""
    return retrieval.standalone_question != asked_text(retrieval)


def _strange(reading: Reading, nearness: Nearness) -> list[tuple[str, float]]:
    """The question's weighty words that are no names, and how far each is from everything said near it."""
    named = {term.text for name in reading.asked.names for term in content_terms(name.surface)}
    held = frozenset[str]().union(*(context.terms for context in reading.contexts[:READ_FOR_WORDS]))
    surfaces = {term.term: term.surface for term in reading.retrieval.terms}
    words = [surfaces[term] for term in reading.weights if term not in named and term not in held and term.isalpha()]
    best = sorted(reading.sentences, key=lambda sentence: -sentence.match)[:READ_FOR_WORDS]
    others = {term.surface for sentence in best for term in content_terms(sentence.text) if term.text.isalpha()}
    return [(word, 1 - near) for word, near in zip(words, nearness(words, others), strict=True)]


def _fewness(paragraphs: int) -> float:
    """1 for a corpus of a page or two, 0 from a thousand paragraphs on.

    A few documents about one subject all lie near any question about it: similarity says less there.
    """
    return min(1.0, max(0.0, 1 - math.log(max(paragraphs, 1) / 20) / math.log(50)))


def _sentences(reading: Reading) -> Iterator[Sentence]:
    for place, context in enumerate(reading.contexts[:NEAR]):
        hit = context.hit
        text = hit.paragraph.text
        holds = all(context.holds_name(name) for name in reading.asked.names) and all(
            context.holds_value(value) for value in reading.values
        )
        spans = [(s.start, s.end, s.score) for s in hit.sentences] or [
            (span.start, span.end, hit.signals.sentence) for span in split_sentences(text)
        ]
        for start, end, cosine in sorted(spans, key=lambda span: -span[2])[: MOST_SENTENCES // NEAR]:
            sentence = text[start:end]
            coverage = _coverage(terms_of(sentence), reading.weights)
            yield Sentence(
                match=cosine + 0.5 * coverage,
                cosine=cosine,
                coverage=coverage,
                place=place,
                text=sentence,
                offers=all(offers(kind, sentence, reading.asked) for kind in reading.asked.kinds),
                holds=holds,
            )


def _coverage(terms: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's weighty words among the terms; all of it when the question has none."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 1.0


def _offered(kind: Wanted, reading: Reading) -> bool:
    return any(offers(kind, sentence.text, reading.asked) for sentence in reading.sentences)


def _gap(reading: Reading, test: Callable[[Sentence], bool]) -> float:
    passing = [sentence.match for sentence in reading.sentences if test(sentence)]
    return min(LARGEST_GAP, reading.best.match - max(passing)) if passing else LARGEST_GAP


def _is_nowhere(name: Name, contexts: Sequence[Context], frequency: Mapping[str, int]) -> bool:
    """Whether a part of the name stands neither in a hit nor, as far as search knows, in any other paragraph."""
    missing = [part for part in name.parts if not any(part in context.keys for context in contexts)]
    if not missing or any(context.holds_name(name) for context in contexts):
        return False
    return any(frequency.get(term.text, 0) == 0 for term in content_terms(name.surface))


def _stands_elsewhere(value: Date | Number, frequency: Mapping[str, int]) -> bool:
    words = content_terms(value.surface)
    return bool(words) and all(frequency.get(term.text, 0) for term in words)


def _checkable(text: str) -> list[Date | Number]:
    """Dates and numbers of a question that an answer must agree with; small counts in words may be the asker's own."""
    values = values_of(without_span(text))
    numbers = [
        number
        for number in values.numbers
        if not number.weak and (number.surface[0].isdigit() or number.value > _SMALL_COUNT)
    ]
    return [*values.dates, *numbers]


def _agreement(hits: Sequence[Hit]) -> float:
    """The share of pairs of rankings (by meaning, by words, by sentence) that put the same hit first."""
    firsts = [
        max(range(len(hits)), key=lambda at: getattr(hits[at].signals, signal))
        for signal in ("dense", "lexical", "sentence")
    ]
    return sum(firsts[a] == firsts[b] for a, b in ((0, 1), (0, 2), (1, 2))) / 3
