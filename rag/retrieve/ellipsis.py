"""Questions that only say in what they differ from the one before: "And in June?", "And Azerbaijan?".

Where the one before named a time, a country, a topic or somebody whose words it asked for, the question is that one
with another. "What did they say on Taiwan?" asks for the words of the same, at the same time. Anything else is searched
in the light of the turn before (`followups.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.retrieve.followups import is_of_the_same
from rag.retrieve.speakers import named, said_about, speakers_named
from rag.retrieve.times import named_dates, span_named
from rag.text.countries import COUNTRIES
from rag.text.dates import Date, find_dates
from rag.text.lexicon import OFFICES, PLEASANTRIES
from rag.text.names import Name, find_names, name_key
from rag.text.terms import content_terms, fold
from rag.types import Turn

_OPENS = r"\W*(?:(?:and|but|or|then)\s+)?(?:(?:what|how)\s+about\s+|what\s+(?:of|did|do|does)\s+)?"
_LEAD = r"(?:(?:in|on|at|during|of|for|by)\s+)?(?:the\s+)?"
_BEFORE_TIME = re.compile(rf"{_OPENS}(?P<lead>{_LEAD})", re.IGNORECASE)
_BEFORE_NAME = re.compile(rf"{_OPENS}(?:the\s+)?(?:government\s+of\s+)?", re.IGNORECASE)
_BEFORE_COUNTRY = re.compile(rf"{_OPENS}(?:(?:in|from|for|of|by)\s+)?(?:the\s+)?", re.IGNORECASE)
_LEADS_TIME = re.compile(r"\b(?:in|on|at|during|of)\s+(?:the\s+)?\Z", re.IGNORECASE)
_ENDS = re.compile(r"(?:\s+(?:say|said|then))?\W*", re.IGNORECASE)
_ABOUT = r"(?:about|on|regarding|concerning)"
_OTHER_TOPIC = re.compile(
    rf"\W*(?:(?:and|but)\s+)?(?:what\s+)?{_ABOUT}\s+(?P<topic>(?!(?:it|this|that)\b)[^?!.;:]{{2,80}}?)\W*",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    rf"\b(?:say|said|tell|told|write|written|announced?|decided?|discuss|state)\s+{_ABOUT}\s+(?P<topic>[^?!.;:]{{2,120}}?)(?=\s*(?:[?!.]|\Z))",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:say|said|tell|told|state[d]?|declare[d]?|announce[d]?|write|written|mention(?:ed)?|report(?:ed)?|warn(?:ed)?|"
    r"ask(?:ed)?|demand(?:ed)?|promise[d]?|pledge[d]?|urge[d]?|discuss(?:ed)?|agree[d]?|decide[d]?|expect(?:ed)?)"
)
_DOES_OTHERWISE = (
    r"(?:have|want(?:ed)?|need(?:ed)?|seek|sought|support(?:ed)?|oppose[d]?|condemn(?:ed)?|accuse[d]?|blame[d]?|"
    r"thank(?:ed)?|reject(?:ed)?|propose[d]?|call(?:ed)?|think|thought|believe[d]?|plan(?:ned)?|intend(?:ed)?|hope[d]?|"
    r"meet|met)"
)
_SAME = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?P<asks>(?:(?:what|which|why|how|when|whom?)\s+(?:[\w'-]+\s+){0,3}?)?"
    r"(?:do|does|did|has|have|had)\s+)(?P<who>they|it|he|she)\s+(?:(?:also|then|ever|have\s+to)\s+)?"
    rf"(?:(?P<says>{_SAYS})|{_DOES_OTHERWISE})\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(rf"\s{_ABOUT}\s+\w", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:it|its|that|this|these|those|so|them|their|his|her|him)\b", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(?:now|today|since|later|next|after|before|still|currently|recently|last|previous|then|future|ever|yet|so\s+far|"
    r"earlier|first|latest)\b",
    re.IGNORECASE,
)
"""What says of itself of which time it is."""
_THEN = re.compile(
    r"(?<=\w)\s+(?P<then>(?<!by\s)(?<!until\s)then|at\s+(?:that|the)\s+time|(?:in|on)\s+that\s+(?:year|month|day))(?=\W*\Z)",
    re.IGNORECASE,
)
_ONLY_THEN = re.compile(r"\W*(?:(?:and|so|but|what|even|well)\s+)*then\W*", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s*\Z", re.IGNORECASE)
_DOES = re.compile(r"\b(?:do|does|did|has|have|had)\s+(?P<the>the\s+)?\Z", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+(?:the\s+)?", re.IGNORECASE)
_UNNAMED = re.compile(
    r"\b(?:do|does|did|has|have|had)\s+(?P<who>(?:the|both)(?:\s+[\w-]+){1,3}?)\s+(?:(?:also|then|ever)\s+)?"
    rf"{_SAYS}\b",
    re.IGNORECASE,
)
_BODIES = re.compile(
    r"\b(?:court|council|committee|commission|bank|union|organi[sz]ation|states|nations|ministry|office|group|party|senate|"
    r"congress|parliament|government|house|department|agency|fed|reserve|authority|assembly|board|federation|republic)\b",
    re.IGNORECASE,
)
MOST_TURNS = 13
_HALF_A_YEAR = 6


class _Full(NamedTuple):
    """A question in full, and whether it holds all of the one before that it asks on."""

    question: str
    holds: bool


def in_full(history: Sequence[Turn], speakers: Sequence[str]) -> tuple[tuple[Turn, ...], bool]:
    """The last turns, each question that only differs from the one before in full; whether the last holds that one.

    Args:
        history: the turns with the question that is asked now.
        speakers: who issued the documents or speaks in them: "And Gaza?" asks of a place.
    """
    found: list[Turn] = []
    before, holds = "", False
    for turn in history[-MOST_TURNS:]:
        if turn.role == "user":
            full = _in_full(turn.content, before, speakers) if before else None
            found.append(replace(turn, content=full.question if full else turn.content))
            holds = full is not None and full.holds
            if full or not _only_thanks(turn.content):
                before = found[-1].content
        else:
            found.append(turn)
    return tuple(found), holds


def is_complete(question: str) -> bool:
    """Whether it needs no turn before it: it says what somebody said on what, or did when.

    "Does Armenia agree?" names somebody too, and not to what.
    """
    if is_of_the_same(question) or _POINTS.search(question):
        return False
    return said_about(question) is not None or (_subject_of(question) is not None and bool(named_dates(question)))


def _in_full(question: str, before: str, speakers: Sequence[str]) -> _Full | None:
    if another := (
        _at_another_time(question, before) or _by_another(question, before, speakers) or _on_another(question, before)
    ):
        return _Full(another, holds=True)
    same = _by_the_same(question, before, speakers) or _at_the_same_time(question, before)
    # "Why did he say that?" is only understood beside what was said.
    return _Full(same, holds=not _POINTS.search(same)) if same else None


def _only_thanks(question: str) -> bool:
    return all(fold(term.surface) in PLEASANTRIES for term in content_terms(question))


def _at_another_time(question: str, before: str) -> str | None:
    dates, earlier = find_dates(question), named_dates(before)
    if len(dates) != 1 or len(earlier) > 1 or span_named(before):
        return None
    (date,) = dates
    opening = _BEFORE_TIME.fullmatch(question, 0, date.start)
    if opening is None or not _ENDS.fullmatch(question, date.end):
        return None
    if not earlier:
        # "And in 2022?" after a question that named no time.
        lead = opening["lead"].strip()
        return _with_time(before, f"{lead} {date.surface}") if lead and date.year else None
    (other,) = earlier
    said = date.surface if date.year or not date.month else f"{date.surface} {_year_of(date.month, other)}"
    lead_before = _LEADS_TIME.search(before, 0, other.start)
    if opening["lead"].strip() and lead_before:
        return f"{before[: lead_before.start()]}{opening['lead']}{said}{before[other.end :]}"
    return f"{before[: other.start]}{said}{before[other.end :]}"


def _year_of(month: int, other: Date) -> int | None:
    """The year in which a month is nearest to another: January after December is the next."""
    if not other.year or not other.month:
        return other.year
    apart = month - other.month
    return other.year + (apart < -_HALF_A_YEAR) - (apart > _HALF_A_YEAR)


def _by_another(question: str, before: str, speakers: Sequence[str]) -> str | None:
    """The question before of another speaker, or of another country."""
    names = find_names(question)
    if len(names) != 1 or not _ENDS.fullmatch(question, names[0].end):
        return None
    (name,), asked = names, speakers_named(before)
    if len(asked) == 1 and named(names, speakers) and _BEFORE_NAME.fullmatch(question, 0, name.start):
        return f"{before[: asked[0].start]}{name.surface}{before[asked[0].end :]}"
    if asked or not _is_country(name) or not _BEFORE_COUNTRY.fullmatch(question, 0, name.start):
        return None
    countries = [one for one in find_names(before) if _is_country(one)]
    doing = [one for one in countries if _DOES.search(before, 0, one.start)]
    only = doing if len(doing) == 1 else countries
    return f"{before[: only[0].start]}{name.surface}{before[only[0].end :]}" if len(only) == 1 else None


def _is_country(name: Name) -> bool:
    return name.surface in COUNTRIES or name_key(name.surface) in COUNTRIES


def _on_another(question: str, before: str) -> str | None:
    """The question before on another topic: "And about Taiwan?"."""
    other, topic = _OTHER_TOPIC.fullmatch(question), _TOPIC.search(before)
    if other is None or topic is None or find_dates(other["topic"]):
        return None
    time = _time_of(topic["topic"])
    end = before.index(time, topic.start("topic")) if time else topic.end("topic")
    return f"{before[: topic.start('topic')]}{other['topic']}{' ' if time else ''}{before[end:]}"


def _by_the_same(question: str, before: str, speakers: Sequence[str]) -> str | None:
    """The question with those of whom the one before asked what they did or said, at the time it named."""
    same, who = _SAME.match(question), _subject_of(before)
    if same is None or who is None or not _fits(same["who"], who, speakers):
        return None
    if not same["says"] and _OBJECT.search(before):
        # What was spoken of may be meant: "What did Armenia say about the treaty?", "Why did it need a vote?".
        return None
    asks = same["asks"]
    full = f"{asks[:1].upper()}{asks[1:]}{who}{question[same.end('who') :]}"
    time = _time_of(before)
    return _with_time(full, time) if time and not find_dates(question) and not _TIMED.search(question) else full


def _with_time(question: str, time: str) -> str:
    body = question.rstrip(" ?!.")
    return f"{body} {time}{question[len(body) :] or '?'}"


def _at_the_same_time(question: str, before: str) -> str | None:
    """The question with the time of the one before for "then" at its end."""
    then, time = _THEN.search(question), _time_of(before)
    if not then or not time or _ONLY_THEN.fullmatch(question):
        return None
    if _SINCE.search(question, 0, then.start("then")):
        time = named_dates(before)[0].surface
    return f"{question[: then.start('then')]}{time}{question[then.end('then') :]}"


def _time_of(question: str) -> str:
    """The one time at which a question asks: "in March 2022"; empty where it names none, several or a dated thing."""
    dates = named_dates(question)
    lead = _LEADS_TIME.search(question, 0, dates[0].start) if len(dates) == 1 else None
    return question[lead.start() : dates[0].end] if lead else ""


def _fits(pronoun: str, who: str, speakers: Sequence[str]) -> bool:
    """Whether a pronoun may stand for somebody: of several only "they", of a body or a country no "he"."""
    names = find_names(f"By {who}")
    is_body = (
        who.lower().startswith(("the ", "both ")) or _BODIES.search(who) is not None or any(map(_is_country, names))
    )
    is_body = is_body or any(name.acronym for name in names)
    match pronoun.lower():
        case "they":
            return True
        case "it":
            in_office = any(OFFICES & set(name.parts) for name in names)
            return " and " not in who and not in_office and (is_body or bool(named(names, speakers)))
        case _:
            return " and " not in who and not is_body


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
