"""The tokens of a model's reply become text with citation numbers, claims, and verified citations.

Numbers are given while the text streams, so whatever is shown once is never renumbered: the joined results of
`write` and `close` equal `text`. Each marker ends in `citations` or in `rejected`; it belongs to the sentence before
it, or to the one after it in an answer that begins with a marker. Text that merely looks like a citation is made
unreadable as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.answer.citations import JOINER, CopyFinder, locate_quotation, make_citation, quotations, trim
from rag.answer.markers import Marker, Token
from rag.text.sentences import split_sentences
from rag.types import Citation, Evidence, Rejected, Span

SentenceChooser = Callable[[str, str], Span]
"""Given a claim and a paragraph: the sentence of the paragraph that carries the claim."""

_CLOSING = frozenset(".!?…。")
_LONGEST_SENTENCE = 2000
_SHORTEST_QUOTATION = 2
_LOOKALIKE = re.compile(r"\[(?=[\d\[])")
_LINE_START = re.compile(r"(?=\n)")
_BULLET = re.compile(r"\s*(?:[-*•+>#]+|\d{1,3}[.)])\s+")


class Mark(NamedTuple):
    """Citation numbers that stand behind the first `offset` characters of the plain text."""

    offset: int
    numbers: tuple[int, ...]


class Piece(NamedTuple):
    """One sentence of the plain text with the white space and bullet before it, and the numbers it cites."""

    start: int
    end: int
    text: str
    numbers: tuple[int, ...]


class AnswerWriter:
    """Writes one answer; `copies` says which other documents carry a quote."""

    def __init__(self, evidence: Iterable[Evidence], *, choose: SentenceChooser, copies: CopyFinder) -> None:
        self._evidence: Mapping[str, Evidence] = {item.handle: item for item in evidence}
        self._choose, self._copies = choose, copies
        self._plain: list[str] = []
        self._length = 0
        self._last = ""
        self._space = ""
        self._pending: list[Marker] | None = None
        self._leads: bool | None = None
        self._ahead: list[Marker] = []
        self._behind_lead = False
        self._worded = False
        self._before_marker = ""
        self._numbers: dict[tuple[str, Span], int] = {}
        self.citations: list[Citation] = []
        self.rejected: list[Rejected] = []
        self.rejected_at: list[int] = []
        self.marks: list[Mark] = []

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(self._evidence.values())

    @property
    def plain(self) -> str:
        """The answer without citation numbers."""
        return "".join(self._plain)

    @property
    def text(self) -> str:
        """The whole answer so far, as shown."""
        return render(self.plain, self.marks)

    def write(self, tokens: Iterable[Token]) -> str:
        """Returns what can be shown now."""
        shown = []
        for token in tokens:
            if isinstance(token, Marker):
                shown.append(self._hold(token))
            else:
                shown.append(self._write_text(token.text))
        return "".join(shown)

    def close(self) -> str:
        """Returns what was held back; white space at the end is dropped."""
        shown = self._settle(lead=True)
        self._space = ""
        return shown

    def _hold(self, marker: Marker) -> str:
        if self._pending is None and self._is_lead():
            shown = self._settle(lead=True) if self._worded else ""
            self._ahead.append(marker)
            self._behind_lead, self._worded = True, False
            return shown
        if self._pending is None:
            self._pending, self._before_marker = [], ""
        self._pending.append(marker)
        self._before_marker = self._before_marker or self._space
        self._space = ""
        return ""

    def _is_lead(self) -> bool:
        """Whether a marker belongs to the sentence after it: one apart, where the first stood before all words."""
        if self._leads is None:
            self._leads = not self._worded
        return self._leads and (bool(self._space) or not self._length)

    def _write_text(self, text: str) -> str:
        if not self._leads:
            return self._write_words(text)
        shown = []
        for line in _LINE_START.split(text):
            if line.startswith("\n") and self._worded:
                shown.append(self._settle(lead=True))
            rest = line.lstrip(" \t") if self._behind_lead else line
            self._behind_lead = self._behind_lead and not rest
            shown.append(self._write_words(rest))
        return "".join(shown)

    def _write_words(self, text: str) -> str:
        shown = []
        position = 0
        # The full stop behind a marker belongs to the sentence before it.
        while self._pending is not None and not self._space and position < len(text) and text[position] in _CLOSING:
            shown.append(self._emit(text[position]))
            position += 1
        rest = text[position:]
        stripped = rest.lstrip()
        if rest != stripped and self._length + len(self._space):
            self._space += rest[: len(rest) - len(stripped)]
        if not stripped:
            return "".join(shown)
        was_pending = self._pending is not None
        shown.append(self._settle())
        if was_pending and not self._space and stripped[0].isalnum():
            self._space = self._before_marker
        words = stripped.rstrip()
        if self._length:
            shown.append(self._emit(self._space + words))
        else:
            shown.append(self._emit(words))
        self._space = stripped[len(words) :]
        return "".join(shown)

    def _emit(self, text: str) -> str:
        if not text:
            return ""
        if self._last == "[" and (text[0] == "[" or text[0].isdecimal()):
            text = JOINER + text
        text = _LOOKALIKE.sub("[" + JOINER, text)
        self._plain.append(text)
        self._length += len(text)
        self._last = text[-1]
        self._worded = self._worded or any(map(str.isalnum, text))
        return text

    def _settle(self, *, lead: bool = False) -> str:
        """Resolves the markers held, with `lead` also those before it, now that their sentence is complete."""
        if self._pending is None and not (lead and self._ahead):
            return ""
        markers = [*self._ahead, *(self._pending or ())]
        self._ahead, self._pending = [], None
        sentence = self._sentence()
        numbers: list[int] = []
        for marker in markers:
            numbers.extend(self._resolve(marker, sentence))
        unique = tuple(dict.fromkeys(numbers))
        joiner = ""
        if unique:
            if self._last == "[":
                joiner = JOINER
                self._plain.append(joiner)
                self._length += 1
            self.marks.append(Mark(self._length, unique))
            self._last = "]"
        return joiner + _bracketed(unique)

    def _sentence(self) -> str:
        """The sentence written last, up to here."""
        tail = _tail(self._plain).rsplit("\n", 1)[-1]
        spans = split_sentences(tail)
        return tail[spans[-1].start : spans[-1].end] if spans else ""

    def _resolve(self, marker: Marker, sentence: str) -> Iterable[int]:
        if marker.reason:
            self._reject(marker.raw, marker.reason)
            return
        for handle in marker.handles:
            evidence = self._evidence.get(handle)
            if evidence is None:
                self._reject(handle, "no paragraph was shown under this handle")
            elif not any(character.isalnum() for character in sentence):
                self._reject(handle, "it stands behind no sentence")
            else:
                for span in self._quotes(sentence, evidence):
                    yield self._number(evidence, span)

    def _reject(self, handle: str, reason: str) -> None:
        self.rejected.append(Rejected(handle=handle, reason=reason))
        self.rejected_at.append(self._length)

    def _quotes(self, sentence: str, evidence: Evidence) -> Sequence[Span]:
        text = evidence.hit.paragraph.text
        worth = (words for words in quotations(sentence) if len(words.split()) >= _SHORTEST_QUOTATION)
        located = [span for words in worth if (span := locate_quotation(words, text))]
        return list(dict.fromkeys(located)) or [self._choose(sentence, text)]

    def _number(self, evidence: Evidence, span: Span) -> int:
        paragraph = evidence.hit.paragraph
        span = trim(paragraph.text, span)
        number = self._numbers.get((paragraph.ref, span))
        if number is None:
            number = self._numbers[paragraph.ref, span] = len(self.citations) + 1
            self.citations.append(make_citation(number, evidence.hit, span, self._copies(paragraph.ref, span)))
        return number


def pieces(plain: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Returns the sentences of an answer, each with the numbers that stand in it or right behind it."""
    spans = _line_sentences(plain)
    starts = [span.start for span in spans]
    numbers: list[list[int]] = [[] for _ in spans]
    at = -1
    for mark in marks:
        while at + 1 < len(spans) and starts[at + 1] < mark.offset:
            at += 1
        numbers[max(at, 0)].extend(mark.numbers)
    begins = [0, *(span.end for span in spans)]
    found = []
    for index, span in enumerate(spans):
        bullet = _BULLET.match(plain, span.start, span.end)
        text = plain[bullet.end() if bullet else span.start : span.end]
        found.append(Piece(begins[index], span.end, text, tuple(dict.fromkeys(numbers[index]))))
    return tuple(found)


