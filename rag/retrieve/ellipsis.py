"""Questions that only say in what they differ from the one before: "And in June?", "And Azerbaijan?".

Where the one before named a time, or somebody whose words it asked for, the question is that one with another time or
another speaker. "What did they say on Taiwan?" asks for the words of the same, at the same time. Anything else is
searched in the light of the turn before (`followups.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.retrieve.speakers import named, speakers_named
from rag.retrieve.times import named_dates
from rag.text.dates import Date, find_dates
from rag.text.names import find_names
from rag.types import Turn

_OPENS = r"\W*(?:(?:and|but|or|then)\s+)?(?:(?:what|how)\s+about\s+|what\s+(?:of|did|do|does)\s+)?"
_LEAD = r"(?:(?:in|on|at|during|of|for|by)\s+)?(?:the\s+)?"
_BEFORE_TIME = re.compile(rf"{_OPENS}(?P<lead>{_LEAD})", re.IGNORECASE)
_BEFORE_NAME = re.compile(rf"{_OPENS}(?:the\s+)?(?:government\s+of\s+)?", re.IGNORECASE)
_LEADS_TIME = re.compile(r"\b(?:in|on|at|during|of)\s+(?:the\s+)?\Z", re.IGNORECASE)
_ENDS = re.compile(r"(?:\s+(?:say|said|then))?\W*", re.IGNORECASE)
_SAYS = (
    r"(?:say|said|tell|told|state[d]?|declare[d]?|announce[d]?|write|written|mention(?:ed)?|report(?:ed)?|warn(?:ed)?|ask(?:ed)?|"
    r"demand(?:ed)?|propose[d]?|promise[d]?|pledge[d]?|call(?:ed)?|urge[d]?|discuss(?:ed)?|agree[d]?|decide[d]?|expect(?:ed)?|"
    r"have|want(?:ed)?|need(?:ed)?|seek|sought|support(?:ed)?|oppose[d]?|condemn(?:ed)?|accuse[d]?|blame[d]?|thank(?:ed)?|"
    r"reject(?:ed)?|think|thought|believe[d]?|plan(?:ned)?|intend(?:ed)?|hope[d]?|meet|met)"
)
_SAME = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?P<asks>(?:(?:what|which|why|how|when|whom?)\s+(?:[\w'-]+\s+){0,3}?)?(?:do|does|did|has|have|had)\s+)"
    rf"(?P<who>they|it|he|she)\s+(?:(?:also|then|ever|have\s+to)\s+)?{_SAYS}\b",
    re.IGNORECASE,
)
_THEN = re.compile(r"\b(?:then|at\s+(?:that|the)\s+time|(?:in|on)\s+that\s+(?:year|month|day))(?=\W*\Z)", re.IGNORECASE)
_DOES = re.compile(r"\b(?:do|does|did|has|have|had)\s+(?P<the>the\s+)?\Z", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+(?:the\s+)?", re.IGNORECASE)
_UNNAMED = re.compile(
    rf"\b(?:do|does|did|has|have|had)\s+(?P<who>(?:the|both)(?:\s+[\w-]+){{1,3}}?)\s+(?:(?:also|then|ever)\s+)?{_SAYS}\b",
    re.IGNORECASE,
)
MOST_TURNS = 13
_HALF_A_YEAR = 6


def in_full(history: Sequence[Turn], speakers: Sequence[str]) -> tuple[Turn, ...]:
    """The last turns, each question that only differs from the one before it in full.

    Args:
        history: the turns, perhaps with the question that is asked now.
        speakers: who issued the documents or speaks in them: "And Gaza?" asks of a place.
    """
    found: list[Turn] = []
    before = ""
    for turn in history[-MOST_TURNS:]:
        if turn.role == "user":
            before = (_completed(turn.content, before, speakers) if before else None) or turn.content
        found.append(replace(turn, content=before) if turn.role == "user" else turn)
    return tuple(found)


def _completed(question: str, before: str, speakers: Sequence[str]) -> str | None:
    return (
        _at_another_time(question, before)
        or _by_another(question, before, speakers)
        or _by_the_same(question, before)
        or _at_the_same_time(question, before)
    )


def _at_another_time(question: str, before: str) -> str | None:
    dates, earlier = find_dates(question), named_dates(before)
    if len(dates) != 1 or len(earlier) != 1:
        return None
    (date,), (other,) = dates, earlier
    opening = _BEFORE_TIME.fullmatch(question, 0, date.start)
    if opening is None or not _ENDS.fullmatch(question, date.end):
        return None
    said = date.surface if date.year or not date.month else f"{date.surface} {_year_of(date.month, other)}"
    lead = _LEADS_TIME.search(before, 0, other.start)
    if opening["lead"].strip() and lead:
        return f"{before[: lead.start()]}{opening['lead']}{said}{before[other.end :]}"
    return f"{before[: other.start]}{said}{before[other.end :]}"


def _year_of(month: int, other: Date) -> int | None:
    """The year in which a month is nearest to another: January after December is the next."""
    if not other.year or not other.month:
        return other.year
    apart = month - other.month
    return other.year + (apart < -_HALF_A_YEAR) - (apart > _HALF_A_YEAR)


def _by_another(question: str, before: str, speakers: Sequence[str]) -> str | None:
    names, asked = find_names(question), speakers_named(before)
    if len(names) != 1 or len(asked) != 1 or not named(names, speakers):
        return None
    (name,), (other,) = names, asked
    if not _BEFORE_NAME.fullmatch(question, 0, name.start) or not _ENDS.fullmatch(question, name.end):
        return None
    return f"{before[: other.start]}{name.surface}{before[other.end :]}"


def _by_the_same(question: str, before: str) -> str | None:
    """The question with those of whom the one before asked what they did or said, at the time it named."""
    same, who = _SAME.match(question), _subject_of(before)
    if same is None or who is None or not _fits(same["who"], who):
        return None
    asks = same["asks"]
    full = f"{asks[:1].upper()}{asks[1:]}{who}{question[same.end('who') :]}"
    time = _time_of(before)
    if not time or find_dates(question):
        return full
    body = full.rstrip(" ?!.")
    return f"{body} {time}{full[len(body) :]}"


def _at_the_same_time(question: str, before: str) -> str | None:
    """The question with the time of the one before for "then" at its end."""
    then, time = _THEN.search(question), _time_of(before)
    return f"{question[: then.start()]}{time}{question[then.end() :]}" if then and time else None


def _time_of(question: str) -> str:
    """The one time that a question names: "in March 2022"; empty where it names none or several."""
    dates = named_dates(question)
    if len(dates) != 1:
        return ""
    lead = _LEADS_TIME.search(question, 0, dates[0].start)
    return question[lead.start() : dates[0].end] if lead else f"in {dates[0].surface}"


def _fits(pronoun: str, who: str) -> bool:
    """Whether a pronoun may stand for somebody: of several only "they"."""
    return pronoun.lower() == "they" or " and " not in who


def _subject_of(question: str) -> str | None:
    """Who did what a question asks for: "the Fed" in "What did the Fed decide in March 2022?"."""
    names = find_names(question)
    for at, name in enumerate(names):
        if does := _DOES.search(question, 0, name.start):
            following = names[at + 1 : at + 2]
            joined = [other for other in following if _AND.fullmatch(question, name.end, other.start)]
            return question[does.start("the") if does["the"] else name.start : (*joined, name)[0].end]
    unnamed = _UNNAMED.search(question)
    return unnamed["who"] if unnamed else None
