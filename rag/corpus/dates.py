"""ISO dates that may be a year or a month only."""

from __future__ import annotations

import calendar
import re

from rag.errors import InputError

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def is_date(value: str) -> bool:
    """Whether the value is a day, a month or a year of the calendar, written in ISO."""
    match = _ISO.fullmatch(value)
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    return year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def check_date(value: str, *, name: str = "date") -> str:
    """The date as it was given, without white space around it.

    Raises:
        InputError: it is no date of the calendar in ISO form.
    """
    value = value.strip()
    if not is_date(value):
        raise InputError(f"{name} {value[:40]!r} is no date.", mend="Write it as 2023-12-07, 2023-12 or 2023.")
    return value
