"""Questions that lean on the turns before them, searched without a language model.

Both the question and "the user's turn before + the question" are searched, and their scores mixed: the fewer words of
its own a question has, the more the turn before it counts. A turn that itself points back brings along what it points
at. The shares were fitted on half 0 of mtrag's conversations; `eval/benchmarks/retrieval.py` reports on both halves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.retrieve.times import without_dates
from rag.text.general import GENERAL
from rag.text.lexicon import PLEASANTRIES
from rag.text.terms import content_terms, fold
from rag.types import Turn

SHARES = (0.0, 0.3, 0.5, 0.6, 0.65, 0.75)
"""The share of the question itself, by how many content words it has (five or more: the last); the rest goes to the
joined text."""


OWN_WORDS = 2
"""So many content words and a question names what it is about; one of fewer may lean on the one before it."""
_LEANS = re.compile(
    r"^\W*(?:and|but|or|so|then|what\s+about|how\s+about)\b"
    r"|\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|others?)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:it|they|them|he|him|she|this|these|those)\b|\bthat\b(?=\W*$)", re.IGNORECASE)
_THE_SAME = re.compile(
    rf"^\W*(?:and|but|what\s+about|how\s+about)\b|(?<!\band\s)\b(?:its|their|his|her)\b|{_PRONOUN.pattern}",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:(?:the\s+)?(?:ones?|time)\s+(?:before|after)|previous|earlier|prior|(?:the|their|its|his|her)\s+(?:next|first|"
    r"last|latest|second|other|most\s+recent)(?=\W*$|\s+(?:one|time)))\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:since\s+when|until\s+when|why(?:\s+not)?|(?:on|for|with)\s+what\s+\w+|(?:by\s+)?how\s+"
    r"(?:many|much|long|often|come|so)|where|when|who(?:m|se)?(?:\s+\w+)?|which\s+\w+|what\s+for|"
    r"who(?:\s+else)?\s+\w+\s+(?:against|for|with))\W*",
    re.IGNORECASE,
)
"""What asks for one thing of something that is not named."""


def previous_question(history: Sequence[Turn]) -> str:
    """What the user asked last, with what that leans on; empty when this is the first question.

    Thanks and greetings are no questions; "Explain." and "What is the source?" are none by themselves.
    """
    asked = ""
    for content in (turn.content for turn in reversed(history) if turn.role == "user"):
        words = {term.text for term in content_terms(content) if fold(term.surface) not in PLEASANTRIES}
        if words:
            asked = f"{_ended(content)} {asked}".strip()
            if not is_of_the_same(content):
                break
    return asked


def leans(question: str) -> bool:
    """Whether it says too little of its own to be searched for alone: "And Armenia?", "Explain.", "Why did they?"."""
    words = {term.text for term in content_terms(question) if fold(term.surface) not in PLEASANTRIES}
    bare = _BARE.fullmatch(without_dates(question)) is not None
    return words <= GENERAL or bare or (len(words) < OWN_WORDS and _LEANS.search(question) is not None)


def _ended(question: str) -> str:
    """A question with a mark at its end, so that it does not run into the next."""
    question = question.strip()
    return question if question.endswith(("?", "!", ".", ":", ";")) else f"{question}?"


def asks_on(question: str) -> bool:
    """Whether it says that it is of what was spoken of before: it leans, or points back ("Who voted against it?")."""
    return leans(question) or _LEANS.search(question) is not None


def is_of_the_same(question: str) -> bool:
    """Whether it can only be of the very thing that was spoken of: "Is there anything that others signed?" need not."""
    return leans(question) or _THE_SAME.search(question) is not None


def names_the_same(question: str) -> bool:
    """Whether a pronoun stands for the very thing: "And does the vaccine help?" may be of another."""
    return _PRONOUN.search(question) is not None


def is_of_another(question: str) -> bool:
    """Whether it asks for another of the kind: "And the one before?", "And the first?"."""
    return _ANOTHER.search(question) is not None


def forms(question: str, history: Sequence[Turn]) -> tuple[tuple[float, str], ...]:
    """The texts to search for, and their shares, which sum to one."""
    before = previous_question(history)
    if not before:
        return ((1.0, question),)
    joined = f"{before} {question}"
    own = SHARES[min(len({term.text for term in content_terms(question)}), len(SHARES) - 1)]
    return ((own, question), (1 - own, joined)) if own else ((1.0, joined),)
