"""Text and citation markers told apart in a stream, whatever way it was cut into pieces.

`[[HANDLE]]` is a marker; several handles may share one (`[[a1b2, c3d4]]`). Whatever may still become a marker or
an escaped sign is held back, never more than `LONGEST` characters, so the work is linear in the stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 200
"""A marker with more characters than this between its brackets is none."""

_SPECIAL = re.compile(r"[\[&]")
_INSIDE = re.compile(rf"[^\[\]\n]{{0,{LONGEST + 1}}}")
_SEPARATOR = re.compile(r"[\s,;|]+")
# The signs that showing a paragraph escapes: a model that copies them means the sign.
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_LONGEST_ESCAPED = max(map(len, _ESCAPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words of the answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What stood between double brackets; `reason` says why it cannot be one, and is empty otherwise."""

    raw: str
    handles: tuple[str, ...] = ()
    reason: str = ""


Token = Text | Marker


class MarkerParser:
    """Feed it pieces, then close it: the tokens, with neighbouring `Text` joined, do not depend on the cuts."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> tuple[Token, ...]:
        return tuple(self._read(piece))

    def _read(self, piece: str) -> Iterator[Token]:
        data, position = self._held + piece, 0
        self._held = ""
        while position < len(data):
            special = _SPECIAL.search(data, position)
            if special is None:
                yield Text(text=data[position:])
                return
            if special.start() > position:
                yield Text(text=data[position : special.start()])
            position = special.start()
            token, length = _read_bracket(data, position) if data[position] == "[" else _read_escaped(data, position)
            if token is None:
                self._held = data[position:]
                return
            yield token
            position += length

    def close(self) -> tuple[Token, ...]:
        """The end of the stream: what was held back becomes text, an open marker is rejected."""
        held, self._held = self._held, ""
        if held.startswith("[["):
            return (Marker(raw=held, reason="the marker is not closed"),)
        return (Text(text=held),) if held else ()


def _read_bracket(data: str, position: int) -> tuple[Token | None, int]:
    """Returns the token at a `[` and its length; no token when more of the stream is needed."""
    if position + 1 == len(data):
        return None, 0
    if data[position + 1] != "[":
        return Text(text="["), 1
    if position + 2 == len(data):
        return None, 0
    if data[position + 2] == "[":
        return Text(text="["), 1
    inside = _INSIDE.match(data, position + 2)
    assert inside is not None
    words, end = inside.group(), inside.end()
    if len(words) <= LONGEST:
        if data.startswith("]]", end):
            return _marker(words), len(words) + 4
        if end == len(data) or data[end:] == "]":
            return None, 0
    # Two brackets that open no marker are text; they are kept apart so that nobody takes them for one later.
    return Text(text="[["), 2


def _marker(words: str) -> Marker:
    handles = tuple(dict.fromkeys(handle for handle in _SEPARATOR.split(words) if handle))
    return Marker(raw=words, handles=handles, reason="" if handles else "the marker is empty")


def _read_escaped(data: str, position: int) -> tuple[Token | None, int]:
    ahead = data[position : position + _LONGEST_ESCAPED]
    for escaped, sign in _ESCAPED.items():
        if ahead.startswith(escaped):
            return Text(text=sign), len(escaped)
        if len(ahead) < _LONGEST_ESCAPED and escaped.startswith(ahead):
            return None, 0
    return Text(text="&"), 1
