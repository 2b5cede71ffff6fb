from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import InputError
from rag.evaluate.compare import compare, comparison_to_json
from rag.evaluate.figures import METRICS, columns_of
from rag.evaluate.metrics import PER_ANSWER, Scored
from rag.evaluate.questions import Question
from rag.evaluate.record import Record
from rag.evaluate.relevance import RANKED
from rag.evaluate.summary import interval, resamples, summarize


def scored(values: Sequence[float | None], *, metric: str = "fact_recall", text: str = "x") -> list[Scored]:
    """Answered questions with these values of one metric; right when the value is 1."""
    return [
        Scored(
            question=Question(id=f"q{at}", question="?", gold=(("d#p1",),)),
            record=Record(
                set="s", id=f"q{at}", status="answered", text=text, reason="", confidence=at / 1000, claims=(),
                citations=(), hits=(), stored={}, words={}, seconds={"total": 0.1 + at / 1000},
            ),
            scores={**dict.fromkeys((*RANKED, *PER_ANSWER)), metric: value},
            right=value == 1,
        )
        for at, value in enumerate(values)
    ]  # fmt: skip


def difference(before: Sequence[float | None], after: Sequence[float | None], metric: str = "fact_recall"):  # type: ignore[no-untyped-def]
    compared = compare(scored(before, metric=metric), scored(after, metric=metric), names=("old", "new"))
    return next(each for each in compared.differences if each.metric.name == metric)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "fails"),
    [
        ([1.0] * 10, [1.0] * 10, "same", False),
        ([1.0] * 100, [1.0] * 99 + [0.0], "worse", False),
        ([1.0] * 100, [1.0] * 97 + [0.0] * 3, "regressed", True),
        ([0.0, 1.0], [1.0, 1.0], "better", False),
        ([1.0, 1.0], [None, None], "regressed", True),
        ([None, None], [1.0, 1.0], "unscored", False),
        ([None], [None], "unscored", False),
    ],
)
def test_verdicts(before: list[float | None], after: list[float | None], verdict: str, fails: bool) -> None:
    found = difference(before, after)
    assert (found.verdict, found.fails) == (verdict, fails)


def test_a_gate_fails_whatever_it_was_before() -> None:
    assert difference([0.5], [0.9], "quote_exactness").verdict == "broken"
    assert difference([None], [0.999999], "quote_exactness").fails
    assert difference([1.0], [1.0], "quote_exactness").verdict == "same"
    assert difference([1.0], [None], "quote_exactness").verdict == "unscored", "nothing was quoted, so nothing wrongly"


def test_the_interval_is_paired() -> None:
    rng = np.random.default_rng(3)
    hard = rng.integers(0, 2, 300).astype(float)
    better = np.where(rng.random(300) < 0.1, 1.0, hard)
    found = difference(list(hard), list(better))
    assert found.low is not None
    assert found.high is not None
    assert found.certain
    assert found.low > 0, "every change is for the better, however much the questions differ among themselves"
    assert found.high - found.low < 0.1
    assert difference(list(hard), list(hard)).change == 0


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        sample = (rng.random(60) < 0.7).astype(float)
        bounds = interval(sample[resamples(60)].mean(axis=1))
        assert bounds is not None
        held += bounds[0] <= 0.7 <= bounds[1]
    assert 88 <= held <= 100


def test_what_became_of_each_question_is_told() -> None:
    before = scored([1.0, 0.0, 1.0, 1.0])
    after = scored([0.0, 1.0, 1.0, 1.0])
    after[2] = replace(after[2], record=replace(after[2].record, text="y"))
    compared = compare(before, after, names=("old", "new"))
    assert [pair.change for pair in compared.pairs] == ["broken", "fixed", "other wording", "same"]
    assert not compared.equal
    told = comparison_to_json(compared)
    assert told["changed"] == {"broken": ["s/q0"], "fixed": ["s/q1"], "other wording": ["s/q2"], "other citations": []}
    assert told["small_sample"] is True


def test_only_questions_that_ask_the_same_are_compared() -> None:
    before, after = scored([1.0] * 3), scored([1.0] * 4)
    after[1] = replace(after[1], question=replace(after[1].question, facts=("other",)))
    compared = compare(before, after, names=("old", "new"))
    assert len(compared.pairs) == 2
    assert compared.altered == ("s/q1",)
    assert compared.only_after == ("s/q3",)
    with pytest.raises(InputError, match="share no question"):
        compare(before[:1], after[2:], names=("old", "new"))


def test_a_summary_counts_what_it_could_not_score() -> None:
    summary = summarize(scored([1.0, None, 0.5]))
    figure = summary.overall.figures["fact_recall"]
    assert (figure.value, figure.scored, figure.unscored) == (0.75, 2, 1)
    assert summary.overall.figures["mrr"].value is None
    assert summary.overall.figures["mrr"].unscored == 3
    assert summary.small


def test_a_metric_means_the_same_for_one_sample_and_for_many() -> None:
    columns = columns_of(scored([1.0, None, 0.5, 0.0, 1.0, None, 1.0, 0.25]))
    draws = resamples(8)[:50]
    for metric in METRICS:
        together = metric.reduce(columns, draws)
        apart = np.array([float(metric.reduce(columns, draw)) for draw in draws])
        np.testing.assert_allclose(together, apart, err_msg=metric.name)


def test_the_seconds_are_the_percentiles_of_numpy() -> None:
    run = scored([1.0] * 37)
    columns = columns_of(run)
    times = [each.record.seconds["total"] for each in run]
    for percent, name in ((50, "seconds_p50"), (95, "seconds_p95")):
        metric = next(metric for metric in METRICS if metric.name == name)
        assert float(metric.reduce(columns, np.arange(37))) == pytest.approx(np.percentile(times, percent))
