"""Answers made of exact quotes: it cannot misquote by construction.

The best passage for each thing asked is quoted, and what else answers nearly as well and says something new. Whether
anything answers at all is decided first, by the same check that a language model's answers pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.answer.alignment import names_agree, values_of
from rag.answer.answerer import Answerable, AnswerableCheck, closest
from rag.answer.asked import asks_for_several
from rag.answer.citations import CopyFinder, make_citation, neutral
from rag.answer.overview import document_asked_for, main_points
from rag.answer.parts import questions_of, split_question
from rag.answer.passages import REPEATED, RULED_OUT, Passage, part_of, rank_passages
from rag.answer.signs import asked_text
from rag.retrieve.followups import leans
from rag.types import Citation, Claim, Delta, Draft, DraftEvent, Filters, Mode, Retrieval, Turn

Search = Callable[[str, Sequence[Turn], Filters], Retrieval]
"""Searches for a question in the light of the turns before it, within filters."""

MOST_QUOTES = 3
MOST_PARTS = 5
"""Things asked at once that are searched for; each gets a quote."""
NEARLY_AS_WELL = 0.1
"""How much lower than the best a passage may score and still be quoted."""
NEARLY_AS_WELL_OPEN = 0.5
"""The same for a question that may well have several answers, where a reader has its say: scores lie farther apart."""
LESS_SURE = 3.5
"""How much lower than the highest the reader's log-odds of a further quote may be, unless several are asked for."""
OPEN = frozenset({"thing", "names", "reason"})
"""Kinds of answers of which there may be several."""
FOR_ANOTHER = 0.2
"""How much lower it may score where the best was quoted for another thing that was asked."""
FOR_ANOTHER_READ = 0.7
"""The same where a reader has its say."""
OF_WHOLE = 2
"""How many of the best passages for the whole question may be quoted beside those for each thing asked."""
_IN_ITS_TURN = re.compile(r"(?:In (?:its|their|his|her) turn|In return|For (?:its|their|his|her) part|Likewise)\b")
ABSTAINS = "The documents do not answer this question."


class QuotingAnswerer:
    """An `Answerer` that needs no language model.

    Args:
        copies: says which other documents carry a quote.
        answerable: decides on silence.
        search: searches for each of several things asked in one question; without it they are looked for together.
    """

    mode: Mode = "quote"
    model: str | None = None

    def __init__(self, *, copies: CopyFinder, answerable: AnswerableCheck, search: Search | None = None) -> None:
        self._copies = copies
        self._answerable = answerable
        self._search = search

    def answer(self, retrieval: Retrieval, history: Sequence[Turn] = ()) -> Iterator[DraftEvent]:  # noqa: ARG002
        """The quotes that answer, or an abstention with its reason."""
        verdict = self._answerable(retrieval)
        parts = self._parts(retrieval) if verdict.answerable or _asks_apart(retrieval) else (retrieval,)
        if parts[0] is not retrieval:
            verdict = self._verdict(verdict, parts)
        passages = self._passages(retrieval, parts) if verdict.answerable else ()
        if not passages:
            yield Delta(text=ABSTAINS)
            yield Draft(
                status="abstained",
                text=ABSTAINS,
                reason=verdict.reason or "No paragraph was found.",
                closest=closest(retrieval),
                confidence=verdict.confidence,
            )
            return
        citations = tuple(self._citation(number, passage) for number, passage in enumerate(passages, start=1))
        claims = tuple(
            Claim(text=neutral(citation.quote), citations=(citation.number,), support="supported", why="exact quote")
            for citation in citations
        )
        text = " ".join(f"{claim.text}[{claim.citations[0]}]" for claim in claims)
        yield Delta(text=text)
        yield Draft(status="answered", text=text, claims=claims, citations=citations, confidence=verdict.confidence)

    def _passages(self, retrieval: Retrieval, parts: Sequence[Retrieval]) -> tuple[Passage, ...]:
        """What is quoted: the main points of a document, if it is them that are asked for, or what answers."""
        document = document_asked_for(retrieval) if self._search and len(parts) == 1 else None
        if self._search and document:
            return main_points(self._search(document.title, (), replace(retrieval.filters, documents=(document.id,))))
        return choose(parts, whole=retrieval)

    def _verdict(self, whole: Answerable, parts: Sequence[Retrieval]) -> Answerable:
        """Whether the question is answered as a whole, or each thing it asks by itself: no paragraph may answer all."""
        if whole.answerable:
            return whole
        each = [self._answerable(part) for part in parts]
        return min(each, key=lambda one: one.confidence) if all(one.answerable for one in each) else whole

    def _parts(self, retrieval: Retrieval) -> tuple[Retrieval, ...]:
        """One retrieval for each thing asked, without remarks that ask for nothing ("Regards, Anna").

        "and who welcomed it?" is searched as following the first question, and that as following what the whole leans
        on.
        """
        asked = asked_text(retrieval)
        first, *others = split_question(asked)
        if self._search is None or (not others and first == asked):
            return (retrieval,)
        leant = retrieval.standalone_question.removesuffix(asked).strip()
        found = [self._search(first, _said(leant), retrieval.filters)]
        before = f"{leant} {first}".strip()
        for question in others[: MOST_PARTS - 1]:
            found.append(self._search(question, _said(before if leans(question) else ""), retrieval.filters))
        return tuple(found)

    def _citation(self, number: int, passage: Passage) -> Citation:
        return make_citation(number, passage.hit, passage.span, self._copies(passage.hit.paragraph.ref, passage.span))


