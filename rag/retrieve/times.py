"""The time a question names: "in March 2022" asks first of what was published then.

Statements come again, every six weeks or every year, in nearly the same words and with another number in them. A time
that is asked for is a sign among others of a search. What was found of another time does not answer: neither the date
of its document nor a date in the paragraph agrees. Nor does what was published before a time tell what happened since.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rag.index.periods import bounds, period
from rag.text.dates import MONTHS, Date, find_dates
from rag.text.documents import DOCUMENT
from rag.text.general import GENERAL
from rag.text.terms import content_terms
from rag.types import DocumentInfo, Filters, Hit

MOST = 5
"""Times in one question that are looked at."""
_BEFORE = 60
"""Characters before a date in which is said that it is only a bound."""
_MONTHS, _MONTH, _WEEK = 12, 31, 7
_BOUND_BEFORE = re.compile(
    r"\b(?:since|before|after|until|till|by|than|through|past|following|prior\s+to|between\s.{0,40}|from\s.{0,30}\sto)\s*"
    r"(?:the\s+)?(?:\w+\s+)?\Z",
    re.IGNORECASE,
)
_BOUND_AFTER = re.compile(
    rf"\s*(?:to|until|till|through|[-\u2013\u2014])\s*(?:the\s+)?(?:\d|(?:{'|'.join(month[:3] for month in MONTHS)}))",
    re.IGNORECASE,
)
_OF_A_NAME = re.compile(
    rf"(?:\d\s*\(|\bfiscal\s+(?:year\s+)?|\b(?!(?:{DOCUMENT}|call|meeting|decision|summit|year|summer|spring|autumn|fall|winter|"
    r"beginning|end|start|middle|half|quarter)s?\b)\w+\s+of\s+)\Z",
    re.IGNORECASE,
)
_NAMING = re.compile(
    rf"\)|\s+(?!(?:{DOCUMENT}|call|meeting|decision|summit|and|or|on|in|about|by|to|from|with|for|of|at|as|that|which|who|what|"
    r"how|why|when|where|did|do|does|is|are|was|were|has|have|had|most)s?\b)[A-Za-z]",
    re.IGNORECASE,
)
"""What makes a year a part of a name: "resolution 884 (1993)", "the war of 2020", "the 2030 Agenda"."""
_EARLIEST, _LATEST = "0001-01-02", "9999-12-30"
_SINCE = re.compile(r"\b(?:since|starting\s+in)\s+(?:the\s+)?\Z", re.IGNORECASE)
_AFTER = re.compile(r"\bafter\s+(?:the\s+)?\Z", re.IGNORECASE)
_EARLIER = re.compile(r"\b(?:before|prior\s+to)\s+(?:the\s+)?\Z", re.IGNORECASE)
_PLANS = re.compile(
    r"\b(?:will|shall|plan(?:s|ned)?|goals?|targets?|intend\w*|expect\w*|foresee\w*|future)\b", re.IGNORECASE
)
_THE = re.compile(r"\bthe\s+\Z", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|up\s+to)\s+(?:the\s+)?\Z", re.IGNORECASE)
_FROM = re.compile(r"\b(?:between|from)\s+\Z", re.IGNORECASE)
_AND_TO = re.compile(r"\s+(?:and|to|until|till)\s+", re.IGNORECASE)
_LEAD = re.compile(
    r"\s*\b(?:(?:back|dated|issued|released|published|given|made|as)\s+)?(?:in|on|of|from|for|at|during|dated)\s+(?:the\s+)?"
    r"(?:(?:early|late|mid|year|month\s+of)[\s-]+)?\Z",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[?!.])\s+")
"""What stands between the questions of a conversation that are searched for as one."""
_STRAY = re.compile(r"^[\s,;:.-]+|\s+(?=[,;:?.!])")


class Time(NamedTuple):
    """First and last day, in ISO form."""

    since: str
    until: str

    @property
    def soon_after(self) -> Time:
        """The days in which is told what happened then: a month behind a month or a year, a week behind a day."""
        last = datetime.date.fromisoformat(self.until)
        days = _WEEK if self.since == self.until else _MONTH
        return Time(str(last + datetime.timedelta(days=1)), str(last + datetime.timedelta(days=days)))

    def within(self, filters: Filters) -> Filters | None:
        """The filters that let through only what is of this time too; None where they let through none of it."""
        first, last = bounds(filters.since, filters.until)
        since, until = max(self.since, first or self.since), min(self.until, last or self.until)
        return replace(filters, since=since, until=until) if since <= until else None


@lru_cache(maxsize=256)
def named_dates(text: str) -> tuple[Date, ...]:
    """The dates with a year in a text; none that only bounds a time ("since 2021") or is part of a name."""
    return tuple(date for date in find_dates(text) if date.year and not _only_bounds_or_names(date, text))


def _only_bounds_or_names(date: Date, text: str) -> bool:
    before = text[max(0, date.start - _BEFORE) : date.start]
    named = not date.month and (_OF_A_NAME.search(before) or _NAMING.match(text, date.end))
    return bool(named or _BOUND_BEFORE.search(before) or _BOUND_AFTER.match(text, date.end))


def times_named(text: str) -> tuple[Time, ...]:
    """The days, months and years that a text names."""
    found = (period(_iso(date)) for date in named_dates(text))
    return tuple(dict.fromkeys(Time(*days) for days in found if days))[:MOST]


@lru_cache(maxsize=256)
def span_named(text: str) -> Time | None:
    """The days that a text bounds: "since 2021", "before May 2020", "between 2019 and 2021"."""
    dates = [(date, days) for date in find_dates(text) if date.year and (days := period(_iso(date)))]
    first, last = _EARLIEST, _LATEST
    for at, (date, (since, until)) in enumerate(dates):
        before = text[: date.start]
        if _FROM.search(before) and at + 1 < len(dates) and _AND_TO.fullmatch(text, date.end, dates[at + 1][0].start):
            return Time(since, dates[at + 1][1][1])
        # After "the 2020 war" is not after 2020.
        during = _THE.search(before) is not None
        if _SINCE.search(before):
            first = since
        elif _AFTER.search(before):
            first = since if during else _shifted(until, 1)
        elif _EARLIER.search(before):
            last = until if during else _shifted(since, -1)
        elif _UNTIL.search(before):
            last = until
    return Time(first, last) if (first, last) != (_EARLIEST, _LATEST) and first <= last else None


def without_span(question: str) -> str:
    """The question without the days it bounds: "What has been said on it since May 2020?"."""
    bounds_at = _span_in(question)
    if bounds_at is None:
        return question
    return _STRAY.sub("", " ".join(f"{question[: bounds_at.start]}{question[bounds_at.stop :]}".split()))


def span_words(question: str) -> str:
    """How a question bounds the days: "since May 2020"; empty where it does not."""
    bounds_at = _span_in(question)
    return question[bounds_at].strip() if bounds_at else ""


def _span_in(question: str) -> slice | None:
    """Where the words stand that bound the days."""
    dates = [date for date in find_dates(question) if date.year and period(_iso(date))]
    for at, date in enumerate(dates):
        before = question[: date.start]
        leads = (pattern.search(before) for pattern in (_FROM, _SINCE, _AFTER, _EARLIER, _UNTIL))
        if lead := next(filter(None, leads), None):
            both = at + 1 < len(dates) and _AND_TO.fullmatch(question, date.end, dates[at + 1].start)
            return slice(lead.start(), dates[at + 1].end if both else date.end)
    return None


def without_dates(question: str) -> str:
    """The question without its dates: "How many in 1995?"."""
    for date in reversed(find_dates(question)):
        lead = _LEAD.search(question, 0, date.start)
        question = f"{question[: lead.start() if lead else date.start]}{question[date.end :]}"
    return question


def is_within(span: Time, document: DocumentInfo) -> bool:
    """Whether a document was published, or may have been, within some days."""
    days = period(document.date)
    return days is not None and days[0] <= span.until and days[1] >= span.since


def _shifted(day: str, by: int) -> str:
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(days=by))


def timed(asked: str, standalone: str) -> str:
    """Which names the time, a question or the last before it that does: "And in 2023?" names its own."""
    questions = (asked, *reversed(SENTENCE.split(standalone)))
    return next((said for said in questions if named_dates(said) or span_named(said)), asked)


def met_by(question: str, document: DocumentInfo) -> tuple[Date, ...]:
    """The dates that a question names and a document's own date meets: what it says was said then."""
    own = find_dates(document.date or "")
    return tuple(date for date in named_dates(question) if any(mine.is_within(date) for mine in own))


