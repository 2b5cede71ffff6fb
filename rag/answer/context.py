"""A hit as the abstention reads it: what its paragraph names and states, with what is known of the document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rag.answer.alignment import values_of
from rag.text.lexicon import OFFICES
from rag.text.terms import content_terms, fold
from rag.text.values import Date, Name, Number, expands, find_dates, name_key
from rag.types import Hit, Retrieval

_OWNED_WITHIN = 30
"""Characters after a name in which it may belong to a word."""
_WORD = re.compile(r"\w+")
_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a paragraph states, together with what is known of its document."""

    hit: Hit

    @cached_property
    def about(self) -> str:
        document = self.hit.document
        about = (document.title, document.issuer, document.publisher, document.speaker)
        return ". ".join(part for part in about if part)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        return (*values_of(self.hit.paragraph.text).names, *values_of(self.about).names)

    @cached_property
    def keys(self) -> frozenset[str]:
        words = _keys(self.hit.paragraph.text) | _keys(self.about)
        return words | {part for name in self.names for part in name.parts}

    @cached_property
    def terms(self) -> frozenset[str]:
        return terms_of(self.hit.paragraph.text) | terms_of(self.about)

    def owners(self, word: str) -> list[frozenset[str]]:
        """The names before a stem, as their parts: of "prisoner" in "55 Armenian military prisoners" {"armenia"}."""
        return self._owners.get(word, [])

    @cached_property
    def _owners(self) -> dict[str, list[frozenset[str]]]:
        text, found = self.hit.paragraph.text, dict[str, list[frozenset[str]]]()
        for name in values_of(text).names:
            for term in content_terms(without_possessive(text[name.end : name.end + _OWNED_WITHIN])[0])[:2]:
                found.setdefault(term.text, []).append(frozenset(name.parts))
        return found

    def holds_name(self, name: Name) -> bool:
        """Whether the name stands here as one name, or as what its acronym stands for."""
        if any(set(name.parts) <= set(own.parts) for own in self.names) or (
            len(name.parts) == 1 and name.parts[0] in self.keys
        ):
            return True
        if re.search(rf"(?<!\w){re.escape(fold(name.surface))}(?!\w)", fold(self.hit.paragraph.text)):
            return True
        expanded = any(
            (name.acronym and expands(name.surface, own.surface))
            or (own.acronym and expands(own.surface, name.surface))
            for own in self.names
        )
        in_office = any(_is_in_office(own, name) for own in self.names)
        return expanded or self._spells_out(name) or in_office or self._holds_officer(name)

    def _holds_officer(self, name: Name) -> bool:
        """Whether a person who is named with an office stands here with another or with none, and so does the country.

        "President Joe Biden" is "President Biden", and "Prime Minister Kishida of Japan" is "Fumio Kishida".
        """
        officer, _, country = name.surface.partition(" of ")
        parts = [name_key(word) for word in _WORD.findall(officer)]
        person = [part for part in parts if part not in OFFICES]
        if not person or len(person) == len(parts) or not _keys(country) <= self.keys | {""}:
            return False
        return any(_is_person(frozenset(own.parts) - OFFICES, person) for own in self.names)

    def _spells_out(self, name: Name) -> bool:
        """Whether all that is missing of a name are acronyms that are written out here: "the head of the OTS"."""
        missing = set(name.parts) - self.keys
        short = [word for word in _WORD.findall(name.surface) if word.isupper() and name_key(word) in missing]
        written_out = all(any(expands(word, own.surface) for own in self.names) for word in short)
        return 0 < len(short) == len(missing) < len(name.parts) and written_out

    def holds_value(self, value: Date | Number) -> bool:
        """Whether a number or date of the question agrees with one here (or with the document's date)."""
        stated = values_of(self.hit.paragraph.text)
        dates = (*stated.dates, *values_of(self.about).dates, *find_dates(self.hit.document.date or ""))
        numbers = (*stated.numbers, *values_of(self.about).numbers)
        if isinstance(value, Date):
            counted = value.year if value.month is None else None
            return any(value.agrees(date) or _swapped(value).agrees(date) for date in dates) or any(
                number.value == counted for number in numbers
            )
        day = value.value if value.ordinal else None
        return any(value.value == number.value for number in numbers) or any(date.day == day for date in dates if day)


def unmentioned(retrieval: Retrieval, names: Sequence[Name]) -> str:
    """That no paragraph found mentions the first of these names that stands in none; empty when each stands in one."""
    contexts = [Context(hit=hit) for hit in retrieval.hits]
    elsewhere = {term.surface for term in retrieval.terms if term.paragraphs}
    for name in names:
        if not any(context.holds_name(name) for context in contexts):
            near = " near the question" if elsewhere.issuperset(name.surface.split()) else ""
            return f"No paragraph{near} mentions {name.surface}."
    return ""


def _is_person(own: frozenset[str], person: Sequence[str]) -> bool:
    """Whether a name without its offices is a person's, given the surname and perhaps a first name."""
    return person[-1] in own and (own <= frozenset(person) or frozenset(person) <= own)


def _is_in_office(own: Name, name: Name) -> bool:
    """Whether a person of that surname stands here with an office for a first name: "Vice President Harris"."""
    offices, surname = frozenset(own.parts[:-1]), own.parts[-1:]
    return bool(offices) and offices <= OFFICES and surname == name.parts[-1:] and OFFICES.isdisjoint(name.parts)


def _swapped(date: Date) -> Date:
    """7/12/2023 read the other way round, where it may be."""
    if "/" in date.surface and date.month and date.day and date.day <= _MONTHS:
        return replace(date, month=date.day, day=date.month)
    return date


@lru_cache(maxsize=4096)
def terms_of(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return frozenset(term.text for term in content_terms(text))


@lru_cache(maxsize=1024)
def _keys(text: str) -> frozenset[str]:
    return frozenset(name_key(word) for word in text.replace("\u2019", "'").split() for word in _pieces(word))


def _pieces(word: str) -> tuple[str, ...]:
    word = word.strip(".,;:!?()[]\"'\u201c\u201d\u2018")
    return (word, *word.split("-")) if "-" in word else (word,)


def without_possessive(text: str) -> tuple[str, bool]:
    """What follows a name without its "'s", and whether it had one."""
    possessive = text.startswith(("'s", "\u2019s"))
    return text[2:] if possessive else text, possessive