def _said(text: str) -> tuple[Turn, ...]:
    return (Turn(role="user", content=text),) if text else ()


def _asks_apart(retrieval: Retrieval) -> bool:
    """Whether it holds questions that can be judged one by one, or one beside remarks.

    Not where it leans on the turn before, nor where one asks of several things (who spoke in Rome and in Paris did
    both), nor where there are more than are searched for.
    """
    asked = asked_text(retrieval)
    questions = questions_of(asked)
    alone = asked == retrieval.standalone_question
    return alone and questions != (asked,) and len(questions) <= MOST_PARTS and questions == split_question(asked)


def choose(
    retrievals: Sequence[Retrieval], *, whole: Retrieval | None = None, most: int = MOST_QUOTES
) -> tuple[Passage, ...]:
    """The passages to quote, in the order of what was asked.

    Args:
        retrievals: one for each thing asked.
        whole: where several things are asked, the retrieval of all together: a piece of a question says less than all
            of it, and what answers the whole best is quoted too.
        most: how many at most, when not more things are asked.
    """
    chosen = _one_for_each(retrievals) if len(retrievals) > 1 else []
    if not chosen:
        return _with_counterparts(_what_answers(whole or retrievals[0], most), whole or retrievals[0])
    for passage in rank_passages(whole)[:OF_WHOLE] if whole else ():
        read = passage.odds is not None and not _is_ruled_out(passage)
        if len(chosen) < most and read and not _stands_in_one(passage, chosen):
            chosen.append(passage)
    return _with_counterparts(chosen, whole or retrievals[0])


def _with_counterparts(chosen: Sequence[Passage], retrieval: Retrieval) -> tuple[Passage, ...]:
    """Before what opens with "In its turn" the paragraph it answers to, where both may be meant.

    Not where one quote is all, nor where the question names one of those it speaks of and not the others.
    """
    if len(chosen) == 1:
        return tuple(chosen)
    named = part_of(retrieval).asked.names
    quoted = {passage.hit.paragraph.ref for passage in chosen}
    found: list[Passage] = []
    for passage in chosen:
        text = passage.hit.paragraph.text
        ref = f"{passage.hit.paragraph.document}#p{passage.hit.paragraph.number - 1}"
        if _IN_ITS_TURN.match(text[passage.span.start :]) and ref not in quoted:
            agreeing = {any(names_agree(name, own) for name in named) for own in values_of(text).names}
            before = (one for one in rank_passages(retrieval) if one.hit.paragraph.ref == ref)
            found += () if len(agreeing) > 1 else tuple(before)
        found.append(passage)
    return tuple(found)


def _what_answers(retrieval: Retrieval, most: int) -> tuple[Passage, ...]:
    """The best passage, and what else answers nearly as well and says something new."""
    ranked = rank_passages(retrieval)
    part = part_of(retrieval)
    several = asks_for_several(part.question)
    is_open = several or OPEN.issuperset(part.asked.kinds)
    surest = max((passage.odds for passage in ranked if passage.odds is not None), default=0.0)
    least = RULED_OUT if several else max(RULED_OUT, surest - LESS_SURE)
    chosen: list[Passage] = []
    for passage in ranked:
        within = NEARLY_AS_WELL_OPEN if is_open and passage.odds is not None else NEARLY_AS_WELL
        answers = passage.score >= ranked[0].score - within and (passage.odds is None or passage.odds > least)
        new = not any(passage.repeats(quoted, share=REPEATED) for quoted in chosen)
        if not chosen or (answers and new and len(chosen) < most):
            chosen.append(passage)
    return tuple(chosen)


def _one_for_each(retrievals: Sequence[Retrieval]) -> list[Passage]:
    """For each thing asked the best passage, or one nearly as good where the best was quoted for another thing."""
    chosen: list[Passage] = []
    for retrieval in retrievals:
        ranked = [passage for passage in rank_passages(retrieval) if not _is_ruled_out(passage)]
        for passage in ranked:
            within = FOR_ANOTHER if passage.odds is None else FOR_ANOTHER_READ
            if passage.score < ranked[0].score - within:
                break
            both = ((at, joined) for at, quoted in enumerate(chosen) if (joined := quoted.joined(passage)))
            if found := next(both, None):
                chosen[found[0]] = found[1]
                break
            if not _stands_in_one(passage, chosen):
                chosen.append(passage)
                break
    return chosen


def _is_ruled_out(passage: Passage) -> bool:
    return passage.odds is not None and passage.odds <= RULED_OUT


def _stands_in_one(passage: Passage, chosen: Sequence[Passage]) -> bool:
    return any(passage.stands_in(quoted, share=REPEATED) for quoted in chosen)
