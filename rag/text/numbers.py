"""Numbers as digits and words, with scale, sign, percent, currency and measure, as exact decimals.

"thirty-two", "32", "32.0" and "+32" have one value; "$2.5bn" and "2.5 billion dollars" have one value and unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.text.dates import Date, find_dates
from rag.text.lexicon import CURRENCY_SIGNS, NUMBER_WORDS, ORDINAL_WORDS, SCALES, SHORT_SCALES, TENS, UNITS

_MOST_DIGITS = 40

_WORD = "|".join(sorted({*NUMBER_WORDS, *ORDINAL_WORDS, *SCALES, "dozen"}, key=len, reverse=True))
_WORDS = re.compile(rf"(?<![\w'\u2019])(?:(?:{_WORD})(?![^\W\d_]|['\u2019](?!s\b)))+", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(?:\s?-\s?|\u2011|\s{1,2})(and\s)?", re.IGNORECASE)
_ANY_DIGIT = re.compile(r"\d")
_IDENTIFIER = re.compile(r"(?<!\d)\d{1,9}(?:\.\d{1,9}){2,}|(?<!\d)\d{1,9}(?:-\d{1,9}){2,}")
_CLOCK = re.compile(
    r"(?<![\w.,:])(\d{1,2})(?::([0-5]\d))?\s?([ap])\.?m\b\.?|(?<![\w.,:])([01]?\d|2[0-3]):([0-5]\d)(?![:\d])",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?:(?:^|(?<=[\s(\[\"'$\u20ac]))[-\u2212\u2013+]|(?:\bminus|\bnegative)\s)\Z", re.IGNORECASE)
_CURRENCY = re.compile(
    r"(?:(?<![A-Za-z])(?:us|nz|[ca])?\$|[€£¥₽₺₼֏₾₴₹]|(?<![A-Za-z])(?:usd|eur|gbp|amd|azn|gel|rub|chf))\s?\Z",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?<![\w.])(?<![A-Z][-\u2011])(?<!\d,)\d+(?:,\d{3}(?!\d)|[\u00a0\u202f\u2009]\d{3}(?!\d))*(?:\.\d+)?"
)
_SPACED = re.compile(
    r"(?<![\w.])(?<!\d,)(?<!\d )(?:[1-9]\d{1,2}(?: \d{3})+|[1-9](?: \d{3}){2,}|[1-9] 0\d\d)(?:\.\d+)?"
    r"(?![,:-]?\d| \d|\.\d|\w)"
)
"""Thousands set apart by plain spaces: "10 000", but not "7 100", which may be the end of a date and a number."""
_ORDINAL_ENDING = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_DECADE_ENDING = re.compile(r"['\u2019]?s\b")
_AND_A_HALF = re.compile(r"\sand\sa\shalf(?:\s(hundred|thousand|million|billion|trillion))?\b", re.IGNORECASE)
_PART = re.compile(r"(?<![\w-])(half|(?:a|one)\squarter)\s(?=(?:of|the|its|his|her|their|our)\b)", re.IGNORECASE)
_SCALE_AFTER = re.compile(
    r"[\s\u00a0-]{0,2}(hundred|thousand|million|billion|trillion)s?\b"
    r"|\s?(mln|mn|bln|bn|tn|k|m|b|t)\b(?:\.(?=\s[a-z]))?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s\u00a0-]{0,2}(?:of\sa\s)?("
    + "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True) if unit[0].isalpha())
    + r")(?![^\W_])|\s?(%|°c|°)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:[-\u2013\u2014]|to|or)\s?[$€£]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number with its canonical unit ("percent", "USD", "km", "clock", … or "").

    `weak` marks words that often count nothing ("one of them", "second", "the first time").
    """

    start: int
    end: int
    surface: str
    value: Decimal
    unit: str = ""
    ordinal: bool = False
    weak: bool = False

    @property
    def key(self) -> tuple[Decimal, str]:
        return self.value, self.unit


def find_numbers(text: str, *, dates: Sequence[Date] | None = None) -> tuple[Number, ...]:
    """Every number of the text that is no part of a date (or of `dates`), in order, without overlaps."""
    taken = [(date.start, date.end) for date in (find_dates(text) if dates is None else dates)]
    free: list[Number] = []
    taken.sort()
    place = 0
    last_end = 0
    for number in sorted(_candidates(text), key=lambda number: (number.start, -number.end)):
        while place < len(taken) and taken[place][1] <= number.start:
            place += 1
        in_date = place < len(taken) and taken[place][0] < number.end
        if not in_date and number.start >= last_end:
            free.append(number)
            last_end = number.end
    return _ranges(free, text)


def _candidates(text: str) -> Iterator[Number]:
    if _ANY_DIGIT.search(text):
        yield from map(_clock, _CLOCK.finditer(text))
        identifiers = iter([match.span() for match in _IDENTIFIER.finditer(text)])
        start, end = next(identifiers, (len(text), len(text)))
        for match in _DIGITS.finditer(text):
            while end <= match.start() < len(text) and end < len(text):
                start, end = next(identifiers, (len(text), len(text)))
            if match.end() <= start and len(match.group()) <= _MOST_DIGITS:
                yield _number(match, text)
        for match in _SPACED.finditer(text):
            if len(match.group()) <= _MOST_DIGITS:
                yield _number(match, text)
    yield from _written(text)
    for match in _PART.finditer(text):
        value = Decimal(50 if match[1].lower() == "half" else 25)
        start, end = match.span(1)
        yield Number(start=start, end=end, surface=match[1], value=value, unit="percent", weak=True)


