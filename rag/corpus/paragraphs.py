"""Text to numbered paragraphs.

Invariants: every paragraph is a slice of the text; slices are in order and do not overlap; they begin and end on a
character that is not white space; together they hold every such character; and text added behind a blank line
changes no paragraph before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.types import Paragraph

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|\Z)")
_BETWEEN = "\n\n"


def split_paragraphs(document: str, text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a text, numbered from 1; a blank line (or U+2029) ends one, however long it is."""
    return tuple(
        Paragraph(document=document, number=number, start=start, end=end, text=text[start:end])
        for number, (start, end) in enumerate(_spans(text), start=1)
    )


def join_paragraphs(document: str, texts: Sequence[str]) -> tuple[str, tuple[Paragraph, ...]]:
    """A text made of given paragraphs with blank lines between, and those paragraphs exactly as they were given."""
    paragraphs = []
    at = 0
    for number, text in enumerate(texts, start=1):
        paragraphs.append(Paragraph(document=document, number=number, start=at, end=at + len(text), text=text))
        at += len(text) + len(_BETWEEN)
    return _BETWEEN.join(texts), tuple(paragraphs)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = end = -1
    for match in _LINE.finditer(text):
        line = match.group()
        content = line.strip()
        if content:
            if start < 0:
                start = match.start() + len(line) - len(line.lstrip())
            end = match.start() + len(line.rstrip())
        if start >= 0 and (not content or line[-1] == "\u2029"):
            yield start, end
            start = -1
    if start >= 0:
        yield start, end
