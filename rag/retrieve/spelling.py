"""Misspelt words of a question, as the paragraphs spell them: "servicmen" is searched for as "servicemen".

A word is only taken for misspelt when no paragraph holds it, no dictionary knows it, and it is one letter away from a
word that stands in some. Names are not touched, but for those of countries: another person may be meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache

from rag.text.countries import COUNTRIES
from rag.text.names import name_key
from rag.text.terms import terms
from rag.text.thesaurus import senses

SHORTEST = 5
"""Letters: of shorter words too many are one letter away from another."""
LONGEST_ENDING = 3
"""Letters that may be an ending, which a stem has lost."""
ALIKE = 0.8
"""The share of letters that two words have in common, as `difflib` counts, where their endings differ."""
_WORD = re.compile(rf"(?<![\w'\u2019-])[^\W\d_]{{{SHORTEST},40}}(?![\w-])")


def mended(
    question: str,
    *,
    stands: Callable[[str], bool],
    near: Callable[[str], Iterable[str]],
    known: Callable[[str], bool],
) -> str:
    """The question with its misspelt words mended.

    Args:
        question: what was typed.
        stands: whether a paragraph holds a stem.
        near: texts that hold a stem one letter away from a stem, or one that begins like it.
        known: whether a word, in lower case, is one of the language.
    """

    def spelt(match: re.Match[str]) -> str:
        word, lower = match.group(), match.group().lower()
        stem = _stem(lower)
        if not stem or stands(stem) or known(lower) or known(lower.removesuffix("s")) or senses(word):
            return word
        standing = (one for text in near(stem) for one in _WORD.findall(text))
        others = [one for one, _ in Counter(standing).most_common() if name_key(one) in COUNTRIES or word.islower()]
        apart = next((one for one in others if one_letter_apart(one.lower(), lower)), None)
        # "relase" is no letter away from "releases", but its stem is one from the other's.
        ending = [one for one in others if one_letter_apart(_stem(one), stem)]
        apart = apart or next(iter(get_close_matches(word, ending, n=1, cutoff=ALIKE)), word)
        return apart.lower() if word.islower() else apart

    return _WORD.sub(spelt, question)


def one_letter_apart(one: str, other: str) -> bool:
    """Whether a letter too many, one too few, another one or two swapped are all that differs, but for the first."""
    before = _shared(one, other)
    one, other = one[before:], other[before:]
    behind = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - behind], other[: len(other) - behind]
    swapped = len(one) == 2 and one == other[::-1]
    return before > 0 and one != other and (swapped or max(len(one), len(other)) == 1)


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return next((term.text for term in terms(word)), "")
