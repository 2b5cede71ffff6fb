"""What is asked, before anything is searched: cleaned, of bearable length, and named."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import InputError
from rag.types import Turn

LONGEST_QUESTION = 4_000
"""Characters; the embedding model reads about 1,000 of them, and a longer text is a document, not a question."""

_HALF_PAIR = re.compile("[\ud800-\udfff]")
LONGEST_HISTORY = 40
"""Turns that are looked at; older ones are dropped."""


def check_question(question: str) -> str:
    """The question without surrounding white space and control characters.

    Raises:
        InputError: nothing is left of it, or it is too long.
    """
    cleaned = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character for character in question
    ).strip()
    if not any(character.isalnum() for character in cleaned):
        raise InputError("The question holds no word.", mend="Ask one, for example: pilcrow ask 'Who …?'")
    if len(cleaned) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(cleaned):,} characters; at most {LONGEST_QUESTION:,} are read.",
            mend="Shorten it, or put the text into a document and index it: pilcrow index FILE",
        )
    return cleaned


def question_id(question: str, history: Sequence[Turn] = ()) -> str:
    """A short name for a question, the same whenever the same is asked."""
    asked = "\x1f".join([*(f"{turn.role}\x1e{turn.content}" for turn in history), question])
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def recent(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that are looked at; half of a surrogate pair, which no tokenizer takes, becomes a space."""
    return tuple(replace(turn, content=_HALF_PAIR.sub(" ", turn.content)) for turn in history[-LONGEST_HISTORY:])