def _clock(match: re.Match[str]) -> Number:
    hours, minutes = int(match[1] or match[4]), int(match[2] or match[5] or 0)
    if match[3]:
        hours = hours % 12 + (12 if match[3].lower() == "p" else 0)
    return Number(
        start=match.start(), end=match.end(), surface=match.group(), value=Decimal(hours * 100 + minutes), unit="clock"
    )


def _number(match: re.Match[str], text: str) -> Number:
    digits = re.sub(r"[, \u00a0\u202f\u2009]", "", match.group())
    start, end = match.span()
    value = Decimal(digits)
    ordinal = _ORDINAL_ENDING.match(text, end)
    if ordinal:
        return Number(start=start, end=ordinal.end(), surface=text[start : ordinal.end()], value=value, ordinal=True)
    decade = _DECADE_ENDING.match(text, end)
    if decade:
        return Number(start=start, end=decade.end(), surface=text[start : decade.end()], value=value, unit="decade")
    unit, value, start, end = _dressed(text, start, end, value)
    return Number(start=start, end=end, surface=text[start:end], value=value, unit=unit)


def _dressed(text: str, start: int, end: int, value: Decimal) -> tuple[str, Decimal, int, int]:
    """Unit, value, start and end with the currency, sign, scale and measure around the digits."""
    unit = ""
    currency = _CURRENCY.search(text, max(0, start - 6), start)
    if currency:
        unit = CURRENCY_SIGNS[currency.group().strip().lower()]
        start = currency.start()
    sign = _SIGN.search(text, max(0, start - 10), start)
    if sign:
        start = sign.start()
        value = value if sign.group() == "+" else -value
    scale = _SCALE_AFTER.match(text, end)
    if scale and (scale[1] or unit or scale[2] not in ("m", "t", "b", "T")):
        value *= SCALES[scale[1].lower()] if scale[1] else SHORT_SCALES[scale[2].lower()]
        end = scale.end()
    elif scale:
        unit, end = ("m", scale.end()) if scale[2] == "m" else (unit, end)
    measure = _UNIT.match(text, end)
    if measure and not unit:
        unit, end = UNITS[(measure[1] or measure[2]).lower()], measure.end()
    return unit, value.normalize() + 0, start, end


def _written(text: str) -> Iterator[Number]:
    """Numbers in words; words that cannot stand in one number ("five six") make two."""
    run: list[tuple[int, int, str]] = []
    for match in _WORDS.finditer(text):
        word = match.group().lower()
        if run:
            between = text[run[-1][1] : match.start()]
            joint = _BETWEEN_WORDS.fullmatch(between) if len(between) < 8 else None
            if joint is None or not _continues(run, word, "and" in between.lower()):
                yield _spoken(run, text)
                run = []
        if run or word not in ("hundredth", "thousandth", "millionth"):
            run.append((match.start(), match.end(), word))
    if run:
        yield _spoken(run, text)


def _continues(run: list[tuple[int, int, str]], word: str, joined_by_and: bool) -> bool:
    last = run[-1][2]
    if last in ORDINAL_WORDS or last.endswith("th") or "dozen" in (last, word):
        return False
    if word in SCALES:
        return not joined_by_and
    small = NUMBER_WORDS.get(word, ORDINAL_WORDS.get(word, 0))
    if last in SCALES:
        return True
    return not joined_by_and and last in TENS and 0 < small < 10


def _spoken(run: list[tuple[int, int, str]], text: str) -> Number:
    total = current = 0
    for _, _, word in run:
        if word == "dozen":
            current = 12
        elif word in SCALES:
            current = max(current, 1) * SCALES[word]
            if word not in ("hundred", "hundredth"):
                total, current = total + current, 0
        else:
            current += NUMBER_WORDS.get(word, ORDINAL_WORDS.get(word, 0))
    start, end = run[0][0], run[-1][1]
    last = run[-1][2]
    ordinal = last in ORDINAL_WORDS or last in ("hundredth", "thousandth", "millionth")
    words = " ".join(word for _, _, word in run)
    sign = _SIGN.search(text, max(0, start - 10), start)
    value = Decimal(total + current)
    if sign and sign.group().strip().isalpha():
        start, value = sign.start(), -value
    half = None if ordinal else _AND_A_HALF.match(text, end)
    if half:
        value, end = (value + Decimal("0.5")) * SCALES.get((half[1] or "").lower(), 1), half.end()
    unit = ""
    measure = None if ordinal else _UNIT.match(text, end)
    if measure:
        unit, end = UNITS[(measure[1] or measure[2]).lower()], measure.end()
    weak = (
        words in ("one", "first", "second", "hundred", "thousand", "million", "billion", "dozen")
        and not unit
        and not half
    )
    return Number(start=start, end=end, surface=text[start:end], value=value, unit=unit, ordinal=ordinal, weak=weak)


def _ranges(numbers: list[Number], text: str) -> tuple[Number, ...]:
    """In "$10-20 million" and "10 to 20 percent" the first number shares scale and unit of the second."""
    ready = list(numbers)
    for place in range(len(ready) - 2, -1, -1):
        first, second = ready[place], ready[place + 1]
        between = text[first.end : second.start]
        if len(between) > 5 or not (_RANGE.fullmatch(between) or (between == " and " and second.unit)):
            continue
        scale = _SCALE_AFTER.search(second.surface)
        shares_scale = scale and scale[1] and abs(first.value) < 1000 and between != " and "
        if scale and shares_scale and _SCALE_AFTER.search(first.surface) is None:
            first = replace(first, value=first.value * SCALES[scale[1].lower()])
        if not first.unit and second.unit != "clock":
            first = replace(first, unit=second.unit)
        if not second.unit and first.unit.isupper() and len(first.unit) == 3:
            second = replace(second, unit=first.unit)
        ready[place : place + 2] = [first, second]
    return tuple(ready)
