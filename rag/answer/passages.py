"""Passages that may be quoted, best first: a sentence of a hit, with its neighbours where it cannot stand alone.

A sentence is scored by its cosine to the question, the score of its paragraph, the weight of the question's words it
holds, and whether it offers the kind of thing asked for. Measured on squad2 and clapnq: the formula finds the right
sentence more often than a regression or boosted trees fitted on half of the questions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.asked import Asked, offers, read_question
from rag.answer.citations import trim
from rag.answer.exclusion import left_out
from rag.retrieve.speakers import may_answer, said_about, speakers_named, speaks_in
from rag.retrieve.times import dates_told, tells_of_another_month
from rag.retrieve.topics import keywords, on_topic, topic_of
from rag.text.dates import Date, find_dates
from rag.text.documents import IMPRINT
from rag.text.names import find_names, name_key
from rag.text.quotations import find_quotations
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.text.thesaurus import senses
from rag.types import DocumentInfo, Hit, Retrieval, SentenceScore, Span

HITS_READ = 5
FUSED, COVERED, KIND = 0.3, 0.8, 0.2
SAME_SENSE = 0.8
"""What a word counts that says the same as one of the question."""
TITLED = 0.4
"""What a word counts that stands in the document's title only: every paragraph of the document has it."""
LEANT = 0.5
"""What a word counts that stands in the turn before only."""
READ = 0.1
"""What the reader's log-odds count, where there is a reader; beyond `READ_WITHIN` they say no more."""
READ_WITHIN = (-5.0, 5.0)
LEADS_IN = 0.3
"""What a sentence loses that only announces what follows it ("We take these actions:"); it may say who or when."""
OTHER_MONTH = 0.4
"""What a sentence loses that names months and none of those asked for."""
BESIDE = 0.3
"""What a sentence loses that says whom to call or who voted, where nobody is asked for."""
SHORT_PARAGRAPH = 3
"""Sentences; so short a paragraph was published as one thought."""
LONGEST_PASSAGE = 600
NEIGHBOUR_WITHIN = 0.45
ANSWERS_TOO, ANSWERS_TOO_WITHIN = 0.0, 2.0
"""The log-odds from which on, and how much lower than those of the best, a sentence of a longer paragraph is quoted
beside the best."""
MOST_JOINED = 3
"""Sentences of a longer paragraph that are quoted together."""
NEARLY_ALL, AS_WELL_WITHIN = 0.9, 0.05
AGENTS = frozenset({"person", "agent", "country", "names"})
TELLS_MORE = 3.0
"""The reader's log-odds from which on a passage answers whatever else it tells of."""
LEFT_OUT = 0.6
"""The share of the words of what a question leaves out from which on a passage tells of that."""
REPEATED = 0.6
"""The share of a passage's words that says as much as all of it."""
RULED_OUT = -3.5
"""The reader's log-odds up to which a passage is quoted neither beside another nor for one of several things."""
SURE, DENIED = 1.0, 3.5
"""Where the reader's log-odds of a passage reach the first, those that lie lower by the second come behind all others,
however like the question they are: who is sure of one answer does not put another before it."""
ALIKE = 0.03
"""Scores that differ by no more than this are alike: their last digits differ from machine to machine."""

