"""Silence as a decision: refusing and answering scored as two classes, and risk against coverage along confidence.

A question counts as refused when it was answered by an abstention or could not be answered at all (an error).
Arrays hold one entry a question: `answerable`, `answered` and `right` are booleans, `confidence` is in [0, 1]. The
scores that are counts also take many samples at a time, one a row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def class_f1(wanted: Flags, given: Flags) -> Floats:
    """The F1 of one class along the last axis; NaN where no question is of that class."""
    return _ratio(2 * (wanted & given).sum(axis=-1), given.sum(axis=-1) + wanted.sum(axis=-1), wanted)


def refusing_f1(answerable: Flags, answered: Flags) -> Floats:
    """How well the unanswerable questions were told from the others by refusing them."""
    return class_f1(~answerable, ~answered)


def answering_f1(answerable: Flags, answered: Flags) -> Floats:
    """How well the answerable questions were told from the others by answering them."""
    return class_f1(answerable, answered)


def abstention_f1(answerable: Flags, answered: Flags) -> Floats:
    """The mean of the two, so that neither always refusing nor never refusing wins."""
    return (refusing_f1(answerable, answered) + answering_f1(answerable, answered)) / 2


def false_refusals(answerable: Flags, answered: Flags) -> Floats:
    """The share of answerable questions that were refused; NaN where none is answerable."""
    return _ratio((answerable & ~answered).sum(axis=-1), answerable.sum(axis=-1), answerable)


def false_answers(answerable: Flags, answered: Flags) -> Floats:
    """The share of unanswerable questions that were answered; NaN where all are answerable."""
    return _ratio((~answerable & answered).sum(axis=-1), (~answerable).sum(axis=-1), ~answerable)


def auroc(answerable: Flags, confidence: Floats) -> float:
    """The chance that an answerable question has more confidence than an unanswerable one; ties count half.

    NaN when all are answerable, or none is.
    """
    positive, negative = int(answerable.sum()), int((~answerable).sum())
    if not positive or not negative:
        return float("nan")
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


def _ratio(part: Any, whole: Any, wanted: Flags) -> Floats:
    ratio: Floats = np.where(wanted.any(axis=-1), part / np.maximum(whole, 1), np.nan)
    return ratio


def as_flags(values: Any) -> Flags:
    """Booleans as an array."""
    return np.asarray(values, dtype=np.bool_)
