"""Updates: what is new is added, what is gone vanishes, and a kill leaves the last whole generation."""

from __future__ import annotations

import errno
import json
import multiprocessing
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.corpus import scan
from rag.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexMissing, InputError, Problem
from rag.index import HashEmbedder, Step, update, verify
from rag.index.build import locked
from rag.index.embedding import Passage, PassageVectors
from rag.types import Document
from tests.corpus.test_readers import markdown, row, write
from tests.index.conftest import index_of, kept_by, make_document, opened

ONE = make_document("one", "Azerbaijan releases 32 servicemen.", "Armenia releases 2 servicemen.")
TWO = make_document("two", "The council welcomes the statement.")
CHANGED = make_document("one", "Azerbaijan releases 33 servicemen.", "Armenia releases 2 servicemen.")


class CountingEmbedder(HashEmbedder):
    """Counts the passages it embeds; fails after `fail_after` batches."""

    def __init__(self, fail_after: int | None = None) -> None:
        super().__init__()
        self.embedded = 0
        self.left = fail_after

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        if self.left is not None:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
        self.embedded += len(passages)
        return super().encode_passages(passages)


def test_documents_are_added_changed_and_removed(tmp_path: Path) -> None:
    first = index_of(tmp_path, [ONE, TWO])
    assert (first.added, first.changed, first.removed, first.paragraphs) == (("one", "two"), (), (), 3)
    second = index_of(tmp_path, [CHANGED, TWO])
    assert (second.added, second.changed, second.removed, second.unchanged) == ((), ("one",), (), 1)
    assert second.embedded == 1, "a paragraph whose words are the same keeps its vector"
    index = opened(tmp_path)
    document = index.catalog.document("one")
    assert document == CHANGED
    third = index_of(tmp_path, [TWO])
    assert third.removed == ("one",)
    assert index.catalog.document("one") is None
    assert kept_by(index) == {"two#p1"}


def test_an_unchanged_corpus_changes_nothing(tmp_path: Path) -> None:
    before = index_of(tmp_path, [ONE, TWO])
    again = index_of(tmp_path, [TWO, ONE])
    assert not again
    assert again.generation == before.generation
    assert (again.unchanged, again.embedded, again.mended) == (2, 0, ())


def test_the_same_words_in_two_documents_keep_their_own_identity(tmp_path: Path) -> None:
    twin = make_document("twin", *(paragraph.text for paragraph in ONE.paragraphs), title="one")
    changes = index_of(tmp_path, [ONE, twin])
    assert changes.embedded == 2, "one vector for both"
    assert kept_by(opened(tmp_path)) == {"one#p1", "one#p2", "twin#p1", "twin#p2"}
    index_of(tmp_path, [twin])
    assert kept_by(opened(tmp_path)) == {"twin#p1", "twin#p2"}


def test_a_file_with_a_problem_keeps_its_document(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE, TWO])
    problem = Problem(path="one.md", what="not UTF-8")
    changes = update(tmp_path, [problem, TWO], HashEmbedder())
    assert changes.problems == (problem,)
    assert (changes.removed, changes.unchanged) == ((), 2)
    assert opened(tmp_path).catalog.has_document("one")


def test_a_folder_that_cannot_be_looked_into_keeps_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    write(docs / "closed/deeper", "alpha.md", markdown("Alpha is the first letter.", id="alpha"))
    write(docs, "beta.md", markdown("Beta is the second letter.", id="beta"))
    update(index, scan([docs]), HashEmbedder())
    listed = Path.iterdir

    # Root may look into every folder, so that its rights cannot be taken away.
    def refuse(path: Path) -> Iterator[Path]:
        if path == docs / "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(path)

    with monkeypatch.context() as refused:
        refused.setattr(Path, "iterdir", refuse)
        changes = update(index, scan([docs]), HashEmbedder())
    assert [problem.path for problem in changes.problems] == [str(docs / "closed")]
    assert (changes.removed, changes.unchanged) == ((), 2)
    assert opened(index).catalog.has_document("alpha")
    shutil.rmtree(docs / "closed")
    assert update(index, scan([docs]), HashEmbedder()).removed == ("alpha",)


def test_a_text_whose_sidecar_has_a_problem_keeps_its_document(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, "gam.txt", "Gamma is the third letter.")
    write(docs, "gam.yaml", "title: Gamma")
    write(docs, "beta.md", markdown("Beta is the second letter.", id="beta"))
    index = tmp_path / "index"
    update(index, scan([docs]), HashEmbedder())
    write(docs, "gam.yaml", "title: Gamma: broken")
    changes = update(index, scan([docs]), HashEmbedder())
    assert len(changes.problems) == 1
    assert (changes.removed, changes.unchanged) == ((), 2)


@pytest.mark.parametrize("broken", ["beta.md", "rows.jsonl"])
def test_a_folder_that_is_named_otherwise_keeps_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "docs/alpha.md", markdown("Alpha is the first letter.", id="alpha"))
    write(tmp_path, "docs/beta.md", markdown("Beta is the second letter.", id="beta"))
    write(tmp_path, "docs/rows.jsonl", row(id="rho"))
    index = tmp_path / "index"
    update(index, scan([Path("docs")]), HashEmbedder())
    write(tmp_path, f"docs/{broken}", b"\xff")
    changes = update(index, scan([tmp_path / "docs"]), HashEmbedder())
    assert len(changes.problems) == 1
    assert (changes.removed, changes.unchanged) == ((), 3)


