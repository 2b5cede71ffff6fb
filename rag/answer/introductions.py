"""Sentences of an answer that only lead to others: headings, and what ends in a colon.

A form alone exempts nothing: "Russia left Syria on 5 May:" states something. What leads on names nobody and no day
that the cited paragraphs do not, and where it names somebody it announces ("agreed on the following:") or labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from rag.answer.alignment import values_of
from rag.text.terms import content_terms
from rag.text.values import Date, Name, Number, find_values, name_key

_HEADING = re.compile(r"\s*(?:#{1,6}\s|(?P<bold>\*\*|__)(?=\S)[^\n]{1,200}(?<=[^\s.!?:])(?P=bold)\s*\Z)")
_HERE = re.compile(r"\W{0,8}here(?:\s(?:is|are)|['’]s)\b", re.IGNORECASE)
_STOPPED = re.compile(r"[.!?…][\"'”’)\]*_\s]{0,8}\Z")
_PARTS = (
    r"(?:points?|measures?|steps?|reasons?|conditions?|commitments?|terms|things|ways|parts|items|issues|topics|areas"
    r"|goals|principles|decisions)"
)
_COUNTED = re.compile(rf"\s(?:\w{{1,20}}\s)?{_PARTS}\b", re.IGNORECASE)
_ANNOUNCES = re.compile(
    r"\b(?:follow(?:s|ing)|according|sa(?:y|ys|id)|(?:stat|agre|not|declar|includ|decid|pledg|promis|propos)(?:e|es|ed)"
    r"|(?:announc|provid|describ|outlin)(?:e|es|ed)|agrees|list(?:s|ed)?|commit(?:s|ted)?|mention(?:s|ed)?|add(?:s|ed)"
    rf"|reads?|{_PARTS})\b"
    r"|\b(?:to|that|will|would|on|for|by|of|with|are|is|were|was)\W{0,8}\Z",
    re.IGNORECASE,
)
_NAYS = frozenset({"no", "not", "never"})
_EDGE = " \t\r\n*_"
_LONGEST_LABEL = 3
_FEWEST_COUNTED = 2

Form = Literal["heading", "colon", "here", "word"]


class Introductions:
    """Tells what leads on in an answer; `cited` are its cited paragraphs and the descriptions of their documents."""

    def __init__(self, cited: Sequence[str]) -> None:
        self._cited = cited

    def leads_on(self, sentence: str, *, line: str, following: int) -> bool:
        """Whether the sentence only introduces what follows.

        Args:
            sentence: the sentence without a bullet.
            line: the whole line if the sentence is alone on it, else nothing.
            following: the number of sentences after it.
        """
        form = _form(sentence, line)
        if form is None or not following:
            return False
        values, terms = find_values(sentence), content_terms(sentence)
        counts = (_counts(number, sentence, following) for number in values.numbers)
        if not (all(counts) and self._knows_dates(values.dates)):
            return False
        if form == "heading" and all(term.surface[0].isupper() for term in terms):
            return True
        names = [name for name in values.names if not name.initial or self._knows(name)]
        if not all(map(self._knows, names)):
            return False
        is_label = len(names) < 2 and len(terms) <= _LONGEST_LABEL
        return not names or is_label or form == "heading" or _ANNOUNCES.search(sentence) is not None

    def _knows_dates(self, dates: Sequence[Date]) -> bool:
        known = [date for text in self._cited for date in values_of(text).dates] if dates else []
        return all(any(other.is_within(date) for other in known) for date in dates)

    def _knows(self, name: Name) -> bool:
        return all(part in self._words for part in name.parts)

    @cached_property
    def _words(self) -> frozenset[str]:
        words = {name_key(term.surface) for text in self._cited for term in content_terms(text)}
        return frozenset(words.union(*(name.parts for text in self._cited for name in values_of(text).names)))


def _form(sentence: str, line: str) -> Form | None:
    if sentence.rstrip(_EDGE).endswith(":"):
        return "colon"
    if _HEADING.match(line):
        return "heading"
    if _HERE.match(sentence):
        return "here"
    terms = {term.text for term in content_terms(sentence)}
    return "word" if len(terms) < 2 and not terms & _NAYS and not _STOPPED.search(sentence) else None


def _counts(number: Number, sentence: str, following: int) -> bool:
    """Whether the number may say how many speak or what is listed: "the two sides", "three points:"."""
    if number.unit:
        return False
    return number.value <= max(_FEWEST_COUNTED, following) or _COUNTED.match(sentence, number.end) is not None
