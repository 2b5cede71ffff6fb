"""What a document is about, in its own words: "Summarise the joint statement." asks for its main points.

No paragraph answers such a question; the sentences are quoted that have most in common with all of the document, and in
which something is done: statements agree, release, condemn, call on, decide. They come in the document's order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rag.answer.alignment import values_of
from rag.answer.asked import read_question
from rag.answer.citations import trim
from rag.answer.context import unmentioned
from rag.answer.deeds import doers_asked_about, is_done_by
from rag.answer.exclusion import left_out
from rag.answer.parts import split_question
from rag.answer.passages import LEANS, REPEATED, Part, Passage, unbroken
from rag.answer.signs import asked_text
from rag.retrieve.followups import leans
from rag.retrieve.speakers import said_about, speakers_named, speaks_in
from rag.retrieve.times import asked_of
from rag.text.dates import find_dates
from rag.text.documents import DOCUMENT, IMPRINT, KINDS, names_a_document
from rag.text.general import GENERAL
from rag.text.lexicon import PLEASANTRIES
from rag.text.names import name_key, names_agree
from rag.text.terms import content_terms, fold
from rag.text.thesaurus import senses
from rag.types import DocumentInfo, Hit, Retrieval, Span

Contents = Callable[[str], Sequence[Hit]]
"""All paragraphs of a document in their order, as hits whose sentences score by what they have in common with it."""

LEAST_POINTS, MOST_POINTS = 3, 6
POINTS_PER_PARAGRAPH, POINTS_PER_SENTENCE = 0.6, 0.25
MOST_OF_PARAGRAPH = 2
"""Points of one paragraph, where there are fewer paragraphs than points may be; else each gives one."""
DEED, WORD, SHORT, LEANING = 0.4, 0.25, -0.3, -0.1
"""What a sentence gains or loses beside its score: one that tells of something done, one that gives a word, one of
fewer than `FEW_WORDS`, one that leans on the sentence before."""
FEW_WORDS = 9
TOLD = 0.5
"""What it loses when all its words stand in another point (maximal marginal relevance; Carbonell, Goldstein 1998)."""
APART = 0.5
UNCLEAR = "It is not clear which document is meant."
CLEAR, CLEAR_UNNAMED = 0.6, 0.5
"""How much of what was found must be of one document that is not named."""

_OF_ALL = re.compile(
    r"\b(?:overview|summari[sz]e|summary|sum\s+up|recap|synopsis|gist|outline|essentials|briefly|takeaways?|"
    r"in\s+(?:brief|short|a\s+nutshell)|(?:main|key)\s+(?:points?|messages?|elements?|contents?)|"
    r"in\s+a\s+few\s+(?:points|quotes|sentences|words)|tell\s+me\s+about)\b"
    r"|\bwhat(?:'s|\s+is|\s+are|\s+was|\s+were)\b.{1,150}\babout\W*$"
    rf"|\bwhat\s+(?:does|do|did)\b.{{1,120}}\b{DOCUMENT}\b.{{0,80}}\b(?:say|contain|include|cover|provide|set\s+out)\W*$"
    rf"|\bwhat(?:'s|\s+is|\s+was|\s+are)\s+in\b.{{1,80}}\b{DOCUMENT}\b",
    re.IGNORECASE,
)
_PARTIES = r"(?:countries|states|nations|governments|sides|parties|leaders|neighbou?rs|capitals|presidents|ministers)"
_AGREED = re.compile(
    r"\bwhat\s+(?:did|do|have|has|had)\b.{1,80}\b(?:agree|agreed|decide|decided|settle|settled|announce|announced)"
    r"(?:\s+(?:on|upon|to\s+do|with\s+each\s+other|together))?\W*$"
    r"|\bwhat\s+(?:was|is|has\s+been|were)\s+(?:\w+\s+)?(?:agreed|decided|settled|announced)(?:\s+(?:on|upon))?"
    r"(?:\s+(?:by|between|among|in)\s.{1,80})?\W*$"
    r"|\b(?:what|list|name|give)\b.{0,30}\b(?:steps|measures|decisions|commitments)\b.{1,60}\b(?:agreed|decided|announced)"
    r"(?:\s+(?:on|upon))?\W*$",
    re.IGNORECASE,
)
"""What asks for all that was agreed."""
_ASKS_MORE = re.compile(
    r"\b(?:who|whom|whose|when|where|which|why|how|both\s+(?:the\s+)?(?:documents|texts|reports|statements)|"
    r"position|stance|view|role|part|without)\b"
    rf"|(?<!what)(?<!what's)(?<!what\sis)\s+in\s+(?:the|this|that)\s+(?:\w+\s+)?{DOCUMENT}\b",
    re.IGNORECASE,
)
"""What asks for something in a document."""
_SPECIAL = re.compile(rf"\b{KINDS}\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b{DOCUMENT}\s+(?:on|about|for|regarding|concerning)\s+(?P<of>[^,;:?!]+)", re.IGNORECASE)
_ON = re.compile(r"\s(?:on|about|at|regarding|concerning|against|for)\s")
_BY = re.compile(r"\b(?:statement|declaration|agreement|deal|remarks|speech|letter)\s+(?:by|of|from)\b", re.IGNORECASE)
_ALSO = re.compile(r"\balso\b", re.IGNORECASE)
ALL_OF_TITLE = 0.5
"""The share of what a title says that must be asked for: "Ukraine" is not all of "Security Assistance to Ukraine"."""
_FRAMES = re.compile(
    rf"\b(?:{DOCUMENT}|joint|press|overview|summari[sz]e|summary|sum|recap|synopsis|gist|outline|essentials|brief(?:ly)?|"
    r"takeaways?|short|nutshell|main|key|points?|messages?|elements?|contents?|few|quotes|sentences|words|say|cover|about|"
    r"please|give|tell|could|can|agree[sd]?|decide[sd]?|settled?|announce[sd]?|steps|measures|decisions|commitments|two|both|"
    r"gestures?|goodwill|moves?|concessions?|contributions?|promises?|favou?rs?|return|neighbou?r|towards?|each|other|"
    r"contribute[sd]?|offer(?:s|ed)?|"
    rf"concede[sd]?|undertake[ns]?|{_PARTIES})\b",
    re.IGNORECASE,
)
_DEEDS = re.compile(
    r"\b(?:agreed|decide[sd]|reach(?:es|ed)|releases?|released|withdraw(?:s|n|ing)|condemns?|sign(?:s|ed)|announce[sd]?|"
    r"impose[sd]?|raise[sd]|lower(?:s|ed)|launch(?:es|ed)|establish(?:es|ed)|welcome[sd]?|secured|killed|commit(?:s|ted|ting)?|"
    r"call(?:s|ed)?\s+(?:on|for|upon)|urges?|denounces?|rejects?|demands?)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:will(?!\s+(?:continue|remain|keep|take\s+into)\b)|shall|agree[s]?|supports?|reaffirms?|reconfirms?|affirms?|"
    r"expresse?[sd]?|pledge[sd]?|recogni[sz]es?|reiterates?|emphasi[sz]es?|underscores?|intends?|maintain(?:s|ed)?|hopes?|"
    r"resolves?|determined|share|offers?|invites?|warns?|stands?)\b",
    re.IGNORECASE,
)


def document_asked_for(retrieval: Retrieval) -> DocumentInfo | None:
    """The document whose main points the question asks for: what else it says must stand in its title or beside it.

    None where that leaves several in doubt, and where the question asks for something in the document.
    """
    question = _asked(retrieval)
    if not _asks_for_all(retrieval, question):
        return None
    documents = {hit.document.id: hit.document for hit in retrieval.hits}
    fitting = [document for document in documents.values() if _is_named(document, question)]
    found = {each: sum(hit.score for hit in retrieval.hits if hit.document.id == each) for each in documents}
    best = max(fitting, key=lambda document: found[document.id], default=None)
    rivals, share = (fitting, CLEAR) if _named(question) else (documents.values(), CLEAR_UNNAMED)
    clear = best is not None and found[best.id] >= share * sum(found[document.id] for document in rivals)
    return best if clear else None


def documents_on(retrieval: Retrieval) -> tuple[DocumentInfo, ...]:
    """The statements that somebody made on something, where what is asked is what they said on it; the oldest first.

    A paragraph of a statement seldom says again who speaks on what: both stand in its title.
    """
    question = _asked(retrieval)
    topic = said_about(question)
    if not topic or len(split_question(question)) > 1 or leans(question):
        return ()
    documents = {hit.document.id: hit.document for hit in asked_of(question, retrieval.hits)}
    fitting = [one for one in documents.values() if _is_said_on(one, question, topic)]
    return tuple(sorted(fitting, key=lambda one: (one.date or "", one.id)))


def _is_said_on(document: DocumentInfo, question: str, topic: str) -> bool:
    if not speaks_in(speakers_named(question), document):
        return False
    match = _ON.search(f" {document.title}")
    if not match or not _named(question) <= _said_beside(document, question):
        return False
    title = document.title[max(0, match.end() - 1) :]
    subject = _named(title) - {term.text for date in find_dates(title) for term in content_terms(date.surface)}
    about = _named(topic)
    return bool(about & subject) and len(about & subject) >= ALL_OF_TITLE * len(subject)


def unknown_document(retrieval: Retrieval) -> str:
    """Why a request for all of a document cannot be met: nothing found mentions a name in it, or nothing names one.

    Empty where it can. The other words of such a question ("the agreement", "the report") are near to anything.
    """
    question = _asked(retrieval)
    if doers_asked_about(question) is not None or not _asks_for_all(retrieval, question):
        return ""
    if missing := unmentioned(retrieval, read_question(question).names):
        return missing
    unclear = not _named(question) and not _AGREED.search(question) and document_asked_for(retrieval) is None
    return UNCLEAR if unclear else ""


def _asked(retrieval: Retrieval) -> str:
    # "According to Trend" is not searched for, it narrows the search; but it names the document.
    return left_out(retrieval.question if retrieval.filters.publishers else asked_text(retrieval))[0]


def _asks_for_all(retrieval: Retrieval, question: str) -> bool:
    if len(split_question(question)) > 1:
        return False
    one = len(retrieval.filters.documents) == 1
    follows = retrieval.standalone_question != asked_text(retrieval)
    of_all = _AGREED.search(question) or (_OF_ALL.search(question) and (one or names_a_document(question)))
    doers = doers_asked_about(question)
    asks = doers is not None or (of_all and not _ASKS_MORE.search(question))
    # "And what does Armenia do?" says by itself for what it asks.
    return bool(asks and (doers is not None or not (follows and leans(question) and not one)))


def _named(text: str) -> frozenset[str]:
    """The words of a request beside those that make it one."""
    rest = content_terms(_FRAMES.sub(" ", text))
    return frozenset(term.text for term in rest if fold(term.surface) not in PLEASANTRIES) - GENERAL


def _is_named(document: DocumentInfo, question: str) -> bool:
    """Whether all that the question says fits the document: "of Armenia" who speaks, "on the floods" its subject."""
    special = {fold(match.group()) for match in _SPECIAL.finditer(question)}
    if special and not any(fold(document.title).find(word) >= 0 for word in special):
        return False
    if doers_asked_about(question) is not None:
        # Whatever else is asked narrows it: "for peace", "in the region".
        names = {term.text for name in values_of(question).names for term in content_terms(name.surface)}
        if not _named(question) <= names:
            return False
    subject = _SUBJECT.search(question)
    dated = {term.text for date in find_dates(question) for term in content_terms(date.surface)}
    if subject and not _named(subject["of"]) - dated <= _words_of(_about_what(document.title), question):
        return False
    return _named(question) <= _said_beside(document, question)


def _about_what(title: str) -> str:
    """What a title says after "on": what the document is about."""
    match = _ON.search(title)
    return title[match.end() :] if match else title if not _BY.search(title) else ""


def _said_beside(document: DocumentInfo, question: str) -> frozenset[str]:
    """Of the question's words those that stand in a document's title, in who issued or carried it, or in its date."""
    about = ". ".join(filter(None, (document.title, document.issuer, document.publisher)))
    dates = tuple(find_dates(document.date or ""))
    dated = [date.surface for date in find_dates(question) if any(date.agrees(own) for own in dates)]
    return _words_of(about, question) | {term.text for text in dated for term in content_terms(text)}


def _words_of(about: str, question: str) -> frozenset[str]:
    """The words of a text, and of the question's those that say the same: names written in short, the same senses."""
    held = {term.text for term in content_terms(about)}
    names = values_of(about).names
    parts = {part for name in names for part in name.parts}
    for name in values_of(question).names:
        if any(names_agree(name, own) for own in names):
            terms = content_terms(name.surface)
            held |= {term.text for term in terms if name.acronym or name_key(term.surface) in parts}
    groups = frozenset[int]().union(*(sense.groups for sense in senses(about)))
    same = [sense.surface for sense in senses(question) if sense.groups & groups]
    return frozenset(held | {term.text for text in same for term in content_terms(text)})


