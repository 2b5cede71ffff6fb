"""Whether paragraphs entail a claim, as a function that ALCE's metrics take: the support check, or any other judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.evaluate.alce import Entails


@dataclass(frozen=True, slots=True, kw_only=True)
class Entailment:
    """A judge of entailment and the name under which a run says it was used."""

    name: str
    entails: Entails


def by_support_check() -> Entailment:
    """The check that every answer passes through: no language model, no network."""
    from rag.answer.support import check_claim

    return remembered("support check", lambda paragraphs, claim: check_claim(claim, paragraphs).support == "supported")


def remembered(name: str, entails: Callable[[Sequence[str], str], bool]) -> Entailment:
    """A judge that is asked once about the same paragraphs and claim."""

    @lru_cache(maxsize=100_000)
    def ask(paragraphs: tuple[str, ...], claim: str) -> bool:
        return entails(paragraphs, claim)

    return Entailment(name=name, entails=lambda paragraphs, claim: ask(tuple(paragraphs), claim))
