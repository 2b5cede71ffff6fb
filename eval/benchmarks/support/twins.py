"""Questions that a paragraph answers, with one thing changed so that it no longer does.

Another name or number is put in place of one that the question and the paragraph share, or a word's opposite in its
place. A few of them come out clumsy, and a few are answered all the same; they are seen now and then beside questions
that people wrote.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from rag.text.names import find_names

MOST = 4
_NUMBER = re.compile(r"\b\d(?:[\d,.]*\d)?\b")
_WORD = re.compile(r"[A-Za-z]+")
_OPPOSITES = """
    increase decrease, increased decreased, first last, before after, north south, northern southern, east west,
    eastern western, largest smallest, highest lowest, more fewer, most least, began ended, begin end, start end,
    started ended, won lost, win lose, support oppose, supported opposed, supports opposes, accept reject,
    accepted rejected, oldest youngest, early late, new old, men women, import export, rich poor, public private,
    domestic foreign, buy sell, raise lower, raised lowered, above below, minimum maximum, enter leave, join leave,
    joined left, create destroy, created abolished, strong weak, war peace, same different, high low, long short,
    strengthen weaken, allow forbid, allowed forbidden, better worse, next previous, good bad, best worst,
    smaller larger, agreed refused, civilian military, internal external, urban rural, national local
"""
OPPOSITES: dict[str, list[str]] = {}
for _pair in _OPPOSITES.split(","):
    _one, _other = _pair.split()
    OPPOSITES.setdefault(_one, []).append(_other)
    OPPOSITES.setdefault(_other, []).append(_one)


def swapped(question: str, paragraph: str, strangers: Sequence[str], chance: random.Random) -> list[str]:
    """Up to `MOST` such questions; `strangers` are names that may take the place of another."""
    found = [*_names(question, paragraph, strangers, chance), *_numbers(question, paragraph, chance)]
    for match in _WORD.finditer(question):
        if others := OPPOSITES.get(match.group()):
            found.append(_with(question, match.start(), match.end(), chance.choice(others)))
    chance.shuffle(found)
    return found[:MOST]


def _names(question: str, paragraph: str, strangers: Sequence[str], chance: random.Random) -> Iterator[str]:
    there = [name.surface for name in find_names(paragraph) if not name.initial and name.surface not in question]
    absent = [name for name in strangers if name.lower() not in paragraph.lower() and name not in question]
    for name in find_names(question):
        if not name.initial and name.surface.lower() in paragraph.lower():
            for others in filter(None, (there, absent)):
                yield _with(question, name.start, name.end, chance.choice(others))


def _numbers(question: str, paragraph: str, chance: random.Random) -> Iterator[str]:
    for match in _NUMBER.finditer(question):
        number = match.group()
        at = chance.choice([at for at, digit in enumerate(number) if digit.isdigit()][-2:])
        other = f"{number[:at]}{(int(number[at]) + chance.randint(1, 9)) % 10}{number[at + 1 :]}"
        said = _NUMBER.findall(paragraph)
        if number in said and other not in said:
            yield _with(question, match.start(), match.end(), other)


def _with(text: str, start: int, end: int, other: str) -> str:
    return f"{text[:start]}{other}{text[end:]}"
