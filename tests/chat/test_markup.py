from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chat.markup import Markup, element, escape, join, web_address


class Reader(HTMLParser):
    """What a browser would see: tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r")))
def test_any_text_stays_text_in_content_and_in_attributes(text: str) -> None:
    reader = Reader()
    reader.feed(element("p", text, title=text, data_x=text))
    reader.close()
    assert reader.tags == [("p", {"title": text, "data-x": text})]
    assert reader.text == text


def test_markup_is_not_escaped_twice_and_none_is_left_out() -> None:
    inner = element("b", "<&>")
    assert element("p", inner, None, "&") == "<p><b>&lt;&amp;&gt;</b>&amp;</p>"
    assert join(["<", None, Markup("<br>")], " & ") == "&lt; &amp; <br>"


def test_attributes_are_left_out_bare_or_written() -> None:
    assert element("input", disabled=True, hidden=False, value=None, for_="a", aria_label='"') == (
        '<input disabled for="a" aria-label="&quot;">'
    )


def test_what_cannot_be_sent_is_replaced() -> None:
    escape("\ud800\0").encode("utf-8")
    assert escape("\ud800\0") == "?\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a b", " https://a", "", None, "ftp://a"]
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_address(address) is None


def test_a_web_address_stays_as_it_is() -> None:
    assert web_address("https://jam-news.net/x/#:~:text=a") == "https://jam-news.net/x/#:~:text=a"
