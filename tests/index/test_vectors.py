"""Both places of sealed vectors keep the same contract: the embedded store and a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rag.errors import IndexDamaged
from rag.index.vectors import ChromaStore, VectorStore


@pytest.fixture(params=["embedded", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    place = tmp_path / "vectors" if request.param == "embedded" else request.getfixturevalue("chroma_server")
    made = ChromaStore(place)
    yield made
    made.close()


@pytest.fixture
def name() -> str:
    return f"pilcrow-{uuid.uuid4().hex[:16]}"


def unit_rows(count: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, 24)).astype(np.float32)
    result: npt.NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return result


def test_a_sealed_vector_is_found_by_itself(store: VectorStore, name: str) -> None:
    rows = unit_rows(2_500)
    store.seal(name, ((key + 1, rows[key : key + 1]) for key in range(len(rows))), count=len(rows))
    assert store.count(name) == len(rows)
    found = store.search(name, rows[::50], limit=3)
    assert [near[0].key for near in found] == list(range(1, len(rows) + 1, 50))
    assert all(abs(near[0].cosine - 1) < 1e-4 for near in found)


def test_cosines_are_those_of_an_exact_comparison(store: VectorStore, name: str) -> None:
    rows, question = unit_rows(300), unit_rows(1, seed=7)
    store.seal(name, ((key, rows[key : key + 1]) for key in range(300)), count=300)
    found = store.search(name, question, limit=10)[0]
    exact = np.sort(rows @ question[0])[::-1][:10]
    assert [near.cosine for near in found] == pytest.approx(exact.tolist(), abs=1e-4)
    assert [near.cosine for near in found] == sorted((near.cosine for near in found), reverse=True)


def test_each_chunk_of_a_paragraph_leads_to_it(store: VectorStore, name: str) -> None:
    rows = unit_rows(30)
    store.seal(name, ((key, rows[key * 3 : key * 3 + 3]) for key in range(10)), count=30)
    assert [near[0].key for near in store.search(name, rows, limit=1)] == [at // 3 for at in range(30)]


def test_what_is_sealed_is_there_for_another_client(store: VectorStore, name: str) -> None:
    rows = unit_rows(50)
    store.seal(name, ((key, rows[key : key + 1]) for key in range(50)), count=50)
    store.close()
    other = ChromaStore(store._place)  # type: ignore[attr-defined]
    assert other.count(name) == 50
    assert other.search(name, rows[3:4], limit=1)[0][0].key == 3
    other.close()


def test_dropping_removes_one_collection_only(store: VectorStore, name: str) -> None:
    rows = unit_rows(5)
    for one in (name, f"{name}-b"):
        store.seal(one, ((key, rows[key : key + 1]) for key in range(5)), count=5)
    store.drop(name)
    store.drop(name)
    assert name not in store.names()
    assert store.count(f"{name}-b") == 5
    with pytest.raises(IndexDamaged, match="pilcrow index"):
        store.count(name)


def test_asking_for_more_than_there_is_gives_all(store: VectorStore, name: str) -> None:
    rows = unit_rows(4)
    store.seal(name, ((key, rows[key : key + 1]) for key in range(4)), count=4)
    assert len(store.search(name, rows[:1], limit=100)[0]) == 4


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"127\.0\.0\.1:1 does not serve: .*[^.?]\. Start the server"):
        ChromaStore("http://127.0.0.1:1").count("pilcrow-x")
