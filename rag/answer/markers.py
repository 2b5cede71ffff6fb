"""Text and citation markers told apart in a stream, whatever way it was cut into pieces.

`[[HANDLE]]` is a marker; several handles may share one (`[[a1b2, c3d4]]`). Where the handles are known, brackets of
any kind, escaped and nested ones too, that hold nothing but handles are a marker (`[a1b2]`, `【a1b2】`, `[[A1B2]]`),
and so are brackets that hold nothing but markers (`(see [[a1b2]])`). Whatever may still become a marker or an escaped
sign is held back, hardly more than `LONGEST` characters, so the work is linear in the stream.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rag.text.normalize import WITHOUT_WIDTH

LONGEST = 200
"""A marker with more characters than this between its brackets is none."""

_OPENING = {"[": "]", "【": "】", "［": "］", "(": ")", "（": "）"}
_MOST_OPEN = 5
_SPECIAL = re.compile(r"[\[&]")
_SPECIAL_WITH_HANDLES = re.compile(r"[\[&(【［（\\]")
_INSIDE = re.compile(rf"[^\[\]\n]{{0,{LONGEST + 1}}}")
_SEPARATOR = re.compile(r"[\s,;|]+")
_GROUP_PART = re.compile(
    r"\\?(?P<opens>[\[(【［（])|\\?(?P<closes>[\])】］）])|(?P<word>[^\W_]{1,40}(?![^\W_]))|"
    rf"[ \t\u00a0,;|=:.#¶\"'`{WITHOUT_WIDTH}]"
)
_LABELS = frozenset({
    "and", "handle", "handles", "id", "ids", "para", "paragraph", "paragraphs", "ref", "refs", "see", "source",
    "sources",
})  # fmt: skip
"""Words that may stand beside handles and say nothing."""
# The signs that showing a paragraph escapes: a model that copies them means the sign.
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_LONGEST_ESCAPED = max(map(len, _ESCAPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words of the answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What stood between double brackets, or other brackets as a whole; `reason` says why it can be no marker."""

    raw: str
    handles: tuple[str, ...] = ()
    reason: str = ""


Token = Text | Marker


class MarkerParser:
    """Feed it pieces, then close it: the tokens, with neighbouring `Text` joined, do not depend on the cuts.

    Args:
        handles: the handles that were shown; without them only double brackets make a marker.
    """

    def __init__(self, handles: Collection[str] = ()) -> None:
        self._handles = frozenset(handles)
        self._special = _SPECIAL_WITH_HANDLES if handles else _SPECIAL
        self._held = ""

    def feed(self, piece: str) -> tuple[Token, ...]:
        data, self._held = self._held + piece, ""
        return tuple(self._read(data, final=False))

    def close(self) -> tuple[Token, ...]:
        """The end of the stream: what was held back becomes text, an open marker is rejected."""
        held, self._held = self._held, ""
        return tuple(self._read(held, final=True))

    def _read(self, data: str, *, final: bool) -> Iterator[Token]:
        position = 0
        while position < len(data):
            special = self._special.search(data, position)
            if special is None:
                yield Text(text=data[position:])
                return
            if special.start() > position:
                yield Text(text=data[position : special.start()])
            position = special.start()
            token, length = self._token(data, position, final)
            if token is None and final:
                unclosed = data.startswith("[[", position)
                rest = data[position:]
                yield Marker(raw=rest, reason="the marker is not closed") if unclosed else Text(text=rest)
                return
            if token is None:
                self._held = data[position:]
                return
            yield token
            position += length

    def _token(self, data: str, position: int, final: bool) -> tuple[Token | None, int]:
        """Returns the token at a special sign and its length; no token when more of the stream is needed."""
        if data[position] == "&":
            return _read_escaped(data, position)
        if self._handles:
            group = _read_group(data, position, self._handles)
            if group.handles:
                return Marker(raw=group.raw, handles=group.handles), len(group.raw)
            if group.is_open and not final:
                return None, 0
        return _read_bracket(data, position) if data[position] == "[" else (Text(text=data[position]), 1)


class _Group(NamedTuple):
    """Brackets with nothing but handles in them; without handles it is none, unless it `is_open` yet."""

    raw: str = ""
    handles: tuple[str, ...] = ()
    is_open: bool = False


def _read_group(data: str, position: int, known: frozenset[str]) -> _Group:
    """Reads balanced brackets of any kind; handles that are not known count only between double brackets."""
    expected: list[str] = []
    handles: list[str] = []
    at, last = position, min(len(data), position + LONGEST)
    while at < last:
        part = _GROUP_PART.match(data, at)
        if part is None:
            return _Group(is_open=data[at:] == "\\")
        at = part.end()
        if opening := part["opens"]:
            expected.append(_OPENING[opening])
        elif closing := part["closes"]:
            if not expected or expected.pop() != closing:
                return _Group()
        elif word := part["word"]:
            handle = word if word in known else word.lower()
            if at == len(data):
                return _Group(is_open=True)
            if handle in known:
                handles.append(handle)
            elif handle in _LABELS:
                continue
            elif expected[-2:] == ["]", "]"]:
                handles.append(word)
            else:
                return _Group()
        if not expected or len(expected) > _MOST_OPEN:
            break
    if expected:
        return _Group(is_open=at == len(data) and len(expected) <= _MOST_OPEN)
    return _Group(raw=data[position:at], handles=tuple(dict.fromkeys(handles)))


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
