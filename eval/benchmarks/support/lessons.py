"""What the reader is trained on: questions laid beside a paragraph, and which of its sentences answer.

Three sources. `fitting/reader.jsonl` holds questions written for this over statements of the White House, speeches of
the UN General Debate, passages of half 0 of squad2, clapnq and mtrag, and articles among squad2's documents that no
question of squad2 is about; they were written packet by packet, so that nothing else in its packet answers a question.
In the packets x*, most come as twins: a question, and one that looks nearly the same and is not answered.
`fitting/passages.jsonl` holds passages and questions that were both written for this, over many subjects. The third
source are the questions of half 0 of squad2, clapnq and mtrag that are not kept for the fit of the abstention
(`silence.is_taught`). No paragraph of any other public question is shown, not even as one that does not answer.

A line of `fitting/reader.jsonl` is a document of a packet: its paragraphs that were shown, and the questions written
over them. `sentences` are those that answer, `#p3.2` the second of paragraph 3 (before `#` the document, when it is
another of the packet); `answer` is the shortest part of them; `near` is the paragraph that comes nearest to a question
that nothing in the packet answers; a follow-up has the question `before` it. A line of `fitting/passages.jsonl` is a
passage, its sentences, and the questions over it; of one that has no `sentences` it is the passage that comes nearest.
A line with `paragraphs` is a text of several, of which a question may be answered by more than one: "2.1" is the first
sentence of the second.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.answer.nearness import Encode
from rag.retrieve.followups import forms
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import Span, Turn

from .data import DATA
from .silence import FITTING, asked, is_taught, rows_of

WRITTEN = FITTING / "reader.jsonl"
COMPOSED = FITTING / "passages.jsonl"
KEPT_PASSAGES = (
    "qa-3", "qc-3", "qf-3", "qh-3", "rc-3", "re-3", "rg-3", "rj-3", "rm-3", "ya-5", "yb-5", "yd-8", "yf-6",
)  # fmt: skip
"""Packets of `fitting/passages.jsonl` that the reader is not trained on, to see what it learnt."""
PUBLIC = ("squad2", "clapnq", "mtrag")
SOURCES = ("whitehouse", "ungdc_south_caucasus", *PUBLIC)
_OTHERS = 3
"""Paragraphs most like a question that do not answer it."""
_SEARCHED = 20
"""Of how many that are most like it they are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A question beside one paragraph.

    `answering` are the sentences that answer it, empty when none does, None when it is not known which do; `words`
    are the shortest parts that answer, where they are known.
    """

    question: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    answers: bool
    answering: frozenset[int] | None = frozenset()
    words: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A question with the paragraphs that answer it and those, nearest first, that do not."""

    source: str
    question: str
    right: tuple[Lesson, ...]
    wrong: tuple[Lesson, ...]
    follows_up: bool = False


def _packets(file: Path) -> Mapping[str, list[dict[str, Any]]]:
    """The lines of a file by their packet."""
    packets = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        packets[row["packet"]].append(row)
    return packets


def written(encode: Encode) -> Iterator[Taught]:
    """The questions of `fitting/reader.jsonl`; `encode` finds the paragraphs of a packet that are most like each."""
    for packet, rows in _packets(WRITTEN).items():
        shown = [(row["document"], number) for row in rows for number in row["paragraphs"]]
        likeness = encode([f"{_title(name)} {_text(name, number)}" for name, number in shown])
        questions = [(row["document"], question) for row in rows for question in row["questions"]]
        asked_for = encode([_asked(question) for _, question in questions])
        for (home, question), vector in zip(questions, asked_for, strict=True):
            order = [shown[at] for at in np.argsort(-(likeness @ vector)).tolist()]
            if taught := _written(packet, home, question, order):
                yield taught


