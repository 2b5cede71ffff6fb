"""A question -> what the lexical index is asked: weighted words and quoted phrases."""

from __future__ import annotations

import re

from rag.index.words import WordQuery
from rag.text.terms import Term, content_terms, terms

_QUOTED = re.compile(
    r"[\"\u201c\u201d\u201e\u00ab]([^\"\u201c\u201d\u201e\u00ab\u00bb]{1,300})[\"\u201c\u201d\u201f\u00bb]"
)
_MOST_WORDS = 64


def word_query(text: str) -> WordQuery:
    """All words of a text (function words weigh next to nothing by themselves), and what stands in quotation marks."""
    words = tuple(term.text for term in terms(text) if term.text)[:_MOST_WORDS]
    content = frozenset(term.text for term in content_terms(text)) & frozenset(words)
    return WordQuery(words=words, phrases=phrases(text), content=content)


def phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """The folded, stemmed words of each quoted part that has two or more."""
    quoted = (tuple(term.text for term in terms(match.group(1)) if term.text) for match in _QUOTED.finditer(text))
    return tuple(words for words in quoted if len(words) > 1)


def distinct_terms(text: str) -> tuple[Term, ...]:
    """Each content word once, as first written."""
    found: dict[str, Term] = {}
    for term in content_terms(text):
        if term.text:
            found.setdefault(term.text, term)
    return tuple(found.values())
