"""Silence as a decision: refusing and answering scored as two classes, and risk against coverage along confidence.

A question counts as refused when it was answered by an abstention or could not be answered at all (an error).
Arrays hold one entry a question: `answerable`, `answered` and `right` are booleans, `confidence` is in [0, 1].
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class ClassScores(NamedTuple):
    """Precision, recall and F1 of one class; None when no question is of that class."""

    precision: float | None
    recall: float | None
    f1: float | None


def refusing(answerable: Flags, answered: Flags) -> ClassScores:
    """How well the unanswerable questions were told from the others by refusing them."""
    return _class_scores(~answerable, ~answered)


def answering(answerable: Flags, answered: Flags) -> ClassScores:
    """How well the answerable questions were told from the others by answering them."""
    return _class_scores(answerable, answered)


def false_refusals(answerable: Flags, answered: Flags) -> float | None:
    """The share of answerable questions that were refused."""
    return float((~answered[answerable]).mean()) if answerable.any() else None


def false_answers(answerable: Flags, answered: Flags) -> float | None:
    """The share of unanswerable questions that were answered."""
    return float(answered[~answerable].mean()) if (~answerable).any() else None


def auroc(answerable: Flags, confidence: Floats) -> float | None:
    """The chance that an answerable question has more confidence than an unanswerable one; ties count half."""
    positive, negative = int(answerable.sum()), int((~answerable).sum())
    if not positive or not negative:
        return None
    _, group, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[group]
    return float((ranks[answerable].sum() - positive * (positive + 1) / 2) / (positive * negative))


class RiskCoverage(NamedTuple):
    """At each coverage i/n, the share of wrong answers among the i most confident; of equals, what is expected."""

    coverage: Floats
    risk: Floats

    @property
    def area(self) -> float:
        """AURC: the mean risk over all coverages (Geifman and El-Yaniv 2017); lower is better."""
        return float(self.risk.mean())


def risk_coverage(answerable: Flags, answered: Flags, right: Flags, confidence: Floats) -> RiskCoverage:
    """The curve over all questions, most confident first.

    A refused question has no answer to cover it with, so covering it is a wrong answer, be it answerable or not.
    """
    wrong = (~(answerable & answered & right)).astype(float)
    order = np.argsort(-confidence, kind="stable")
    _, group, counts = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    expected = np.bincount(group, weights=wrong[order]) / counts
    at = np.arange(1, len(order) + 1)
    return RiskCoverage(coverage=at / len(order), risk=np.cumsum(expected[group]) / at)


def _class_scores(wanted: Flags, given: Flags) -> ClassScores:
    if not wanted.any():
        return ClassScores(None, None, None)
    hits = int((wanted & given).sum())
    precision = hits / int(given.sum()) if given.any() else 0.0
    recall = hits / int(wanted.sum())
    return ClassScores(precision, recall, 2 * hits / (int(given.sum()) + int(wanted.sum())))


def as_flags(values: Any) -> Flags:
    """Booleans as an array."""
    return np.asarray(values, dtype=np.bool_)
