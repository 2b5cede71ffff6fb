"""Who does something in a text: "What does Azerbaijan contribute?" asks for what Azerbaijan itself is said to do.

Without a parser: a name does what the verb right behind it says ("the Republic of Azerbaijan releases"), and is itself
what a preposition or "and" before it is not about ("the bid of Azerbaijan", "Armenia and Azerbaijan hope").
"""

from __future__ import annotations

import re

from rag.answer.alignment import names_agree, values_of
from rag.text.terms import fold
from rag.text.values import Name, name_key

_ACTS = (
    r"(?:contribute|give|given|offer|offered|do|done|make|made|concede|conceded|promise|promised|undertake|undertaken|"
    r"commit|committed|bring|brought|provide|provided|contributed|sacrifice|sacrificed)"
)
_ASKED_OF = re.compile(rf"(?:'s|\u2019s)?\s+(?:\w+\s+)?{_ACTS}\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(?:do|does|did|will|would|has|have|had)\s+(?:the\s+)?\Z", re.IGNORECASE)
_EVERYBODY = re.compile(
    r"\b(?:do|does|did|will|would|has|have|had)\s+(?:(?:the|these|those)\s+)?(?:(?:two|both|each)\s+)?"
    r"(?:side|party|government|country|state|nation|sides|parties|governments|countries|states|nations|neighbou?rs)\s+"
    rf"(?:\w+\s+)?{_ACTS}\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+(?:the\s+)?")
_OPENS = re.compile(r"\W*(?:and\s+|so\s+)?(?:what|which|list|name)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\s+(?:(?:also|today|hereby|further|fully|now)\s+)?(?:will|has|have|did|(?!as\b|its\b|is\b|was\b|this\b|towards\b|"
    r"hopes\b|shares\b|says\b|wants\b|remains\b)[a-z]{2,}(?:s|ed)|gave|made|took|left|withdrew|set)\b"
)
_DEPENDENT = re.compile(
    r"\b(?:of|to|by|for|from|with|in|between|against|on|about|towards|and)\s+(?:the\s+)?\Z", re.IGNORECASE
)
_HEADED = re.compile(
    r"\b(?:governments?|authorities|towns?|city|state|kingdom|parliament|presidents?|leaders?|ministry|people)\s+of\s+"
    r"(?:the\s+)?\Z",
    re.IGNORECASE,
)


def doers_asked_about(question: str) -> tuple[Name, ...] | None:
    """Whose deeds a question asks for: "Which gestures does Armenia make?"; None if it asks for something else.

    Empty where it asks for those of everybody: "What do the two countries do for each other?".
    """
    if not _OPENS.match(question):
        return None
    if _EVERYBODY.search(question):
        return ()
    names = values_of(question).names
    for at, name in enumerate(names):
        if _AUXILIARY.search(question, 0, name.start):
            last = at + (at + 1 < len(names) and _AND.fullmatch(question, name.end, names[at + 1].start) is not None)
            if _ASKED_OF.match(question, names[last].end):
                return tuple(names[at : last + 1])
    return None


def is_done_by(name: Name, sentence: str) -> bool:
    """Whether a sentence tells of something that the bearer of a name does alone; "Armenian" is nobody."""
    return any(
        names_agree(name, own)
        and name_key(own.surface.split()[-1]) == fold(own.surface.split()[-1])
        and _VERB.match(sentence, own.end)
        and (not _DEPENDENT.search(sentence, 0, own.start) or _HEADED.search(sentence, 0, own.start))
        for own in values_of(sentence).names
    )
