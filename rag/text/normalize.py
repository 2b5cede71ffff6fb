"""The one declared normalisation, and finding quotes under it.

Normalised means: Unicode NFC, quote marks and apostrophes straight, dashes `-`, every run of white space one
space, soft hyphens and other characters without width removed. Letters keep their case, words their order and
numbers their digits. Every normalised character knows the offset of the original it came from, so what is
found in a normalised copy is shown and cited in the original.

Invariant: `normalize(text[span.start:span.end]).text == normalize(quote).text.strip()` for every span `locate`
gives for `quote` in `text`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.types import Span

_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2039\u203a\u02bc\u02bb\u00b4\u0060\uff07"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u301d\u301e\u301f\uff02"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_TO_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_DASHES, "-"),
    }
)
WITHOUT_WIDTH = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
"""Regular expression class (without brackets) of the characters that normalisation removes."""

_INVISIBLE = re.compile(f"[{WITHOUT_WIDTH}]+")
_UNEVEN_SPACE = re.compile(r"\s\s+|[^\S ]")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_LONGEST_SEQUENCE = 64
# Letters (category Lo) that compose with the letter before: Hangul vowels and finals, Kirat Rai vowels.
_COMPOSING_LETTERS = (("\u1160", "\u11ff"), ("\U00016d63", "\U00016d6a"))
_SPACELESS_SCRIPTS = (("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\u2e80", "\ud7ff"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """Normalised text; `offsets[i]` is where the source of `text[i]` begins, with one more entry for the end."""

    text: str
    offsets: Sequence[int]


def normalize(text: str) -> Normalized:
    """The text in the declared normal form, with the offset of every character in the original."""
    if text.isascii():
        straight = text.replace("`", "'")
        if _UNEVEN_SPACE.search(text) is None:
            return Normalized(text=straight, offsets=range(len(text) + 1))
        return _edited(straight, range(len(text) + 1))
    visible, offsets = _without_invisible(text)
    if not _is_composed(visible):
        visible, offsets = _composed(visible, offsets)
    return _edited(visible.translate(_TO_STRAIGHT), offsets)


def normalized_text(text: str) -> str:
    """The text in the declared normal form, when its offsets do not matter."""
    return normalize(text).text


def locate(quote: str, text: str) -> Span | None:
    """The first place where the quote stands in the text word for word, as offsets into the original text."""
    return next(_occurrences(quote, text), None)


def locate_all(quote: str, text: str) -> tuple[Span, ...]:
    """Every place, without overlaps, where the quote stands in the text word for word."""
    return tuple(_occurrences(quote, text))


def words_key(text: str) -> str:
    """What two texts share when they carry the same words: normalised, without case and punctuation.

    Numbers keep their decimal marks and sign, and currency and other symbols stay, so that "$3.5" is not "35".
    """
    folded = normalize(text).text.casefold()
    return " ".join(_PUNCTUATION.sub(_kept_symbol, folded).split())


def words_hash(text: str) -> int:
    """A 63-bit number that is equal for texts of the same words (fits a signed SQLite integer)."""
    digest = hashlib.blake2b(words_key(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _kept_symbol(match: re.Match[str]) -> str:
    symbol, start, end = match.group(), match.start(), match.end()
    before, after = match.string[start - 1 : start], match.string[end : end + 1]
    if symbol in ".," and before.isdecimal() and after.isdecimal():
        return symbol
    if symbol == "-" and after.isdecimal() and not (before.isalnum() or before in ("_", ")")):
        return symbol
    category = unicodedata.category(symbol)[0]
    if category == "M" or symbol == "%":
        return symbol
    return f" {symbol} " if category == "S" else " "


def _without_invisible(text: str) -> tuple[str, Sequence[int]]:
    if _INVISIBLE.search(text) is None:
        return text, range(len(text) + 1)
    pieces: list[str] = []
    offsets = array("l")
    at = 0
    for match in _INVISIBLE.finditer(text):
        pieces.append(text[at : match.start()])
        offsets.extend(range(at, match.start()))
        at = match.end()
    pieces.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return "".join(pieces), offsets


def _edited(text: str, offsets: Sequence[int]) -> Normalized:
    """One space for every run of white space."""
    pieces: list[str] = []
    kept = array("l")
    at = 0
    for match in _UNEVEN_SPACE.finditer(text):
        start = match.start()
        end = match.end()
        pieces.append(text[at:start])
        pieces.append(" ")
        kept.extend(offsets[at : start + 1])
        at = end
    if not pieces:
        return Normalized(text=text, offsets=offsets)
    pieces.append(text[at:])
    kept.extend(offsets[at:])
    return Normalized(text="".join(pieces), offsets=kept)


def _is_mark(character: str) -> bool:
    """Whether the character may join the one before it under NFC or on the screen."""
    if unicodedata.category(character)[0] == "M" or unicodedata.combining(character):
        return True
    return any(first <= character <= last for first, last in _COMPOSING_LETTERS)


def _is_composed(text: str) -> bool:
    # Longer texts are checked in parts: CPython sorts combining marks by insertion, quadratic on hostile runs.
    return (len(text) < 4096 and unicodedata.is_normalized("NFC", text)) or _composed_in_parts(text)


def _composed_in_parts(text: str) -> bool:
    return all(unicodedata.is_normalized("NFC", sequence) for _, sequence in _sequences(text))


def _sequences(text: str) -> Iterator[tuple[int, str]]:
    """Offsets and texts of the longest parts that NFC treats on their own, cut at a bounded length."""
    start = 0
    for at in range(1, len(text)):
        if (text[at] < "\u0300" or not _is_mark(text[at])) or at - start >= _LONGEST_SEQUENCE:
            yield start, text[start:at]
            start = at
    if start < len(text):
        yield start, text[start:]


def _composed(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    pieces: list[str] = []
    kept = array("l")
    for start, sequence in _sequences(text):
        composed = unicodedata.normalize("NFC", sequence)
        pieces.append(composed)
        if composed == sequence:
            kept.extend(offsets[start : start + len(sequence)])
        else:
            kept.extend([offsets[start]] * len(composed))
    kept.append(offsets[len(text)])
    return "".join(pieces), kept


def _occurrences(quote: str, text: str) -> Iterator[Span]:
    wanted = normalize(quote).text.strip()
    if not wanted:
        return
    haystack = normalize(text)
    at = haystack.text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        span = _original_span(haystack, at, end, text)
        if _stands_alone(haystack.text, at, end) and _is_whole(text, span, wanted):
            yield span
            at = haystack.text.find(wanted, end)
        else:
            at = haystack.text.find(wanted, at + 1)


def _original_span(haystack: Normalized, start: int, end: int, text: str) -> Span:
    first, last = haystack.offsets[start], haystack.offsets[end]
    while last > first and _INVISIBLE.match(text, last - 1):
        last -= 1
    return Span(start=first, end=last)


def _is_whole(text: str, span: Span, wanted: str) -> bool:
    """Whether the slice is made of whole characters as a reader sees them, and says what was wanted."""
    if span.start > 0 and _is_mark(text[span.start]):
        return False
    after = _INVISIBLE.match(text, span.end)
    following = after.end() if after else span.end
    if following < len(text) and _is_mark(text[following]):
        return False
    return normalize(text[span.start : span.end]).text == wanted


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the occurrence cuts no word and no number ("2 men" does not stand in "32 men", nor "3" in "3.5")."""
    if start > 0 and _joined(text[start - 1], text[start]):
        return False
    if end < len(text) and _joined(text[end - 1], text[end]):
        return False
    if text[start].isdecimal() and start > 1 and text[start - 1] in ".,":
        return not text[start - 2].isdecimal()
    if text[end - 1].isdecimal() and end + 1 < len(text) and text[end] in ".,":
        return not text[end + 1].isdecimal()
    return True


def _joined(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and not (_is_spaceless(left) or _is_spaceless(right))


def _is_spaceless(character: str) -> bool:
    return any(first <= character <= last for first, last in _SPACELESS_SCRIPTS)
