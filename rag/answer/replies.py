"""Recognising replies that are no answer: the abstention sentence, and another language than was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rag.text.terms import is_stopword, terms
from rag.types import Evidence, Retrieval

_FEWEST_WORDS = 8
_KNOWN_SHARE = 0.3


def says(text: str, sentence: str) -> bool:
    """Whether the sentence stands in the text, whatever its case and punctuation."""
    return _letters(sentence) in _letters(text)


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
