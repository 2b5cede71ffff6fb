from __future__ import annotations

import numpy as np
import pytest

from rag.index.exact import ExactVectors

RANDOM = np.random.default_rng(0)
COUNTS = RANDOM.integers(1, 4, 60)
ROWS = [RANDOM.standard_normal((count, 16)).astype(np.float16) for count in COUNTS]
QUESTION = RANDOM.standard_normal(16).astype(np.float32)


@pytest.fixture
def vectors() -> ExactVectors:
    return ExactVectors(((100 + at, rows.tobytes()) for at, rows in enumerate(ROWS)), dimension=16)


def expected(only: np.ndarray, limit: int) -> list[int]:
    best = [(-float((rows.astype(np.float32) @ QUESTION).max()), 100 + at) for at, rows in enumerate(ROWS) if only[at]]
    return [key for _, key in sorted(best)[:limit]]


@pytest.mark.parametrize(
    "only",
    [
        np.ones(60, np.bool_),
        np.arange(60) % 10 == 3,
        np.arange(60) >= 40,
        (np.arange(60) > 10) & (np.arange(60) < 20),
        np.arange(60) == 59,
        np.arange(60) == 0,
    ],
)
@pytest.mark.parametrize("limit", [1, 5, 1_000])
def test_the_nearest_of_those_that_may_be_found(vectors: ExactVectors, only: np.ndarray, limit: int) -> None:
    found = vectors.search(QUESTION, limit=limit, only=only)
    assert [near.key for near in found] == expected(only, limit)
    assert [near.cosine for near in found] == sorted((near.cosine for near in found), reverse=True)


def test_without_a_filter_all_may_be_found(vectors: ExactVectors) -> None:
    assert [near.key for near in vectors.search(QUESTION, limit=60)] == expected(np.ones(60, np.bool_), 60)


def test_nothing_is_found_where_nothing_is(vectors: ExactVectors) -> None:
    assert vectors.search(QUESTION, limit=5, only=np.zeros(60, np.bool_)) == []
    assert vectors.search(QUESTION, limit=0) == []
    assert ExactVectors([], dimension=16).search(QUESTION, limit=5) == []
