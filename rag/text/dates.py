"""Dates in the common English forms, as (year, month, day) with what is missing left None.

Every pattern is linear: alternatives begin with different characters or are bounded in length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, start=1)}
_MONTH_NUMBER |= {name[:3]: number for number, name in enumerate(MONTHS, start=1)} | {"sept": 9}

_MONTH = (
    r"(?P<month>january|february|march|april|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_TO = r"\s?(?:[-\u2013\u2014/]|to|through|until|and|&)\s?"
_LAST_DAY = rf"(?:{_TO}(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?)?"
_YEAR = r"(?P<year>1[4-9]\d\d|20\d\d|21\d\d)"
_EDGE = r"(?![\d\w])"
_IGNORE = re.IGNORECASE

_ISO = re.compile(
    rf"(?<![\w-]){_YEAR}(?P<mark>[-/.])(?P<month>0[1-9]|1[0-2])(?:(?P=mark)(?P<day>0[1-9]|[12]\d|3[01]))?(?![\d-])"
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w){_MONTH}\s{{1,3}}(?:the\s)?{_DAY}{_LAST_DAY}{_EDGE}(?!:\d)(?:,?\s{{1,3}}{_YEAR}{_EDGE})?", _IGNORE
)
_DAY_FIRST = re.compile(
    rf"(?<![\w.,/-]){_DAY}{_LAST_DAY}\s{{1,3}}(?:day\s)?(?:of\s)?{_MONTH}(?!\w)(?:,?\s{{1,3}}{_YEAR}{_EDGE})?", _IGNORE
)
_MONTH_YEAR = re.compile(rf"(?<!\w){_MONTH}(?:,?\s{{1,3}}(?:of\s)?){_YEAR}{_EDGE}", _IGNORE)
_DOTTED = re.compile(rf"(?<![\w.])(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.{_YEAR}{_EDGE}")
_SLASHED = re.compile(rf"(?<![\w/])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}{_EDGE}")
_MONTH_ALONE = re.compile(
    r"(?<!\w)(?:(?P<full>January|February|April|June|July|August|September|October|November|December)"
    r"|(?:(?<=\bin )|(?<=\bIn )|(?<=\bof )|(?<=\bby )|(?<=\blast )|(?<=\bnext )|(?<=\bsince )|(?<=\buntil )"
    r"|(?<=\bthis ))"
    r"(?P<led>March|May))(?!\w)"
)
_YEAR_ALONE = re.compile(rf"(?<![\w.,$\u20ac\u00a3#]){_YEAR}(?![\w%]|[.,]\d|-\d{{3}}(?!\d))")
_NOT_A_YEAR_BEFORE = re.compile(
    r"(?:\bno\.?|\bnos\.?|\barticle|\bart\.?|\bresolution|\bres\.?|\bsection|\bsec\.?|\blaw|\border|\bdecree|\broom|"
    r"\bbox|\bflight|\bh\.r\.?|\bs\.|\bproclamation|\bnumber|\bparagraph|\bpage|\bpp?\.)\s{0,2}\Z",
    _IGNORE,
)
_NOUN_AFTER = re.compile(r"\s(?:[A-Za-z][a-z]{2,20}\s){0,2}?(?:[a-z]{3,20}s|[a-z]{0,20}men|people)\b")
_LEADS_YEAR = re.compile(
    r"(?:\b(?:in|of|since|by|until|till|from|to|through|throughout|during|before|after|the|and|year|early|late|mid|for|between|"
    r"its|our|their|a|this|fiscal|summer|spring|autumn|fall|winter|[A-Z]\w{0,20})|[(\-\u2013\u2014/,])\s{0,2}\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day, a month, a year, or a day of an unnamed year; `surface` is `text[start:end]`."""

    start: int
    end: int
    surface: str
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def key(self) -> tuple[int | None, int | None, int | None]:
        return self.year, self.month, self.day

    def agrees(self, other: Date) -> bool:
        """Whether nothing that both say differs, and both say something of the same kind."""
        pairs = [(mine, theirs) for mine, theirs in zip(self.key, other.key, strict=True) if mine and theirs]
        return bool(pairs) and all(mine == theirs for mine, theirs in pairs)

    def is_within(self, other: Date) -> bool:
        """Whether everything the other says of the date is said here too ("7 December 2023" is within "2023")."""
        return all(theirs is None or mine == theirs for mine, theirs in zip(self.key, other.key, strict=True))


def find_dates(text: str) -> tuple[Date, ...]:
    """Every date of the text, in order, without overlaps; "7-9 December" gives its first and its last day."""
    if not _MAY_HOLD_DATE.search(text):
        return ()
    taken: list[tuple[int, int]] = []
    found: list[Date] = []
    for pattern in (_ISO, _DOTTED, _SLASHED, _MONTH_FIRST, _DAY_FIRST, _MONTH_YEAR, _MONTH_ALONE, _YEAR_ALONE):
        fresh = [
            match
            for match in pattern.finditer(text)
            if not any(start < match.end() and match.start() < end for start, end in _near(taken, match.start()))
        ]
        for match in fresh:
            dates = tuple(_dates_of(match, text))
            found.extend(dates)
            if dates:
                taken.append(match.span())
        taken.sort()
    return tuple(sorted(found, key=lambda date: (date.start, date.end)))


_MAY_HOLD_DATE = re.compile(
    r"1[4-9]\d\d|2[01]\d\d|(?<![A-Za-z])(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.IGNORECASE
)


def _near(taken: list[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    from bisect import bisect_left

    place = bisect_left(taken, (at, 0))
    return taken[max(0, place - 1) : place + 1]


def _dates_of(match: re.Match[str], text: str) -> Iterator[Date]:
    if match.re is _YEAR_ALONE:
        if _is_year(match, text):
            yield _date(match, year=int(match["year"]))
        return
    if match.re is _MONTH_ALONE:
        yield _date(match, month=_MONTH_NUMBER[(match["full"] or match["led"]).lower()])
        return
    if match.re is _SLASHED:
        first, second = int(match["first"]), int(match["second"])
        month, day = (first, second) if first <= 12 else (second, first)
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield _date(match, year=int(match["year"]), month=month, day=day)
        return
    yield from _named(match)


def _named(match: re.Match[str]) -> Iterator[Date]:
    groups = match.groupdict()
    written = groups["month"].lower().rstrip(".")
    if written in ("may", "march", "mar") and match["month"][0].islower() and not groups["year"]:
        return  # "the 7 may" is rarer than the verb
    month = _MONTH_NUMBER[written] if written in _MONTH_NUMBER else int(written)
    year = int(groups["year"]) if groups["year"] else None
    days: list[int | None] = [int(groups[name]) for name in ("day", "last") if groups.get(name)]
    for day in days or [None]:
        yield _date(match, year=year, month=month, day=day)


def _date(match: re.Match[str], *, year: int | None = None, month: int | None = None, day: int | None = None) -> Date:
    return Date(start=match.start(), end=match.end(), surface=match.group(), year=year, month=month, day=day)


def _is_year(match: re.Match[str], text: str) -> bool:
    """Whether four digits name a year and do not count things ("2000 soldiers") or number a law."""
    before = text[max(0, match.start() - 24) : match.start()]
    if _NOT_A_YEAR_BEFORE.search(before):
        return False
    if _LEADS_YEAR.search(before):
        return True
    return _NOUN_AFTER.match(text, match.end(), match.end() + 64) is None