def main_points(hits: Sequence[Hit], part: Part | None = None, *, at_most: int = MOST_POINTS) -> tuple[Passage, ...]:
    """The sentences that say most of a document, in its order; what one party does, where `part` asks for that."""
    left = [point for hit in hits for point in _points(hit) if not (part and part.leaves_out(point))]
    doers = doers_asked_about(left_out(part.alone)[0]) if part else None
    if doers is not None and hits:
        about = hits[0].document
        doers = doers or values_of(". ".join(filter(None, (about.title, about.issuer)))).names
        left = [point for point in left if any(is_done_by(doer, point.text) for doer in doers)]
    paragraphs = len({point.hit.paragraph.ref for point in left})
    share = max(POINTS_PER_PARAGRAPH * paragraphs, POINTS_PER_SENTENCE * len(left))
    most = at_most if doers is not None else min(at_most, max(LEAST_POINTS, round(share)))
    chosen: list[Passage] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda point: point.score - TOLD * _told(point, chosen))
        left.remove(best)
        if _told(best, chosen) <= REPEATED:
            chosen.append(best)
            full = paragraphs >= MOST_POINTS or sum(point.hit is best.hit for point in chosen) == MOST_OF_PARAGRAPH
            left = [point for point in left if not (point.hit is best.hit and (full or _overlaps(point, best)))]
    return tuple(sorted(chosen, key=lambda point: (point.hit.paragraph.number, point.span.start)))


