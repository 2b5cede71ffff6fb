from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.check import check
from rag.errors import CorpusError, InputError, StoreError
from rag.library import SOURCES
from rag.resources import bundled_corpus
from rag.settings import Settings
from tests.conftest import ROOT

NOTE = """---
id: {id}
title: A note on blue folders
date: 2024-02-03
issuer: The Archive
---

The archive released {count} blue folders in February 2024.
"""


@pytest.fixture
def assistant(index_folder: Path, tmp_path: Path) -> Iterator[rag.Assistant]:
    shutil.copytree(index_folder, tmp_path / "index")
    with rag.open(index=tmp_path / "index") as opened:
        yield opened


def write(folder: Path, name: str = "blue", count: str = "77") -> Path:
    file = folder / f"{name}.md"
    file.write_text(NOTE.format(id=name, count=count), encoding="utf-8")
    return file


def test_an_added_document_answers_at_once_and_survives_an_update(assistant: rag.Assistant, tmp_path: Path) -> None:
    question = "How many blue folders did the archive release?"
    assert assistant.search(question).hits[0].document.id != "blue"
    assert assistant.add_documents([write(tmp_path)]).added == ("blue",)
    assert "77" in assistant.search(question).hits[0].paragraph.text
    assert not rag.update_index(assistant.settings, [ROOT / "corpus"])
    assert "77" in assistant.search(question).hits[0].paragraph.text


def test_adding_a_file_of_the_same_name_changes_it(assistant: rag.Assistant, tmp_path: Path) -> None:
    assistant.add_documents([write(tmp_path)])
    assert assistant.add_documents([write(tmp_path, count="78")]).changed == ("blue",)


def test_one_bad_file_keeps_all_out(assistant: rag.Assistant, tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text("no front matter", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"bad\.md"):
        assistant.add_documents([write(tmp_path), bad])
    assert len(assistant.documents()) == 2


def test_an_id_in_use_is_refused(assistant: rag.Assistant, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="already used"):
        assistant.add_documents([Path(shutil.copy(next((ROOT / "corpus").glob("trend-*.md")), tmp_path))])


def test_a_file_does_not_take_the_place_of_another_of_its_name(assistant: rag.Assistant, tmp_path: Path) -> None:
    files = [tmp_path / name / "export.jsonl" for name in ("one", "two")]
    for file, name in zip(files, ("red", "green"), strict=True):
        file.parent.mkdir()
        about = {"id": name, "title": "A note", "date": "2024-02-03", "issuer": "The Archive"}
        row = {**about, "paragraphs": [f"It is {name}."]}
        file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"two/export\.jsonl: has the name of .*one/export\.jsonl"):
        assistant.add_documents(files)
    assert assistant.add_documents(files[:1]).added == ("red",)
    with pytest.raises(CorpusError, match="a file with 'red' that was added before"):
        assistant.add_documents(files[1:])
    assert assistant.add_documents(files[:1]).changed == ()
    assert {document.id for document in assistant.documents()} >= {"red"}


def test_documents_whose_folder_is_gone_are_not_thrown_out(assistant: rag.Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder)
    rag.update_index(assistant.settings, [folder])
    folder.rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"There is no .*mine, of which the index was made"):
        assistant.add_documents([write(tmp_path, name="green")])
    assert [document.id for document in assistant.documents()] == ["blue"]


def test_without_paths_corpus_is_read_and_nothing_else_is_lost(
    assistant: rag.Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "corpus"):
        (tmp_path / name).mkdir()
    write(tmp_path / "mine")
    write(tmp_path / "corpus", name="green")
    rag.update_index(assistant.settings, [Path("mine")])
    assert rag.update_index(assistant.settings).added == ("green",), "corpus/ is read as well"
    assert sorted(document.id for document in assistant.documents()) == ["blue", "green"]
    assert not rag.update_index(assistant.settings)
    (tmp_path / "mine" / "blue.md").unlink()
    write(tmp_path / "mine", name="red")
    changes = rag.update_index(assistant.settings)
    assert (changes.added, changes.removed) == (("red",), ("blue",))


def test_a_corpus_takes_the_place_of_the_bundled_documents(
    assistant: rag.Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rag.update_index(assistant.settings, [bundled_corpus()])
    assert "null" in (assistant.index_folder / "sources.json").read_text(encoding="utf-8")
    assert not rag.update_index(assistant.settings)
    (tmp_path / "corpus").mkdir()
    write(tmp_path / "corpus", name="green")
    assert rag.update_index(assistant.settings).added == ("green",)


def test_what_lies_beside_the_index_moves_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old" / "corpus").mkdir(parents=True)
    write(tmp_path / "old" / "corpus")
    settings = Settings.load(index="old/.pilcrow", embedding="test:hash")
    rag.update_index(settings, [Path("old/corpus")])
    (tmp_path / "old").rename(tmp_path / "new")
    assert not rag.update_index(Settings.load(index="new/.pilcrow", embedding="test:hash"))


def test_an_update_does_not_throw_out_what_a_missing_folder_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "corpus"):
        (tmp_path / name).mkdir()
    write(tmp_path / "mine")
    write(tmp_path / "corpus", name="green")
    settings = Settings.load(embedding="test:hash")
    rag.update_index(settings, [Path("mine")])
    (tmp_path / "mine").rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"There is no .*mine, of which the index was made"):
        rag.update_index(settings)


@pytest.mark.parametrize(
    "kept", ["null", "5", "[1]", '[["x"]]', '"corpus"', '{"a": 1}', "[]", '[""]', "[", '["\\u0000"]']
)
def test_an_index_that_does_not_know_its_documents_asks_for_them(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    write(tmp_path / "corpus")
    settings = Settings.load(embedding="test:hash")
    rag.update_index(settings)
    (settings.index / SOURCES).write_text(kept)
    with pytest.raises(StoreError, match=r"sources\.json does not say .* pilcrow index PATH"):
        rag.update_index(settings)
    assert any("sources.json" in str(finding) for finding in check(settings) if not finding.ok)
    assert not rag.update_index(settings, [Path("corpus")])
    assert not rag.update_index(settings)


def test_a_document_that_was_added_can_be_removed(assistant: rag.Assistant, tmp_path: Path) -> None:
    assistant.add_documents([write(tmp_path)])
    assert assistant.remove_document("blue").removed == ("blue",)
    assert not any(hit.document.id == "blue" for hit in assistant.search("blue folders").hits)


def test_a_document_of_the_corpus_is_not_deleted_from_here(assistant: rag.Assistant) -> None:
    with pytest.raises(InputError, match="pilcrow index"):
        assistant.remove_document("trend-2023-12-08-ots-reaction")
    assert (ROOT / "corpus" / "trend-2023-12-08-ots-reaction.md").exists()
