"""Answers made of exact quotes: it cannot misquote by construction.

The best passage for each thing asked is quoted, and what else answers nearly as well and says something new. Whether
anything answers at all is decided first, by the same check that a language model's answers pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.answerer import AnswerableCheck, closest
from rag.answer.citations import CopyFinder, make_citation, neutral
from rag.answer.passages import Passage, parts_of, rank_passages
from rag.types import Citation, Claim, Delta, Draft, DraftEvent, Mode, Retrieval, Turn

MOST_QUOTES = 3
NEARLY_AS_WELL = 0.1
NEARLY_AS_WELL_AND_NEW = 0.15
"""How much lower a passage may score that holds a word of the question which those chosen do not."""
REPEATED = 0.6
ABSTAINS = "The documents do not answer this question."


class QuotingAnswerer:
    """An `Answerer` that needs no language model.

    Args:
        copies: says which other documents carry a quote.
        answerable: decides on silence.
    """

    mode: Mode = "quote"
    model: str | None = None

    def __init__(self, *, copies: CopyFinder, answerable: AnswerableCheck) -> None:
        self._copies = copies
        self._answerable = answerable

    def answer(self, retrieval: Retrieval, history: Sequence[Turn] = ()) -> Iterator[DraftEvent]:
        """The quotes that answer, or an abstention with its reason."""
        verdict = self._answerable(retrieval)
        passages = choose(retrieval) if verdict.answerable else ()
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

    def _citation(self, number: int, passage: Passage) -> Citation:
        return make_citation(
            number, passage.hit, passage.span, self._copies(passage.hit.paragraph.ref, passage.span)
        )


def choose(retrieval: Retrieval, *, most: int = MOST_QUOTES) -> tuple[Passage, ...]:
    """The passages to quote, in the order of what was asked."""
    chosen: list[Passage] = []
    parts = parts_of(retrieval)
    for part in parts:
        ranked = rank_passages(retrieval, part)
        for passage in ranked if len(parts) == 1 else ranked[:1]:
            if len(chosen) < most and _adds(passage, ranked[0], chosen):
                chosen.append(passage)
    return tuple(chosen)


def _adds(passage: Passage, best: Passage, chosen: Sequence[Passage]) -> bool:
    """Whether a passage answers nearly as well as the best one and says something that was not said."""
    if any(passage.repeats(quoted, share=REPEATED) for quoted in chosen):
        return False
    known = frozenset().union(*(quoted.held for quoted in chosen))
    within = NEARLY_AS_WELL_AND_NEW if passage.held - known else NEARLY_AS_WELL
    return passage is best or passage.score >= best.score - within
