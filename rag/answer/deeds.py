"""Who does something in a text: "What does Azerbaijan contribute?" asks for what Azerbaijan itself is said to do.

Without a parser: a name does what the verb right behind it says ("the Republic of Azerbaijan releases"). What it does
not do, may do, is given or has done to it, and what others say of it, is none of its deeds; nor is it the doer behind a
preposition or an "and" ("the bid of Azerbaijan", "Armenia and Azerbaijan hope").
"""

from __future__ import annotations

import re

from rag.answer.alignment import values_of
from rag.text.lexicon import OFFICES
from rag.text.terms import fold
from rag.text.values import Name, expands, name_key

_ASKS = (
    r"(?:contribute|give|given|offer|offered|do|done|make|made|concede|conceded|promise|promised|undertake|undertaken|"
    r"commit|committed|bring|brought|provide|provided|contributed|sacrifice|sacrificed)"
)
_DEED = (
    r"(?:gesture|step|move|measure|concession|contribution|commitment|promise|favou?r|action|sacrifice|thing|sign)s?"
)
_OPENS = re.compile(
    rf"\W*(?:and\s+|so\s+)?(?:what|which)(?:\s+else)?\s+(?:(?:(?:good|kind|friendly|other|further|main)\s+)?{_DEED}\s+"
    r"(?:of\s+good\s?will\s+)?)?(?=(?:do|does|did|will|would|has|have|had)\b)",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:do|does|did|will|would|has|have|had)"
_BEFORE = re.compile(rf"\b{_AUXILIARY}\s+(?:the\s+)?\Z", re.IGNORECASE)
_BEHIND = re.compile(rf"\s+(?:(?:also|then|each|side|government|party)\s+)?{_ASKS}\b", re.IGNORECASE)
_EVERYBODY = re.compile(
    rf"{_AUXILIARY}\s+(?:(?:each|either)\s+(?:side|party|government|country|state|nation)|"
    r"(?:(?:the|these|both|the\s+two|both\s+the|two)\s+)(?:sides|parties|governments|countries|states|nations|neighbou?rs))"
    rf"\s+(?:also\s+)?{_ASKS}\b|{_AUXILIARY}\s+they\s+(?:also\s+)?{_ASKS}\s+(?:to|for)\s+(?:each\s+other|one\s+another)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+(?:the\s+)?")
_SPECIFIC = re.compile(
    r"\b(?:next|future|about|regarding|on|if|when|why|since|until|after|before|during)\b", re.IGNORECASE
)
"""What asks for one deed, not for all."""

_STEMS = (
    "release support withdraw offer provide open close lift end stop halt suspend resume sign join accept "
    "adopt approve grant allow permit ban impose raise lower reduce increase invest fund finance launch "
    "create establish appoint host invite recogni[sz]e return free transfer deliver donate supply deploy "
    "commit pledge promise agree undertake contribute reciprocate remove dismantle exchange condemn call "
    "urge announce decide order help protect extend renew back endorse drop abandon cede concede hand "
    "train share acknowledge guarantee apologi[sz]e compensate repair restore evacuate"
)
_IRREGULAR = (
    "gives|gave|sends|sent|pays|paid|makes|made|takes|took|brings|brought|builds|built|buys|bought|sells|sold|cuts|cut|"
    "sets|set|lets|let|leaves|left|withdrew|undertook|puts|put|holds|held"
)
_PARTICIPLES = "given|sent|paid|made|taken|brought|built|bought|sold|cut|set|let|left|withdrawn|undertaken|put|held"


def _forms(stem: str) -> str:
    doubled = f"{stem}{stem[-1]}"
    if stem.endswith(("ss", "sh", "ch", "x")):
        return f"{stem}(?:es|ed)"
    if stem.endswith("e"):
        return f"{stem}(?:s|d)"
    if stem.endswith("y"):
        return f"(?:{stem}s|{stem[:-1]}ies|{stem[:-1]}ied)"
    return f"(?:{stem}(?:s|ed)|{doubled}ed)"


_REGULAR = "|".join(map(_forms, _STEMS.split()))
_ADVERB = r"(?:(?:also|today|hereby|further|fully|now|jointly|voluntarily|immediately|,\s+in\s+turn,)\s+)?"
_DOES = re.compile(
    rf"(?:,\s+in\s+turn,)?\s+{_ADVERB}(?:(?:{_REGULAR})\b(?!\s+by\b)|(?:{_IRREGULAR})\b"
    rf"|(?:has|have)\s+{_ADVERB}(?:{_REGULAR}|{_PARTICIPLES})\b|(?:is|are)\s+{_ADVERB}\w+ing\b"
    r"|will\s+(?:also\s+)?(?!not\b|never\b|be\b|continue\b|remain\b|keep\b|take\s+into\b)[a-z]+\b)"
)
_DEPENDENT = re.compile(
    r"\b(?:of|to|by|for|from|with|in|between|against|on|about|towards|and|if|unless|whether|when|once|should)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"\b(?:governments?|authorities|towns?|city|state|kingdom|parliament|ministry|people)\s+of\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_SAID = re.compile(r"(?P<who>\w+)\s+that\s+(?:the\s+)?\Z", re.IGNORECASE)
_STANDS_FOR = OFFICES | {"republic", "kingdom", "state", "government", "federation", "union", "islamic"}
_STATES = frozenset(
    ("outlines", "states", "announces", "announced", "stated", "confirms", "confirmed", "declares", "provides")
)


def doers_asked_about(question: str) -> tuple[Name, ...] | None:
    """Whose deeds a question asks for: "Which gestures does Armenia make?"; None if it asks for something else.

    Empty where it asks for those of everybody: "What do the two countries do for each other?".
    """
    opening = _OPENS.match(question)
    values = values_of(question)
    if opening is None or _SPECIFIC.search(question) or values.dates:
        return None
    if _EVERYBODY.match(question, opening.end()):
        return ()
    for at, name in enumerate(values.names):
        if _BEFORE.search(question, 0, name.start):
            following = values.names[at + 1 : at + 2]
            joined = [other for other in following if _AND.fullmatch(question, name.end, other.start)]
            names = (name, *joined)
            return names if _BEHIND.match(question, names[-1].end) else None
    return None


def is_done_by(name: Name, sentence: str) -> bool:
    """Whether a sentence tells of something that the bearer of a name does alone; "Armenian" is nobody."""
    return any(
        _is_same(name, own)
        and _DOES.match(sentence, own.end) is not None
        and (_DEPENDENT.search(sentence, 0, own.start) is None or _HEADED.search(sentence, 0, own.start) is not None)
        and _is_stated(sentence, own)
        for own in values_of(sentence).names
    )


def _is_same(name: Name, own: Name) -> bool:
    words = own.surface.split()
    if name_key(words[-1]) != fold(words[-1]) or not _STANDS_FOR.issuperset(set(own.parts) - set(name.parts)):
        return False
    short = own.acronym and expands(own.surface, name.surface)
    return set(name.parts) <= set(own.parts) or short or (name.acronym and expands(name.surface, own.surface))


def _is_stated(sentence: str, own: Name) -> bool:
    """Whether it is not only what somebody claims, hopes or demands."""
    said = _SAID.search(sentence, 0, own.start)
    return said is None or said["who"].lower() in _STATES