def render(plain: str, marks: Sequence[Mark]) -> str:
    """Returns the plain text with citation numbers in it."""
    parts, begin = [], 0
    for mark in marks:
        parts += [plain[begin : mark.offset], _bracketed(mark.numbers)]
        begin = mark.offset
    return "".join([*parts, plain[begin:]])


def keep(plain: str, marks: Sequence[Mark], kept: Sequence[Piece]) -> tuple[str, dict[int, int]]:
    """Returns the text of the kept sentences alone, and their citations' new numbers by the old ones."""
    new: dict[int, int] = {}
    parts: list[str] = []
    for piece in kept:
        begin = piece.start
        for mark in marks:
            if piece.start < mark.offset <= piece.end:
                numbers = [new.setdefault(number, len(new) + 1) for number in mark.numbers]
                parts += [plain[begin : mark.offset], _bracketed(numbers)]
                begin = mark.offset
        parts.append(plain[begin : piece.end])
    return "".join(parts).strip(), new


def _line_sentences(plain: str) -> list[Span]:
    spans = []
    begin = 0
    for line in plain.splitlines(keepends=True):
        for span in split_sentences(line):
            spans.append(Span(start=begin + span.start, end=begin + span.end))
        begin += len(line)
    return spans


def _tail(parts: list[str]) -> str:
    """The last characters of the joined parts, without joining them all."""
    taken: list[str] = []
    length = 0
    for part in reversed(parts):
        taken.append(part)
        length += len(part)
        if length >= _LONGEST_SENTENCE:
            break
    return "".join(reversed(taken))[-_LONGEST_SENTENCE:]


def _bracketed(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
