"""Questions that lean on the turns before them, made to stand alone without a language model."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Turn


def in_context(question: str, history: Sequence[Turn]) -> str:
    """The question together with the user's turn before it; the question itself when there is none."""
    before = [turn.content.strip() for turn in history if turn.role == "user" and turn.content.strip()]
    return f"{before[-1]}\n{question}" if before else question
