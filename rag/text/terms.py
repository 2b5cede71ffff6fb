"""Words of a text as search sees them: folded, stemmed, with their places.

Folding makes "Şuşa" "susa" and "Əliyev" "aliyev"; it does not know that "Şuşa" is also written "Shusha".
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rag.text.lexicon import STOPWORDS

__all__ = ["STOPWORDS", "Term", "content_terms", "fold", "is_stopword", "stem", "terms"]

_SPECIAL_LETTERS = str.maketrans(
    {
        "ı": "i", "ə": "a", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h",
        "ŋ": "n", "ʻ": "", "ʼ": "'", "’": "'", "‘": "'",
    }
)  # fmt: skip

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # initialisms: U.S., H.E.
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d+"  # 1,200.5 and 3.5
    r"|[^\W_]+(?:['\u2019\u02bc][^\W_]+)*"
)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_FEWEST_SHOUTED = 4
_LONGEST_WORD = 40
"""Characters; longer ones are no words of English, and are kept out of the caches."""
_LONGEST_SENTENCE = 600
"""Characters. A sentence laid beside a question is taken into words several times within a few milliseconds; a longer
text is not kept for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word: `text` is folded and stemmed, `surface` is `original[start:end]`."""

    text: str
    surface: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text without case and diacritics."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    if not decomposed.isascii():
        decomposed = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return decomposed.translate(_SPECIAL_LETTERS)


def terms(text: str) -> tuple[Term, ...]:
    """Every word and number of the text, in order."""
    return _terms(text) if len(text) <= _LONGEST_SENTENCE else _terms.__wrapped__(text)


@lru_cache(maxsize=1_024)
def _terms(text: str) -> tuple[Term, ...]:
    found = []
    shouts = _shouts(text)
    for match in _TOKEN.finditer(text):
        surface = match.group()
        text_of = _term_text if len(surface) <= _LONGEST_WORD else _term_text.__wrapped__
        word = text_of(surface.lower() if shouts else surface)
        found.append(Term(text=word, surface=surface, start=match.start(), end=match.end()))
    return tuple(found)


def content_terms(text: str) -> tuple[Term, ...]:
    """The words that carry meaning: `terms` without function words."""
    shouts = _shouts(text)
    return tuple(term for term in terms(text) if not is_stopword(term.surface.lower() if shouts else term.surface))


def _shouts(text: str) -> bool:
    """Whether all is in capitals, as flashes are: its words are then no initialisms."""
    return text.isupper() and len(_TOKEN.findall(text)) >= _FEWEST_SHOUTED


def is_stopword(surface: str) -> bool:
    """Whether the word is a function word; initialisms ("US", "U.S.", "WHO") and the month May are not."""
    if surface == "May" or (len(surface) > 1 and (surface.isupper() or "." in surface)):
        return False
    return surface.lower().replace("\u2019", "'") in STOPWORDS


def stem(word: str) -> str:
    """The English stem of a folded word."""
    return _stem(word) if len(word) <= _LONGEST_WORD and word.isascii() and word.isalpha() else word


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return _stemmer().stemWord(word)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


_LOCAL = threading.local()  # a snowball stemmer keeps the word it works on in itself


def _stemmer() -> _Stemmer:
    if not hasattr(_LOCAL, "stemmer"):
        import snowballstemmer

        _LOCAL.stemmer = snowballstemmer.stemmer("english")
    stemmer: _Stemmer = _LOCAL.stemmer
    return stemmer


@lru_cache(maxsize=65_536)
def _term_text(surface: str) -> str:
    if surface[0].isdecimal():
        ordinal = _ORDINAL.match(surface.lower())
        return ordinal.group(1) if ordinal else surface.replace(",", "").lower()
    if "." in surface:
        return fold(surface.replace(".", ""))
    if len(surface) > 1 and surface.isupper():
        return fold(surface)
    word = fold(surface)
    if word.endswith("'s"):
        word = word[:-2]
    return stem(word.replace("'", ""))
