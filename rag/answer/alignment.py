"""A claim laid beside a sentence: which of its names, numbers, dates and negations stand in the same place there.

Both are read as units (names, dates, numbers, other content words). Names and dates are placeholders while the two
are aligned, so that "Armenia releases 32" falls onto "Azerbaijan releases 32" and the differing name shows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from rag.text.qualifiers import BOUNDS, TIMES, find_qualifiers
from rag.text.terms import Term, content_terms
from rag.text.thesaurus import base_form
from rag.text.values import Date, Name, Number, Values, find_values, names_agree

Kind = Literal["name", "date", "number", "term"]

NEAR = 4
"""Units this close in both texts belong to the same place."""
MOST_UNITS = 300

_SILENT = frozenset({"no", "not", "never", "neither", "without", "cannot", "hardly", "false"})
_OF_ONE = frozenset({"without", "lack", "oppose"})
"""Cues that negate the thing they stand before, and no sentence: "held without guests"."""
_ANY_NAME = "\0name"
_ANY_DATE = "\0date"
_ANY_NUMBER = "\0number"
_LONGEST_LEAD = 60
_QUALIFIED_WITHIN = 6
"""Characters between "up to" or "after" and the number or date it qualifies: "up to the 15"."""
_JOINS_NAMES = re.compile(r"\s*(?:,?\s*(?:and|or|nor|&|as well as)|(?P<comma>,))(?:\sthe)?\s*")
SYMMETRIC = frozenset(
    ["agre", "border", "confer", "cooper", "differ", "discuss", "marri", "meet", "negoti", "speak", "talk"]
)
"""Stems of what two do with each other: it does not matter who is named first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One name, date, number or content word; `key` is what is aligned, `what` the value behind it.

    `lead` is what stands between it and the unit before, `marks` what qualifies it ("may", "above", "before", …; "not"
    where a negation may reach further),
    `others` the names it is joined with by "and".
    """

    kind: Kind
    key: object
    start: int
    end: int
    surface: str
    what: Name | Date | Number | Term
    negated: bool = False
    lead: str = ""
    marks: frozenset[str] = frozenset()
    others: tuple[Name, ...] = ()


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
            found.append(_unit("term", base_form(term), term))
    found.sort(key=lambda unit: unit.start)
    negated = _negated(found, [(item.start, item.end) for item in values.negations])
    reaching = _negated(found, [(item.start, item.end) for item in values.negations if item.cue not in _OF_ONE])
    marks = _marks(found, text)
    for index in reaching:
        marks.setdefault(index, set()).add("not")
    ends = [0, *(unit.end for unit in found)]
    leads = [
        text[max(end, unit.start - _LONGEST_LEAD) : unit.start].lower() for end, unit in zip(ends, found, strict=False)
    ]
    return tuple(
        Unit(
            kind=unit.kind,
            key=unit.key,
            start=unit.start,
            end=unit.end,
            surface=unit.surface,
            what=unit.what,
            negated=index in negated,
            lead=lead,
            marks=frozenset(marks.get(index, ())),
            others=others,
        )
        for index, (unit, lead, others) in enumerate(zip(found, leads, _joined_names(found, leads), strict=True))
    )


@lru_cache(maxsize=512)
def values_of(text: str) -> Values:
    """Returns what a text states that can be checked; the sentences of a paragraph are asked for several times."""
    return find_values(text)


def certain_parts(texts: Sequence[str], *, uncertain: bool = False) -> frozenset[str]:
    """Returns the parts of names that stand inside a sentence somewhere (or, `uncertain`, only at the beginning)."""
    return frozenset(
        part for text in texts for name in values_of(text).names if name.initial == uncertain for part in name.parts
    )


def align(claim: Sequence[Unit], source: Sequence[Unit], *, any_number: bool = False) -> tuple[Pair, ...]:
    """Returns the pairs of units that fall onto each other, in order; `any_number` takes numbers for placeholders."""
    claim, source = claim[:MOST_UNITS], source[:MOST_UNITS]
    mine, theirs = (
        [_ANY_NUMBER if any_number and u.kind == "number" else u.key for u in units] for units in (claim, source)
    )
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    matched = [
        (block.a + step, block.b + step) for block in matcher.get_matching_blocks() for step in range(block.size)
    ]
    matched += _replaced_numbers(matcher, claim, source)
    matched.sort()
    agreeing = [(i, j) for i, j in matched if units_agree(claim[i], source[j])]
    agrees = set(agreeing)
    crossed = dict(_crossed(claim, source, [pair for pair in matched if pair not in agrees]))
    return tuple(
        Pair(
            i,
            j,
            (i, j) in agrees,
            max(_strength(i, j, agreeing), 2 * crossed.get(i, 0)),
            bool({(i - 1, j - 1), (i + 1, j + 1)} & agrees),
        )
        for i, j in matched
        if crossed.get(i, 1)
    )


def _crossed(
    claim: Sequence[Unit], source: Sequence[Unit], differing: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yields the claim's places of two names that changed places around a word: with 1, or 0 if it tells nothing."""
    for (i1, j1), (i2, j2) in pairwise(differing):
        both = {unit.key for unit in claim[i1 + 1 : i2]} & {unit.key for unit in source[j1 + 1 : j2]}
        swapped = units_agree(claim[i1], source[j2]) and units_agree(claim[i2], source[j1])
        if swapped and both and claim[i1].kind == claim[i2].kind == "name":
            told = int(not both <= SYMMETRIC)
            yield from ((i1, told), (i2, told))


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
        return any(names_agree(mine.what, other) for other in (theirs.what, *theirs.others))
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


