"""A reader is never wrong: not without its caches, not while another process writes, not through filters."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rag.errors import IndexMissing, InputError
from rag.index.words import WordQuery, searchable
from rag.types import Filters
from tests.conftest import ROOT
from tests.index.conftest import index_of, kept_by, make_document, opened

DOCUMENTS = [
    make_document(
        f"d{n}",
        *(f"fruit{n} color{p} common" for p in range(5)),
        date=f"20{n:02}-06" if n else None,
        issuer="The Office" if n % 2 else "The Council",
    )
    for n in range(20)
]
NO_FILTERS = Filters()
EVERYTHING = {f"{document.id}#p{p}" for document in DOCUMENTS for p in range(1, 6)}


def worded(index: object, *words: str, limit: int = 1_000, filters: Filters = NO_FILTERS) -> list[int]:
    snapshot = index.snapshot()  # type: ignore[attr-defined]
    query = WordQuery(words=tuple(searchable(word) for word in words))
    return [found.key for found in snapshot.search_words(query, limit, snapshot.scope(filters))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    index_of(tmp_path / "index", DOCUMENTS)
    return tmp_path / "index"


@pytest.mark.parametrize("exact_below", [0, 10_000])
def test_every_paragraph_is_reachable(folder: Path, exact_below: int) -> None:
    index = opened(folder, exact_below=exact_below)
    assert kept_by(index) == EVERYTHING
    assert len(worded(index, "common")) == 100
    assert index.warnings == ()


@pytest.mark.parametrize("lost", ["vectors", "words-*", "vectors words-*"])
@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_a_lost_cache_slows_but_never_lies_and_is_mended(folder: Path, lost: str, how: str) -> None:
    for pattern in lost.split():
        for path in folder.glob(pattern):
            shutil.rmtree(path)
            if how == "emptied":
                path.mkdir()
    index = opened(folder, exact_below=0)
    assert kept_by(index) == EVERYTHING
    assert len(worded(index, "common")) == 100
    assert all("pilcrow index" in warning for warning in index.warnings)
    assert index.warnings
    changes = index_of(folder, DOCUMENTS)
    assert changes.mended
    assert changes.embedded == 0
    assert index.warnings == ()
    assert kept_by(index) == EVERYTHING


def test_filters_let_through_what_they_say(folder: Path) -> None:
    index = opened(folder, exact_below=0)
    snapshot = index.snapshot()

    def documents(filters: Filters) -> set[str]:
        keys = worded(index, "common", filters=filters)
        by_word = {item.paragraph.document for item in index.load(keys, dimension=64).values()}
        vector = index.embedder.encode(["common fruit3"])[0]
        near = snapshot.search_dense(vector, 1_000, snapshot.scope(filters))
        by_meaning = {item.paragraph.document for item in index.load([n.key for n in near], dimension=64).values()}
        assert by_word == by_meaning == {info.id for info in index.catalog.documents(filters)}
        return by_word

    assert documents(Filters(issuers=("the  OFFICE",))) == {f"d{n}" for n in range(1, 20, 2)}
    assert documents(Filters(since="2018", until="2019-06-01")) == {"d18", "d19"}
    assert documents(Filters(since="2019-07")) == set()
    assert documents(Filters(documents=("d0", "d7", "none"))) == {"d0", "d7"}
    assert documents(Filters(until="2003-12-31", issuers=("The Council",))) == {"d2"}
    with pytest.raises(InputError):
        documents(Filters(since="soon"))


def test_a_running_reader_sees_a_new_generation(folder: Path) -> None:
    index = opened(folder, exact_below=0)
    assert kept_by(index) == EVERYTHING
    index_of(folder, [make_document("d0", "other words"), *DOCUMENTS[2:]])
    assert kept_by(index) == {ref for ref in EVERYTHING if ref.split("#")[0] not in ("d0", "d1")} | {"d0#p1"}
    assert worded(index, "fruit1") == []


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
import rag.index.seal
rag.index.seal._FEWEST = 5
from tests.index.conftest import index_of, make_document
for turn in range(1, 6):
    index_of(Path({folder!r}), [
        make_document(f"d{{n}}", *(f"turn{{turn}} fruit{{n}} color{{p}} common" for p in range(5))) for n in range(20)
    ])
"""


def test_readers_stay_right_while_another_process_writes(folder: Path) -> None:
    index = opened(folder, exact_below=0)
    writer = subprocess.Popen([sys.executable, "-c", WRITER.format(root=str(ROOT), folder=str(folder))])
    wrong: list[str] = []
    rounds = [0, 0]

    def read(number: int) -> None:
        while writer.poll() is None:
            snapshot = index.snapshot()
            vector = index.embedder.encode(["fruit7 common"])[0]
            near = snapshot.search_dense(vector, 100, snapshot.scope(Filters()))
            if len(near) != 100:
                wrong.append(f"{len(near)} of 100 paragraphs by meaning")
            if len(worded(index, "common")) != 100:
                wrong.append("not all paragraphs by words")
            turns = {
                item.paragraph.text.split()[0] for item in index.load([n.key for n in near], dimension=64).values()
            }
            if len({turn for turn in turns if turn.startswith("turn")}) > 1:
                wrong.append(f"paragraphs of several generations: {turns}")
            rounds[number] += 1

    threads = [threading.Thread(target=read, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.returncode == 0
    assert wrong == []
    assert min(rounds) > 5
    assert kept_by(index) == EVERYTHING
    assert len(worded(index, "turn5")) == 100


def test_looking_at_a_document_loads_no_model(folder: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from rag.index import Index\n"
        f"index = Index.open(Path({str(folder)!r}), embedding='all-MiniLM-L6-v2')\n"
        "assert index.catalog.paragraph('d3#p2').text\n"
        "heavy = {'torch', 'openvino', 'chromadb', 'tantivy', 'sentence_transformers'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_index_is_named_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="Run: pilcrow index"):
        opened(tmp_path)


def test_an_index_that_vanishes_is_noticed_and_one_that_returns_is_used(folder: Path) -> None:
    index = opened(folder)
    index.snapshot()
    shutil.rmtree(folder)
    with pytest.raises(IndexMissing):
        index.snapshot()
    index_of(folder, DOCUMENTS[:1])
    assert kept_by(index) == {f"d0#p{p}" for p in range(1, 6)}


def test_a_server_serves_like_the_embedded_store(tmp_path: Path, chroma_server: str) -> None:
    index_of(tmp_path, DOCUMENTS, chroma_url=chroma_server)
    index = opened(tmp_path, chroma_url=chroma_server)
    assert kept_by(index) == EVERYTHING
    assert index.warnings == ()
    index_of(tmp_path, DOCUMENTS[3:], chroma_url=chroma_server)
    assert kept_by(index) == {ref for ref in EVERYTHING if ref.split("#")[0] not in ("d0", "d1", "d2")}
    moved = opened(tmp_path, exact_below=0)
    assert "pilcrow index" in moved.warnings[0]
    assert kept_by(moved) == kept_by(index)
