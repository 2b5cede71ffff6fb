from __future__ import annotations

import pytest

from rag.retrieve.query import distinct_terms, phrases, word_query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('who said "mutual respect"?', (("mutual", "respect"),)),
        ("«joint statements» and „two words“", (("joint", "statement"), ("two", "word"))),
        ('"one" word is no phrase', ()),
        ('an open "quotation', ()),
        ("nothing", ()),
    ],
)
def test_quoted_parts_are_phrases(text: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert phrases(text) == expected


def test_all_words_are_asked_for_but_not_without_end() -> None:
    assert word_query("the 32 servicemen").words == ("the", "32", "servicemen")
    assert len(word_query("word " * 10_000).words) < 100
    assert word_query("?!").words == ()


def test_distinct_terms_carry_meaning_and_come_once() -> None:
    assert [term.surface for term in distinct_terms("The border, borders and the Border of Armenia")] == [
        "border",
        "Armenia",
    ]
