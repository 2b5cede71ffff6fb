"""Recognising what is no answer: the abstention sentence, its like in other words, another language than asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.text.numbers import find_numbers
from rag.text.terms import is_stopword, terms
from rag.types import Evidence, Retrieval

_NOT = r"(?:(?:do|does|did)(?:\s+not|n['’]t)|(?:can|could)(?:\s?not|n['’]t))"
_TELL = r"(?:say|mention|state|specify|answer|explain|indicate|give|name|identify|clarify|tell)"
_HOLD = rf"(?:{_TELL}|address|report|contain|provide|include|discuss|describe|cover|disclose|reveal|define)"
_SOURCE = (
    r"(?:(?:the|these|this|those|both|either|your|any|all)\s+)?(?:of\s+(?:the|these)\s+)?"
    r"(?:(?:provided|given|cited|available|shown|quoted|official|joint|other|same|two|(?-i:[A-Z])[\w'’-]{0,30})\s+){0,3}"
    r"(?:documents?|paragraphs?|statements?|texts?|sources?|passages?|excerpts?)"
)
_WHICH = r"(?:\s+(?:of|from|by|in|on|about|provided|given|shown|above|cited|here|alone)(?:\s+[\w'’-]{1,30}){0,8}?)?"
_LEAVES_OPEN = re.compile(
    r"(?:(?:however|but|still|yet|otherwise|also|nevertheless|unfortunately|sorry|thus|so|i(?:['’]m|\s+am)\s+sorry"
    r"|(?:apart\s+from|beyond|besides)\s+(?:this|that)|based\s+on\s+(?:the|these)\s+\w{1,20})(?:,?\s+but)?,?\s+){0,2}"
    r"(?:"
    rf"{_SOURCE}{_WHICH}\s+(?:also\s+)?{_NOT}\s+(?:\w{{2,12}}ly\s+)?{_HOLD}\b"
    rf"|(?:they|it)\s+(?:also\s+)?(?:do|does)(?:\s+not|n['’]t)\s+{_TELL}\b"
    rf"|(?:none\s+of|neither\s+of|nothing\s+in|no|neither)\s+{_SOURCE}{_WHICH}\s+{_HOLD}(?:s|es)?\b"
    r"|it\s+(?:is|was)\s+not\s+(?:stated|specified|mentioned|indicated|explained|disclosed|clear)\b"
    r"|there\s+(?:is|are)\s+no\s+(?:\w{2,12}\s+)?(?:information|details?|mention|indication|answer)\b"
    rf"|(?:i|we)\s+(?:{_NOT}|am\s+(?:not\s+able|unable)\s+to|are\s+(?:not\s+able|unable)\s+to)\s+"
    r"(?:answer|find|determine|tell|say)\b"
    r")",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[;:–—]|\b(?:but|although|though|however|yet|whereas|while|only)\b", re.IGNORECASE)
_SIGNS = " \t*_#>\"“‘'"
_FEWEST_WORDS = 8
_KNOWN_SHARE = 0.3


def says(text: str, sentence: str) -> bool:
    """Whether the sentence stands in the text, whatever its case and punctuation."""
    return _letters(sentence) in _letters(text)


def leaves_open(sentence: str) -> bool:
    """Whether the sentence only tells what the documents do not say: it opens with that and states nothing beside."""
    sentence = sentence.lstrip(_SIGNS)
    match = _LEAVES_OPEN.match(sentence)
    if match is None or _GOES_ON.search(sentence, match.end()):
        return False
    return not find_numbers(sentence[match.end() :])


def abstains(sentences: Iterable[str], abstention: str) -> bool:
    """Whether every one of the sentences is the abstention sentence or leaves something open."""
    found = list(sentences)
    return bool(found) and all(
        _letters(sentence) == _letters(abstention) or leaves_open(sentence) for sentence in found
    )


def in_other_language(text: str, retrieval: Retrieval, evidence: Iterable[Evidence]) -> bool:
    """Whether hardly a word of the answer is English or stands in the evidence, though the question's words do."""
    known = {term.text for item in evidence for term in terms(item.hit.paragraph.text)}
    asked = _known_share(retrieval.question, known)
    known |= {term.text for term in terms(retrieval.question)}
    written = _known_share(text, known)
    return asked is not None and written is not None and asked >= _KNOWN_SHARE > written


def _known_share(text: str, known: set[str]) -> float | None:
    words = terms(text)
    if not words:
        return None
    share = sum(word.text in known or is_stopword(word.surface) for word in words) / len(words)
    return share if len(words) >= _FEWEST_WORDS or share >= _KNOWN_SHARE else None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
