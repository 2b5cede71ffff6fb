from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rag.check import check
from rag.errors import StoreError
from rag.library import SOURCES, add_documents, update_index
from rag.settings import Settings
from tests.conftest import ROOT


@pytest.fixture
def settings(index_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(index_folder, tmp_path / ".pilcrow")
    (tmp_path / ".pilcrow" / SOURCES).unlink()
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    return Settings.load()


def wrong(settings: Settings) -> list[str]:
    return [str(finding) for finding in check(settings) if not finding.ok]


def test_all_is_well(settings: Settings) -> None:
    assert wrong(settings) == []


def test_a_bad_document_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "bad.md").write_text("nothing", encoding="utf-8")
    (found,) = wrong(settings)
    assert "bad.md: has no front matter" in found
    assert found.endswith(". Mend the file, then: pilcrow index")


def test_the_documents_of_the_index_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "mydocs")
    monkeypatch.chdir(tmp_path)
    settings = Settings.load(embedding="test:hash")
    update_index(settings, [Path("mydocs")])
    (corpus, *_) = check(settings)
    assert (corpus.ok, corpus.subject) == (True, f"corpus ({tmp_path / 'mydocs'})")
    (tmp_path / "mydocs" / "bad.md").write_text("nothing", encoding="utf-8")
    (found,) = wrong(settings)
    assert "bad.md" in found


@pytest.mark.parametrize("cache", ["words-*", "vectors"])
def test_a_lost_cache_is_named_with_its_mend_and_mended(cache: str, settings: Settings, tmp_path: Path) -> None:
    for folder in (tmp_path / ".pilcrow").glob(cache):
        shutil.rmtree(folder)
    found = wrong(settings)
    assert found
    assert all("pilcrow index" in line for line in found)
    update_index(settings)
    assert wrong(settings) == []


def test_another_embedding_model_is_named(settings: Settings) -> None:
    found = wrong(settings.model_copy(update={"embedding": "test:hash"}))
    assert any("--rebuild" in line for line in found)


def test_a_model_that_cannot_be_used_is_named(settings: Settings) -> None:
    assert any("nonsense" in line for line in wrong(settings.model_copy(update={"model": "nonsense:x"})))
    assert any("OPENAI_API_KEY" in line for line in wrong(settings.model_copy(update={"model": "openai:x"})))


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("reranker", "/nope", "reranker (/nope)"),
        ("nli", "/nope", "entailment model (/nope)"),
        ("judge", "bogus", "judge (bogus)"),
        ("judge", "openai:x", "OPENAI_API_KEY"),
    ],
)
def test_an_optional_model_that_cannot_be_used_is_named(
    setting: str, value: str, words: str, settings: Settings
) -> None:
    (found,) = wrong(settings.model_copy(update={setting: value}))
    assert words in found


def test_a_server_that_is_down_is_named_and_not_an_update_that_needs_it(settings: Settings) -> None:
    (found,) = wrong(settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"}))
    assert "Chroma at http://127.0.0.1:9 does not serve" in found
    assert "Start the server" in found
    assert "pilcrow index" not in found


def test_a_file_in_the_place_of_the_vectors_is_named(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / ".pilcrow" / "vectors"
    shutil.rmtree(place)
    place.touch()
    (found,) = wrong(settings)
    assert "vectors is no folder. Remove it." in found
    with pytest.raises(StoreError, match=r"vectors is no folder\. Remove it\."):
        update_index(settings)
    place.unlink()
    update_index(settings)
    assert wrong(settings) == []


@pytest.mark.parametrize("statement", ["", "CREATE TABLE other (x)"])
def test_a_catalog_that_is_none_is_mended_by_what_is_named_first(
    statement: str, settings: Settings, tmp_path: Path
) -> None:
    catalog = tmp_path / ".pilcrow" / "catalog.sqlite"
    catalog.unlink()
    with closing(sqlite3.connect(catalog)) as connection:
        connection.execute(statement)
    (found,) = wrong(settings)
    assert "is incomplete. Run: pilcrow index --rebuild" in found
    update_index(settings, rebuild=True)
    assert wrong(settings) == []


def test_a_folder_in_the_place_of_the_catalog_is_named(settings: Settings, tmp_path: Path) -> None:
    catalog = tmp_path / ".pilcrow" / "catalog.sqlite"
    catalog.unlink()
    catalog.mkdir()
    (found,) = wrong(settings)
    assert "Move it away. Run: pilcrow index" in found
    for rebuild in (False, True):
        with pytest.raises(StoreError, match="Move it away"):
            update_index(settings, rebuild=rebuild)
    catalog.rmdir()
    update_index(settings)
    assert wrong(settings) == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="root writes everywhere, and cannot be held back here")
@pytest.mark.parametrize("is_open", [True, False])
def test_an_index_that_is_read_only_is_not_to_be_updated(is_open: bool, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / ".pilcrow"
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        if is_open:
            connection.execute("SELECT * FROM meta").fetchall()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        program = "from rag.__main__ import main; main()"
        held_back = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        done = subprocess.run([*held_back, sys.executable, "-c", program, "check"], capture_output=True, text=True)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
    assert (done.returncode, done.stderr) == (0 if is_open else 1, ""), done.stdout
    assert ("index (.pilcrow): .pilcrow is read-only" if is_open else "Let .pilcrow be written to") in done.stdout
    assert "pilcrow index" not in done.stdout


def test_a_file_in_the_place_of_the_kept_models_is_no_hindrance(settings: Settings, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / ".pilcrow" / "models")
    (tmp_path / ".pilcrow" / "models").touch()
    assert wrong(settings) == []


def test_documents_that_are_not_indexed_yet_are_counted(settings: Settings, tmp_path: Path) -> None:
    first, second = sorted((tmp_path / "corpus").glob("*-*.md"))
    first.write_text(first.read_text(encoding="utf-8") + "\nOne more.\n", encoding="utf-8")
    text = second.read_text(encoding="utf-8")
    (tmp_path / "corpus" / "new.md").write_text(text.replace(f"id: {second.stem}", "id: new"), encoding="utf-8")
    second.unlink()
    (found,) = wrong(settings)
    assert found.endswith("documents were not indexed since: 1 new, 1 changed, 1 gone. Run: pilcrow index")
    update_index(settings)
    assert wrong(settings) == []


def test_a_document_that_was_added_from_the_chat_is_not_gone(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_text("---\nid: note\ntitle: A note\ndate: 2024-01-01\n---\n\nSome text.\n", encoding="utf-8")
    add_documents(settings, [file])
    assert wrong(settings) == []
