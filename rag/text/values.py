"""What a text states that can be checked: numbers, dates, names and negations, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.dates import Date, find_dates
from rag.text.names import Name, acronym_pairs, expands, find_names, initials, name_key, names_agree, sounds_of
from rag.text.numbers import Number, find_numbers

__all__ = [
    "Date", "Name", "Negation", "Number", "Values", "acronym_pairs", "expands", "find_dates", "find_names",
    "find_negations", "find_numbers", "find_values", "initials", "name_key", "names_agree", "sounds_of",
]  # fmt: skip

_NEGATION = re.compile(
    r"(?<!\w)(?:(?P<false>(?:false|untrue|not\strue)\sthat)"
    r"|(?P<no>no(?!\slonger\b)|none|nobody|nothing|nowhere)|(?P<never>never)|(?P<neither>neither|nor)"
    r"|(?P<without>without|with\sno)|(?P<hardly>hardly|scarcely)"
    r"|(?P<cannot>cannot|can['\u2019]t)|(?P<not>no\slonger|(?:(?:is|are|was|were|do|does|did|has|have|had|wo|would|should|"
    r"could|must|need|might|ai)n['\u2019]t|not)(?:\sany\slonger)?)"
    r"|(?P<fail>fail(?:s|ed|ing)?\sto|failure\sto)|(?P<refuse>refus(?:e|es|ed|ing|al)\sto)"
    r"|(?P<stop>(?:stop(?:s|ped)?|ceas(?:e|es|ed))(?=\s\w{2,20}ing\b)|ceas(?:e|es|ed)\sto)"
    r"|(?P<deny>den(?:y|ies|ied|ying|ial))|(?P<reject>reject(?:s|ed|ing|ion)?)|(?P<unable>unable\sto|impossible\sto)"
    r"|(?P<lack>lack(?:s|ed|ing)?)|(?P<oppose>oppos(?:e|es|ed|ing)))(?!\w)",
    re.IGNORECASE,
)
_NOT_NEGATING = re.compile(
    r"\s?(?:(?:only|just|merely|least|doubt)\b|(?:more|less|fewer|later|earlier)\sthan\b)", re.IGNORECASE
)
_NUMBERED = re.compile(r"\.\s?\d|\s\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """A word that turns a statement round; `cue` names its kind ("not", "never", "without", "refuse", …)."""

    start: int
    end: int
    surface: str
    cue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Everything checkable that a text states, each kind in the order of the text."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    negations: tuple[Negation, ...]


def find_negations(text: str) -> tuple[Negation, ...]:
    """The negating words of the text; "not only", "no more than", "no doubt" and "No. 5" negate nothing."""
    found: list[Negation] = []
    for match in _NEGATION.finditer(text):
        cue = match.lastgroup or ""
        if cue in ("not", "no") and _NOT_NEGATING.match(text, match.end()):
            continue
        if cue == "no" and _NUMBERED.match(text, match.end()):
            continue
        found.append(Negation(start=match.start(), end=match.end(), surface=match.group(), cue=cue))
    return tuple(found)


def find_values(text: str) -> Values:
    """Numbers, dates, names and negations of the text; a number inside a date is no number of its own."""
    dates = find_dates(text)
    return Values(
        numbers=find_numbers(text, dates=dates), dates=dates, names=find_names(text), negations=find_negations(text)
    )