def test_an_unchanged_document_is_known_by_the_file_it_was_read_from_last(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE, TWO])
    moved = replace(ONE, source="elsewhere/one.md")
    assert not index_of(tmp_path, [moved, TWO])
    assert opened(tmp_path).catalog.document("one") == moved


def test_a_second_document_of_an_id_is_a_problem(tmp_path: Path) -> None:
    changes = index_of(tmp_path, [ONE, CHANGED])
    assert "second document" in changes.problems[0].what
    assert opened(tmp_path).catalog.document("one") == ONE


def test_no_document_at_all_leaves_the_index_alone(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE])
    with pytest.raises(InputError, match="No document"):
        index_of(tmp_path, [])
    assert opened(tmp_path).catalog.has_document("one")


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.build._EMBEDDED_AT_ONCE", 4)
    documents = [make_document(f"d{n}", *(f"word{n} number {p}" for p in range(5))) for n in range(4)]
    interrupted = CountingEmbedder(fail_after=3)
    with pytest.raises(KeyboardInterrupt):
        update(tmp_path, documents, interrupted)
    assert interrupted.embedded == 12
    with pytest.raises(IndexMissing):
        opened(tmp_path)
    resumed = CountingEmbedder()
    changes = update(tmp_path, documents, resumed)
    assert resumed.embedded == 8
    assert len(changes.added) == 4
    assert len(kept_by(opened(tmp_path))) == 20


def test_an_interrupted_change_leaves_the_old_generation(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE, TWO])
    with pytest.raises(KeyboardInterrupt):
        update(tmp_path, [CHANGED], CountingEmbedder(fail_after=0))
    assert kept_by(opened(tmp_path)) == {"one#p1", "one#p2", "two#p1"}
    assert opened(tmp_path).catalog.document("one") == ONE
    assert not index_of(tmp_path, [ONE, TWO]), "what was staged and is no longer wanted is forgotten"


def _update_forever(folder: Path, ready: object) -> None:
    with locked(folder):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(60)


def test_two_writers_are_refused_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    other = spawn.Process(target=_update_forever, args=(tmp_path, ready))
    other.start()
    try:
        assert ready.wait(60)
        with pytest.raises(IndexLocked, match="Another process"):
            index_of(tmp_path, [ONE])
    finally:
        other.kill()
        other.join()
    assert index_of(tmp_path, [ONE])


def test_another_embedding_model_is_refused_until_rebuilt(tmp_path: Path) -> None:
    class Other(HashEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.digest = "0" * 64

    index_of(tmp_path, [ONE])
    with pytest.raises(IndexMismatch, match="--rebuild"):
        update(tmp_path, [ONE], Other())
    changes = update(tmp_path, [ONE], Other(), rebuild=True)
    assert changes.changed == ("one",)
    with pytest.raises(IndexMismatch, match="--rebuild"):
        _ = opened(tmp_path).embedder


class Halved(HashEmbedder):
    """Another model, with another dimension."""

    def __init__(self) -> None:
        super().__init__()
        self.digest, self.dimension = "0" * 64, 32

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        return [
            PassageVectors(chunks=vectors.chunks[:, :32], sentences=vectors.sentences[:, :32])
            for vectors in super().encode_passages(passages)
        ]


def test_a_rebuild_embeds_anew_what_a_problem_keeps(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE, TWO])
    problem = Problem(path="one.md", what="not UTF-8")
    changes = update(tmp_path, [problem, TWO], Halved(), rebuild=True)
    assert (changes.removed, changes.documents, changes.embedded) == ((), 2, 3)
    index = opened(tmp_path)
    assert index.catalog.document("one") == ONE
    stored = index.load(index.snapshot().keys.tolist(), dimension=32)
    assert {item.chunk_vectors.shape for item in stored.values()} == {(1, 32)}


def test_what_another_model_left_staged_is_embedded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.build._EMBEDDED_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        update(tmp_path, [ONE, TWO], CountingEmbedder(fail_after=1))
    assert update(tmp_path, [ONE, TWO], Halved()).embedded == 3


def test_a_rebuild_makes_everything_anew(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE, TWO])
    changes = index_of(tmp_path, [ONE], rebuild=True)
    assert (changes.changed, changes.removed) == (("one",), ("two",))
    assert kept_by(opened(tmp_path)) == {"one#p1", "one#p2"}


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_a_catalog_that_cannot_be_read_is_named_and_rebuilt(tmp_path: Path, content: bytes) -> None:
    index_of(tmp_path, [ONE])
    for ending in ("-wal", "-shm"):
        (tmp_path / f"catalog.sqlite{ending}").unlink(missing_ok=True)
    (tmp_path / "catalog.sqlite").write_bytes(content)
    with pytest.raises((IndexDamaged, IndexMissing)):
        opened(tmp_path)
    with pytest.raises(IndexDamaged, match="--rebuild"):
        index_of(tmp_path, [ONE])
    assert index_of(tmp_path, [ONE], rebuild=True).added == ("one",)
    assert kept_by(opened(tmp_path)) == {"one#p1", "one#p2"}


