"""Against ALCE's own procedure, written out as its `compute_autoais` goes through an answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.alce import AlceScores, CitedClaim, alce_scores


def entails(paragraphs: Sequence[str], claim: str) -> bool:
    """A claim is the set of its letters; paragraphs entail it when they hold all of them together."""
    return set(claim) <= set("".join(paragraphs))


def as_alce_does(claims: Sequence[CitedClaim]) -> AlceScores:
    entail = entail_prec = total_citations = 0
    for sentence, references in claims:
        total_citations += len(references)
        joint_entail = int(bool(references) and entails(references, sentence))
        entail += joint_entail
        if joint_entail and len(references) > 1:
            for at in range(len(references)):
                if entails([references[at]], sentence):
                    entail_prec += 1
                else:
                    rest = [reference for other, reference in enumerate(references) if other != at]
                    entail_prec += not entails(rest, sentence)
        else:
            entail_prec += joint_entail
    return AlceScores(entail / len(claims), entail_prec / total_citations if total_citations else 0.0)


letters = st.text("abcd", min_size=1, max_size=3)
answers = st.lists(st.builds(CitedClaim, letters, st.lists(letters, max_size=4).map(tuple)), min_size=1, max_size=5)


@given(claims=answers)
def test_random_answers_score_as_alce_scores_them(claims: list[CitedClaim]) -> None:
    found = alce_scores(claims, entails)
    assert found == pytest.approx(as_alce_does(claims))
    assert 0 <= found.recall <= 1
    assert 0 <= found.precision <= 1


@pytest.mark.parametrize(
    ("paragraphs", "recall", "precision"),
    [
        (("ab",), 1, 1),
        (("a",), 0, 0),
        ((), 0, 0),
        (("a", "b"), 1, 1),
        (("ab", "c"), 1, 0.5),
        (("a", "b", "c"), 1, 2 / 3),
    ],
    ids=["enough", "too little", "nothing cited", "both needed", "one irrelevant", "one of three irrelevant"],
)
def test_what_counts(paragraphs: tuple[str, ...], recall: float, precision: float) -> None:
    assert alce_scores([CitedClaim("ab", paragraphs)], entails) == pytest.approx(AlceScores(recall, precision))
