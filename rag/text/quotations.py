"""The quotations of a text: the words between quotation marks of any kind, each with its place.

Where a mark opens and closes alike, its neighbours decide, so that apostrophes ("the states' rights"), years ("the
'90s") and inches (6") are none. Emphasis (*…*) quotes nothing, and a single word between backticks is an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Role = Literal["opens", "closes", "either"]

_FAMILIES: tuple[tuple[str, str, str], ...] = (
    ("“„‟❝〝", "”❞〞〟", '"＂″'),
    ("«", "»", ""),
    ("‹", "›", ""),
    ("「", "」", ""),
    ("『", "』", ""),
)
"""Marks that open, that close, and that do both; a quotation ends with a mark of the family it began with."""
_SINGLE = "‘‚‛❛'＇`´"
_SINGLE_CLOSING = "’❜"
_TURNED = {"„": "“", "»": "«", "›": "‹"}
"""Opening marks that one which opens elsewhere may close."""

_MARK = re.compile(
    r"<(?P<end>/?)(?:q|blockquote)\b[^<>]{0,80}>|`{3,}|``|''|\n"
    rf"|[{''.join(map(''.join, _FAMILIES))}{_SINGLE}{_SINGLE_CLOSING}]",
    re.IGNORECASE,
)
_BEFORE_OPENING = frozenset("([{<>—–-―*_/|" + _SINGLE + "".join(opens + either for opens, _, either in _FAMILIES))
_NOT_OPENED = re.compile(r"[,;:!?)\]}]|\.(?!\.)")
_ELISION = re.compile(r"(?:\d\ds|tis|twas|til|em|cause|bout)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=[sxzSXZ]).\s[a-z]")
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Quoted words without white space at their edges; `text[start:end]` holds the marks too.

    A quotation that is not `closed` reaches to the end of the text.
    """

    start: int
    end: int
    words: str
    closed: bool = True


class _Mark(NamedTuple):
    start: int
    end: int
    text: str
    stray: bool = False
    """Whether it quotes nothing unless it is closed."""


@dataclass(slots=True)
class _Pairs:
    """The marks of one text in pairs, in one pass."""

    text: str
    found: list[tuple[_Mark, _Mark]] = field(default_factory=list)
    opened: dict[int, list[_Mark]] = field(default_factory=dict)
    single: _Mark | None = None
    possessive: _Mark | None = None

    def read(self, mark: _Mark, family: int, role: Role) -> None:
        """Takes a double mark: it closes the one before it, opens another, or is left alone."""
        stack = self.opened.setdefault(family, [])
        left, right = self._may_open(mark), self._may_close(mark)
        spaced = self._is_spaced(mark)
        if stack and _closes(stack[-1], mark, role, left=left, right=right or spaced):
            self.found.append((stack.pop(), mark))
        elif left or role == "opens":
            stack.append(mark._replace(stray=not left))
        elif role == "either" and not stack and (spaced or self._is_glued(mark)):
            stack.append(mark._replace(stray=True))

    def read_single(self, mark: _Mark) -> None:
        """Takes a single mark: none is nested, and none of its quotations crosses a line."""
        if self.single and self._may_close(mark):
            if _POSSESSIVE.match(self.text, mark.start):
                self.possessive = mark
            else:
                self.possessive = None
                self.found.append((self.single, mark))
                self.single = None
        elif mark.text in _SINGLE and self._may_open(mark) and not _ELISION.match(self.text, mark.end):
            self.end_line()
            self.single = mark

    def end_line(self) -> None:
        """Ends what a single mark opened where it may have ended: "the 'historic talks' of today"."""
        if self.single and self.possessive:
            self.found.append((self.single, self.possessive))
        self.single = self.possessive = None

    def _may_open(self, mark: _Mark) -> bool:
        before, after = self.text[mark.start - 1 : mark.start], self.text[mark.end : mark.end + 1]
        if before and not before.isspace() and before not in _BEFORE_OPENING:
            return False
        return bool(after) and not after.isspace() and not _NOT_OPENED.match(self.text, mark.end)

    def _may_close(self, mark: _Mark) -> bool:
        before, after = self.text[mark.start - 1 : mark.start], self.text[mark.end : mark.end + 1]
        return bool(before) and not before.isspace() and not after.isalnum()

    def _is_spaced(self, mark: _Mark) -> bool:
        return not (self.text[mark.start - 1 : mark.start].strip() or self.text[mark.end : mark.end + 1].strip())

    def _is_glued(self, mark: _Mark) -> bool:
        before, after = self.text[mark.start - 1 : mark.start], self.text[mark.end : mark.end + 1]
        return (before.isalpha() or before in (":", ",")) and after.isalnum()


def find_quotations(text: str) -> tuple[Quotation, ...]:
    """The quotations of the text in order: of one inside another only the outer, and those that are never closed."""
    pairs = _Pairs(text)
    for match in _MARK.finditer(text):
        mark = _Mark(match.start(), match.end(), match.group())
        if mark.text == "\n":
            pairs.end_line()
        elif mark.text in _SINGLE or mark.text in _SINGLE_CLOSING:
            pairs.read_single(mark)
        elif not mark.text.startswith("```"):
            pairs.read(mark, *_place(match))
    pairs.end_line()
    unclosed = [next((mark for mark in stack if not mark.stray), None) for stack in pairs.opened.values()]
    end = _Mark(len(text), len(text), "")
    both = [*_outer(pairs.found, text), *(_quotation(text, mark, end) for mark in unclosed if mark)]
    return tuple(sorted((quotation for quotation in both if quotation), key=lambda quotation: quotation.start))


def _place(match: re.Match[str]) -> tuple[int, Role]:
    """The family of a mark that is not single, and what it does."""
    mark = match.group()
    if mark[0] == "<":
        return len(_FAMILIES), "closes" if match["end"] else "opens"
    if len(mark) == 2:
        return 0, "either"
    family = next(place for place, marks in enumerate(_FAMILIES) if mark in "".join(marks))
    opens, closes, _ = _FAMILIES[family]
    return family, "opens" if mark in opens else "closes" if mark in closes else "either"


def _closes(opening: _Mark, mark: _Mark, role: Role, *, left: bool, right: bool) -> bool:
    if role == "closes":
        return True
    if role == "opens":
        return _TURNED.get(opening.text) == mark.text or (right and not left)
    return right


def _outer(pairs: list[tuple[_Mark, _Mark]], text: str) -> Iterator[Quotation | None]:
    end = 0
    for opening, closing in sorted(pairs):
        if opening.start >= end:
            yield _quotation(text, opening, closing)
            end = closing.end


def _quotation(text: str, opening: _Mark, closing: _Mark) -> Quotation | None:
    words = text[opening.end : closing.start].strip()
    letters = sum(map(str.isalnum, words))
    if not letters or (opening.text in _SINGLE and letters < _FEWEST_LETTERS):
        return None
    if opening.text == "`" and len(words.split()) == 1:
        return None
    return Quotation(start=opening.start, end=closing.end, words=words, closed=bool(closing.text))
