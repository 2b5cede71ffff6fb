"""Whether paragraphs entail a claim, as a function that ALCE's metrics take: the support check, or any other judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.evaluate.alce import Entails

if TYPE_CHECKING:
    from rag.answer.support import ClaimChecker

SUPPORT_CHECK = "support check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entailment:
    """A judge of entailment and the name under which a run says it was used."""

    name: str
    entails: Entails


def by_support_check() -> Entailment:
    """The check that every answer passes through: no language model, no network."""
    from rag.answer.support import check_claim

    return by_checker(SUPPORT_CHECK, check_claim)


def entailment_by(*, nli: str | None = None, judge: str | None = None, timeout: float = 60.0) -> Entailment:
    """The support check, followed by an entailment model, followed by a language model, as far as they are named.

    Raises:
        ConfigurationError: a model cannot be loaded.
    """
    from rag.answer.support import check_claim

    checker: ClaimChecker = check_claim
    names = [SUPPORT_CHECK]
    if nli:
        from rag.answer.entailment import EntailmentChecker

        checker = EntailmentChecker(nli, first=checker)
        names.append(nli)
    if judge:
        from rag.answer.judge import Judge
        from rag.answer.models import open_chat_model
        from rag.answer.prompts import load_prompts
        from rag.resources import prompts_folder

        checker = Judge(open_chat_model(judge, timeout=timeout), prompts=load_prompts(prompts_folder()), first=checker)
        names.append(judge)
    return by_checker(" + ".join(names), checker)


def by_checker(name: str, checker: ClaimChecker) -> Entailment:
    """Entailed is what a checker of claims calls supported."""
    return remembered(name, lambda paragraphs, claim: checker(claim, paragraphs).support == "supported")


def remembered(name: str, entails: Callable[[Sequence[str], str], bool]) -> Entailment:
    """A judge that is asked once about the same paragraphs and claim."""

    @lru_cache(maxsize=100_000)
    def ask(paragraphs: tuple[str, ...], claim: str) -> bool:
        return entails(paragraphs, claim)

    return Entailment(name=name, entails=lambda paragraphs, claim: ask(tuple(paragraphs), claim))
