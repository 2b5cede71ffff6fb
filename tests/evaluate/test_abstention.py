from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from rag.evaluate import abstention
from rag.evaluate.abstention import as_flags

flags = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0, 0.2, 0.5, 0.9])), min_size=2, max_size=30
)


@given(rows=flags)
def test_f1_and_auroc_agree_with_scikit_learn(rows: list[tuple[bool, bool, bool, float]]) -> None:
    answerable, answered, _, confidence = (np.array(column) for column in zip(*rows, strict=True))
    if answerable.any():
        assert abstention.answering_f1(answerable, answered) == pytest.approx(
            f1_score(answerable, answered, zero_division=0)
        )
    if not answerable.all():
        assert abstention.refusing_f1(answerable, answered) == pytest.approx(
            f1_score(~answerable, ~answered, zero_division=0)
        )
    if answerable.any() and not answerable.all():
        assert abstention.auroc(answerable, confidence) == pytest.approx(roc_auc_score(answerable, confidence))


@given(rows=flags)
def test_the_curve_is_the_mean_over_all_orders_of_equals(rows: list[tuple[bool, bool, bool, float]]) -> None:
    answerable, answered, right, confidence = (np.array(column) for column in zip(*rows, strict=True))
    curve = abstention.risk_coverage(answerable, answered, right, confidence)
    wrong = ~(answerable & answered & right)
    assert curve.risk[-1] == pytest.approx(wrong.mean()), "covering everything is wrong as often as the answers are"
    assert 0 <= curve.area <= 1
    for covered in range(1, len(rows) + 1):
        cut = sorted(confidence, reverse=True)[covered - 1]
        sure = wrong[confidence > cut]
        tied = wrong[confidence == cut]
        expected = (sure.sum() + (covered - len(sure)) * tied.mean()) / covered
        assert curve.risk[covered - 1] == pytest.approx(expected)


def test_neither_always_refusing_nor_never_refusing_wins() -> None:
    answerable = as_flags([True] * 7 + [False] * 3)
    always, never = as_flags([False] * 10), as_flags([True] * 10)
    assert abstention.abstention_f1(answerable, always) < 0.5
    assert abstention.abstention_f1(answerable, never) < 0.5
    assert abstention.abstention_f1(answerable, answerable) == 1
    assert abstention.false_refusals(answerable, always) == abstention.false_answers(answerable, never) == 1


def test_what_cannot_be_told_is_not_a_number() -> None:
    everything = as_flags([True, True])
    assert math.isnan(abstention.refusing_f1(everything, everything))
    assert math.isnan(abstention.false_answers(everything, everything))
    assert math.isnan(abstention.auroc(everything, np.array([0.1, 0.9])))


def test_confidence_that_knows_what_is_right_has_the_smallest_area() -> None:
    every = as_flags([True] * 4)
    right = as_flags([True, True, False, False])
    knows = abstention.risk_coverage(every, every, right, np.array([0.9, 0.8, 0.2, 0.1]))
    blind = abstention.risk_coverage(every, every, right, np.array([0.5] * 4))
    errs = abstention.risk_coverage(every, every, right, np.array([0.1, 0.2, 0.8, 0.9]))
    assert knows.area < blind.area < errs.area
    assert blind.area == pytest.approx(0.5)