@pytest.mark.parametrize("table", ["texts", "paragraphs", "vectors", "sentence_vectors"])
def test_a_catalog_with_damaged_pages_is_named_and_rebuilt(tmp_path: Path, table: str) -> None:
    documents = [make_document(f"d{n}", *(f"apple{n} banana{p} " * 20 for p in range(20))) for n in range(10)]
    index_of(tmp_path, documents)
    overwrite_leaves(tmp_path / "catalog.sqlite", table)
    assert any(not finding.ok and "--rebuild" in finding.mend for finding in verify(tmp_path, embedding="test:hash"))
    assert index_of(tmp_path, documents, rebuild=True).documents == 10
    assert len(kept_by(opened(tmp_path))) == 200
    assert all(finding.ok for finding in verify(tmp_path, embedding="test:hash"))


def overwrite_leaves(file: Path, table: str) -> None:
    """Fills two leaf pages of the table with 0xff."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    data = bytearray(file.read_bytes())
    page = (root - 1) * size
    assert data[page] == 5, "an inner page of a table"
    for number in range(2):
        at = page + int.from_bytes(data[page + 12 + 2 * number : page + 14 + 2 * number], "big")
        leaf = int.from_bytes(data[at : at + 4], "big")
        data[(leaf - 1) * size : leaf * size] = b"\xff" * size
    file.write_bytes(data)


def test_another_format_is_refused(tmp_path: Path) -> None:
    index_of(tmp_path, [ONE])
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'format'")
    with pytest.raises(IndexMismatch, match="format 999"):
        opened(tmp_path)
    with pytest.raises(IndexMismatch, match="--rebuild"):
        index_of(tmp_path, [ONE])
    assert index_of(tmp_path, [ONE], rebuild=True).added == ("one",)


def test_progress_names_every_phase_with_its_total(tmp_path: Path) -> None:
    steps: list[Step] = []
    index_of(tmp_path, [ONE, TWO], progress=steps.append)
    last = {step.phase: step for step in steps}
    assert {phase: (step.done, step.total) for phase, step in last.items()} == {
        "read": (2, None),
        "embed": (3, 3),
        "words": (3, 3),
        "vectors": (3, 3),
    }


def test_rounds_of_change_leave_the_living_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.seal._FEWEST", 5)
    texts = {f"d{n}": [f"apple{n} banana{p}" for p in range(4)] for n in range(10)}
    for turn in range(6):
        texts.pop(f"d{turn}")
        texts[f"d{turn + 5}"] = [f"cherry{turn} plum{p}" for p in range(3)]
        texts[f"new{turn}"] = [f"grape{turn} pear{p}" for p in range(2)]
        index_of(tmp_path, [make_document(name, *content) for name, content in texts.items()])
        expected = {f"{name}#p{p + 1}" for name, content in texts.items() for p in range(len(content))}
        assert kept_by(opened(tmp_path, exact_below=0)) == expected
    assert all(finding.ok for finding in verify(tmp_path, embedding="test:hash"))
    assert len(list((tmp_path / "vectors").iterdir())) == 1


def test_hostile_ids_stay_inside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    document = make_document("../../outside", "Text.")
    index_of(folder, [document])
    assert {path.name for path in tmp_path.iterdir()} == {"index"}
    assert opened(folder).catalog.document("../../outside") == document


def test_metadata_survives(tmp_path: Path) -> None:
    made = make_document("one", "Text.", title="Títle [1] $name {}", date="1992-09", issuer="The Office")
    index_of(tmp_path, [made])
    read = opened(tmp_path).catalog.document("one")
    assert read is not None
    assert read.info == made.info
    assert json.dumps(dict(read.info.metadata)) == "{}"


def test_a_document_of_many_paragraphs(tmp_path: Path) -> None:
    big = make_document("big", *(f"paragraph {n}" for n in range(3_000)))
    assert index_of(tmp_path, [big]).paragraphs == 3_000
    found: Document | None = opened(tmp_path).catalog.document("big")
    assert found == big


def test_the_users_own_folders_are_left_alone(tmp_path: Path) -> None:
    theirs = ["words-of-wisdom", "words-2024-01", "vectors/my-shapes", "vectors/pilcrow-cafe"]
    for name in theirs:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "kept.txt").write_text("kept")
    index_of(tmp_path, [ONE])
    index_of(tmp_path, [ONE, TWO], rebuild=True)
    assert all((tmp_path / name / "kept.txt").exists() for name in theirs)
    assert len(list((tmp_path / "vectors").iterdir())) == 3, "two of theirs, one of ours"
    assert len(list(tmp_path.glob("words-*"))) == 3


def test_the_index_folder_is_made(tmp_path: Path) -> None:
    index_of(tmp_path / "a" / "b", [ONE])
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
