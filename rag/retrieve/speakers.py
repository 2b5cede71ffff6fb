"""Whose words a question asks for: "What did Armenia say about the corridor?" is answered by what Armenia says of it.

Who speaks in a statement stands above it, as its issuer or in its title. What another party says on the same subject is
no answer, however near it comes, unless it reports what was said. Coverage is not judged: many speak in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rag.retrieve.times import SENTENCE, asked_of, is_within, met_by, span_named, timed
from rag.text.documents import names_a_document
from rag.text.lexicon import ASKING, OFFICES
from rag.text.values import Name, find_names, names_agree
from rag.types import DocumentInfo, Hit, in_small_letters

_STEMS = (
    "say|tell|stat|declar|claim|assert|argu|maintain|insist|announc|warn|writ|mention|report|describ|characteri[sz]|"
    "condemn|denounc|critici[sz]|accus|blam|demand|call|urg|ask|appeal|propos|suggest|recommend|promis|pledg|vow|express|"
    "stress|emphasi[sz]|underlin|underscor|reaffirm|reiterat|complain|den[yi]|reject|respond|repl[yi]|comment|explain|"
    "justif[yi]|speak|talk|thank|prais|cit|point"
)
_SAYS = rf"(?:said|told|wrote|written|spoke|spoken|noted?|notes|(?:{_STEMS})(?:|e|s|es|d|ed|ing))"
_OF = r"(?:the\s+)?(?:\w+\s+of\s+(?:the\s+)?)?"
_DOES = re.compile(rf"\b(?:do|does|did|has|have|had|will|would|can|could)\s+{_OF}\Z", re.IGNORECASE)
_GOES_ON = re.compile(
    rf"\s+(?:(?:also|then|still|themselves|itself|ever|first|have\s+to|\w+ly)\s+)?{_SAYS}\b",
    re.IGNORECASE,
)
_ACCORDING = re.compile(rf"\b(?:according\s+to|in\s+the\s+(?:view|words|opinion|eyes)\s+of)\s+{_OF}\Z", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:[,;:?!.]|\Z)")
_VIEW = re.compile(
    r"['\u2019]s?\s+(?:\w+\s+)?(?:view|words|opinion|eyes|position|stance|telling|account|claim|statement|speech|remarks)"
    r"s?\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"(?:['\u2019]s?(?:\s+(?!who\b|that\b)\w+){1,4}|,[^,.;]{2,60},)?"
    rf"(?:\s+(?:has|have|had|also|then|again|now|still|never|itself|once|does|did|do|would|will|\w+ly))*\s+{_SAYS}\b"
    r"|['\u2019]s?\s+(?:\w+\s+)?(?:statement|words|claim|position|proposal|declaration|view)s?\b"
)
_BY = re.compile(
    rf"\b(?:(?:statement|proposal|claim|declaration|position|view|letter|word)s?\s+(?:of|by|from)|{_SAYS}\s+by)\s+{_OF}\Z",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+(?:the\s+)?", re.IGNORECASE)
_BARE = re.compile(
    r"\W*(?:(?:and|but|or)\s+)?(?:(?:what|how)\s+about\s+|what\s+(?:do|does|did)\s+)?(?:the\s+)?(?P<name>\S.{0,80}?)\W*",
    re.IGNORECASE,
)
_OWN_VERB = re.compile(
    rf"\b(?:who|whom|whose|which|do|does|did|is|are|was|were|has|have|had|will|would)\b|\b{ASKING}\s+(?!about\b|else\b)\w+\s+\w+",
    re.IGNORECASE,
)
_SAID_ABOUT = re.compile(
    r"\W*(?:and\s+|but\s+)?what(?:\s+else)?\s+(?:do|does|did|has|have|had)\s+(?:the\s+)?(?P<who>.{2,80}?)\s+(?:(?:also|then|"
    r"have\s+to)\s+)?(?:say|said|tell\s+us|state[d]?|declare[d]?|announce[d]?|write|written)\s+(?:about|on|of|regarding|"
    r"concerning)\s+(?P<topic>[^?!;:]{2,200}?)[?!.\s]*",
    re.IGNORECASE,
)
_DOES_BY_SAYING = re.compile(r"\b(?:propos|suggest|recommend|demand|promis|pledg|vow|announc|call)\w*", re.IGNORECASE)
_DIRECTIONS = frozenset({"north", "south", "east", "west", "new", "equatorial"})
_SUBJECT = re.compile(r"\s(?:on|about|at|regarding|concerning|against|for|with|to|in)\s", re.IGNORECASE)


@lru_cache(maxsize=256)
def speakers_named(text: str) -> tuple[Name, ...]:
    """Those whose words a question asks for."""
    names = find_names(text)
    found: list[Name] = []
    for at, name in enumerate(names):
        together = [name]
        for other in names[at + 1 :]:
            if not _AND.fullmatch(text, together[-1].end, other.start):
                break
            together.append(other)
        begin, end = text[: name.start], together[-1].end
        says = _DOES.search(begin) and _GOES_ON.match(text, end)
        according = _ACCORDING.search(begin) and _ENDS.match(text, end)
        if says or according or (len(together) == 1 and _VIEW.match(text, end)):
            found += [one for one in together if one not in found]
    return tuple(found)


def said_about(question: str) -> str | None:
    """On what all that somebody said is asked for: "the corridor" in "What did Armenia say about the corridor?"."""
    said = _SAID_ABOUT.fullmatch(question)
    if said is None or not any(name.end == said.end("who") for name in speakers_named(question)):
        return None
    return said["topic"].strip()


def asks_for_words(question: str) -> bool:
    """Whether it asks for what somebody said, and not also for what he did by it ("What did the group propose?")."""
    return _DOES_BY_SAYING.search(question) is None


def speaking(asked: str, standalone: str) -> tuple[Name, ...]:
    """Those whose words are asked for, in the light of the turns before.

    "And on the border?" asks for those of the one before; with another name ("And Gaza?") it is not clear.
    """
    if own := speakers_named(asked):
        return own
    before = asked if standalone == asked else standalone.removesuffix(asked)
    last = next((found for said in reversed(SENTENCE.split(before.strip())) if (found := speakers_named(said))), ())
    if before == asked or not last or _OWN_VERB.search(asked):
        return ()
    bare, names = _BARE.fullmatch(asked), find_names(asked)
    return () if bare and len(names) == 1 and names[0].surface == bare["name"] else last


def is_among(name: Name, others: Iterable[Name]) -> bool:
    """Whether a name is one of the others, said in full or in part, with an office or without."""
    return any(not _is_elsewhere(name, one) and (names_agree(name, one) or _is_person(name, one)) for one in others)


def _is_elsewhere(name: Name, other: Name) -> bool:
    """Whether only one of two names says which of several countries it is: Sudan is not South Sudan."""
    return bool(_DIRECTIONS & (frozenset(name.parts) ^ frozenset(other.parts)))


def _is_person(name: Name, other: Name) -> bool:
    """Whether two names are of one person: "Kamala Harris" and "Vice President Harris"."""
    mine, theirs = (frozenset(one.parts) - OFFICES for one in (name, other))
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def speakers_of(document: DocumentInfo) -> tuple[Name, ...]:
    """Whose words a document holds: its issuer, its speaker, and who its title says it is by, before "on".

    None of coverage.
    """
    if document.kind == "coverage":
        return ()
    title = document.title if names_a_document(document.title) else ""
    subject = _SUBJECT.search(title)
    by = (document.issuer, title[: subject.start()] if subject else title, document.speaker)
    return tuple(name for one in by if one for name in _names_of(one))


@lru_cache(maxsize=10_000)
def _names_of(speaker: str) -> tuple[Name, ...]:
    # In front of a name that begins a text, a word tells that it is one.
    names = find_names(f"By {in_small_letters(speaker)}")
    return tuple(name for name in names if not all(map(names_a_document, name.parts)))


def named(names: Sequence[Name], speakers: Iterable[str]) -> tuple[str, ...]:
    """Of several issuers or speakers those that a name means."""
    return tuple(one for one in speakers if any(is_among(name, _names_of(one)) for name in names))


def may_answer(asked: str, standalone: str, hits: Sequence[Hit]) -> Sequence[Hit]:
    """Of the hits those of the time and by those whose words are asked for; all where none is.

    What somebody said in a year, or since then, was published in it, where anything by them was.
    """
    time = timed(asked, standalone)
    of_time = asked_of(time, hits)
    speakers = speaking(asked, standalone)
    theirs = [hit for hit in of_time if speaks_in(speakers, hit.document)]
    if not theirs:
        return [hit for hit in of_time if not is_of_another_speaker(speakers, hit)] or of_time
    span = span_named(asked)
    said_then = [hit for hit in theirs if met_by(time, hit.document) or (span and is_within(span, hit.document))]
    return said_then or [hit for hit in of_time if not is_of_another_speaker(speakers, hit)]


def speaks_in(speakers: Sequence[Name], document: DocumentInfo) -> bool:
    """Whether a document is by one of the speakers, as far as it says by whom it is."""
    own = speakers_of(document) if speakers else ()
    return any(is_among(name, own) for name in speakers)


def is_reported_in(speakers: Sequence[Name], hit: Hit) -> bool:
    """Whether a paragraph reports what one of the speakers said, by the name or by one that the issuer has too."""
    issuer = _names_of(hit.document.issuer or "")
    known = [*speakers, *(one for one in issuer if any(is_among(name, (one,)) for name in speakers))]
    return any(_reports(name, hit.paragraph.text) for name in known)


def is_of_another_speaker(speakers: Sequence[Name], hit: Hit) -> bool:
    """Whether somebody else speaks in a paragraph, and does not report what one of the speakers said."""
    known = bool(speakers) and bool(speakers_of(hit.document))
    return (
        known
        and not speaks_in(speakers, hit.document)
        and not any(_reports(name, hit.paragraph.text) for name in speakers)
    )


def _reports(speaker: Name, text: str) -> bool:
    said = (name for name in find_names(text) if is_among(speaker, (name,)))
    return any(
        _REPORTED.match(text, name.end) or _ACCORDING.search(text[: name.start]) or _BY.search(text[: name.start])
        for name in said
    )
