"""Questions about the latest or the first of what comes again: "What was the Fed's latest decision on the key rate?".

Which one that is no text says of itself; the dates of the documents do. Of what comes nearest to the question, and
names what it names, the newest or the oldest document is asked alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.index.periods import period
from rag.retrieve.speakers import is_among
from rag.retrieve.times import is_within, span_named
from rag.text.names import Name, find_names, name_key
from rag.types import DocumentInfo, Hit

NEAR = 0.12
"""How much lower than the best a paragraph may score whose document is thought of."""
NEAR_OF_ISSUER = 0.25
"""The same where only what one issuer published is searched: it puts the same in other words each time."""
_THING = (
    r"(?:statement|declaration|communiqu\w+|report|reaction|announcement|press\s+release|speech|letter|resolution|readout|"
    r"remarks|message|fact\s+sheet|call|meeting|talks|visit|decision|summit|conversation|address|interview|update|figure)s?"
)
_BETWEEN = (
    r"(?:(?!(?:of|to|in|on|for|year|years|week|month|day|time|two|three|four|five|six|few|several)\b)\w+\s+){0,2}"
)
_LATEST = rf"(?:(?:very\s+)?(?:(?<!at\sthe\s)latest|most\s+recent|newest)|last(?=\s+{_BETWEEN}{_THING}\b))"
_FIRST = rf"(?:(?:very\s+)?(?:first|earliest|oldest)(?=\s+{_BETWEEN}{_THING}\b))"
_BOUND = re.compile(r"\b(?:since|before|after|until|till|prior|date)\b", re.IGNORECASE)
_WHOSE = r"(?:the|its|their|his|her|our|your)"
_PHRASE = re.compile(
    rf"\s*\b(?:at|in|during|of|from)\s+{_WHOSE}\s+(?:(?P<latest>{_LATEST})|{_FIRST})\s+(?P<thing>{_THING})(?=\W*\Z|\s*,|\s+(?:before|after|since|until)\b)",
    re.IGNORECASE,
)
"""What says no more than which one: "at its last meeting"."""
_WORDS = re.compile(
    rf"(?:\b(?P<article>the)\s+)?\b(?P<latest>{_LATEST})\s+|(?<=['\u2019]s\s)(?P<own>{_FIRST})\s+"
    rf"|\b{_WHOSE}\s+(?P<first>{_FIRST})\s+|\b(?P<recently>most\s+recently)\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:latest|newest|recent(?:ly)?|last|first|earliest|oldest)\b", re.IGNORECASE)
_OF_ITSELF = re.compile(
    r"\b(?:this|it|that|these)\s+(?:the|their|its|his|her)\s+(?:\w+\s+)?(?:latest|last|first)\b|\bof\s+its\s+kind\b|\bever\b",
    re.IGNORECASE,
)
"""What asks whether something is the first: "Is this the first statement of its kind?"."""
_ANY = re.compile(r"(?:statement|announcement|report|reaction|update|message)s?")
_OWNS = re.compile(rf"['\u2019]s?\s+(?=(?:\w+\s+)?{_THING}\b)", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:\bthe\s+)?\Z", re.IGNORECASE)
_ON = re.compile(r"(?:on|about|of|from|regarding|concerning)\b", re.IGNORECASE)
_NEXT = re.compile(rf"(?:\w+\s+){{0,2}}?(?P<thing>{_THING})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


class Superlative(NamedTuple):
    """Whether the newest is asked for (or the oldest), the question without saying so, and of what kind it is."""

    newest: bool
    question: str
    thing: str


def superlative_of(question: str) -> Superlative | None:
    """Whether a question asks for the latest or the first of several; None where it does not."""
    found = list(_WORDS.finditer(question))
    if len(found) != 1 or len(_ALL.findall(question)) != 1 or _OF_ITSELF.search(question):
        return None
    if _BOUND.search(question) and not span_named(question):
        return None
    if phrase := _PHRASE.search(question):
        rest = f"{question[: phrase.start()]}{question[phrase.end() :]}"
        return Superlative(bool(phrase["latest"]), _tidied(rest), phrase["thing"].lower())
    (word,) = found
    newest = bool(word["latest"] or word["recently"])
    kept = "the " if word["article"] else ""
    if word["first"]:
        kept = word[0][: word.start("first") - word.start()]
    elif _ON.match(question, word.end()):
        kept = "the news "
    thing = _NEXT.match(question, word.end())
    return Superlative(
        newest,
        _tidied(f"{question[: word.start()]}{kept}{question[word.end() :]}"),
        thing["thing"].lower() if thing else "",
    )


def owner_of(question: str) -> tuple[Name, str] | None:
    """Whose the latest is, and the question without saying so: "What was the decision on rates?" of the Fed."""
    for name in find_names(question):
        owns = _OWNS.match(question, name.end)
        if owns and (article := _ARTICLE.search(question[: name.start])):
            return name, f"{question[: article.start()]}the {question[owns.end() :]}"
    return None


def chosen_of(hits: Sequence[Hit], asked: Superlative, *, near: float = NEAR) -> DocumentInfo | None:
    """The newest (or oldest) document among those that the best hits are of; None where they have no dates.

    Where some of them call themselves what is asked for ("call", not "meeting"), one of these; a "statement" is any.
    """
    names = [name for name in find_names(asked.question) if not name.initial]
    span = span_named(asked.question)
    dated = [hit for hit in hits if (is_within(span, hit.document) if span else period(hit.document.date))]
    nearest = [hit for hit in dated if hit.score >= hits[0].score - near]
    documents = {hit.document.id: hit.document for hit in nearest if all(_holds(hit, name) for name in names)}
    kind = asked.thing if asked.thing and not _ANY.fullmatch(asked.thing) else None
    called = [one for one in documents.values() if kind and kind in one.title.lower()]
    choose = max if asked.newest else min
    at = 1 if asked.newest else 0
    return choose(called or documents.values(), key=lambda one: (period(one.date) or ("", ""))[at], default=None)


def all_named_in(question: str, hits: Sequence[Hit]) -> bool:
    """Whether each name of a question stands in one of the hits or above it."""
    return all(any(_holds(hit, name) for hit in hits) for name in find_names(question) if not name.initial)


def _tidied(text: str) -> str:
    return re.sub(r"\s+(?=[?.!,;:])", "", " ".join(text.split()))


def _holds(hit: Hit, name: Name) -> bool:
    """Whether a name stands in a paragraph or above it, if only the surname of a person."""
    document = hit.document
    about = ". ".join(filter(None, (document.title, document.issuer, hit.paragraph.text)))
    words = {name_key(word) for word in _WORD.findall(about)}
    return name.parts[-1] in words or is_among(name, find_names(about))
