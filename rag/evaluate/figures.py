"""The figures of a run: what each is called, how it is gathered from questions, and how far it may get worse.

Every metric is a function of a sample of questions, so that the same one serves the whole, a kind, a split and each
draw of the bootstrap. A metric that nothing was scored for is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.evaluate import abstention
from rag.evaluate.metrics import PER_ANSWER, Scored
from rag.evaluate.relevance import RANKED

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The questions of a run as arrays, one entry a question; what is None in a score is NaN here."""

    keys: tuple[str, ...]
    scores: Mapping[str, Floats]
    answerable: Flags
    answered: Flags
    right: Flags
    failed: Flags
    confidence: Floats
    amounts: Mapping[str, Floats]
    """Seconds, tokens read and written, cost."""

    def __len__(self) -> int:
        return len(self.keys)


class Prices(NamedTuple):
    """What a million tokens cost, read and written."""

    read: float
    written: float


def columns_of(scored: Sequence[Scored], prices: Prices | None = None) -> Columns:
    """The scored questions as arrays, in their order."""
    tokens = [each.record.tokens or (np.nan, np.nan) for each in scored]
    read = np.array([pair[0] for pair in tokens], dtype=float)
    written = np.array([pair[1] for pair in tokens], dtype=float)
    cost = (read * prices.read + written * prices.written) / 1e6 if prices else np.full(len(scored), np.nan)
    return Columns(
        keys=tuple(each.key for each in scored),
        scores={name: np.array([_number(each.scores[name]) for each in scored]) for name in (*RANKED, *PER_ANSWER)},
        answerable=abstention.as_flags([each.question.answerable for each in scored]),
        answered=abstention.as_flags([each.record.answered for each in scored]),
        right=abstention.as_flags([each.right for each in scored]),
        failed=abstention.as_flags([bool(each.record.error) for each in scored]),
        confidence=np.array([each.record.confidence for each in scored], dtype=float),
        amounts={
            "seconds": np.array([each.record.seconds.get("total", np.nan) for each in scored], dtype=float),
            "tokens_read": read,
            "tokens_written": written,
            "cost": cost,
        },
    )


Reduce = Callable[[Columns, Indices], Floats]
"""The value over the questions at some indices; of many samples at a time, one a row. NaN when nothing was scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a run. `tolerance` is how much worse it may get before a comparison fails; None: any amount."""

    name: str
    label: str
    group: str
    reduce: Reduce
    says: str
    """What it is, in one line for the report."""
    higher_is_better: bool = True
    tolerance: float | None = 0.02
    gate: bool = False
    """Whether anything but 1 is a defect."""
    unit: str = ""
    timed: bool = False
    """Whether it differs between runs that are otherwise the same."""
    column: str = ""
    """The score it is the mean of, when it is one."""


def value_of(metric: Metric, columns: Columns, at: Indices) -> float | None:
    """The value of a metric over the questions at these indices; None when nothing was scored."""
    value = float(metric.reduce(columns, at))
    return None if np.isnan(value) else value


def _mean_of(values: Floats) -> Floats:
    """The mean of what is there along the last axis; NaN where nothing is."""
    there = ~np.isnan(values)
    count = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def _mean_score(name: str, columns: Columns, at: Indices) -> Floats:
    return _mean_of(columns.scores[name][at])


def _mean_amount(name: str, columns: Columns, at: Indices) -> Floats:
    return _mean_of(columns.amounts[name][at])


def _share(name: str, columns: Columns, at: Indices) -> Floats:
    return _mean_of(getattr(columns, name)[at].astype(float))


def _seconds(percent: float, columns: Columns, at: Indices) -> Floats:
    # As `numpy.nanpercentile`, which takes a thousand rows one by one. NaN sorts to the end.
    values = np.sort(columns.amounts["seconds"][at], axis=-1)
    last = np.maximum((~np.isnan(values)).sum(axis=-1, keepdims=True) - 1, 0)
    place = last * (percent / 100)
    below = np.floor(place).astype(np.intp)
    low, high = (np.take_along_axis(values, end, axis=-1) for end in (below, np.minimum(below + 1, last)))
    quantile: Floats = (low + (high - low) * (place - below))[..., 0]
    return quantile


def _of_flags(measure: Callable[[Flags, Flags], Floats]) -> Reduce:
    return lambda columns, at: measure(columns.answerable[at], columns.answered[at])


def _row_by_row(measure: Callable[[Columns, Indices], float]) -> Reduce:
    def reduce(columns: Columns, at: Indices) -> Floats:
        if at.ndim == 1:
            return np.asarray(measure(columns, at))
        return np.array([measure(columns, row) for row in at])

    return reduce


def _auroc(columns: Columns, at: Indices) -> float:
    return abstention.auroc(columns.answerable[at], columns.confidence[at])


def _aurc(columns: Columns, at: Indices) -> float:
    if not columns.answerable[at].any():
        return np.nan
    return abstention.risk_coverage(
        columns.answerable[at], columns.answered[at], columns.right[at], columns.confidence[at]
    ).area


def _mean(name: str, label: str, group: str, says: str, tolerance: float | None = 0.02, gate: bool = False) -> Metric:
    return Metric(
        name=name,
        label=label,
        group=group,
        says=says,
        reduce=partial(_mean_score, name),
        tolerance=0.0 if gate else tolerance,
        gate=gate,
        column=name,
    )


