"""Two runs of the same questions: what got better or worse, how sure that is, and what changed question by question.

The bootstrap is paired: each draw takes the same questions from both runs, so that what is hard for both cancels.
A comparison regresses when a metric got worse by more than its tolerance, when a hard gate is broken, or when a
metric that was scored before no longer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rag.errors import InputError
from rag.evaluate.figures import METRICS, Columns, Indices, Metric, Prices, columns_of, value_of
from rag.evaluate.metrics import Scored
from rag.evaluate.summary import SMALL, interval, resamples

Verdict = Literal["better", "worse", "same", "regressed", "broken", "unscored"]
Change = Literal["broken", "fixed", "other wording", "other citations", "same"]
CHANGES: tuple[Change, ...] = ("broken", "fixed", "other wording", "other citations", "same")
EXACT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A metric in two runs; the interval is of `after - before`.

    `regressed`: worse by more than the tolerance; `broken`: a hard gate is not 1; `unscored`: scored in neither.
    """

    metric: Metric
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def fails(self) -> bool:
        return self.verdict in ("regressed", "broken")

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question in both runs."""

    before: Scored
    after: Scored
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The run `after` against the run `before` on the questions they share."""

    before: str
    after: str
    differences: tuple[Difference, ...]
    pairs: tuple[Pair, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    altered: tuple[str, ...]
    """Questions of the same name that ask or expect something else; they are left out."""

    @property
    def failing(self) -> tuple[Difference, ...]:
        return tuple(difference for difference in self.differences if difference.fails)

    @property
    def regressed(self) -> bool:
        return bool(self.failing)

    @property
    def small(self) -> bool:
        return len(self.pairs) < SMALL

    @property
    def equal(self) -> bool:
        """Whether nothing but time differs."""
        return all(pair.change == "same" for pair in self.pairs) and all(
            difference.change in (None, 0.0) for difference in self.differences if not difference.metric.timed
        )

    def of(self, change: Change) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.change == change)


def compare(
    before: Sequence[Scored],
    after: Sequence[Scored],
    *,
    names: tuple[str, str],
    prices: tuple[Prices | None, Prices | None] = (None, None),
) -> Comparison:
    """The run `after` against the run `before`.

    Raises:
        InputError: they share no question.
    """
    olds = {each.key: each for each in before}
    shared = [(olds[each.key], each) for each in after if each.key in olds]
    same = [(old, new) for old, new in shared if old.question == new.question]
    if not same:
        raise InputError(
            f"The runs {names[0]!r} and {names[1]!r} share no question.", mend="Compare runs of the same questions."
        )
    news = {each.key for each in after}
    old_columns = columns_of([old for old, _ in same], prices[0])
    new_columns = columns_of([new for _, new in same], prices[1])
    draws = resamples(len(same))
    return Comparison(
        before=names[0],
        after=names[1],
        differences=tuple(difference(metric, old_columns, new_columns, draws) for metric in METRICS),
        pairs=tuple(Pair(before=old, after=new, change=changed(old, new)) for old, new in same),
        only_before=tuple(key for key in olds if key not in news),
        only_after=tuple(each.key for each in after if each.key not in olds),
        altered=tuple(new.key for old, new in shared if old.question != new.question),
    )


def difference(metric: Metric, before: Columns, after: Columns, draws: Indices) -> Difference:
    """One metric over the same questions in both runs."""
    everything = np.arange(len(before))
    old, new = value_of(metric, before, everything), value_of(metric, after, everything)
    change = None if old is None or new is None else new - old
    bounds = None
    if change is not None:
        bounds = interval(metric.reduce(after, draws) - metric.reduce(before, draws))
    low, high = bounds or (None, None)
    return Difference(
        metric=metric,
        before=old,
        after=new,
        change=0.0 if change is not None and abs(change) < EXACT else change,
        low=low,
        high=high,
        verdict=_verdict(metric, old, new),
    )


def changed(before: Scored, after: Scored) -> Change:
    """What became of one question."""
    if before.right != after.right:
        return "fixed" if after.right else "broken"
    old, new = before.record, after.record
    if (old.text, old.status, old.error) != (new.text, new.status, new.error):
        return "other wording"
    if [(each.paragraph, each.quote) for each in old.citations] != [
        (each.paragraph, each.quote) for each in new.citations
    ]:
        return "other citations"
    return "same"


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain values."""
    return {
        "before": comparison.before,
        "after": comparison.after,
        "questions": len(comparison.pairs),
        "small_sample": comparison.small,
        "regressed": comparison.regressed,
        "equal": comparison.equal,
        "metrics": {
            each.metric.name: {
                "before": _rounded(each.before),
                "after": _rounded(each.after),
                "change": _rounded(each.change),
                "low": _rounded(each.low),
                "high": _rounded(each.high),
                "verdict": each.verdict,
            }
            for each in comparison.differences
        },
        "changed": {
            change: [pair.after.key for pair in comparison.of(change)] for change in CHANGES if change != "same"
        },
        "only_before": list(comparison.only_before),
        "only_after": list(comparison.only_after),
        "altered": list(comparison.altered),
    }


def _verdict(metric: Metric, before: float | None, after: float | None) -> Verdict:
    if metric.gate and after is not None and after < 1:
        return "broken"
    if after is None:
        gone = before is not None and metric.tolerance is not None and not metric.gate
        return "regressed" if gone else "unscored"
    if before is None:
        return "unscored"
    worse = before - after if metric.higher_is_better else after - before
    if metric.tolerance is not None and worse > metric.tolerance + EXACT:
        return "regressed"
    if abs(worse) < EXACT:
        return "same"
    return "worse" if worse > 0 else "better"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
