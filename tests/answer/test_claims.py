"""What becomes of sentences without citations, and of sentences that share one."""

from __future__ import annotations

import pytest

from rag.answer.citations import make_citation
from rag.answer.claims import judge_claims
from rag.answer.support import check_claim
from rag.answer.writer import Mark, pieces
from rag.types import Claim, Span
from tests.answer.material import retrieval

HIT = next(hit for hit in retrieval().hits if hit.paragraph.ref == "joint-statement#p2")
CITATION = make_citation(1, HIT, Span(start=0, end=len(HIT.paragraph.text)))
SUPPORTED = "Azerbaijan releases 32 Armenian military servicemen."


def judge(text: str, *marks: int, rejected_at: tuple[int, ...] = ()) -> list[Claim]:
    found = pieces(text, [Mark(offset, (1,)) for offset in marks])
    return list(judge_claims(found, [CITATION], check=check_claim, rejected_at=rejected_at))


def test_a_cited_sentence_is_judged() -> None:
    assert judge(SUPPORTED, len(SUPPORTED)) == [Claim(text=SUPPORTED, citations=(1,), support="supported")]


@pytest.mark.parametrize(
    ("text", "support", "why"),
    [
        ("Mars has 7 moons.", "unsupported", "cites no paragraph"),
        ("The statement says the following:", "unjudged", "introduces"),
        ("Yes.", "unjudged", "introduces"),
        ("The documents do not say when they were released.", "unjudged", "leave open"),
        ("The documents do not say that 40 were released.", "unsupported", "cites no paragraph"),
    ],
)
def test_a_sentence_without_citation(text: str, support: str, why: str) -> None:
    (claim,) = judge(text)
    assert (claim.support, claim.citations) == (support, ())
    assert why in claim.why


def test_a_sentence_that_the_next_citation_carries_is_partial() -> None:
    text = f"Azerbaijan releases 32 servicemen. {SUPPORTED}"
    first, second = judge(text, len(text))
    assert (first.support, first.citations) == ("partial", ())
    assert "[1]" in first.why
    assert second.support == "supported"


def test_a_sentence_whose_marker_was_rejected_says_so() -> None:
    (claim,) = judge(SUPPORTED, rejected_at=(len(SUPPORTED),))
    assert claim.support == "unsupported"
    assert "no paragraph shown" in claim.why


def test_bullets_and_dashes_are_no_claims() -> None:
    text = f"- {SUPPORTED}\n- —\n2. {SUPPORTED}"
    claims = judge(text, len(SUPPORTED) + 2, len(text))
    assert [claim.text for claim in claims] == [SUPPORTED, SUPPORTED]
