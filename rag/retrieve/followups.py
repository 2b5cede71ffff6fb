"""Questions that lean on the turns before them, searched without a language model.

Both the question and "the user's turn before + the question" are searched, and their scores mixed: the fewer words of
its own a question has, the more the turn before it counts. The shares were fitted on half 0 of mtrag's conversations;
`eval/benchmarks/retrieval.py` reports on both halves.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.terms import content_terms
from rag.types import Turn

SHARES = (0.0, 0.3, 0.5, 0.6, 0.65, 0.75)
"""The share of the question itself, by how many content words it has (five or more: the last); the rest goes to the
joined text."""


def previous_question(history: Sequence[Turn]) -> str:
    """What the user asked last, empty when this is the first question."""
    asked = [turn.content.strip() for turn in history if turn.role == "user"]
    return next((content for content in reversed(asked) if content), "")


def forms(question: str, history: Sequence[Turn]) -> tuple[tuple[float, str], ...]:
    """The texts to search for, and their shares, which sum to one."""
    before = previous_question(history)
    if not before:
        return ((1.0, question),)
    joined = f"{before} {question}"
    own = SHARES[min(len({term.text for term in content_terms(question)}), len(SHARES) - 1)]
    return ((own, question), (1 - own, joined)) if own else ((1.0, joined),)
