"""Answers made of exact quotes: it cannot misquote by construction.

The best passage for each thing asked is quoted, and what else answers nearly as well and says something new. Whether
anything answers at all is decided first, by the same check that a language model's answers pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.answer.answerer import AnswerableCheck, closest
from rag.answer.citations import CopyFinder, make_citation, neutral
from rag.answer.passages import READ_WITHIN, Passage, rank_passages, split_question
from rag.types import Citation, Claim, Delta, Draft, DraftEvent, Filters, Mode, Retrieval, Turn

Search = Callable[[str, Sequence[Turn], Filters], Retrieval]
"""Searches for a question in the light of the turns before it, within filters."""

MOST_QUOTES = 3
NEARLY_AS_WELL = 0.1
"""How much lower than the best a passage may score and still be quoted."""
NEARLY_AS_WELL_READ = 0.25
"""The same where a reader has its say: scores lie farther apart."""
FOR_ANOTHER = 0.2
"""How much lower it may score where the best was quoted for another thing that was asked."""
FOR_ANOTHER_READ = 0.7
"""The same where a reader has its say, which must not rule the passage out."""
OF_WHOLE = 2
"""How many of the best passages for the whole question may be quoted beside those for each thing asked."""
REPEATED = 0.6
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
        passages = choose(self._parts(retrieval), whole=retrieval) if verdict.answerable else ()
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

    def _parts(self, retrieval: Retrieval) -> tuple[Retrieval, ...]:
        """One retrieval for each thing asked; "and who welcomed it?" is searched as following what stands before it."""
        questions = split_question(retrieval.question)
        if len(questions) == 1 or self._search is None:
            return (retrieval,)
        before: tuple[Turn, ...] = ()
        found = []
        for question in questions[:MOST_QUOTES]:
            found.append(self._search(question, before, retrieval.filters))
            before = (Turn(role="user", content=question),)
        return tuple(found)

    def _citation(self, number: int, passage: Passage) -> Citation:
        return make_citation(number, passage.hit, passage.span, self._copies(passage.hit.paragraph.ref, passage.span))


def choose(
    retrievals: Sequence[Retrieval], *, whole: Retrieval | None = None, most: int = MOST_QUOTES
) -> tuple[Passage, ...]:
    """The passages to quote, in the order of what was asked.

    Args:
        retrievals: one for each thing asked.
        whole: where several things are asked, the retrieval of all together: a piece of a question says less than all
            of it, and what answers the whole best is quoted too.
        most: how many at most.
    """
    if len(retrievals) > 1:
        several = _one_for_each(retrievals[:most])
        for passage in rank_passages(whole)[:OF_WHOLE] if whole else ():
            if len(several) < most and _may_answer(passage) and not _stands_in_one(passage, several):
                several.append(passage)
        return tuple(several)
    ranked = rank_passages(retrievals[0])
    chosen: list[Passage] = []
    for passage in ranked:
        if len(chosen) < most and _adds(passage, ranked[0], chosen):
            chosen.append(passage)
    return tuple(chosen)


def _one_for_each(retrievals: Sequence[Retrieval]) -> list[Passage]:
    """For each thing asked the best passage, or one nearly as good where the best was quoted for another thing."""
    chosen: list[Passage] = []
    for retrieval in retrievals:
        ranked = rank_passages(retrieval)
        for passage in ranked:
            if passage is not ranked[0] and not _for_another(passage, ranked[0]):
                break
            if not _stands_in_one(passage, chosen):
                chosen.append(passage)
                break
    return chosen


def _for_another(passage: Passage, best: Passage) -> bool:
    """Whether a passage may stand in for the best one, which was quoted for another thing that was asked."""
    if passage.odds is None:
        return passage.score >= best.score - FOR_ANOTHER
    return passage.score >= best.score - FOR_ANOTHER_READ and _may_answer(passage)


def _may_answer(passage: Passage) -> bool:
    """Whether the reader read the passage and did not rule it out."""
    return passage.odds is not None and passage.odds > READ_WITHIN[0]


def _stands_in_one(passage: Passage, chosen: Sequence[Passage]) -> bool:
    return any(passage.stands_in(quoted, share=REPEATED) for quoted in chosen)


def _adds(passage: Passage, best: Passage, chosen: Sequence[Passage]) -> bool:
    """Whether a passage answers nearly as well as the best one and says something that was not said."""
    if any(passage.repeats(quoted, share=REPEATED) for quoted in chosen):
        return False
    within = NEARLY_AS_WELL if passage.odds is None else NEARLY_AS_WELL_READ
    return passage is best or passage.score >= best.score - within
