"""A follow-up turned into a question that stands alone, by the language model; it may fail without harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.answer.models import ChatModel, Request, complete
from rag.answer.prompts import Prompts
from rag.errors import ModelError
from rag.types import Turn

LONGEST_TURN = 1000
TURNS_SHOWN = 6
LONGEST_QUESTION = 500
_QUOTES = "\"'“”‘’«»„`* "
_PREFIXES = ("standalone question:", "rewritten question:", "question:")


class Rewrite(NamedTuple):
    """The standalone question, or None with one line on why there is none."""

    question: str | None
    reason: str = ""


def rewrite_question(model: ChatModel, prompts: Prompts, question: str, history: Sequence[Turn]) -> Rewrite:
    """Returns what the question asks when the conversation is not known; never raises `ModelError`.

    Without history there is nothing to rewrite, and nothing is asked.
    """
    if not history:
        return Rewrite(None)
    turns = history[-TURNS_SHOWN:]
    conversation = "\n".join(f"{turn.role}: {' '.join(turn.content.split())[:LONGEST_TURN]}" for turn in turns)
    request = Request(
        system=prompts.fill("rewrite.system"),
        user=prompts.fill("rewrite.user", conversation=conversation, question=question),
    )
    try:
        reply = complete(model, request)
    except ModelError as error:
        return Rewrite(None, f"The question was not rewritten: {error.what}")
    rewritten = _clean(reply)
    if rewritten is None:
        return Rewrite(None, f"The question was not rewritten: {model.name} sent no question.")
    return Rewrite(rewritten)


def _clean(reply: str) -> str | None:
    """Returns the question in a reply, or None when the reply is something else."""
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    line = lines[0].strip(_QUOTES)
    for prefix in _PREFIXES:
        if line.lower().startswith(prefix):
            line = line[len(prefix) :].strip(_QUOTES)
    said = any(character.isalnum() for character in line)
    return line if said and len(line) <= LONGEST_QUESTION and "[[" not in line else None
