"""A question as it is asked of one paragraph: what stands above a statement is not said again in each paragraph.

When it was published and who speaks stand in its head. "What did the Federal Reserve decide in March 2022?" is
answered by "the Committee decided …" under the Federal Reserve's name and that date; read beside the paragraph alone,
it looks as if another time and somebody else were meant. So the paragraph is asked "What did they decide?" too.
"""

from __future__ import annotations

import re

from rag.answer.alignment import values_of
from rag.retrieve.speakers import is_among, is_reported_in, said_about, speakers_named, speakers_of, speaks_in
from rag.retrieve.times import is_within, span_named, without_span, without_time
from rag.retrieve.topics import on_topic
from rag.types import Hit

_DOES = re.compile(
    r"\b(?P<does>do|does|did|has|have|had|will|would|can|could|should|must)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_PLURAL = {"does": "do", "has": "have"}
_WHEN = re.compile(
    r"\W*(?:(?:and|on|since)\s+)?(?:when|what\s+(?:day|date))\s+(?P<does>did|does|do|was|were|is|are|has|have|will)\b",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:today|tonight|this\s+(?:morning|afternoon|evening))\b", re.IGNORECASE)
_OWNS = re.compile(r"['\u2019]s?(?=\s+[a-z])")
_ARTICLE = re.compile(r"(?:\bthe\s+)?\Z", re.IGNORECASE)
_VERB = re.compile(r"\s+[a-z]")
_AND = re.compile(r"\s+(?:and|or|with|of|in)\b")


def asked_of_paragraph(question: str, hit: Hit) -> str:
    """The question without the time at which the document was published, and with "they" for those who speak in it.

    "What did Armenia say about the corridor?" asks of Armenia's words what is said about the corridor.
    """
    question = without_time(question, hit)
    span = span_named(question)
    if span and is_within(span, hit.document):
        question = without_span(question)
    topic = said_about(question)
    speakers = speakers_named(question) if topic else ()
    if topic and (speaks_in(speakers, hit.document) or is_reported_in(speakers, hit)):
        return on_topic(topic)
    return _of_today(_of_who_speaks(question, hit), hit)


def _of_today(question: str, hit: Hit) -> str:
    """Of a day that is only called "today" is asked whether it happened then: the date stands above."""
    asks = _WHEN.match(question)
    if not asks or not hit.document.date or not _TODAY.search(hit.paragraph.text):
        return question
    return f"{asks['does'].capitalize()}{question[asks.end() :]}"


def _of_who_speaks(question: str, hit: Hit) -> str:
    speaking = speakers_of(hit.document)
    if not speaking:
        return question
    named = values_of(hit.paragraph.text).names
    for name in values_of(question).names:
        if not is_among(name, speaking) or is_among(name, named):
            continue
        if (owns := _OWNS.match(question, name.end)) and (article := _ARTICLE.search(question[: name.start])):
            return f"{question[: article.start()]}their{question[owns.end() :]}"
        lead = _DOES.search(question[: name.start])
        if lead and _VERB.match(question, name.end) and not _AND.match(question, name.end):
            does = lead["does"]
            return f"{question[: lead.start()]}{_PLURAL.get(does.lower(), does)} they{question[name.end :]}"
    return question
