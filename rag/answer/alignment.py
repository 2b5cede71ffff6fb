"""A claim laid beside a sentence: which of its names, numbers, dates and negations stand in the same place there.

Both are read as units (names, dates, numbers, other content words). Names and dates are placeholders while the two
are aligned, so that "Armenia releases 32" falls onto "Azerbaijan releases 32" and the differing name shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.text.terms import Term, content_terms
from rag.text.values import Date, Name, Number, Values, expands, find_values

Kind = Literal["name", "date", "number", "term"]

NEAR = 4
"""Units this close in both texts belong to the same place."""
MOST_UNITS = 300

_SILENT = frozenset({"no", "not", "never", "neither", "without", "cannot"})
_ANY_NAME = "\0name"
_ANY_DATE = "\0date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One name, date, number or content word; `key` is what is aligned, `what` the value behind it."""

    kind: Kind
    key: object
    start: int
    end: int
    surface: str
    what: Name | Date | Number | Term
    negated: bool = False


class Pair(NamedTuple):
    """Unit `claim` of the claim falls onto unit `source` of the sentence.

    `strength` counts agreeing units near it; `joined` says that one of them stands right beside it in both.
    """

    claim: int
    source: int
    agrees: bool
    strength: int
    joined: bool


def read_units(text: str, certain: frozenset[str] | None = None) -> tuple[Unit, ...]:
    """Returns the units of a text in order.

    A capitalised word that opens a sentence is a name only if `certain` holds one of its parts.
    """
    values = values_of(text)
    certain = certain_parts([text]) if certain is None else certain
    found: list[Unit] = []
    for date in values.dates:
        found.append(_unit("date", _ANY_DATE, date))
    for number in values.numbers:
        if not number.weak:
            found.append(_unit("number", (number.value, number.unit), number))
    for name in values.names:
        if not name.initial or certain.intersection(name.parts):
            found.append(_unit("name", _ANY_NAME, name))
    found.sort(key=lambda unit: (unit.start, -unit.end))
    found = _without_overlaps(found)
    # Words that negate change what they stand before; verbs that do so count themselves too.
    silent = [(item.start, item.end) for item in values.negations if item.cue in _SILENT]
    taken = sorted([*((unit.start, unit.end) for unit in found), *silent])
    place = 0
    for term in content_terms(text):
        while place < len(taken) and taken[place][1] <= term.start:
            place += 1
        if place == len(taken) or term.end <= taken[place][0]:
            found.append(_unit("term", term.text, term))
    found.sort(key=lambda unit: unit.start)
    return _with_negations(found, [(negation.start, negation.end) for negation in values.negations])


@lru_cache(maxsize=512)
def values_of(text: str) -> Values:
    """Returns what a text states that can be checked; the sentences of a paragraph are asked for several times."""
    return find_values(text)


def certain_parts(texts: Sequence[str], *, uncertain: bool = False) -> frozenset[str]:
    """Returns the parts of names that stand inside a sentence somewhere (or, `uncertain`, only at the beginning)."""
    return frozenset(
        part for text in texts for name in values_of(text).names if name.initial == uncertain for part in name.parts
    )


def align(claim: Sequence[Unit], source: Sequence[Unit]) -> tuple[Pair, ...]:
    """Returns the pairs of units that fall onto each other, in order."""
    claim, source = claim[:MOST_UNITS], source[:MOST_UNITS]
    matcher = SequenceMatcher(None, [unit.key for unit in claim], [unit.key for unit in source], autojunk=False)
    matched = [
        (block.a + step, block.b + step) for block in matcher.get_matching_blocks() for step in range(block.size)
    ]
    matched += _replaced_numbers(matcher, claim, source)
    matched.sort()
    agreeing = [(i, j) for i, j in matched if units_agree(claim[i], source[j])]
    agrees = set(agreeing)
    return tuple(
        Pair(i, j, (i, j) in agrees, _strength(i, j, agreeing), bool({(i - 1, j - 1), (i + 1, j + 1)} & agrees))
        for i, j in matched
    )


def _replaced_numbers(
    matcher: SequenceMatcher[object], claim: Sequence[Unit], source: Sequence[Unit]
) -> Iterator[tuple[int, int]]:
    """Pairs of numbers that stand in the same gap."""
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "replace":
            mine = [i for i in range(i1, i2) if claim[i].kind == "number"]
            theirs = [j for j in range(j1, j2) if source[j].kind == "number"]
            if len(mine) == len(theirs) == 1:
                yield mine[0], theirs[0]


def units_agree(mine: Unit, theirs: Unit) -> bool:
    """Whether two units of one kind can mean the same."""
    if isinstance(mine.what, Name) and isinstance(theirs.what, Name):
        return names_agree(mine.what, theirs.what)
    if isinstance(mine.what, Date) and isinstance(theirs.what, Date):
        return mine.what.agrees(theirs.what)
    return mine.key == theirs.key


def stands_beside(mine: Unit, source: Sequence[Unit], place: int) -> bool:
    """Whether an acronym agrees with a name in an unbroken row around a place: "Conference (COP29) to the UN"."""
    if not (isinstance(mine.what, Name) and mine.what.acronym):
        return False
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(source) and source[at].kind != "term":
            if source[at].kind == mine.kind and units_agree(mine, source[at]):
                return True
            at += step
    return False


def names_agree(mine: Name, theirs: Name) -> bool:
    """Whether one name holds all of the other, or is its acronym."""
    ours, others = set(mine.parts), set(theirs.parts)
    if ours <= others or others <= ours:
        return True
    if mine.acronym and expands(mine.surface, theirs.surface):
        return True
    return theirs.acronym and expands(theirs.surface, mine.surface)


def _strength(i: int, j: int, agreeing: Sequence[tuple[int, int]]) -> int:
    return sum(
        (other_i, other_j) != (i, j) and abs(other_i - i) <= NEAR and abs(other_j - j) <= NEAR
        for other_i, other_j in agreeing
    )


def _unit(kind: Kind, key: object, what: Name | Date | Number | Term) -> Unit:
    return Unit(kind=kind, key=key, start=what.start, end=what.end, surface=what.surface, what=what)


def _without_overlaps(units: Sequence[Unit]) -> list[Unit]:
    kept: list[Unit] = []
    for unit in units:
        if not kept or unit.start >= kept[-1].end:
            kept.append(unit)
    return kept


def _with_negations(units: Sequence[Unit], negations: Sequence[tuple[int, int]]) -> tuple[Unit, ...]:
    """Marks the unit that each negating word stands before."""
    negated = set()
    for start, end in negations:
        following = next((index for index, unit in enumerate(units) if unit.start >= end), None)
        if following is None:
            # "… does not." turns round what came before it.
            following = next((index for index in range(len(units) - 1, -1, -1) if units[index].end <= start), None)
        if following is not None:
            negated.add(following)
    return tuple(
        Unit(
            kind=unit.kind,
            key=unit.key,
            start=unit.start,
            end=unit.end,
            surface=unit.surface,
            what=unit.what,
            negated=index in negated,
        )
        for index, unit in enumerate(units)
    )
