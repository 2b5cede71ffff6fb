from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigurationError
from rag.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_flags_win_over_environment_and_environment_over_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / ".env").write_text("PILCROW_K=3\nPILCROW_CAUTION=0.1\nPILCROW_STRICT=1\n")
    monkeypatch.setenv("PILCROW_K", "4")
    monkeypatch.setenv("PILCROW_CAUTION", "0.2")
    settings = Settings.load(k=5, caution=None)
    assert (settings.k, settings.caution, settings.strict) == (5, 0.2, True)


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_setting_is_named_with_the_nearest(
    where: str, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "environment":
        monkeypatch.setenv("PILCROW_EMBEDING", "x")
    else:
        (empty_folder / ".env").write_text("PILCROW_EMBEDING=x\n")
    with pytest.raises(ConfigurationError, match=r"PILCROW_EMBEDING.*nearest is PILCROW_EMBEDDING"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAUTION", "2"),
        ("CAUTION", "much"),
        ("K", "0"),
        ("MODEL", "gpt"),
        ("MODEL", ":x"),
        ("CHROMA_URL", "host:8000"),
        ("CHROMA_URL", "http://"),
        ("CHROMA_URL", "http://host:{x}"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line_with_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PILCROW_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    assert f"PILCROW_{name}={value!r}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_fingerprint_follows_what_changes_answers_only() -> None:
    base = Settings.load()
    assert base.fingerprint() == Settings.load(index="elsewhere", timeout=1).fingerprint()
    assert base.fingerprint() != Settings.load(caution=0.6).fingerprint()


def test_an_empty_optional_setting_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILCROW_RERANKER", "")
    assert Settings.load().reranker is None


@pytest.mark.parametrize("value", ["", "  "])
@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_setting_is_as_good_as_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PILCROW_{name.upper()}", value)
    assert getattr(Settings.load(), name) == Settings.model_fields[name].default


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("K", "many", "must be a whole number."),
        ("K", "500", "must be at most 200."),
        ("CAUTION", "much", "must be a number."),
        ("STRICT", "maybe", "must be 1 (on) or 0 (off)."),
        ("TIMEOUT", "0", "must be more than 0"),
    ],
)
def test_what_a_setting_can_be_is_said_plainly(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PILCROW_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    assert f"PILCROW_{name}={value!r}: {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PILCROW_K=3\nthis is no setting\nPILCROW_STRICT=1\n", ".env:2 cannot be read"),
        (b'PILCROW_MODEL="quote\n', ".env:1 cannot be read"),
        (b"# caf\xe9\nPILCROW_K=3\n", ".env is not UTF-8 at byte 6"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    content: bytes, words: str, empty_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / ".env").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    assert words in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_comments_exports_and_quotes_are_understood(empty_folder: Path) -> None:
    (empty_folder / ".env").write_text(
        "# a comment\n\nexport PILCROW_K='3'\nOTHER = 1 # why\nEMPTY\n", encoding="utf-8"
    )
    assert Settings.load().k == 3
