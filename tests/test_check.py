from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.check import check
from rag.errors import StoreError
from rag.library import SOURCES, update_index
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
    assert "bad.md" in found
    assert "pilcrow index" in found


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
