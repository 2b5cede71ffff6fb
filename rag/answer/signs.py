"""Signs in a retrieval that the question is or is not answered: numbers for the abstention, and what is lacking.

Each sign is one float; `SIGNS` says which way it must point. Names, numbers and dates are judged by identity, other
words by how rare they are; what a sentence offers is judged beside what the question wants.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from rag.answer.alignment import values_of
from rag.answer.asked import Asked, Wanted, offers, read_question
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms, fold
from rag.text.values import Name, expands, name_key
from rag.types import Hit, Retrieval

NEAR = 5
"""Hits whose sentences are read."""
MOST_SENTENCES = 60
LARGEST_GAP = 0.6
_SMALL_COUNT = 12

SIGNS: Mapping[str, int] = {
    "sentence": 1,
    "paragraph": 1,
    "lexical": 1,
    "coverage": 1,
    "coverage_sentence": 1,
    "unseen": -1,
    "margin": 1,
    "agreement": 1,
    "name_nowhere": -1,
    "name_not_near": -1,
    "value_nowhere": -1,
    "value_not_near": -1,
    "kind_absent": -1,
    "kind_gap": -1,
    "held_gap": -1,
    "all_gap": -1,
    "leaning": 0,
    "few": 0,
    "sentence_of_few": -1,
    "coverage_of_few": -1,
}
"""The signs and their direction: 1 speaks for an answer, -1 against one, 0 for neither by itself."""

Lacking = Literal["name", "value", "kind", "far", "word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The signs of one retrieval, and what it lacks, gravest first, as (what, which)."""

    values: Mapping[str, float]
    lacks: tuple[tuple[Lacking, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a paragraph states, together with what is known of its document."""

    hit: Hit

    @cached_property
    def about(self) -> str:
        document = self.hit.document
        return ". ".join(part for part in (document.title, document.issuer, document.publisher) if part)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        return (*values_of(self.hit.paragraph.text).names, *values_of(self.about).names)

    @cached_property
    def keys(self) -> frozenset[str]:
        words = _keys(self.hit.paragraph.text) | _keys(self.about)
        return words | {part for name in self.names for part in name.parts}

    @cached_property
    def terms(self) -> frozenset[str]:
        return _terms(self.hit.paragraph.text) | _terms(self.about)

    def holds_name(self, name: Name) -> bool:
        """Whether the name stands here as one name, or as what its acronym stands for."""
        if any(set(name.parts) <= set(own.parts) for own in self.names) or (
            len(name.parts) == 1 and name.parts[0] in self.keys
        ):
            return True
        if fold(name.surface) in fold(self.hit.paragraph.text):
            return True
        return any(
            (name.acronym and expands(name.surface, own.surface))
            or (own.acronym and expands(own.surface, name.surface))
            for own in self.names
        )

    def holds_value(self, value: object) -> bool:
        """Whether a number or date of the question agrees with one here (or with the document's date)."""
        from rag.text.values import Date, Number, find_dates

        stated = values_of(self.hit.paragraph.text)
        if isinstance(value, Date):
            dates = (*stated.dates, *values_of(self.about).dates, *find_dates(self.hit.document.date or ""))
            return any(value.agrees(date) for date in dates)
        assert isinstance(value, Number)
        return any(value.value == number.value for number in (*stated.numbers, *values_of(self.about).numbers))


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
    values: Sequence[object]
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def best(self) -> Sentence:
        return max(self.sentences, key=lambda sentence: sentence.match)


def asked_text(retrieval: Retrieval) -> str:
    """The question itself: as a model rewrote it, or as it was typed when the turn before was only put before it."""
    standalone, typed = retrieval.standalone_question, retrieval.question
    return typed if standalone.endswith(typed) else standalone


def read(retrieval: Retrieval) -> Reading:
    """Reads the question and the sentences of the best hits."""
    text = asked_text(retrieval)
    asked = read_question(text)
    count = max(retrieval.paragraphs, 1)
    weights = {
        term.term: math.log((count + 1) / (term.paragraphs + 0.5))
        for term in retrieval.terms
        if term.term in asked.weighty
    }
    contexts = [Context(hit=hit) for hit in retrieval.hits]
    reading = Reading(retrieval=retrieval, asked=asked, weights=weights, contexts=contexts, values=_checkable(text))
    reading.sentences.extend(_sentences(reading))
    return reading


def signs_of(retrieval: Retrieval) -> Signs:
    """Returns the signs of a retrieval that found something."""
    reading = read(retrieval)
    hits, near, asked, best = retrieval.hits, reading.contexts[:NEAR], reading.asked, reading.best
    home = reading.contexts[best.place]
    frequency = {term.term: term.paragraphs for term in retrieval.terms}
    nowhere = [name for name in asked.names if _is_nowhere(name, reading.contexts, frequency)]
    far = [name for name in asked.names if name not in nowhere and not home.holds_name(name)]
    values_nowhere = [value for value in reading.values if not any(c.holds_value(value) for c in reading.contexts)]
    values_far = [value for value in reading.values if value not in values_nowhere and not home.holds_value(value)]
    absent = [kind for kind in asked.kinds if not _offered(kind, reading)]
    total = sum(reading.weights.values()) or 1.0
    named = {term.text for name in asked.names for term in content_terms(name.surface)}
    unseen = {term: weight for term, weight in reading.weights.items() if not frequency[term] and term not in named}
    lexical = max(hit.signals.lexical for hit in hits)
    dense = sorted((hit.signals.dense for hit in hits), reverse=True)
    values = {
        "sentence": max(hit.signals.sentence for hit in hits),
        "paragraph": dense[0],
        "lexical": lexical / (1 + total),
        "coverage": max(_coverage(context.terms, reading.weights) for context in near),
        "coverage_sentence": best.coverage,
        "unseen": sum(unseen.values()) / total,
        "margin": dense[0] - sum(dense) / len(dense),
        "agreement": _agreement(hits),
        "name_nowhere": float(bool(nowhere)),
        "name_not_near": float(bool(far)),
        "value_nowhere": float(bool(values_nowhere)),
        "value_not_near": float(bool(values_far)),
        "kind_absent": float(bool(absent)),
        "kind_gap": _gap(reading, lambda sentence: sentence.offers),
        "held_gap": _gap(reading, lambda sentence: sentence.holds),
        "all_gap": _gap(reading, lambda sentence: sentence.offers and sentence.holds),
        "leaning": float(
            retrieval.standalone_question != retrieval.question and asked_text(retrieval) == retrieval.question
        ),
    }
    rarest = max(unseen, key=lambda term: unseen[term], default="")
    surfaces = {term.term: term.surface for term in retrieval.terms}
    lacks: list[tuple[Lacking, str]] = [("name", name.surface) for name in nowhere]
    lacks += [("value", value.surface) for value in values_nowhere]  # type: ignore[attr-defined]
    lacks += [("kind", kind) for kind in absent]
    lacks += [("far", name.surface) for name in far]
    lacks += [("word", surfaces[rarest])] if rarest else []
    few = _fewness(retrieval.paragraphs)
    values |= {
        "few": few,
        "sentence_of_few": few * (values["sentence"] - 0.5),
        "coverage_of_few": few * (best.coverage - 0.5),
    }
    return Signs(values=values, lacks=tuple(lacks))


def _fewness(paragraphs: int) -> float:
    """1 for a corpus of a page or two, 0 from a thousand paragraphs on.

    A few documents about one subject all lie near any question about it: similarity says less there.
    """
    return min(1.0, max(0.0, 1 - math.log(max(paragraphs, 1) / 20) / math.log(50)))


def _sentences(reading: Reading) -> Iterable[Sentence]:
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
            coverage = _coverage(_terms(sentence), reading.weights)
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


def _gap(reading: Reading, test: object) -> float:
    passing = [sentence.match for sentence in reading.sentences if test(sentence)]  # type: ignore[operator]
    return min(LARGEST_GAP, reading.best.match - max(passing)) if passing else LARGEST_GAP


def _is_nowhere(name: Name, contexts: Sequence[Context], frequency: Mapping[str, int]) -> bool:
    """Whether a part of the name stands neither in a hit nor, as far as search knows, in any other paragraph."""
    missing = [part for part in name.parts if not any(part in context.keys for context in contexts)]
    if not missing or any(context.holds_name(name) for context in contexts):
        return False
    return any(frequency.get(term.text, 0) == 0 for term in content_terms(name.surface))


def _checkable(text: str) -> list[object]:
    """Dates and numbers of a question that an answer must agree with; small counts in words may be the asker's own."""
    values = values_of(text)
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


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(term.text for term in content_terms(text))


@lru_cache(maxsize=1024)
def _keys(text: str) -> frozenset[str]:
    return frozenset(name_key(word) for word in text.replace("\u2019", "'").split() for word in _pieces(word))


def _pieces(word: str) -> tuple[str, ...]:
    word = word.strip(".,;:!?()[]\"'\u201c\u201d\u2018")
    return (word, *word.split("-")) if "-" in word else (word,)
