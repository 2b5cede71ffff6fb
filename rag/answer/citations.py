"""Verified pointers into paragraphs, and the links that open the publisher's page at the quote.

A `Citation` is only ever made from a span of the stored paragraph, so its quote cannot be anything but verbatim.
Similarity never makes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from rag.text.normalize import locate
from rag.text.quotations import find_quotations
from rag.types import Citation, Hit, Span

CopyFinder = Callable[[str, Span], tuple[str, ...]]
"""Given a paragraph's reference and the span of a quote in it: the paragraphs of other documents with those words."""

JOINER = "\u2060"
SHORT_QUOTE_WORDS = 10
EDGE_WORDS = 5

_WORD = re.compile(r"\S+")
_LOOKALIKE = re.compile(r"\[(?=[\d\[])")
_TRAILING = " \t\n.,;:!?…"


def no_copies(_paragraph: str, _span: Span) -> tuple[str, ...]:
    """A `CopyFinder` for when nothing is known of other documents."""
    return ()


def make_citation(number: int, hit: Hit, span: Span, also_in: tuple[str, ...] = ()) -> Citation:
    """Returns the citation of `hit.paragraph.text[span.start:span.end]`.

    White space at the edges of the span is left out. Raises `ValueError` when nothing remains.
    """
    text = hit.paragraph.text
    span = trim(text, span)
    return Citation(
        number=number,
        paragraph=hit.paragraph.ref,
        document=hit.document,
        quote=text[span.start : span.end],
        start=span.start,
        end=span.end,
        paragraph_text=text,
        link=publisher_link(hit.document.url, text, span),
        also_in=also_in,
    )


def trim(text: str, span: Span) -> Span:
    """Returns the span without white space at its edges; a span outside the text is cut to it."""
    start, end = max(0, span.start), min(len(text), span.end)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end)


def quotations(claim: str) -> tuple[str, ...]:
    """Returns the words between quotation marks of any kind, in order, without the marks."""
    return tuple(quotation.words for quotation in find_quotations(claim))


def locate_quotation(quotation: str, text: str) -> Span | None:
    """Returns where the quoted words stand in the text, or None.

    The one liberty taken: punctuation before the closing mark may be the writer's own ("…in the region,").
    """
    return locate(quotation, text) or _locate_bare(quotation, text)


def _locate_bare(quotation: str, text: str) -> Span | None:
    bare = quotation.rstrip(_TRAILING)
    return locate(bare, text) if bare and bare != quotation else None


def neutral(text: str) -> str:
    """Returns the text with a word joiner, which is invisible, where `[3]` or `[[` could be taken for a citation.

    The declared normalisation drops the joiner, so quoted words still compare equal.
    """
    return _LOOKALIKE.sub("[" + JOINER, text)


def publisher_link(url: str | None, text: str, span: Span) -> str | None:
    """Returns the document's address with a text fragment that marks the quote; None for anything but http(s).

    https://wicg.github.io/scroll-to-text-fragment/
    """
    if url is None or not _is_web_address(url):
        return None
    fragment = _text_fragment(text, span)
    if not fragment:
        return url
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


def _is_web_address(url: str) -> bool:
    if any(character.isspace() or not character.isprintable() or character in "<>\"'`\\" for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and ":~:" not in url


def _text_fragment(text: str, span: Span) -> str:
    words = _WORD.findall(text[span.start : span.end])
    if not words:
        return ""
    if len(words) <= SHORT_QUOTE_WORDS:
        start, end = words, []
    else:
        start, end = words[:EDGE_WORDS], words[-EDGE_WORDS:]
    # A start that stands there twice would mark the first of the two: the words before it tell them apart.
    before = _WORD.findall(text[: span.start])[-EDGE_WORDS:] if _occurs_before(start, text, span) else []
    prefix = f"{_encode(before)}-," if before else ""
    return prefix + _encode(start) + (f",{_encode(end)}" if end else "")


def _occurs_before(words: list[str], text: str, span: Span) -> bool:
    return " ".join(words) in " ".join(_WORD.findall(text[: span.start]))


def _encode(words: list[str]) -> str:
    # The dash is syntax in a text fragment, and the only such sign that percent encoding leaves alone.
    return percent_encode(" ".join(words), safe="").replace("-", "%2D")