def _written(packet: str, home: str, question: Mapping[str, Any], order: Sequence[tuple[str, int]]) -> Taught | None:
    right: dict[tuple[str, int], set[int]] = defaultdict(set)
    for reference in question.get("sentences", ()):
        name, _, place = reference.rpartition("#p")
        number, sentence = map(int, place.split("."))
        right[name or home, number].add(sentence - 1)
    near = [(home, question["near"])] if "near" in question else []
    if any(f"{name}#p{number}" in _unseen() for name, number in [*right, *near]):
        return None
    said = {_text(*place) for place in right}
    others = [
        place
        for place in order
        if "{}#p{}".format(*place) not in _unseen() and _text(*place) not in said and place not in near
    ]
    asks = _asked(question)
    return Taught(
        source=packet,
        question=asks,
        right=tuple(_lesson(asks, *place, frozenset(some), question.get("answer")) for place, some in right.items()),
        wrong=tuple(_lesson(asks, *place) for place in [*near, *others[:_OTHERS]]),
        follows_up="before" in question,
    )


def composed(encode: Encode) -> Iterator[Taught]:
    """The questions of `fitting/passages.jsonl`; `encode` finds what is most like each and does not answer it.

    For a question over a text of several paragraphs that are the others of its text, for one over a passage the
    passages of other subjects, from whatever packet.
    """
    rows = [row for some in _packets(COMPOSED).values() for row in some]
    for kept in (False, True):
        some = [row for row in rows if (row["packet"] in KEPT_PASSAGES) == kept]
        passages = [row for row in some if "sentences" in row]
        likeness = encode([f"{row['title']} {' '.join(row['sentences'])}" for row in passages])
        subjects = [_terms(row["title"]) for row in passages]
        for row in some:
            asked_for = encode([_asked(question) for question in row["questions"]])
            if "paragraphs" in row:
                alike = encode([f"{row['title']} {' '.join(sentences)}" for sentences in row["paragraphs"]])
                others = [(row, number) for number in range(len(row["paragraphs"]))]
            else:
                subject = _terms(row["title"])
                strange = [at for at, other in enumerate(subjects) if not subject & other]
                alike, others = likeness[strange], [(passages[at], 0) for at in strange]
            for question, vector in zip(row["questions"], asked_for, strict=True):
                order = np.argsort(-(alike @ vector))[:_SEARCHED].tolist()
                yield _composed(row, question, [others[at] for at in order])


_Place = tuple[Mapping[str, Any], int]
"""A line of `fitting/passages.jsonl` and the number of one of its paragraphs."""


def _composed(row: Mapping[str, Any], question: Mapping[str, Any], alike: Sequence[_Place]) -> Taught:
    right: dict[int, set[int]] = defaultdict(set)
    for reference in question.get("sentences", ()):
        paragraph, sentence = map(int, reference.split(".")) if "paragraphs" in row else (1, reference)
        right[paragraph - 1].add(sentence - 1)
    asks, answer = _asked(question), question.get("answer")
    own = [] if right or "paragraphs" in row else [(row, 0)]
    others = [
        (other, number)
        for other, number in alike
        if not (other is row and number in right) and not (other is not row and answer and _says(other, answer))
    ]
    return Taught(
        source=row["packet"],
        question=asks,
        right=tuple(_of_passage(asks, (row, at), frozenset(some), answer) for at, some in right.items()),
        wrong=tuple(_of_passage(asks, place) for place in [*own, *others[:_OTHERS]]),
        follows_up="before" in question,
    )


def _of_passage(
    question: str, place: _Place, answering: frozenset[int] = frozenset(), answer: str | None = None
) -> Lesson:
    row, number = place
    text, spans = "", []
    for sentence in row["paragraphs"][number] if "paragraphs" in row else row["sentences"]:
        start = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans.append(Span(start=start, end=len(text)))
    return Lesson(
        question=question,
        title=row["title"],
        text=text,
        sentences=tuple(spans),
        answers=bool(answering),
        answering=answering,
        words=_words(text, spans, answering, answer),
    )


def _says(row: Mapping[str, Any], answer: str) -> bool:
    return any(answer.lower() in sentence.lower() for sentence in row["sentences"])


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.text for term in content_terms(text))


def _asked(question: Mapping[str, Any]) -> str:
    """As it is searched for: a follow-up after the question before it."""
    return forms(question["question"], [Turn(role="user", content=question.get("before", ""))])[-1][1]