def is_of_another_time(question: str, hit: Hit) -> bool:
    """Whether the question names a time and neither the document's date nor a date in the paragraph agrees."""
    if is_out_of_span(question, hit):
        return True
    asked = named_dates(question)
    published = next(iter(find_dates(hit.document.date or "")), None)
    if not asked or published is None or any(published.agrees(date) for date in asked):
        return False
    told = dates_told(f"{hit.document.title}. {hit.paragraph.text}", hit.document)
    return not any(one.is_within(date) for date in asked for one in told)


def is_out_of_span(question: str, hit: Hit) -> bool:
    """Whether a question bounds a time, and a paragraph was neither published in it nor tells of it.

    What was published before may tell of what was planned, if it names that time or plans are asked for.
    """
    span, published = span_named(question), period(hit.document.date)
    if span is None or published is None or is_within(span, hit.document):
        return False
    early = published[1] < span.since
    if early and _PLANS.search(question):
        return False
    told = (
        period(_iso(date))
        for date in dates_told(f"{hit.document.title}. {hit.paragraph.text}", hit.document)
        if date.year
    )
    if early:
        bound = _shifted(span.since, -1)
        return not any(days and days[1] >= bound for days in told)
    return not any(days and days[0] <= span.until for days in told)


def dates_told(text: str, document: DocumentInfo) -> list[Date]:
    """The dates in a text of a document, each with its year: "in March" in a statement of June is the March before."""
    published = next(iter(find_dates(document.date or "")), None)
    found = find_dates(text)
    return [_nearest(date, published) for date in found] if published else list(found)


