"""Which marks quote and which do not, as writers and models use them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quotations import find_quotations


def words(text: str) -> list[str]:
    return [quotation.words for quotation in find_quotations(text)]


@pytest.mark.parametrize(
    "marked",
    [
        *("“{}”", "“{}“", "‟{}”", "„{}“", "„{}”", "”{}”", '"{}"', "＂{}＂", "″{}″", "❝{}❞", "〝{}〞", "〝{}〟"),
        *("«{}»", "« {} »", "»{}«", "»{}»", "‹{}›", "›{}‹", "「{}」", "『{}』", "``{}''", "``{}``", "''{}''"),
        *("‘{}’", "‚{}‘", "‚{}’", "‛{}’", "❛{}❜", "'{}'", "＇{}＇", "`{}`", "`{}'", "<q>{}</q>", "<Blockquote>{}</q>"),
        *("*“{}”*", "(“{}”)", "(‘{}’)", "—“{}”—", "['{}']"),
    ],
)
def test_marks_that_quote(marked: str) -> None:
    said = "the states’ treaty is the only way"
    assert words(f"He said {marked.format(said)}.") == [said]
    assert words(f"{marked.format(said)}, he said.") == [said]


@pytest.mark.parametrize(
    "text",
    [
        *("the states' rights and the people's will", "the '90s, the 1990s' end", "'Tis the ministers' turn."),
        *("rock 'n' roll", "O’Neill’s", "Sana‘a and Qur’an", "'Ain Issa and its towns", '6" of rain and 7" of snow'),
        *("5'10\" tall, 6' wide, 40° 30′ 20″ N", "the variable `COP29`", "```\ntwo words\n```", "*two words*"),
        *("in the region.”", 'in the region."', '"" “ ” “…”', "A » B › C"),
    ],
)
def test_marks_that_do_not_quote(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("‘The states’ rights are inviolable’, he said.", ["The states’ rights are inviolable"]),
        ("the 'historic talks' were held", ["historic talks"]),
        ("the 'talks' of the 'ministers'", ["talks", "ministers"]),
        ("'one two'\nand the states' three'", ["one two"]),
        ("“We said “no” to them.”", ["We said “no” to them."]),
        ('"We said "no" to them."', ['We said "no" to them.']),
        ("“One ‘two’ three”", ["One ‘two’ three"]),
        ('He said"one two" and:"three"', ["one two", "three"]),
        ('"...and peace," he said', ["...and peace,"]),
        ("“One.\n\nTwo.”", ["One.\n\nTwo."]),
        (f"“{'word ' * 2000}end”", [f"{'word ' * 2000}end"]),
    ],
)
def test_where_a_quotation_ends(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He said “one two.", [("one two.", False)]),
        ('He said "one two.', [("one two.", False)]),
        ("He said “one. “Two” three.", [("one. “Two” three.", False), ("Two", True)]),
        ("“One two” and «three.", [("One two", True), ("three.", False)]),
        ("He said 'one two.", []),
    ],
)
def test_a_quotation_that_is_never_closed(text: str, found: list[tuple[str, bool]]) -> None:
    assert [(quotation.words, quotation.closed) for quotation in find_quotations(text)] == found


@given(st.text(alphabet="“”\"'’‘«»`<q>/ \nas6.", max_size=60))
def test_quotations_are_slices_in_order(text: str) -> None:
    end = 0
    for quotation in find_quotations(text):
        assert quotation.words in text[quotation.start : quotation.end]
        assert quotation.words == quotation.words.strip() != ""
        if quotation.closed:
            assert quotation.start >= end
            end = quotation.end


@pytest.mark.parametrize("text", ["“", '"', " '", ' "a', "s' a", "<q>", "<q ", "«»", "`", "“x”"])
def test_hostile_texts_take_linear_time(text: str) -> None:
    begun = time.process_time()
    find_quotations(text * (60_000 // len(text)))
    assert time.process_time() - begun < 3
