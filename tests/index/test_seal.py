"""What the vector store loses is found all the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rag.index.seal import reseal, unreached
from rag.index.vectors import ChromaStore, Near
from rag.index.writing import CatalogWriter
from tests.index.conftest import index_of, kept_by, make_document, opened

DOCUMENTS = [make_document(f"d{n}", *(f"fruit{n} color{p}" for p in range(5))) for n in range(6)]


class Forgetful(ChromaStore):
    """Keeps everything and never gives back the paragraphs of `lost`, as seen in chroma #7758."""

    lost: tuple[int, ...] = (3, 17)

    def search(self, name: str, vectors: npt.NDArray[np.float32], *, limit: int) -> list[list[Near]]:
        found = super().search(name, vectors, limit=limit + len(self.lost))
        return [[near for near in one if near.key not in self.lost][:limit] for one in found]


def test_a_paragraph_that_is_not_given_back_is_noticed(tmp_path: Path) -> None:
    rows = np.eye(20, dtype=np.float32)
    probes = [(key, rows[key : key + 1]) for key in range(20)]
    store = Forgetful(tmp_path)
    store.seal("pilcrow-test", probes, count=20)
    assert unreached(store, "pilcrow-test", probes) == [3, 17]
    store.close()


@pytest.mark.parametrize("probes", [1, 1_000])
def test_what_the_store_loses_is_compared_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: int) -> None:
    monkeypatch.setattr("rag.index.seal._PROBES", probes)
    monkeypatch.setattr("rag.index.build.ChromaStore", Forgetful)
    monkeypatch.setattr("rag.index.reader.ChromaStore", Forgetful)
    monkeypatch.setattr(Forgetful, "lost", (1, 17))
    index_of(tmp_path, DOCUMENTS)
    index = opened(tmp_path, exact_below=0)
    assert index.catalog.unreachable().tolist() == [1, 17]
    assert len(kept_by(index)) == 30


def test_little_change_leaves_the_seal_and_much_renews_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.seal._FEWEST", 8)
    seals: list[str] = []

    def indexed(documents: Iterable[object]) -> str:
        index_of(tmp_path, list(documents))  # type: ignore[arg-type]
        seal = opened(tmp_path).catalog.state().seal
        assert seal is not None
        seals.append(seal.name)
        return seal.name

    first = indexed(DOCUMENTS)
    assert indexed([make_document("d0", "other"), *DOCUMENTS[1:]]) == first
    assert indexed([make_document("d0", "another"), make_document("d1", "one"), *DOCUMENTS[2:]]) != first
    assert [path.name for path in (tmp_path / "vectors").iterdir()] == [seals[-1]]


def test_an_unfinished_seal_is_cleared_away(tmp_path: Path) -> None:
    index_of(tmp_path, DOCUMENTS)
    (tmp_path / "vectors" / "pilcrow-18a5f6c2d3e4b790").mkdir()
    writer, store = CatalogWriter(tmp_path), ChromaStore(tmp_path / "vectors")
    assert not reseal(writer, store, place="")
    store.close()
    writer.close()
    assert len(list((tmp_path / "vectors").iterdir())) == 1


def test_an_unfinished_seal_on_a_server_is_cleared_away_and_others_are_left(tmp_path: Path, chroma_server: str) -> None:
    store = ChromaStore(chroma_server)
    rows = np.eye(4, dtype=np.float32)
    for name in ("pilcrow-unfinished", "somebody-else"):
        store.seal(name, ((key, rows[key : key + 1]) for key in range(4)), count=4)
    writer = CatalogWriter(tmp_path)
    writer.begin_seal("pilcrow-unfinished")
    writer.close()
    index_of(tmp_path, DOCUMENTS, chroma_url=chroma_server)
    assert "pilcrow-unfinished" not in store.names()
    assert "somebody-else" in store.names()
    store.close()