LEANS = re.compile(
    r"[\"“'(]*(?:It|They|He|She|This|These|Those|Its|Their|His|Her|Such|However|But|Also|Both|The latter|The former|"
    r"In (?:its|their|his|her) turn|In addition|As a result|At the same time)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span of a hit's paragraph, how well it answers, and the words it holds."""

    hit: Hit
    span: Span
    score: float
    words: frozenset[str]
    likeness: float = 0.0
    """The score without the reader's part."""
    odds: float | None = None
    """The reader's log-odds that its best sentence answers."""
    speaks: bool = True
    """Whether its best sentence holds a word of the question, or one that says the same."""

    @property
    def text(self) -> str:
        return self.hit.paragraph.text[self.span.start : self.span.end]

    def repeats(self, other: Passage, *, share: float) -> bool:
        """Whether so large a share of the shorter passage's words stands in the other.

        Not where each gives a number of its own: "A frees 32 men" and "In its turn, B frees 2 men" are two facts.
        """
        shorter = min(len(self.words), len(other.words))
        return not self.counts_apart(other) and shorter > 0 and len(self.words & other.words) / shorter > share

    def counts_apart(self, other: Passage) -> bool:
        """Whether each gives a number that the other does not."""
        return bool(_numbers(self.words) - other.words and _numbers(other.words) - self.words)

    def stands_in(self, other: Passage, *, share: float) -> bool:
        """Whether it overlaps the other, or so large a share of its words stands there: it says little beside it."""
        overlaps = self.span.start < other.span.end and other.span.start < self.span.end
        same = self.hit.paragraph.ref == other.hit.paragraph.ref and overlaps
        told = _numbers(self.words) <= other.words
        return same or (told and len(self.words & other.words) > share * len(self.words))

    def joined(self, other: Passage) -> Passage | None:
        """Both as one passage, where they overlap and the other reaches further."""
        if self.hit.paragraph.ref != other.hit.paragraph.ref:
            return None
        if self.span.end <= other.span.start or other.span.end <= self.span.start:
            return None
        span = Span(start=min(self.span.start, other.span.start), end=max(self.span.end, other.span.end))
        if span == self.span or span.end - span.start > LONGEST_PASSAGE:
            return None
        return replace(self, span=span, words=self.words | other.words)

    def says_more_than(self, other: Passage) -> bool:
        """Whether it says nearly all that the other says, more beside it, and answers as well."""
        shared = len(self.words & other.words)
        return (
            len(self.words) > len(other.words)
            and shared >= NEARLY_ALL * len(other.words)
            and self.score >= other.score - AS_WELL_WITHIN
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing asked, as it is read: the kinds of answer it wants and the weights of its words."""

    question: str
    alone: str
    """The question without the turn before, which `question` has where it says too little by itself."""
    asked: Asked
    topic: str | None
    """That on which all that is said is asked for."""
    weights: Mapping[str, float]
    groups: Mapping[str, frozenset[int]]
    dates: Sequence[Date]
    left_out: Mapping[str, float]
    """The words of what it leaves out, with their weights."""
    left_out_groups: Mapping[str, frozenset[int]]

    def leaves_out(self, passage: Passage) -> bool:
        """Whether what a passage tells is what the question leaves out.

        Not where the reader is sure that it answers: "coal and oil" answers what there is besides coal.
        """
        if not self.left_out or (passage.odds is not None and passage.odds >= TELLS_MORE):
            return False
        text = passage.text
        said = frozenset[int]().union(*(sense.groups for sense in senses(text)))
        names = {part for name in find_names(text) for part in name.parts}
        told = sum(
            weight
            for word, weight in self.left_out.items()
            if word in passage.words or name_key(word) in names or self.left_out_groups.get(word, frozenset()) & said
        )
        return told >= LEFT_OUT * sum(self.left_out.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    span: Span
    likeness: float
    odds: float | None
    words: frozenset[str] = frozenset()
    speaks: bool = False

    @property
    def score(self) -> float:
        least, most = READ_WITHIN
        return self.likeness + (0.0 if self.odds is None else READ * min(most, max(least, self.odds)))


def part_of(retrieval: Retrieval) -> Part:
    """The question of a retrieval as passages are measured by it."""
    alone = question = retrieval.asked or retrieval.question
    leant = content_terms(retrieval.standalone_question)
    if len(content_terms(question)) < 2:
        # "And the other side?" asks for the kind of thing that was asked before.
        question = retrieval.standalone_question
    topic = topic_of(retrieval.standalone_question) or _said_by_whom_is_found(retrieval)
    if not topic and read_question(question).kinds == ("thing",):
        topic = keywords(retrieval.standalone_question)
    if topic:
        question = on_topic(topic)
    rarity = {term.term: _rarity(term.paragraphs, retrieval.paragraphs) for term in retrieval.terms}
    absent = _rarity(0, retrieval.paragraphs)
    # What a follow-up leans on is part of what it asks.
    weights = {term.text: LEANT * rarity.get(term.text, absent) for term in leant}
    rest, without = left_out(question)
    weights |= {term.text: rarity.get(term.text, absent) for term in content_terms(rest)}
    asked = read_question(question)
    # Who signed besides Armenia is said where Armenia is named too.
    joined = AGENTS.issuperset(asked.kinds) and {name.surface for name in find_names(without)} == {without}
    excluded = {term.text: rarity.get(term.text, absent) for term in content_terms(without) if not joined}
    return Part(
        question=question,
        alone=alone,
        asked=asked,
        topic=topic,
        weights=weights,
        groups=_groups(question),
        dates=tuple(find_dates(question)),
        left_out=excluded,
        left_out_groups=_groups(without),
    )


def rank_passages(retrieval: Retrieval) -> list[Passage]:
    """The best passage of each hit that the reader has read (without one: of the first hits), best first."""
    part = part_of(retrieval)
    hits = [hit for hit in retrieval.hits if hit.read] or _able(retrieval)[:HITS_READ]
    passages = [passage for hit in hits if (passage := _passage(hit, part))]
    ranked = sorted(passages, key=lambda passage: -passage.score)
    # Among those that score alike likeness decides: which comes first must not hang on last digits.
    if alike := [passage for passage in ranked if passage.score >= ranked[0].score - ALIKE]:
        likest = max(alike, key=lambda passage: passage.likeness)
        ranked.remove(likest)
        ranked.insert(0, likest)
    if fuller := [passage for passage in ranked[1:] if passage.says_more_than(ranked[0])]:
        ranked.remove(fuller[0])
        ranked.insert(0, fuller[0])
    if part.left_out:
        others = [passage for passage in ranked if not part.leaves_out(passage)]
        # "Who besides the government signed?" is answered by who names both, where nothing else answers.
        named_too = AGENTS.issuperset(part.asked.kinds) and all(map(is_ruled_out, others))
        ranked = ranked if named_too else [passage for passage in others if not is_ruled_out(passage)]
    surest = max((passage.odds for passage in ranked if passage.odds is not None), default=0.0)
    if surest >= SURE:
        ranked.sort(key=lambda passage: passage.odds is not None and passage.odds <= surest - DENIED)
    return ranked


def _said_by_whom_is_found(retrieval: Retrieval) -> str | None:
    """On what all that somebody said is asked for, where something by them was found."""
    topic = said_about(retrieval.standalone_question)
    speakers = speakers_named(retrieval.standalone_question) if topic else ()
    return topic if any(speaks_in(speakers, hit.document) for hit in retrieval.hits) else None


def _able(retrieval: Retrieval) -> Sequence[Hit]:
    return may_answer(retrieval.asked or retrieval.question, retrieval.standalone_question, retrieval.hits)


def is_ruled_out(passage: Passage) -> bool:
    """Whether the reader is sure that it answers nothing."""
    return passage.odds is not None and passage.odds <= RULED_OUT


def _dated(part: Part, document: DocumentInfo) -> set[str]:
    """The words of the question's dates that the document's date agrees with."""
    dates = tuple(find_dates(document.date or ""))
    agreeing = (date for date in part.dates if any(date.agrees(own) for own in dates))
    return {term.text for date in agreeing for term in content_terms(date.surface)}


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def _rarity(paragraphs: int, of: int) -> float:
    """Inverse document frequency, as BM25 has it."""
    return math.log(1 + (of - paragraphs + 0.5) / (paragraphs + 0.5))


def _groups(text: str) -> dict[str, frozenset[int]]:
    """The thesaurus groups of each word of the text, by stem; the words of a phrase share its groups."""
    found: dict[str, frozenset[int]] = {}
    for sense in senses(text):
        for term in content_terms(sense.surface):
            found[term.text] = found.get(term.text, frozenset()) | sense.groups
    return found


def _passage(hit: Hit, part: Part) -> Passage | None:
    sentences = _Sentences(hit, part)
    if not len(sentences):
        return None
    best = sentences.best()
    first, last = _grown(sentences, best)
    text = hit.paragraph.text
    while first > 0 and LEANS.match(text[sentences.spans[first].start :]) and last - first < SHORT_PARAGRAPH - 1:
        first -= 1
    first, last = unbroken(text, sentences.spans, first, last)
    return Passage(
        hit=hit,
        span=Span(start=sentences.spans[first].start, end=sentences.spans[last].end),
        score=sentences[best].score,
        words=frozenset().union(*(sentences[at].words for at in range(first, last + 1))),
        likeness=sentences[best].likeness,
        odds=sentences[best].odds,
        speaks=sentences[best].speaks,
    )


class _Sentences:
    """The sentences of a hit as answers; each is measured when it is first wanted, which costs most of the time."""

    def __init__(self, hit: Hit, part: Part) -> None:
        text = hit.paragraph.text
        self._scored = hit.sentences or _unscored(text)
        self._hit = hit
        self._part = part
        self._title = {term.text for term in content_terms(hit.document.title)}
        self._dated = _dated(part, hit.document)
        self._measured: dict[int, _Sentence] = {}
        self.spans = [trim(text, Span(start=scored.start, end=scored.end)) for scored in self._scored]

    def __len__(self) -> int:
        return len(self._scored)

    def __getitem__(self, at: int) -> _Sentence:
        if at not in self._measured:
            self._measured[at] = self._measure(at)
        return self._measured[at]

    def best(self) -> int:
        """The first of those that score highest; one that could not score higher is not measured."""
        most = [
            _Sentence(span=span, likeness=self._likeness(at, covered=1.0, offered=1.0), odds=self.odds(at)).score
            for at, span in enumerate(self.spans)
        ]
        best = -1
        for at in sorted(range(len(most)), key=lambda at: -most[at]):
            if best >= 0 and most[at] < self[best].score:
                break
            if best < 0 or (self[at].score, -at) > (self[best].score, -best):
                best = at
        return best

    def odds(self, at: int) -> float | None:
        """The reader's log-odds of a sentence."""
        read = self._hit.read
        return read.sentences[at] if read and read.sentences else None

    def _likeness(self, at: int, *, covered: float, offered: float) -> float:
        return self._scored[at].score + FUSED * self._hit.score + COVERED * covered + KIND * offered

    def _measure(self, at: int) -> _Sentence:
        part, span = self._part, self.spans[at]
        sentence = self._hit.paragraph.text[span.start : span.end]
        words = frozenset(term.text for term in content_terms(sentence))
        held = frozenset(term for term in part.weights if term in words)
        meant = _meant(sentence, part) - held
        credit = {
            **dict.fromkeys(self._title, TITLED),
            **dict.fromkeys(meant, SAME_SENSE),
            **dict.fromkeys(held | self._dated, 1.0),
        }
        # In its sentence a month that is asked for counts, in another month's the date of the document does not.
        told = dates_told(sentence, self._hit.document) if part.dates else ()
        for date in part.dates:
            if any(one.is_within(date) for one in told):
                credit |= {term.text: 1.0 for term in content_terms(date.surface)}
        elsewhen = tells_of_another_month(part.dates, sentence, self._hit.document)
        if elsewhen:
            credit = {term: value for term, value in credit.items() if term in held or term not in self._dated}
        covered = sum(weight * credit.get(term, 0.0) for term, weight in part.weights.items())
        kinds = part.asked.kinds
        offered = sum(offers(kind, sentence, part.asked) for kind in kinds) / len(kinds)
        likeness = self._likeness(at, covered=covered / (sum(part.weights.values()) or 1.0), offered=offered)
        leads_in = sentence.endswith(":") and kinds == ("thing",)
        imprint = IMPRINT.search(sentence) is not None and AGENTS.isdisjoint(kinds)
        likeness -= LEADS_IN * leads_in + BESIDE * imprint + OTHER_MONTH * elsewhen
        return _Sentence(span=span, likeness=likeness, odds=self.odds(at), words=words, speaks=bool(held or meant))


def covered(passage: Passage, part: Part) -> frozenset[str]:
    """The words of the question that a passage holds, or says in another way."""
    return frozenset(term for term in part.weights if term in passage.words) | _meant(passage.text, part)


def _meant(sentence: str, part: Part) -> frozenset[str]:
    """The words of the question that the sentence says in another way."""
    if not part.groups:
        return frozenset()
    said = frozenset().union(*(sense.groups for sense in senses(sentence)))
    return frozenset(term for term, groups in part.groups.items() if groups & said and term in part.weights)


def _grown(sentences: _Sentences, best: int) -> tuple[int, int]:
    """First and last of the sentences quoted together.

    In a short paragraph those that answer nearly as well; in a longer one those that by the reader's log-odds do.
    """
    first = last = best
    while True:
        beside = [
            at
            for at in (first - 1, last + 1)
            if 0 <= at < len(sentences)
            and sentences.spans[max(last, at)].end - sentences.spans[min(first, at)].start <= LONGEST_PASSAGE
            and _belongs(sentences, at, best)
        ]
        if not beside or (len(sentences) > SHORT_PARAGRAPH and last - first == MOST_JOINED - 1):
            return first, last
        at = max(beside, key=lambda at: sentences[at].likeness)
        first, last = min(first, at), max(last, at)


def unbroken(text: str, spans: Sequence[Span], first: int, last: int) -> tuple[int, int]:
    """First and last of the sentences, with those that complete a quotation they begin or end in.

    Words of others are then not quoted as if they were the text's own, nor without who said them; not where it would
    become too long, or the quotation goes on in another paragraph.
    """
    for quotation in find_quotations(text):
        begin, end = quotation.start, quotation.end
        if quotation.closed and begin < spans[last].end and spans[first].start < end:
            opens = max((at for at in range(first + 1) if spans[at].start <= begin), default=0)
            closes = min((at for at in range(last, len(spans)) if spans[at].end >= end), default=len(spans) - 1)
            if spans[closes].end - spans[opens].start <= LONGEST_PASSAGE:
                first, last = opens, closes
    return first, last


def _belongs(sentences: _Sentences, at: int, best: int) -> bool:
    if len(sentences) <= SHORT_PARAGRAPH:
        return sentences[at].likeness >= sentences[best].likeness - NEIGHBOUR_WITHIN
    odds, highest = sentences.odds(at), sentences.odds(best)
    return odds is not None and highest is not None and odds >= max(ANSWERS_TOO, highest - ANSWERS_TOO_WITHIN)


def _unscored(text: str) -> tuple[SentenceScore, ...]:
    return tuple(SentenceScore(start=span.start, end=span.end, score=0.0) for span in split_sentences(text))
