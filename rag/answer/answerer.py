"""What every answerer is: a retrieval goes in, pieces of text come out, and at the end the draft that repeats them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from rag.statements.copies import NO_WORDS
from rag.text.normalize import words_hash
from rag.text.sentences import sentence_texts
from rag.types import Closest, DraftEvent, Mode, Retrieval, Turn

CLOSEST_SHOWN = 3


class Answerable(NamedTuple):
    """Whether a retrieval holds an answer, in one line why not, and how sure that is, in [0, 1]."""

    answerable: bool
    reason: str
    confidence: float


AnswerableCheck = Callable[[Retrieval], Answerable]
"""Decides on silence before anything is written."""


class Answerer(Protocol):
    """Writes an answer from a retrieval.

    Yields `Delta` events whose texts, joined, are the text of the last event, which is the only `Draft`.
    A `Withdrawn` takes back every `Delta` before it.
    """

    @property
    def mode(self) -> Mode: ...

    @property
    def model(self) -> str | None: ...

    def answer(self, retrieval: Retrieval, history: Sequence[Turn]) -> Iterator[DraftEvent]: ...


def closest(retrieval: Retrieval, *, limit: int = CLOSEST_SHOWN) -> tuple[Closest, ...]:
    """Returns the paragraphs that came nearest, for an answer that abstains.

    Of two where one holds every sentence of the other, only the nearer is among them.
    """
    found: list[Closest] = []
    said: list[frozenset[int]] = []
    for hit in retrieval.hits:
        if len(found) == limit:
            break
        words = frozenset(map(words_hash, sentence_texts(hit.paragraph.text))) - {NO_WORDS}
        if not any(words <= others or others <= words for others in said):
            found.append(Closest(paragraph=hit.paragraph.ref, score=hit.score))
            said.append(words)
    return tuple(found)
