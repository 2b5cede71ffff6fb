"""Quotes are slices of the stored paragraph, and links open the publisher's page at them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from rag.answer.citations import locate_quotation, make_citation, neutral, publisher_link, quotations, trim
from rag.types import Span
from tests.answer.material import STATEMENT, STATEMENT_TEXTS, retrieval

HIT = next(hit for hit in retrieval().hits if hit.paragraph.ref == "joint-statement#p1")
URL = "https://example.org/page"


def test_a_citation_is_a_slice() -> None:
    citation = make_citation(3, HIT, Span(start=-5, end=12), ("other#p1",))
    assert citation.quote == citation.paragraph_text[citation.start : citation.end] == "The Republic"
    assert (citation.number, citation.also_in, citation.document) == (3, ("other#p1",), STATEMENT)


def test_a_span_of_white_space_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold its quote"):
        make_citation(1, HIT, Span(start=3, end=4))


def test_trim_keeps_to_the_text() -> None:
    assert trim("  a b  ", Span(start=0, end=99)) == Span(start=2, end=5)


def test_quotations_come_without_their_marks() -> None:
    assert quotations("He said “one two”, 'three four' and «five.") == ("one two", "three four", "five.")


def test_quoted_words_are_located_exactly_or_not_at_all() -> None:
    text = STATEMENT_TEXTS[0]
    span = locate_quotation("a long-awaited peace in the region,", text)
    assert span is not None
    assert text[span.start : span.end] == "a long-awaited peace in the region"
    assert locate_quotation("a long awaited peace in the region", text) is None
    assert locate_quotation("A long-awaited peace", text) is None


def test_lookalikes_are_neutral() -> None:
    assert neutral("[3] [[x]] [a]") == "[\u20603] [\u2060[x]] [a]"


def fragment(url: str | None, text: str, span: Span) -> str:
    link = publisher_link(url, text, span)
    assert link is not None
    return link.partition(":~:text=")[2]


def test_a_short_quote_is_marked_whole() -> None:
    text = "Both sides agreed, in full, on long-awaited peace & more."
    encoded = fragment(URL, text, Span(start=0, end=len(text)))
    assert unquote(encoded).split(",")[0].startswith("Both sides agreed")
    assert "%2D" in encoded
    assert "%26" in encoded
    assert "," not in encoded


def test_a_long_quote_is_marked_from_beginning_to_end() -> None:
    text = STATEMENT_TEXTS[3]
    encoded = fragment(URL, text, Span(start=0, end=len(text)))
    begin, end = encoded.split(",")
    assert unquote(begin) == "As a sign of good"
    assert unquote(end) == "by withdrawing its own candidacy."


def test_a_quote_that_begins_like_another_gets_the_words_before_it() -> None:
    text = "We agree on peace. He said that we agree on peace. We agree on peace."
    encoded = fragment(URL, text, Span(start=text.rindex("We"), end=len(text)))
    assert unquote(encoded).startswith("said that we agree on peace.-,".replace("said ", ""))


@pytest.mark.parametrize(
    "url",
    [
        *(None, "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "https://", "https://e x", "//e", ""),
        'https://e/"onclick=',
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert publisher_link(url, "text", Span(start=0, end=4)) is None


def test_an_address_with_a_fragment_keeps_it() -> None:
    assert publisher_link(f"{URL}#part", "some words", Span(start=0, end=10)) == f"{URL}#part:~:text=some%20words"
