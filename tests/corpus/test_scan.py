from __future__ import annotations

import itertools
import os
import tracemalloc
from pathlib import Path

import pytest

from rag.corpus import read_all, scan
from rag.errors import CorpusError, Problem
from rag.types import Document
from tests.conftest import ROOT
from tests.corpus.test_readers import markdown, row, whats, write


def test_order_is_fixed_and_other_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "sub/c.md", ".hidden.md", ".git/d.md"):
        write(tmp_path, name, markdown("x", id=Path(name).stem))
    write(tmp_path, "README.md", "About these documents.")
    write(tmp_path, "sub/readme.md", "More.")
    write(tmp_path, "photo.png", b"\x89PNG")
    write(tmp_path, "z.jsonl", row(id="z") + "\n" + row(id="y"))
    reading = read_all([tmp_path])
    assert whats(reading) == []
    assert [document.id for document in reading.documents] == ["a", "b", "c", "z", "y"]


def test_a_bad_file_never_stops_the_others(tmp_path: Path) -> None:
    write(tmp_path, "a.md", b"\xff\xfe")
    write(tmp_path, "b.md", markdown("x", id="b"))
    write(tmp_path, "c.txt", "no sidecar")
    write(tmp_path, "d.md", markdown("x", id="d", date="never"))
    reading = read_all([tmp_path])
    assert [document.id for document in reading.documents] == ["b"]
    assert [Path(problem.path).name for problem in reading.problems] == ["a.md", "c.txt", "d.md"]
    with pytest.raises(CorpusError) as caught:
        reading.expect()
    assert len(caught.value.problems) == 3


def test_the_second_document_of_an_id_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", markdown("x"))
    write(tmp_path, "b.jsonl", row(id="b") + "\n" + row(id="a") + "\n" + row(id="b"))
    reading = read_all([tmp_path])
    assert [document.id for document in reading.documents] == ["a", "b"]
    assert [(problem.line, problem.what.split(" in ")[0]) for problem in reading.problems] == [
        (2, "id 'a' is already used"),
        (3, "id 'b' is already used"),
    ]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", markdown("x"))
    reading = read_all([tmp_path, path, tmp_path / "." / "a.md"])
    assert (len(reading.documents), whats(reading)) == (1, [])


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, "a.rtf", "x")
    (tmp_path / "empty").mkdir()
    reading = read_all([tmp_path / "a.rtf", tmp_path / "missing.md", tmp_path / "empty"])
    rtf, missing, empty = whats(reading)
    assert ".rtf is not one of .md, .txt, .jsonl" in rtf
    assert missing == "does not exist"
    assert empty.startswith("holds no document")


def test_links_that_leave_the_folder_are_problems(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.md", markdown("x", id="secret"))
    folder = tmp_path / "corpus"
    write(folder, "a.md", markdown("x"))
    (folder / "secret.md").symlink_to(outside)
    (folder / "more").symlink_to(outside.parent)
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    (folder / "loop").symlink_to(folder)
    (folder / "same.md").symlink_to(folder / "a.md")
    reading = read_all([folder])
    assert [document.id for document in reading.documents] == ["a"]
    assert sorted((Path(problem.path).name, problem.what.split(";")[0]) for problem in reading.problems) == [
        ("gone.md", "is a link to nothing"),
        ("more", "is a link that leaves the folder"),
        ("secret.md", "is a link that leaves the folder"),
    ]


def test_a_link_takes_nothing_from_its_target(tmp_path: Path) -> None:
    write(tmp_path, "beta.md", markdown("x", id="beta"))
    (tmp_path / "aa-latest.md").symlink_to("beta.md")
    reading = read_all([tmp_path])
    assert whats(reading) == []
    assert [Path(document.source).name for document in reading.documents] == ["beta.md"]


def test_links_to_what_is_not_read_itself_are_followed(tmp_path: Path) -> None:
    """So Kubernetes mounts files: `a.md` leads to `..data/a.md`."""
    write(tmp_path, "..data/a.md", markdown("x"))
    (tmp_path / "a.md").symlink_to("..data/a.md")
    assert [document.id for document in read_all([tmp_path]).documents] == ["a"]


def test_a_link_to_itself_is_a_problem_and_stops_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.md", markdown("x"))
    (tmp_path / "loop.md").symlink_to("loop.md")
    reading = read_all([tmp_path])
    assert [document.id for document in reading.documents] == ["a"]
    assert [what.split(";")[0] for what in whats(reading)] == ["is a link to nothing"]


@pytest.mark.parametrize("name", [b"caf\xe9.jsonl", b"caf\xe9.md", b"caf\xe9/b.md"])
def test_a_name_that_is_not_utf8_is_a_problem_and_stops_nothing(tmp_path: Path, name: bytes) -> None:
    write(tmp_path, "a.md", markdown("x"))
    bad = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    write(bad.parent, bad.name, row(id="b"))
    for paths in ([tmp_path], [tmp_path / "a.md", bad]):
        reading = read_all(paths)
        assert [document.id for document in reading.documents] == ["a"]
        (problem,) = reading.problems
        assert "\\xe9" in problem.path
        assert problem.path.isascii()
        assert "UTF-8" in problem.what


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert whats(read_all([tmp_path / "a.md"])) == ["is no ordinary file"]


def test_sources_are_named_from_the_root(tmp_path: Path) -> None:
    write(tmp_path, "corpus/a.md", markdown("x"))
    (document,) = read_all([tmp_path / "corpus"], root=tmp_path).documents
    assert document.source == "corpus/a.md"


def test_files_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("w") as lines:
        for number in range(3_000):
            lines.write(row(id=f"d{number}", paragraphs=["x" * 5_000]) + "\n")
    tracemalloc.start()
    first = list(itertools.islice(scan([path]), 5))
    for item in scan([path]):
        assert not isinstance(item, Problem)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(first) == 5
    assert peak < 4_000_000 < path.stat().st_size


def test_the_documents_of_this_project() -> None:
    reading = read_all([ROOT / "corpus"], root=ROOT)
    assert whats(reading) == []
    assert all(
        isinstance(document, Document) and document.source.startswith("corpus/") for document in reading.documents
    )
