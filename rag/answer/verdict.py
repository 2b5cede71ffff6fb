"""Whether a question is answered: as a whole, or some of the things it asks, each searched for by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.answer.answerer import Answerable, AnswerableCheck
from rag.answer.exclusion import left_out
from rag.answer.parts import lists_topics, questions_of, split_question
from rag.answer.passages import is_ruled_out, rank_passages
from rag.answer.signs import asked_text
from rag.retrieve.followups import leans
from rag.types import Filters, Retrieval, Turn

Search = Callable[[str, Sequence[Turn], Filters], Retrieval]
"""Searches for a question in the light of the turns before it, within filters."""

MOST_PARTS = 5
"""Things asked at once that are searched for; each gets a quote."""
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
NOT_ANSWERED = "Not answered:"
NOWHERE = "No paragraph mentions "
"""How a reason begins that says what is missing altogether."""


class Verdict(NamedTuple):
    """What was decided about a retrieval.

    `parts` are the retrievals of what is answered, `(retrieval,)` where one thing is asked; `whole` says whether that
    is all that is asked, and `lacking` holds what is not, and why.
    """

    decided: Answerable
    parts: tuple[Retrieval, ...]
    whole: bool = True
    lacking: tuple[tuple[Retrieval, Answerable], ...] = ()


class Judging:
    """Decides on silence; a question that asks several things is answered as far as it can be.

    Args:
        answerable: decides about one retrieval.
        search: searches for each of several things asked in one question; without it they are looked for together.
    """

    def __init__(self, answerable: AnswerableCheck, search: Search | None = None) -> None:
        self._answerable = answerable
        self._search = search

    def __call__(self, retrieval: Retrieval) -> Verdict:
        """Whether the question is answered as a whole, or some of the things it asks: no paragraph may answer all."""
        whole = self._answerable(retrieval)
        apart = whole.answerable or _asks_apart(retrieval)
        parts = self._parts(retrieval, joined=not whole.answerable) if apart else (retrieval,)
        if parts == (retrieval,):
            rest = None if whole.answerable else self.without_what_is_left_out(retrieval)
            decided = self._answerable(rest) if rest else whole
            return Verdict(decided, (rest,)) if rest and decided.answerable else Verdict(whole, parts)
        each = [(part, self._answerable(part)) for part in parts]
        answered = tuple(part for part, verdict in each if verdict.answerable)
        if not answered:
            # Nothing that is asked is answered by itself: the whole only looks as if it were.
            return Verdict(each[0][1] if whole.answerable else whole, (retrieval,))
        lacking = tuple((part, verdict) for part, verdict in each if not verdict.answerable)
        if whole.answerable:
            # What only a part is judged not to answer may stand in what the whole found, unless something is missing.
            lacking = tuple(
                one for one in lacking if _is_nowhere(one[1]) or all(map(is_ruled_out, rank_passages(one[0])))
            )
            # Of what is named nowhere nothing is quoted, however near it comes.
            heard = tuple(replace(part, hits=()) if _is_nowhere(verdict) else part for part, verdict in each)
            return Verdict(whole, heard, lacking=lacking)
        decided = Answerable(True, "", min(verdict.confidence for _, verdict in each))
        return Verdict(decided, answered, whole=not lacking, lacking=lacking)

    def _parts(self, retrieval: Retrieval, *, joined: bool) -> tuple[Retrieval, ...]:
        """One retrieval for each thing asked, without remarks that ask for nothing ("Regards, Anna").

        "and who welcomed it?" is searched as following the first question, and that as following what the whole leans
        on.
        """
        asked = asked_text(retrieval)
        first, *others = split_question(asked, joined=joined)
        if self._search is None or (not others and first == asked):
            return (retrieval,)
        leant = retrieval.standalone_question.removesuffix(asked).strip()
        found = [self._search(first, _said(leant), retrieval.filters)]
        before = f"{leant} {first}".strip()
        for question in others[: MOST_PARTS - 1]:
            found.append(self._search(question, _said(before if leans(question) else ""), retrieval.filters))
        return tuple(found)

    def without_what_is_left_out(self, retrieval: Retrieval) -> Retrieval | None:
        """What is found for a question without what it leaves out, of which its text still tells; None without one."""
        asked = asked_text(retrieval)
        rest, without = left_out(asked)
        if self._search is None or not without:
            return None
        leant = retrieval.standalone_question.removesuffix(asked).strip()
        return replace(self._search(rest, _said(leant), retrieval.filters), question=asked, asked=asked)


def _said(text: str) -> tuple[Turn, ...]:
    return (Turn(role="user", content=text),) if text else ()


def found_together(retrieval: Retrieval, parts: Sequence[Retrieval], *, each: int) -> Retrieval:
    """The retrieval with the best hits of the things asked behind its own, for who reads all of them at once."""
    hits = {hit.paragraph.ref: hit for hit in retrieval.hits}
    for part in parts:
        for hit in part.hits[:each]:
            hits.setdefault(hit.paragraph.ref, hit)
    return replace(retrieval, hits=tuple(hits.values()))


def says_what_is_lacking(lacking: Iterable[tuple[Retrieval, Answerable]]) -> str:
    """Which of the things asked are not answered, and why: silence is kept about them, and said to be."""
    said = ((part.question.strip(), verdict.reason) for part, verdict in lacking)
    return " ".join(f"{NOT_ANSWERED} \u201c{question}\u201d {reason}".strip() for question, reason in said)


def _is_nowhere(verdict: Answerable) -> bool:
    return not verdict.answerable and verdict.reason.startswith(NOWHERE)


def _asks_apart(retrieval: Retrieval) -> bool:
    """Whether it holds questions that can be judged one by one, or one beside remarks.

    Not where it leans on the turn before, nor where one asks who did several things (who spoke in Rome and in Paris did
    both), nor where there are more than are searched for.
    """
    asked = asked_text(retrieval)
    questions = questions_of(asked)
    alone = asked == retrieval.standalone_question
    parts = split_question(asked)
    of_each = questions == (asked,) and len(parts) > 1 and not _WHO.search(asked)
    apart = lists_topics(asked) or of_each or (questions != (asked,) and questions == parts)
    return alone and apart and len(split_question(asked, joined=True)) <= MOST_PARTS
