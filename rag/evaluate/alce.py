"""ALCE's citation recall and precision (Gao et al. 2023, https://arxiv.org/abs/2305.14627), per answer.

Recall: the share of claims that the cited paragraphs together entail; a claim without citation counts 0.
Precision: the share of citations that are neither irrelevant nor of a claim that is not entailed. A citation is
irrelevant when its paragraph alone does not entail the claim and the others do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Entails = Callable[[Sequence[str], str], bool]
"""Whether paragraphs, taken together, entail a claim."""


class CitedClaim(NamedTuple):
    """A claim and the texts it cites, in order."""

    claim: str
    paragraphs: tuple[str, ...]


class AlceScores(NamedTuple):
    """Both in [0, 1]; an answer that cites nothing has a precision of 0, as in ALCE's own code."""

    recall: float
    precision: float


def alce_scores(claims: Sequence[CitedClaim], entails: Entails) -> AlceScores:
    """Citation recall and precision of one answer."""
    entailed = 0
    precise = 0
    citations = 0
    for claim, paragraphs in claims:
        citations += len(paragraphs)
        if not paragraphs or not entails(paragraphs, claim):
            continue
        entailed += 1
        if len(paragraphs) == 1:
            precise += 1
            continue
        for at, paragraph in enumerate(paragraphs):
            others = paragraphs[:at] + paragraphs[at + 1 :]
            precise += entails((paragraph,), claim) or not entails(others, claim)
    return AlceScores(
        recall=entailed / len(claims) if claims else 0.0,
        precision=precise / citations if citations else 0.0,
    )
