"""Whether the numbers, dates and names of a claim stand in the paragraphs it cites, one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.text.dates import Date
from rag.text.names import name_key
from rag.text.numbers import Number
from rag.text.values import find_values

VALUE_KINDS = ("number", "date", "name")
_WORD = re.compile(r"[^\W_]+(?:['\u2019]s)?")


def value_support(claim: str, paragraphs: Sequence[str]) -> Mapping[str, tuple[bool, ...]]:
    """Per kind, for each value of the claim, whether one of the paragraphs states it.

    Numbers must be equal and their units agree when both have one; a date must be said with as much detail; of a
    name every word must be there. Words that may count nothing ("one of them") and may be no name are passed over.
    """
    said = find_values(claim)
    there = [find_values(paragraph) for paragraph in paragraphs]
    words = [
        {name_key(word) for word in _WORD.findall(paragraph)}.union(*(name.parts for name in values.names))
        for paragraph, values in zip(paragraphs, there, strict=True)
    ]
    numbers = [number for values in there for number in values.numbers]
    dates = [date for values in there for date in values.dates]
    return {
        "number": tuple(_number_stands(number, numbers) for number in said.numbers if not number.weak),
        "date": tuple(_date_stands(date, dates) for date in said.dates),
        "name": tuple(any(known.issuperset(name.parts) for known in words) for name in said.names if not name.initial),
    }


def _number_stands(number: Number, stated: Sequence[Number]) -> bool:
    return any(
        other.value == number.value and (not number.unit or not other.unit or number.unit == other.unit)
        for other in stated
    )


def _date_stands(date: Date, stated: Sequence[Date]) -> bool:
    return any(other.is_within(date) for other in stated)
