"""A follow-up turned into a question that stands alone, by the language model; it may fail without harm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answer.models import ChatModel, Request, complete
from rag.answer.prompts import Prompts
from rag.errors import ModelError
from rag.text.terms import content_terms, fold
from rag.types import Turn

LONGEST_TURN = 1000
TURNS_SHOWN = 6
LONGEST_QUESTION = 500
_QUOTES = "\"'“”‘’«»„`* "
_LEAD = re.compile(
    r"(?:(?:sure|certainly|okay|ok|here)\b[^?:]{0,60}\b)?(?:standalone |rewritten )?question *:", re.IGNORECASE
)
_TAG = re.compile(r"</?question>", re.IGNORECASE)
_ASKING = ("?", "？", "؟")
_REFUSAL = re.compile(
    r"(?:i['’]m|i am) (?:sorry|afraid|unable|not able)\b|sorry\b|apologies\b|unfortunately\b|as an ai\b"
    r"|i (?:cannot|(?:can|do|could|would|will) ?not|(?:ca|do|could|would|wo)n['’]t)\b",
    re.IGNORECASE,
)


class Rewrite(NamedTuple):
    """The standalone question, or None with one line on why there is none."""

    question: str | None
    reason: str = ""


def rewrite_question(model: ChatModel, prompts: Prompts, question: str, history: Sequence[Turn]) -> Rewrite:
    """Returns what the question asks when the conversation is not known; never raises `ModelError`.

    Without history there is nothing to rewrite, and nothing is asked. A reply that is no question, or that takes no
    word from the conversation, is dropped.
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
    if rewritten is None or not _asks(rewritten, question, turns):
        return Rewrite(None, f"The question was not rewritten: {model.name} sent no question.")
    return Rewrite(rewritten)


def _clean(reply: str) -> str | None:
    """Returns the question in a reply, or None when the reply is something else."""
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    line = _TAG.sub("", lines[0]).strip(_QUOTES)
    if lead := _LEAD.match(line):
        line = line[lead.end() :].strip(_QUOTES)
    said = any(character.isalnum() for character in line)
    return line if said and len(line) <= LONGEST_QUESTION and "[[" not in line else None


def _asks(rewritten: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewriting is a question out of this conversation."""
    if _REFUSAL.match(rewritten):
        return False
    if question.endswith(_ASKING) and not rewritten.endswith(_ASKING):
        return False
    if not fold(rewritten).isascii():
        # Words are not told apart in every script.
        return True
    known = {term.text for text in (question, *(turn.content for turn in turns)) for term in content_terms(text)}
    return any(term.text in known for term in content_terms(rewritten))