def stands_elsewhere(units: Sequence[Unit], place: int, source: Sequence[Unit]) -> bool:
    """Whether a unit stands in the source beside the same number or date, or as one of those who met."""
    unit = units[place]
    together = unit.kind == "name" and _do_together(units, place)
    for at, other in enumerate(source):
        if other.kind != unit.kind or not units_agree(unit, other):
            continue
        if together and other.others and _do_together(source, at):
            return True
        for step in (-1, 1):
            if 0 <= place + step < len(units) and 0 <= at + step < len(source):
                mine, theirs = units[place + step], source[at + step]
                if mine.kind == theirs.kind in ("number", "date") and units_agree(mine, theirs):
                    return True
    return False


def _do_together(units: Sequence[Unit], place: int) -> bool:
    """Whether the word nearest to a name, those joined with it aside, is of what two do with each other."""
    before = next((unit for unit in reversed(units[:place]) if unit.kind != "name"), None)
    after = next((unit for unit in units[place + 1 :] if unit.kind != "name"), None)
    return any(unit is not None and unit.key in SYMMETRIC for unit in (before, after))


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


def _negated(units: Sequence[Unit], negations: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The places of the units that a negating word stands before."""
    negated = set()
    for start, end in negations:
        following = next((index for index, unit in enumerate(units) if unit.start >= end), None)
        if following is None:
            # "… does not." turns round what came before it.
            following = next((index for index in range(len(units) - 1, -1, -1) if units[index].end <= start), None)
        if following is not None:
            negated.add(following)
    return frozenset(negated)


def _marks(units: Sequence[Unit], text: str) -> dict[int, set[str]]:
    """What qualifies the units, by their places: a bound the number right behind it, "may" whatever follows."""
    marks: dict[int, set[str]] = {}
    starts = [unit.start for unit in units]
    for qualifier in find_qualifiers(text):
        at = bisect_left(starts, qualifier.end)
        if at == len(units):
            continue
        kind, near = units[at].kind, units[at].start - qualifier.end <= _QUALIFIED_WITHIN
        bound = qualifier.kind in BOUNDS and kind == "number" and near
        time = qualifier.kind in TIMES and kind == "date" and near
        if bound or time or qualifier.kind == "may":
            marks.setdefault(at, set()).add(qualifier.kind)
    return marks


def _joined_names(units: Sequence[Unit], leads: Sequence[str]) -> list[tuple[Name, ...]]:
    """The name that "and" joins each unit with: in "Biden and Sunak" the order says nothing, in longer lists it may."""
    groups: list[list[int]] = []
    for index, unit in enumerate(units):
        joint = _JOINS_NAMES.fullmatch(leads[index]) if groups and unit.kind == "name" else None
        if joint and units[index - 1].kind == "name":
            groups[-1].append(index)
        else:
            groups.append([index])
    others: list[tuple[Name, ...]] = [() for _ in units]
    for group in groups:
        names = [what for index in group if isinstance(what := units[index].what, Name)]
        joint = _JOINS_NAMES.fullmatch(leads[group[-1]])
        if len(names) == 2 and joint and not joint["comma"]:
            for index in group:
                others[index] = tuple(name for name in names if name is not units[index].what)
    return others
