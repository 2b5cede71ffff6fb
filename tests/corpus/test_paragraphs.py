from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.paragraphs import join_paragraphs, split_paragraphs

TEXTS = st.one_of(
    st.lists(
        st.sampled_from(["a", "Peace.", " ", "\t", "\n", "\r\n", "\r", "\u2028", "\u2029", "\u00a0", "\f", "\u200b"])
    ).map("".join),
    st.text(max_size=200),
)


@given(TEXTS)
def test_paragraphs_are_lossless_slices_in_order(text: str) -> None:
    paragraphs = split_paragraphs("doc", text)
    between = []
    at = 0
    for number, paragraph in enumerate(paragraphs, start=1):
        assert paragraph.number == number
        assert paragraph.ref == f"doc#p{number}"
        assert at <= paragraph.start < paragraph.end <= len(text)
        assert text[paragraph.start : paragraph.end] == paragraph.text == paragraph.text.strip()
        between.append(text[at : paragraph.start])
        at = paragraph.end
    between.append(text[at:])
    assert "".join(between).strip() == ""


@given(TEXTS, TEXTS)
def test_appending_changes_no_paragraph_before(text: str, more: str) -> None:
    before = split_paragraphs("doc", text)
    assert split_paragraphs("doc", f"{text}\n\n{more}")[: len(before)] == before


@given(st.lists(TEXTS))
def test_given_paragraphs_stay_as_they_are(texts: list[str]) -> None:
    text, paragraphs = join_paragraphs("doc", texts)
    assert [paragraph.text for paragraph in paragraphs] == texts
    assert all(text[paragraph.start : paragraph.end] == paragraph.text for paragraph in paragraphs)
    assert [paragraph.number for paragraph in paragraphs] == list(range(1, len(texts) + 1))


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\r\n\r\nTwo.\r\n", ["One.", "Two."]),
        ("One.\r\rTwo.", ["One.", "Two."]),
        ("\n\n\nOne\nstill one.\n \t \nTwo.", ["One\nstill one.", "Two."]),
        ("One.\u2029Two.", ["One.", "Two."]),
        ("One\u2028still one.", ["One\u2028still one."]),
        ("    indented\n    code", ["indented\n    code"]),
    ],
)
def test_a_blank_line_ends_a_paragraph(text: str, texts: list[str]) -> None:
    assert [paragraph.text for paragraph in split_paragraphs("doc", text)] == texts


@pytest.mark.parametrize(
    "text",
    ["p\n\n" * 100_000, "p " * 500_000, "\n" * 1_000_000, "\r\n" * 500_000],
    ids=["many", "long", "blank", "crlf"],
)
def test_huge_documents_take_linear_time(text: str) -> None:
    began = time.process_time()
    split_paragraphs("doc", text)
    assert time.process_time() - began < 8