def _amount(name: str, label: str, says: str, unit: str, reduce: Reduce, timed: bool = False) -> Metric:
    return Metric(
        name=name,
        label=label,
        group="Cost",
        says=says,
        reduce=reduce,
        higher_is_better=False,
        tolerance=None,
        unit=unit,
        timed=timed,
    )


def _number(score: float | None) -> float:
    return np.nan if score is None else score


METRICS: tuple[Metric, ...] = (
    Metric(
        name="right",
        label="Right",
        group="Answers",
        says="Every fact stated (without facts: every gold group cited), and silence where nothing answers.",
        reduce=partial(_share, "right"),
    ),
    _mean("fact_recall", "Fact recall", "Answers", "Facts stated in the answer, of those asked for."),
    _mean("token_f1", "Token F1", "Answers", "Word overlap with the nearest reference answer.", 0.03),
    _mean("pointer_validity", "Pointers valid", "Verification", "Citations that lead to a paragraph.", gate=True),
    _mean("quote_exactness", "Quotes exact", "Verification", "Quotes that stand there letter by letter.", gate=True),
    _mean("citation_precision", "Citation precision", "Citations", "Cited paragraphs that are gold."),
    _mean("citation_recall", "Citation recall", "Citations", "Gold groups that are cited."),
    _mean("citation_f1", "Citation F1", "Citations", "Harmonic mean of the two, per question."),
    _mean("citation_coverage", "Claims cited", "Citations", "Claims that cite anything."),
    _mean(
        "primary_source_rate",
        "Primary source",
        "Citations",
        "Citations of the statement itself, where it holds the answer.",
        None,
    ),
    _mean("support_rate", "Claims supported", "Support", "Claims that passed the check against what they cite."),
    _mean("number_support", "Numbers supported", "Support", "Numbers in claims that stand in what they cite."),
    _mean("date_support", "Dates supported", "Support", "Dates in claims that stand in what they cite."),
    _mean("name_support", "Names supported", "Support", "Names in claims that stand in what they cite."),
    _mean("alce_recall", "ALCE recall", "Support", "Claims that their citations entail together.", 0.05),
    _mean("alce_precision", "ALCE precision", "Support", "Citations that an entailed claim needs.", 0.05),
    Metric(
        name="refusing_f1",
        label="F1 of refusing",
        group="Abstention",
        says="Unanswerable questions refused, and only those.",
        reduce=_of_flags(abstention.refusing_f1),
    ),
    Metric(
        name="answering_f1",
        label="F1 of answering",
        group="Abstention",
        says="Answerable questions answered, and only those.",
        reduce=_of_flags(abstention.answering_f1),
    ),
    Metric(
        name="abstention",
        label="Abstention mean F1",
        group="Abstention",
        says="The mean of the two: neither always refusing nor never refusing wins.",
        reduce=_of_flags(abstention.abstention_f1),
    ),
    Metric(
        name="false_refusals",
        label="False refusals",
        group="Abstention",
        says="Answerable questions that were refused.",
        reduce=_of_flags(abstention.false_refusals),
        higher_is_better=False,
    ),
    Metric(
        name="false_answers",
        label="False answers",
        group="Abstention",
        says="Unanswerable questions that were answered.",
        reduce=_of_flags(abstention.false_answers),
        higher_is_better=False,
    ),
    Metric(
        name="auroc",
        label="AUROC",
        group="Abstention",
        says="Chance that of two questions the answerable one has the higher confidence.",
        reduce=_row_by_row(_auroc),
        tolerance=0.03,
    ),
    Metric(
        name="aurc",
        label="AURC",
        group="Abstention",
        says="Mean risk over all coverages, most confident first.",
        reduce=_row_by_row(_aurc),
        higher_is_better=False,
        tolerance=0.05,
    ),
    _mean("recall@1", "Recall@1", "Retrieval", "Gold groups met by the first hit."),
    _mean("recall@5", "Recall@5", "Retrieval", "Gold groups met by the first five hits."),
    _mean("recall@10", "Recall@10", "Retrieval", "Gold groups met by the first ten hits."),
    _mean("ndcg@10", "nDCG@10", "Retrieval", "Discounted gain of the first ten, of the best possible."),
    _mean("mrr", "MRR", "Retrieval", "One over the rank of the first gold hit."),
    Metric(
        name="errors",
        label="Errors",
        group="Cost",
        says="Questions that ended in an error; they score the minimum.",
        reduce=partial(_share, "failed"),
        higher_is_better=False,
        tolerance=0.0,
    ),
    _amount("seconds_p50", "Seconds, median", "Half of the answers took less.", "s", partial(_seconds, 50), True),
    _amount("seconds_p95", "Seconds, p95", "Nineteen in twenty took less.", "s", partial(_seconds, 95), True),
    _amount(
        "tokens_read",
        "Tokens read",
        "By the language model, a question.",
        "tokens",
        partial(_mean_amount, "tokens_read"),
    ),
    _amount(
        "tokens_written",
        "Tokens written",
        "By the language model, a question.",
        "tokens",
        partial(_mean_amount, "tokens_written"),
    ),
    _amount("cost", "Cost", "Of a question, at the prices given.", "", partial(_mean_amount, "cost")),
)
BY_NAME = {metric.name: metric for metric in METRICS}
