"""Claims that rest on what is of another time, or by another, than the question asks for, and do not say so.

Such a claim is true to its paragraph and still misleads: "The rate was raised.[1]", asked about March, where [1] is of
May. Who reads "In May the rate was raised.[1]" is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.answer.alignment import values_of
from rag.answer.parts import split_question
from rag.answer.signs import asked_text
from rag.retrieve.speakers import is_among, is_of_another_speaker, speakers_of, speaking
from rag.retrieve.spelling import is_english
from rag.retrieve.times import is_of_another_time, is_out_of_span, named_dates, span_words, timed
from rag.text.values import Name
from rag.types import Citation, Claim, Hit, Retrieval

_COMPARES = re.compile(r"\b(?:compar\w+|differ\w*|chang\w+|than|versus|vs)\b", re.IGNORECASE)


def strays_marked(
    claims: Iterable[Claim], citations: Sequence[Citation], hits: Iterable[Hit], retrieval: Retrieval
) -> tuple[Claim, ...]:
    """The claims; supported ones all of whose paragraphs stray from the question are partly supported, and say why."""
    question = asked_text(retrieval)
    if len(split_question(question)) > 1 or _COMPARES.search(question):
        # Of which of the things that are asked a claim tells is not known.
        return tuple(claims)
    time = timed(question, retrieval.standalone_question)
    speakers = speaking(question, retrieval.standalone_question)
    found = {hit.paragraph.ref: hit for hit in hits}
    cited = {citation.number: found[citation.paragraph] for citation in citations}
    return tuple(_marked(claim, cited, time, speakers) for claim in claims)


def _marked(claim: Claim, cited: dict[int, Hit], time: str, speakers: Sequence[Name]) -> Claim:
    if claim.support not in ("supported", "partial") or not claim.citations:
        return claim
    strays = [_stray(claim.text, number, cited[number], time, speakers) for number in claim.citations]
    if not all(strays):
        return claim
    return replace(claim, support="partial", why="; ".join(filter(None, (claim.why, *strays))))


def _stray(claim: str, number: int, hit: Hit, time: str, speakers: Sequence[Name]) -> str:
    """In what a cited paragraph strays from the question, where the claim does not say so; else empty."""
    said = values_of(claim)
    if is_of_another_time(time, hit) and not said.dates:
        dates = " or ".join(date.surface for date in named_dates(time))
        asked = span_words(time) if is_out_of_span(time, hit) else f"of {dates}"
        return f"[{number}] is of {hit.document.date}, not {asked}"
    by = speakers_of(hit.document)
    if is_of_another_speaker(speakers, hit) and not any(_names(name, by) for name in said.names):
        return f"[{number}] is by {hit.document.issuer or by[0].surface}, not by {speakers[0].surface}"
    return ""


def _names(name: Name, speakers: Sequence[Name]) -> bool:
    """Whether a name says who of the speakers speaks: "Biden", or all of "the Rate Committee", not "the Committee"."""
    telling = [one for one in speakers if is_among(name, (one,))]
    told = any(set(one.parts) <= set(name.parts) for one in telling)
    return told or (bool(telling) and not all(is_english(word.lower()) for word in name.surface.split()))
