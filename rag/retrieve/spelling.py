"""Words of a question as the paragraphs have them: "servicmen" is searched for as "servicemen", UK as United Kingdom.

A word is only taken for misspelt when no paragraph and no dictionary knows it, and it is one letter away from one that
stands in a paragraph, or else from a common word. What is no name must not become one, nor a name another: but for
those of countries, words with a capital are neither mended nor what a word is mended to. What is quoted stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.text.countries import ALSO_CALLED, COUNTRIES
from rag.text.names import name_key
from rag.text.quotations import find_quotations
from rag.text.terms import terms
from rag.text.thesaurus import senses

if TYPE_CHECKING:
    from spellchecker import SpellChecker

SHORTEST, SHORTEST_CHANGED = 6, 8
"""Letters of a word that may have one too many, one too few or two swapped, and of one that may have another: too many
shorter words are one letter away from another."""
SHORTEST_COUNTRY = 7
LONGEST_ENDING = 3
"""Letters that may be an ending, which a stem has lost."""
COMMON = 1_000
"""How often a word that stands in no paragraph must come in the dictionary's texts: more often than names do."""
MOST_WORDS, LONGEST_QUESTION = 5, 1_000
"""Words that are looked up, and characters of a question: more of them is no slip of the pen."""
_CALLED = re.compile(
    rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(ALSO_CALLED, key=len, reverse=True)))})(?![\w-]|\.\w)"
)
_WORD = re.compile(rf"(?<![\w'\u2019.@/-])[^\W\d_]{{{SHORTEST},40}}(?![\w@/-]|['\u2019](?!s\b))")


def mended(question: str, *, stands: Callable[[str], bool], near: Callable[[str], Iterable[str]]) -> str:
    """The question with its misspelt words mended.

    Args:
        question: what was typed.
        stands: whether a paragraph holds a stem.
        near: texts that hold a stem one letter away from a stem, or one that begins like it.
    """
    if len(question) > LONGEST_QUESTION:
        return question
    quoted = find_quotations(question)
    found: dict[str, str] = {}

    def spelt(match: re.Match[str]) -> str:
        word = match.group()
        if any(quotation.start <= match.start() < quotation.end for quotation in quoted):
            return word
        if word not in found:
            if len(found) == MOST_WORDS or _is_known(word.lower(), stands):
                return word
            found[word] = _meant(word, near) or word
        return found[word]

    return _WORD.sub(spelt, question)


def is_english(word: str) -> bool:
    """Whether the dictionary holds a word, in small letters."""
    return word in _dictionary()


def called(question: str, *, stands: Callable[[str], bool]) -> str:
    """The question with the names of countries and unions that stand in no paragraph as the paragraphs call them."""

    def other(match: re.Match[str]) -> str:
        name = match.group()
        if _stands(name, stands):
            return name
        return ALSO_CALLED[name] if _stands(ALSO_CALLED[name], stands) else name

    return _CALLED.sub(other, question)


def _stands(name: str, stands: Callable[[str], bool]) -> bool:
    return all(stands(term.text) for term in terms(name))


def _is_known(word: str, stands: Callable[[str], bool]) -> bool:
    stem = _stem(word)
    return not stem or stands(stem) or bool(senses(word)) or word in _dictionary()


def _meant(word: str, near: Callable[[str], Iterable[str]]) -> str | None:
    """The word that is meant, as often as possible one of the paragraphs."""
    lower = word.islower()
    standing: Counter[str] = Counter(one for text in near(_stem(word.lower())) for one in _WORD.findall(text))
    for one, _ in standing.most_common():
        country = name_key(one) in COUNTRIES and len(word) >= SHORTEST_COUNTRY
        if (country or (lower and one.islower())) and is_slip(word.lower(), one.lower()):
            return one.lower() if lower else one
    if not lower:
        return None
    dictionary = _dictionary()
    common = {one: dictionary.word_frequency[one] for one in dictionary.candidates(word) or () if is_slip(word, one)}
    best: str | None = max(common, key=common.__getitem__, default=None)
    return best if best and common[best] >= COMMON else None


def is_slip(typed: str, meant: str) -> bool:
    """Whether one letter too many, one too few, another one or two swapped are all that differs, but for the first."""
    before = _shared(typed, meant)
    one, other = typed[before:], meant[before:]
    behind = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - behind], other[: len(other) - behind]
    swapped = len(one) == 2 and one == other[::-1]
    changed = len(one) == len(other) == 1 and len(typed) >= SHORTEST_CHANGED
    return before > 0 and (swapped or changed or {len(one), len(other)} == {0, 1})


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@lru_cache(maxsize=1)
def _dictionary() -> SpellChecker:
    # Here: it takes a fifth of a second, and only a word that no paragraph holds needs it.
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return next((term.text for term in terms(word)), "")
