"""Capitals for names that were typed without: "what did armenia say" asks for Armenia's words.

Names are told by their capitals, and what is typed in a hurry has none. Those of countries and peoples are known, and
those who issued the documents or speak in them; other names stay as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rag.retrieve.spelling import is_english
from rag.text.countries import ACRONYMS, COUNTRIES, OF_SEVERAL_WORDS
from rag.text.lexicon import ASKING, OFFICES
from rag.text.names import Name, find_names, name_key

LONGEST_QUESTION = 1_000
MOST_WORDS = 5
"""Words of a name."""
MOST_NAMES = 3
"""First names and surname of a person."""
LEAST_SHOUTED = 10
"""Letters of a question that is shouted, and no acronym."""
_WORD = re.compile(r"[^\W\d_]+(?:[-][^\W\d_]+)*")
_ASKED = re.compile(
    rf"\?|\A\W*(?:(?:and|but|or|so)\s+)?{ASKING}\b.*\b(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|it|they|"
    r"he|she|we|you)\b",
    re.IGNORECASE | re.DOTALL,
)
_GROUP = re.compile(r"\b(?:g7|g8|g20|cop\d+)\b")
_COUNTRY_OF = re.compile(r"^[A-Z]{2,4}\s+(?=\w+\s)")
_OTHER_WORDS = frozenset({"us", "polish", "fed", "turk"})
"""Words that mean something else as often."""


def without_shouting(question: str) -> str:
    """A question typed in capitals, in small letters; names and headings stay as they are."""
    shouted = question.isupper() and sum(map(str.isalpha, question)) >= LEAST_SHOUTED and len(question.split()) > 2
    return question[:1] + question[1:].lower() if shouted and _ASKED.search(question) else question


def capitalised(question: str, speakers: Iterable[str]) -> str:
    """The question with its names in capitals, where none of its words but the first has one.

    Args:
        question: what was typed.
        speakers: who issued the documents or speaks in them.
    """
    if len(question) > LONGEST_QUESTION or any(map(str.isupper, question[1:])):
        return question
    known = _by_small_letters(tuple(speakers))
    words = list(_WORD.finditer(question))
    parts, end, at = list[str](), 0, 0
    while at < len(words):
        said, last = _name_at(question, words, at, known)
        if said:
            parts += [question[end : words[at].start()], said]
            end = words[last].end()
        at = last + 1
    return _GROUP.sub(lambda group: group[0].upper(), "".join([*parts, question[end:]]))


def _name_at(question: str, words: list[re.Match[str]], at: int, known: Mapping[str, str]) -> tuple[str | None, int]:
    """The name that begins at a word, and the number of its last word; the longest there is."""
    for last in range(min(at + MOST_WORDS, len(words)) - 1, at - 1, -1):
        if said := known.get(question[words[at].start() : words[last].end()].lower()):
            return said, last
    word = words[at][0]
    is_country = name_key(word) in COUNTRIES and word.lower() not in _OTHER_WORDS
    return (word[:1].upper() + word[1:] if is_country else None), at


def _persons(name: Name) -> tuple[str, ...]:
    """Somebody named with an office, without it and by the surname: "Jake Sullivan" and "Sullivan"."""
    words = name.surface.split()
    person = [word for word in words if name_key(word) not in OFFICES]
    return (" ".join(person), person[-1]) if 0 < len(person) <= MOST_NAMES and len(person) < len(words) else ()


@lru_cache(maxsize=8)
def _by_small_letters(speakers: tuple[str, ...]) -> Mapping[str, str]:
    """Names as they are written, by themselves in small letters; none that is also a word."""
    spoken = [name for one in speakers for name in find_names(f"By {one.title() if one.isupper() else one}")]
    written = [part for name in spoken for part in (name.surface, _COUNTRY_OF.sub("", name.surface), *_persons(name))]
    names = [one for one in written if " " in one or not is_english(one.lower())]
    return {one.lower(): one for one in (*names, *OF_SEVERAL_WORDS, *ACRONYMS, "the Fed")}
