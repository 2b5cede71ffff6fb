"""Recognising replies that are no answer: the abstention sentence, and another language than was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rag.text.terms import is_stopword, terms
from rag.types import Evidence, Retrieval

_FEWEST_WORDS = 8
_KNOWN_SHARE = 0.3


class Opening:
    """Holds a reply back while it may still be the abstention sentence, so that silence never flashes by."""

    def __init__(self, abstention: str) -> None:
        self._wanted = _letters(abstention)
        self._held = ""
        self._released = False

    def pass_on(self, text: str) -> str:
        """Returns what can be shown now."""
        if self._released:
            return text
        self._held += text
        begun = _letters(self._held)
        if self._wanted.startswith(begun) or begun.startswith(self._wanted):
            return ""
        return self.release()

    def release(self) -> str:
        """Returns what is still held."""
        self._released, held, self._held = True, self._held, ""
        return held


def says_only(text: str, abstention: str) -> bool:
    """Whether an answer without citations abstains: the sentence stands in it."""
    return _letters(abstention) in _letters(text)


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
