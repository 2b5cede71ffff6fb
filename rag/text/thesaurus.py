"""Words and phrases that say the same: "set free" in a question, "released" in an official text.

The groups stand in `thesaurus.txt`. They are general English, and say nothing about any person, place or document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rag.text.terms import Term, fold, terms

__all__ = ["Sense", "Thesaurus", "base_form", "is_irregular", "parse", "same_sense", "senses"]

_MOST_GROUPS = 3
"""Groups one word may stand in: a word of more senses than that tells nothing."""
_GAP = re.compile(r"['\u2019]?[\s\-\u2010\u2011]*\Z")
"""Between the words of one phrase: a full stop or a comma ends it."""

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """A word or phrase that belongs to groups; `surface` is `original[start:end]`."""

    start: int
    end: int
    surface: str
    groups: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thesaurus:
    """What a file of groups says; a group is known by its place in `groups`."""

    groups: tuple[tuple[str, ...], ...]
    groups_of: Mapping[_Key, frozenset[int]]
    base_of: Mapping[str, str]
    """From an irregular form, folded, to the stem of its base form."""
    longest: int
    """Words of the longest phrase."""
    faults: tuple[str, ...]

    def key(self, phrase: str) -> _Key:
        """What two writings of one word or phrase have in common."""
        return tuple(_stem_of(term, self.base_of) for term in terms(phrase))


def senses(text: str) -> tuple[Sense, ...]:
    """Every word or phrase of the text that belongs to a group, in order; the longest phrase wins its place."""
    thesaurus = _thesaurus()
    found = terms(text)
    stems = tuple(_stem_of(term, thesaurus.base_of) for term in found)
    return tuple(_senses(text, found, stems, thesaurus))


def base_form(term: Term) -> str:
    """The stem of a word, and of "met" that of "meet"."""
    return _stem_of(term, _thesaurus().base_of)


def is_irregular(surface: str) -> bool:
    """Whether a word is an irregular form, as "met" is."""
    return fold(surface) in _thesaurus().base_of


def same_sense(a: str, b: str) -> bool:
    """Whether two words or phrases are forms of one, or stand together in a group."""
    thesaurus = _thesaurus()
    first, second = thesaurus.key(a), thesaurus.key(b)
    if not first or not second:
        return False
    none: frozenset[int] = frozenset()
    shared = thesaurus.groups_of.get(first, none) & thesaurus.groups_of.get(second, none)
    return first == second or bool(shared)


def parse(text: str) -> Thesaurus:
    """Reads groups ("a, b, c") and irregular forms ("base < form, form"); what is wrong goes into `faults`."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    base_of: dict[str, str] = {}
    for _, line in lines:
        base, marked, forms = line.partition("<")
        if marked:
            (base_term,) = terms(base)
            base_of |= {fold(form.strip()): base_term.text for form in forms.split(",")}
    groups: list[tuple[str, ...]] = []
    groups_of: dict[_Key, set[int]] = {}
    faults = []
    for number, line in lines:
        if "<" in line:
            continue
        members = tuple(member.strip() for member in line.split(","))
        keys = [tuple(_stem_of(term, base_of) for term in terms(member)) for member in members]
        faults += [f"line {number}: {what}" for what in _faults(members, keys)]
        for key in keys:
            groups_of.setdefault(key, set()).add(len(groups))
        groups.append(members)
    faults += [
        f"“{' '.join(key)}” stands in {len(of)} groups" for key, of in groups_of.items() if len(of) > _MOST_GROUPS
    ]
    return Thesaurus(
        groups=tuple(groups),
        groups_of={key: frozenset(of) for key, of in groups_of.items()},
        base_of=base_of,
        longest=max(map(len, groups_of), default=0),
        faults=tuple(faults),
    )


def _faults(members: Sequence[str], keys: Sequence[_Key]) -> Iterator[str]:
    if len(members) < 2:
        yield f"“{members[0]}” is alone in its group"
    for at, key in enumerate(keys):
        if not key:
            yield "a member without words"
        elif key in keys[:at]:
            yield f"“{members[at]}” and “{members[keys.index(key)]}” are one word"


def _senses(text: str, found: Sequence[Term], stems: _Key, thesaurus: Thesaurus) -> Iterator[Sense]:
    at = 0
    while at < len(found):
        reach = _reach(text, found, at, thesaurus.longest)
        for size in range(reach, 0, -1):
            groups = thesaurus.groups_of.get(stems[at : at + size])
            if groups:
                start, end = found[at].start, found[at + size - 1].end
                yield Sense(start=start, end=end, surface=text[start:end], groups=groups)
                at += size
                break
        else:
            at += 1


def _reach(text: str, found: Sequence[Term], at: int, longest: int) -> int:
    """How many words from `at` on may be one phrase."""
    size = 1
    while size < longest and at + size < len(found):
        if not _GAP.match(text[found[at + size - 1].end : found[at + size].start]):
            break
        size += 1
    return size


def _stem_of(term: Term, base_of: Mapping[str, str]) -> str:
    # The surface, since "found" is a form of "find" while "founded", whose stem it is, is not.
    return base_of.get(fold(term.surface), term.text)


@lru_cache(maxsize=1)
def _thesaurus() -> Thesaurus:
    # Two threads may both read it the first time: the outcome is the same and never changed.
    return parse(files("rag.text").joinpath("thesaurus.txt").read_text(encoding="utf-8"))