def tells_of_another_month(asked: Sequence[Date], text: str, document: DocumentInfo) -> bool:
    """Whether a text names months and none that is asked for: "in November", where December is asked for."""
    months = [date for date in asked if date.month]
    told = [date for date in dates_told(text, document) if date.month and date.year] if months else []
    return bool(told) and not any(one.is_within(date) or date.is_within(one) for date in months for one in told)


def asked_of(question: str, hits: Sequence[Hit]) -> Sequence[Hit]:
    """Those of the hits that may say what is asked of a time; all where none is of that time."""
    return [hit for hit in hits if not is_of_another_time(question, hit)] or hits


def without_time(question: str, hit: Hit) -> str:
    """The question as it is asked of what was published at the time it names: "What was decided in March 2022?".

    Unchanged where the paragraph gives a year or another month, or where nothing else would be asked.
    """
    met = met_by(question, hit.document)
    text = hit.paragraph.text
    if not met or any(date.year for date in find_dates(text)) or tells_of_another_month(met, text, hit.document):
        return question
    rest, end = "", 0
    for date in met:
        lead = _LEAD.search(question, end, date.start)
        rest, end = rest + question[end : lead.start() if lead else date.start], date.end
    rest = _STRAY.sub("", " ".join((rest + question[end:]).split()))
    return rest if {term.text for term in content_terms(rest)} - GENERAL else question


def _iso(date: Date) -> str:
    month = f"-{date.month:02}" if date.month else ""
    return f"{date.year:04}{month}" + (f"-{date.day:02}" if month and date.day else "")


def _nearest(date: Date, published: Date) -> Date:
    if date.year or not date.month or not published.year:
        return date
    at, of = published.month or date.month, published.year
    month = date.month
    return replace(date, year=min((of - 1, of, of + 1), key=lambda year: abs((year - of) * _MONTHS + month - at)))
