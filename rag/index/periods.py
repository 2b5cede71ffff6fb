"""Dates that may be a year or a month only, as the first and last day they can mean."""

from __future__ import annotations

import calendar
import re

from rag.errors import InputError

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")


def period(date: str | None) -> tuple[str, str] | None:
    """First and last day of an ISO date, month or year; None when it is none."""
    match = _PARTIAL.match(date.strip()[:10]) if date else None
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if not year >= 1 or (month is not None and not 1 <= month <= 12):
        return None
    first, last = month or 1, month or 12
    length = calendar.monthrange(year, last)[1]
    if day is not None and not 1 <= day <= length:
        return None
    return f"{year:04}-{first:02}-{day or 1:02}", f"{year:04}-{last:02}-{day or length:02}"


def bounds(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """The days a filter begins and ends on.

    Raises:
        InputError: one of them is not an ISO date, month or year, or they are in the wrong order.
    """
    found: list[str | None] = []
    for name, value, side in (("since", since, 0), ("until", until, 1)):
        days = period(value)
        if value and days is None:
            raise InputError(f"--{name} {value!r} is not a date.", mend="Write it as 2023-12-07, 2023-12 or 2023.")
        found.append(days[side] if days else None)
    if found[0] and found[1] and found[0] > found[1]:
        raise InputError(f"--since {since!r} is later than --until {until!r}.", mend="Exchange them.")
    return found[0], found[1]