def _told(point: Passage, chosen: Sequence[Passage]) -> float:
    """The largest share of its words that stands in one of those chosen before; half where both give other numbers."""
    shares = (
        len(point.words & other.words) / max(1, len(point.words)) * (APART if point.counts_apart(other) else 1)
        for other in chosen
    )
    return max(shares, default=0.0)


def _overlaps(point: Passage, other: Passage) -> bool:
    return point.span.start < other.span.end and other.span.start < point.span.end


def _points(hit: Hit) -> Iterator[Passage]:
    """Each sentence of a paragraph, with those without which it cannot be read."""
    text = hit.paragraph.text
    spans = [trim(text, Span(start=scored.start, end=scored.end)) for scored in hit.sentences]
    for at, scored in enumerate(hit.sentences):
        said = text[spans[at].start : spans[at].end]
        if said.endswith((":", "?")) or IMPRINT.search(said):
            continue
        score = (
            scored.score
            + (DEED if _DEEDS.search(said) else WORD if _WORDS.search(said) else 0.0)
            + SHORT * (len(said.split()) < FEW_WORDS)
            + LEANING * bool(LEANS.match(said) or _ALSO.search(said))
        )
        first, last = unbroken(text, spans, at - (at > 0 and LEANS.match(said) is not None), at)
        span = Span(start=spans[first].start, end=spans[last].end)
        words = frozenset(term.text for term in content_terms(text[span.start : span.end]))
        yield Passage(hit=hit, span=span, score=score, words=words)
