"""The summary of a run: every metric overall, with a bootstrap interval, and by kind, split and question set.

How many questions a figure rests on, and how many it could not be scored for, is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.evaluate.figures import METRICS, Columns, Indices, Metric, Prices, columns_of, value_of
from rag.evaluate.metrics import Scored

DRAWS = 1000
SEED = 20231207
TAILS = (2.5, 97.5)
SMALL = 100
"""Below this many questions a sample is called small: one question moves a mean by a hundredth or more."""
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A metric's value over a sample, its 95 % interval, and how many questions it was and was not scored for."""

    value: float | None
    low: float | None = None
    high: float | None = None
    scored: int = 0
    unscored: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The figures of some of the questions: all of them, a kind, a split or a set."""

    name: str
    questions: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a run."""

    overall: Part
    kinds: tuple[Part, ...]
    splits: tuple[Part, ...]
    sets: tuple[Part, ...]

    @property
    def small(self) -> bool:
        return self.overall.questions < SMALL

    def value(self, metric: str) -> float | None:
        """The overall value of a metric."""
        return self.overall.figures[metric].value


def summarize(scored: Sequence[Scored], *, prices: Prices | None = None) -> Summary:
    """The figures of scored questions; the same questions always give the same intervals."""
    columns = columns_of(scored, prices)
    everything = np.arange(len(columns))
    return Summary(
        overall=part(columns, everything, name="all", intervals=True),
        kinds=_parts(columns, [each.question.kind for each in scored]),
        splits=_parts(columns, [each.question.split for each in scored]),
        sets=_parts(columns, [each.record.set for each in scored]),
    )


def part(columns: Columns, at: Indices, *, name: str, intervals: bool) -> Part:
    """The figures of the questions at these indices."""
    draws = resamples(len(at)) if intervals and len(at) else None
    return Part(
        name=name,
        questions=len(at),
        figures={metric.name: _figure(metric, columns, at, draws) for metric in METRICS},
    )


def resamples(size: int) -> Indices:
    """The draws of the bootstrap: `DRAWS` samples with replacement of positions below `size`, always the same."""
    return np.random.default_rng(SEED).integers(0, size, size=(DRAWS, size))


def interval(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The middle 95 % of bootstrap values; None when most of the draws could not be scored."""
    present = values[~np.isnan(values)]
    if len(present) < len(values) / 2:
        return None
    low, high = np.percentile(present, TAILS)
    return float(low), float(high)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain values; what differs by time stands under `seconds`, apart from the rest."""
    return {
        "format": FORMAT,
        "questions": summary.overall.questions,
        "small_sample": summary.small,
        "overall": _part_to_json(summary.overall),
        "by_kind": {each.name: _part_to_json(each) for each in summary.kinds},
        "by_split": {each.name: _part_to_json(each) for each in summary.splits},
        "by_set": {each.name: _part_to_json(each) for each in summary.sets},
        "seconds": {
            metric.name: _figure_to_json(summary.overall.figures[metric.name]) for metric in METRICS if metric.timed
        },
    }


def _figure(metric: Metric, columns: Columns, at: Indices, draws: Indices | None) -> Figure:
    value = value_of(metric, columns, at)
    scored = len(at)
    if metric.column:
        scored = int((~np.isnan(columns.scores[metric.column][at])).sum())
    elif value is None:
        scored = 0
    bounds = None
    if draws is not None and value is not None:
        bounds = interval(metric.reduce(columns, at[draws]))
    low, high = bounds or (None, None)
    return Figure(value=value, low=low, high=high, scored=scored, unscored=len(at) - scored)


def _parts(columns: Columns, names: Sequence[str]) -> tuple[Part, ...]:
    of = np.array(names)
    return tuple(
        part(columns, np.flatnonzero(of == name), name=name, intervals=False) for name in dict.fromkeys(names) if name
    )


def _part_to_json(each: Part) -> dict[str, Any]:
    return {
        "questions": each.questions,
        "figures": {metric.name: _figure_to_json(each.figures[metric.name]) for metric in METRICS if not metric.timed},
    }


def _figure_to_json(figure: Figure) -> dict[str, Any]:
    return {
        "value": _rounded(figure.value),
        "low": _rounded(figure.low),
        "high": _rounded(figure.high),
        "scored": figure.scored,
        "unscored": figure.unscored,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
