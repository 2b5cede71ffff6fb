"""How figures are written, in the terminal and in the report alike."""

from __future__ import annotations

import math

from rag.evaluate.compare import Comparison, Difference
from rag.evaluate.figures import Metric
from rag.evaluate.summary import SMALL, Summary

NONE = "–"


def number(metric: Metric, value: float | None) -> str:
    """A value of a metric; a gate that is not quite 1 is never rounded up to it."""
    if value is None:
        return NONE
    if metric.unit == "tokens":
        return f"{value:,.0f}"
    if metric.unit == "s":
        return f"{value:.3f}" if value < 10 else f"{value:.1f}"
    if metric.name == "cost":
        return f"{value:.5f}"
    return f"{math.floor(value * 1000) / 1000 if metric.gate else value:.3f}"


def bounds(metric: Metric, low: float | None, high: float | None) -> str:
    """An interval, or nothing when there is none or it has no width."""
    if low is None or high is None or (metric.gate and low == high):
        return ""
    return f"{number(metric, low)} to {number(metric, high)}"


def change(metric: Metric, value: float | None) -> str:
    """A difference with its sign; none is `=`."""
    if value is None:
        return NONE
    return "=" if value == 0 else ("+" if value > 0 else "−") + number(metric, abs(value)).lstrip("−")


def change_bounds(difference: Difference) -> str:
    """The interval of a difference, or nothing when nothing changed."""
    if not difference.change or difference.low is None or difference.high is None:
        return ""
    low, high = (change(difference.metric, bound).replace("=", "0.000") for bound in (difference.low, difference.high))
    return f"{low} to {high}"


def verdict(difference: Difference) -> str:
    """What became of a metric, in words."""
    words = {
        "better": "better",
        "worse": "worse, tolerated",
        "same": "same",
        "regressed": "REGRESSED",
        "broken": "GATE BROKEN",
        "unscored": "not scored",
    }
    if difference.metric.tolerance is None and difference.verdict == "worse":
        return "worse, not gated"
    return words[difference.verdict]


def sample(summary: Summary) -> str:
    """How far a sample of this size can be trusted; empty when it is not small."""
    count = summary.overall.questions
    if count >= SMALL:
        return ""
    return (
        f"A small sample: of {count} question{'s' if count != 1 else ''} each moves a mean by {1 / count:.3f} or more; "
        "read the intervals, not the last digit."
    )


def headline(comparison: Comparison) -> str:
    """A comparison in one sentence."""
    count = len(comparison.pairs)
    if comparison.equal:
        return f"Nothing but time differs between {comparison.before} and {comparison.after} over {count:,} questions."
    fixed, broken = len(comparison.of("fixed")), len(comparison.of("broken"))
    failing = ", ".join(each.metric.label for each in comparison.failing)
    outcome = f"Regressed: {failing}." if failing else "No metric fell by more than its tolerance."
    small = f" With {count} questions only large differences can be seen." if comparison.small else ""
    return f"{outcome} {fixed} fixed, {broken} broken, of {count:,} questions.{small}"
