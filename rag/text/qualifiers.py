"""Words that say how far a statement holds: "may have", "up to 15", "after 2030", "if Iran signs".

Closed lists, compared between a claim and its source as negations are. Every pattern is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["may", "upper", "below", "lower", "above", "before", "by", "until", "after", "since"]

BOUNDS: frozenset[str] = frozenset({"upper", "below", "lower", "above"})
TIMES: frozenset[str] = frozenset({"before", "by", "until", "after", "since"})
EXACT: frozenset[str] = frozenset({"below", "above", "before", "after"})
"""Kinds that rule out what they stand before: "more than 15" is not 15, "up to 15" may be."""
OPPOSITE = {
    **dict.fromkeys(("upper", "below"), frozenset({"lower", "above"})),
    **dict.fromkeys(("lower", "above"), frozenset({"upper", "below"})),
    **dict.fromkeys(("before", "by", "until"), frozenset({"after", "since"})),
    **dict.fromkeys(("after", "since"), frozenset({"before", "by", "until"})),
}
"""From a kind to those that say the contrary."""

_QUALIFIER = re.compile(
    r"(?<!\w)(?:(?P<may>may|might|could|possibly|perhaps|allegedly|reportedly|potentially|presumably|apparently|probably)"
    r"|(?P<lower>at\sleast|(?:no|not)\s(?:less|fewer)\sthan|a\sminimum\sof)"
    r"|(?P<by>(?:no|not)\s(?:later|earlier)\sthan|by)"
    r"|(?P<upper>up\sto|at\s(?:the\s)?most|(?:no|not)\smore\sthan|a\smaximum\sof)"
    r"|(?P<below>less\sthan|fewer\sthan|under|below)|(?P<above>more\sthan|over|above|exceeding|in\sexcess\sof)"
    r"|(?P<before>before|prior\sto|earlier\sthan)|(?P<until>until|till)|(?P<after>after|following|later\sthan)"
    r"|(?P<since>since|from|as\sof|starting|beginning))(?!\w)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?<!\w)(?<!even\s)(?<!as\s)(?:if|unless|provided\sthat|on\scondition\sthat)\s"
    r"(?!(?:necessary|possible|any|needed|not|so|only|appropriate|applicable|you|we|i)\b)",
    re.IGNORECASE,
)
_OPENS_CLAUSE = re.compile(r"(?:^|[,;:\u2013\u2014(\"\u201c]|\bthat|\band|\bbut)\s*\Z", re.IGNORECASE)
_CLAUSE_BEFORE = re.compile(r"[,;:\u2013\u2014(]|\b(?:and|but)\b", re.IGNORECASE)
_CLAUSE_AFTER = re.compile(r"[,;:\u2013\u2014)]")
_LONGEST_CLAUSE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifier:
    """One such word or phrase; `text[start:end]` is it."""

    start: int
    end: int
    kind: str


def find_qualifiers(text: str) -> tuple[Qualifier, ...]:
    """The words of the text that may qualify what follows, in order; what they stand before decides whether they do."""
    return tuple(
        Qualifier(start=match.start(), end=match.end(), kind=str(match.lastgroup))
        for match in _QUALIFIER.finditer(text)
        if match.group() != "May"
    )


def find_conditions(text: str) -> Iterator[tuple[int, int]]:
    """Yields from where to where something is said under a condition, the condition included."""
    for match in _CONDITION.finditer(text):
        start, end = match.start(), min(len(text), match.end() + _LONGEST_CLAUSE)
        if _OPENS_CLAUSE.search(text, max(0, start - 8), start):
            stop = text.find(";", match.end(), end)
            yield start, end if stop < 0 else stop
            continue
        begin = max(0, start - _LONGEST_CLAUSE)
        before = [clause.end() for clause in _CLAUSE_BEFORE.finditer(text, begin, start)]
        after = _CLAUSE_AFTER.search(text, match.end(), end)
        yield (before[-1] if before else begin), (after.start() if after else end)
