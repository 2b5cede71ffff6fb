"""Optional second looks at a claim: a judge model, and checkers one after another.

No look can turn a contradiction the first one found (a number, a date, a quotation, a party) into support.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from rag.answer.models import ChatModel, Request, complete
from rag.answer.prompts import Prompts
from rag.answer.support import ClaimChecker, Judgement, check_claim
from rag.errors import ModelError
from rag.types import Support

_SUPPORTS: dict[str, Support] = {"supported": "supported", "partial": "partial", "unsupported": "unsupported"}
_LONGEST_REASON = 200


class Judge:
    """A `ClaimChecker` that lets a language model decide where words alone do not.

    What `first` found contradicted stays so. When the judge fails or answers anything but the JSON asked for, the
    first judgement stands.
    """

    def __init__(self, model: ChatModel, *, prompts: Prompts, first: ClaimChecker = check_claim) -> None:
        self._model, self._prompts, self._first = model, prompts, first

    def __call__(self, claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
        return self.sitting()(claim, paragraphs, about=about)

    def sitting(self) -> Sitting:
        """A checker for the claims of one answer."""
        return Sitting(self._model, self._prompts, self._first)


class Sitting:
    """A judge over the claims of one answer: `failure` says in one line what went wrong.

    A model that failed is not asked again, so that a silent server is waited for once.
    """

    def __init__(self, model: ChatModel, prompts: Prompts, first: ClaimChecker) -> None:
        self._model, self._prompts, self._first = model, prompts, first
        self._ended = False
        self.failure = ""

    def __call__(self, claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
        first = self._first(claim, paragraphs, about=about)
        if first.contradicted or self._ended:
            return first
        shown = "\n".join(f"<paragraph>{html.escape(text, quote=False)}</paragraph>" for text in [*about, *paragraphs])
        request = Request(
            system=self._prompts.fill("judge.system"),
            user=self._prompts.fill("judge.user", claim=html.escape(claim, quote=False), paragraphs=shown),
        )
        try:
            return parse_verdict(complete(self._model, request), first)
        except ModelError as error:
            self._ended = True
            self._note(error.what)
        except (ValueError, RecursionError):
            self._note(f"{self._model.name} gave no verdict that can be read.")
        return first

    def _note(self, what: str) -> None:
        self.failure = self.failure or f"Not every claim was judged: {what}"


def parse_verdict(reply: str, first: Judgement) -> Judgement:
    """Returns the judgement in a reply; raises `ValueError` unless it holds one JSON object as asked."""
    begin, end = reply.find("{"), reply.rfind("}")
    data = json.loads(reply[begin : end + 1] if begin >= 0 else reply)
    support = _SUPPORTS.get(str(data.get("support"))) if isinstance(data, dict) else None
    if support is None:
        raise ValueError("the reply holds no verdict")
    why = " ".join(str(data.get("why", "")).split())[:_LONGEST_REASON]
    return Judgement(support=support, why="" if support == "supported" else f"judge: {why}", score=first.score)
