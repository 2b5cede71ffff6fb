"""What a document is about, in its own words: "Summarise the joint statement." asks for its main points.

No paragraph answers such a question; the sentences are quoted that lie nearest to the document's title and in which
something is done: statements agree, release, condemn, call on, decide. They come in the document's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.alignment import names_agree, values_of
from rag.answer.citations import trim
from rag.answer.passages import LEANS, REPEATED, Passage
from rag.text.dates import find_dates
from rag.text.general import GENERAL
from rag.text.terms import content_terms
from rag.text.thesaurus import senses
from rag.types import DocumentInfo, Hit, Retrieval, Span

LEAST_POINTS, MOST_POINTS = 3, 6
POINTS_PER_PARAGRAPH = 0.6
ACTS, LEADS_IN, SHORT, LEANING = 0.25, -0.3, -0.3, -0.1
"""What a sentence gains or loses beside its cosine to the title: one that does something, one that ends in a colon or
a question mark, one of fewer than `FEW_WORDS`, one that leans on the sentence before."""
FEW_WORDS = 9
TOLD = 0.5
"""What it loses when all its words stand in another point (maximal marginal relevance; Carbonell, Goldstein 1998)."""
CLEAR = 0.5
"""How much of what was found must be of one document that is not named."""

_DOCUMENT = (
    r"(?:statements?|documents?|declarations?|deal|agreement|accord|communiqu\w+|text|reports?|articles?|coverage|story|"
    r"letter|announcement|release|resolution|reaction|speech|readout|remarks|message|fact\s+sheet|piece)"
)
_OF_ALL = re.compile(
    r"\b(?:overview|summari[sz]e|summary|sum\s+up|gist|outline|essentials|in\s+(?:brief|short|a\s+nutshell)|"
    r"(?:main|key)\s+(?:points?|messages?|elements?|contents?)|in\s+a\s+few\s+(?:points|quotes|sentences|words)|"
    r"tell\s+me\s+about)\b"
    r"|\bwhat(?:'s|\s+is|\s+are|\s+was|\s+were)\b.{1,150}\babout\W*$"
    rf"|\bwhat\s+(?:does|do|did)\b.{{1,120}}\b{_DOCUMENT}\b.{{0,80}}\b(?:say|contain|include|cover|provide|set\s+out)\W*$"
    rf"|\bwhat(?:'s|\s+is|\s+was|\s+are)\s+in\b.{{1,80}}\b{_DOCUMENT}\b",
    re.IGNORECASE,
)
_ASKS_MORE = re.compile(r"\b(?:who|whom|whose|when|where|which|why|how)\b", re.IGNORECASE)
_NAMES_ONE = re.compile(rf"\b{_DOCUMENT}\b", re.IGNORECASE)
_FRAMES = re.compile(
    rf"\b(?:{_DOCUMENT}|joint|press|overview|summari[sz]e|summary|sum|gist|outline|essentials|brief|short|nutshell|main|"
    r"key|points?|messages?|elements?|contents?|few|quotes|sentences|words|say|cover|about|please|give|tell)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\b(?:will|shall|agree[sd]?|commit\w*|supports?|releases?|released|withdraw\w*|welcome[sd]?|condemns?|"
    r"call(?:s|ed|ing)?\s+(?:on|for|upon)|urges?|reach(?:es|ed)|reaffirms?|reconfirms?|decide[sd]|announce[sd]?|"
    r"expresse?[sd]?|pledge[sd]?|recogni[sz]es?|reiterates?|emphasi[sz]es?|underscores?|intends?|launch(?:es|ed|ing)?|establish(?:es|ed)|raise[sd]|"
    r"lowers?|lowered|maintain(?:s|ed)?|sign(?:s|ed)|impose[sd]?|secured?|killed|hopes?|resolves?|determined|share|offers?|"
    r"invites?|demands?|warns?|denounces?|rejects?|stands?)\b",
    re.IGNORECASE,
)


def document_asked_for(retrieval: Retrieval) -> DocumentInfo | None:
    """The document whose main points the question asks for: what else it says must stand in its title or beside it.

    Of several the one that most was found of; where nothing else is said, only if that is half of all.
    """
    question = retrieval.standalone_question
    names_one = len(retrieval.filters.documents) == 1 or _NAMES_ONE.search(question)
    of_all = _OF_ALL.search(question) and not _ASKS_MORE.search(question)
    if not (names_one and of_all) or retrieval.question != question:
        return None
    named = {term.text for term in content_terms(_FRAMES.sub(" ", question))} - GENERAL
    documents = {hit.document.id: hit.document for hit in retrieval.hits}
    fitting = [document for document in documents.values() if named <= _said_beside(document, question)]
    found = {each: sum(hit.score for hit in retrieval.hits if hit.document.id == each) for each in documents}
    best = max(fitting, key=lambda document: found[document.id], default=None)
    clear = best is not None and (bool(named) or found[best.id] >= CLEAR * sum(found.values()))
    return best if clear else None


def _said_beside(document: DocumentInfo, question: str) -> set[str]:
    """Of the question's words those that stand in a document's title, in who issued or carried it, or in its date.

    Names may be short for those there, words of the same sense will do.
    """
    about = ". ".join(filter(None, (document.title, document.issuer, document.publisher)))
    names, dates = values_of(about).names, tuple(find_dates(document.date or ""))
    groups = frozenset[int]().union(*(sense.groups for sense in senses(about)))
    said = [about]
    said += [name.surface for name in values_of(question).names if any(names_agree(name, own) for own in names)]
    said += [date.surface for date in find_dates(question) if any(date.agrees(own) for own in dates)]
    said += [sense.surface for sense in senses(question) if sense.groups & groups]
    return {term.text for text in said for term in content_terms(text)}


def main_points(retrieval: Retrieval) -> tuple[Passage, ...]:
    """The sentences that say most of a document, in its order; `retrieval` searched it for its title."""
    most = max(LEAST_POINTS, min(MOST_POINTS, round(POINTS_PER_PARAGRAPH * len(retrieval.hits))))
    left = [point for hit in retrieval.hits if (point := _point(hit))]
    chosen: list[Passage] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda point: point.score - TOLD * _told(point, chosen))
        left.remove(best)
        if _told(best, chosen) <= REPEATED:
            chosen.append(best)
    return tuple(sorted(chosen, key=lambda point: point.hit.paragraph.number))


def _told(point: Passage, chosen: list[Passage]) -> float:
    """The largest share of its words that stands in one of those chosen before."""
    return max((len(point.words & other.words) / max(1, len(point.words)) for other in chosen), default=0.0)


def _point(hit: Hit) -> Passage | None:
    return max(_points(hit), key=lambda point: point.score, default=None)


def _points(hit: Hit) -> Iterator[Passage]:
    text = hit.paragraph.text
    for scored in hit.sentences:
        span = trim(text, Span(start=scored.start, end=scored.end))
        said = text[span.start : span.end]
        score = (
            scored.score
            + ACTS * bool(_ACTS.search(said))
            + LEADS_IN * said.endswith((":", "?"))
            + SHORT * (len(said.split()) < FEW_WORDS)
            + LEANING * bool(LEANS.match(said))
        )
        yield Passage(hit=hit, span=span, score=score, words=frozenset(term.text for term in content_terms(said)))