@cache
def _unseen() -> frozenset[str]:
    """The paragraphs of public questions that the reader is not trained on: it does not see them at all."""
    return frozenset(
        reference
        for name in PUBLIC
        for row, _ in rows_of(name)
        if not is_taught(name, row)
        for reference in [*row["gold_paragraphs"], row.get("written_against")]
        if reference
    )


def _lesson(
    question: str, name: str, number: int, answering: frozenset[int] = frozenset(), answer: str | None = None
) -> Lesson:
    text = _text(name, number)
    sentences = _sentences(text)
    return Lesson(
        question=question,
        title=_title(name),
        text=text,
        sentences=sentences,
        answers=bool(answering),
        answering=answering,
        words=_words(text, sentences, answering, answer),
    )


def _words(text: str, sentences: Sequence[Span], answering: frozenset[int], answer: str | None) -> tuple[Span, ...]:
    """Where the shortest answer stands in the sentences that answer."""
    found = []
    for at in sorted(answering) if answer else ():
        span = sentences[at]
        place = text[span.start : span.end].lower().find((answer or "").lower())
        if place >= 0:
            found.append(Span(start=span.start + place, end=span.start + place + len(answer or "")))
    return tuple(found)


def public(work: Path) -> Iterator[Taught]:
    """The taught questions of squad2, clapnq and mtrag, with what Pilcrow finds for them."""
    for name in PUBLIC:
        rows = {row["id"]: row for row in map(json.loads, (DATA / name / "questions.jsonl").open(encoding="utf-8"))}
        for one in asked(name, work):
            if one.taught:
                yield _public(name, rows[one.id], one.retrieval.standalone_question, one)


def _public(name: str, row: Mapping[str, Any], question: str, one: Any) -> Taught:
    gold = list(row["gold_paragraphs"]) if row["answerable"] else []
    near = [row["written_against"]] if not gold and name != "mtrag" else []
    found = [hit.paragraph.ref for hit in one.retrieval.hits]
    said = {_text(*_place(reference)) for reference in row["gold_paragraphs"]}
    others = [
        reference
        for reference in found
        if reference not in _unseen() and reference not in near and _text(*_place(reference)) not in said
    ]
    return Taught(
        source=name,
        question=question,
        right=tuple(_gold(name, question, row, reference) for reference in gold),
        wrong=tuple(_lesson(question, *_place(reference)) for reference in [*near, *others[: _OTHERS + 1]]),
        follows_up=question != row["question"],
    )


def _gold(name: str, question: str, row: Mapping[str, Any], reference: str) -> Lesson:
    place = _place(reference)
    text = _text(*place)
    sentences = _sentences(text)
    words: tuple[Span, ...] = ()
    answering: frozenset[int] | None = None
    if name == "squad2":
        words = tuple(Span(start=one["start"], end=one["start"] + len(one["text"])) for one in row["answer_spans"])
        answering = frozenset(
            at
            for at, span in enumerate(sentences)
            if any(word.start < span.end and span.start < word.end for word in words)
        )
    elif name == "clapnq":
        parts = _documents()[place[0]]["sentences"]
        gold = [_squeezed(parts[at]) for some in row["gold_sentence_sets"] for at in some]
        said = [_squeezed(text[span.start : span.end]) for span in sentences]
        answering = frozenset(at for at, one in enumerate(said) if one and any(one in g or g in one for g in gold))
    return Lesson(
        question=question,
        title=_title(place[0]),
        text=text,
        sentences=sentences,
        answers=True,
        answering=answering or None,
        words=words,
    )


def _squeezed(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text).casefold().strip()


def _place(reference: str) -> tuple[str, int]:
    name, _, number = reference.rpartition("#p")
    return name, int(number)


@cache
def _documents() -> dict[str, dict[str, Any]]:
    return {
        document["id"]: document
        for source in SOURCES
        for document in map(json.loads, (DATA / source / "docs.jsonl").open(encoding="utf-8"))
    }


def _title(name: str) -> str:
    return _documents()[name]["title"] or ""


def _text(name: str, number: int) -> str:
    text: str = _documents()[name]["paragraphs"][number - 1]
    return text


@cache
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(split_sentences(text))
