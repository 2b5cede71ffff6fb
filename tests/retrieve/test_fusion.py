from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve.fusion import Columns, blend, fuse, scaled, standardised

numbers = st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=30)


def columns(dense: list[float], lexical: list[float], sentence: list[float]) -> Columns:
    return Columns(dense=np.array(dense), lexical=np.array(lexical), sentence=np.array(sentence))


@given(values=numbers)
def test_scores_stay_between_nought_and_one(values: list[float]) -> None:
    scores = fuse([(1.0, columns(values, values[::-1], values))])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert ((scaled(np.array(values)) >= 0) & (scaled(np.array(values)) <= 1)).all()


def test_better_in_every_signal_is_better() -> None:
    scores = fuse([(1.0, columns([0.1, 0.5, 0.3], [0, 9, 2], [0.2, 0.6, 0.4]))])
    assert scores.argsort().tolist() == [0, 2, 1]


def test_a_signal_without_difference_counts_nothing() -> None:
    assert standardised(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert scaled(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert fuse([(1.0, columns([1, 1], [0, 0], [0.5, 0.5]))]).tolist() == [0.5, 0.5]


def test_forms_count_by_their_shares() -> None:
    one, other = columns([1, 0], [1, 0], [1, 0]), columns([0, 1], [0, 1], [0, 1])
    assert fuse([(0.75, one), (0.25, other)]).argmax() == 0
    assert blend([(0.75, one), (0.25, other)]).dense.tolist() == pytest.approx([0.75, 0.25])
