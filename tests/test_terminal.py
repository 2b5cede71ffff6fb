from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index import Changes
from rag.terminal import changes_text, described, plain
from rag.types import DocumentInfo


def test_terminal_escapes_become_visible() -> None:
    assert plain("a\x1b[31mred\x07") == "a␛[31mred␇"


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\x9b", "\ud800"])
def test_overrides_and_c1_controls_are_replaced(character: str) -> None:
    assert plain(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize("text", ["Şuşa", "a\nb\tc", "לשון", "می\u200cخواهم", "co\u00adop"])
def test_ordinary_text_stays(text: str) -> None:
    assert plain(text) == text


@given(st.text())
def test_nothing_that_steers_a_terminal_remains(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in shown)
    assert not any(0x7F <= ord(character) < 0xA0 for character in shown)


def test_coverage_is_said_to_be_its_publishers() -> None:
    info = DocumentInfo(id="a", title="A", date="2024", issuer="Two Offices", publisher="The Herald")
    assert described(info) == "2024 · The Herald · Two Offices"
    assert described(replace(info, metadata={"speaker": "ORR"})) == "2024 · The Herald · Two Offices (Orr)"
    charles = {"speaker": " KING  CHARLES III"}
    assert described(replace(info, metadata=charles)) == "2024 · The Herald · Two Offices (King Charles III)"
    assert described(replace(info, metadata={"speaker": ["ORR"]})) == "2024 · The Herald · Two Offices"
    assert described(replace(info, kind="coverage")) == "2024 · The Herald, coverage · covers Two Offices"
    assert described(replace(info, kind="coverage", publisher=None)) == "2024 · coverage · covers Two Offices"
    assert described(replace(info, kind="coverage", issuer="The Herald")) == "2024 · The Herald, coverage"


def test_what_an_update_did_is_counted() -> None:
    one = Changes(
        added=("a",),
        changed=(),
        removed=(),
        unchanged=0,
        problems=(),
        documents=1,
        paragraphs=1,
        embedded=1,
        mended=(),
        generation=1,
        seconds=0.24,
    )
    assert changes_text(one) == "1 added, 0 unchanged: 1 document, 1 paragraph in 0.2 s."
    assert "the index holds 1 document with 1 paragraph (" in str(one)
    assert "2 documents, 1,200 paragraphs" in changes_text(replace(one, documents=2, paragraphs=1_200))
