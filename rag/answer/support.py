"""Whether cited paragraphs support a claim, decided without a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import Span, Support


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a claim is supported, why not, and how much of it stands in the paragraphs, in [0, 1]."""

    support: Support
    why: str = ""
    score: float = 0.0


class ClaimChecker(Protocol):
    """Judges a claim; `about` describes the cited documents (issuer, date, title) and may vouch for those alone."""

    def __call__(self, claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement: ...


def check_claim(claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
    wanted = {t.text for t in content_terms(claim)}
    have = {t.text for p in [*paragraphs, *about] for t in content_terms(p)}
    score = len(wanted & have) / max(len(wanted), 1)
    return Judgement(
        support="supported" if score > 0.5 else "unsupported", why="" if score > 0.5 else "low", score=score
    )


def best_sentence(claim: str, paragraph: str) -> Span:
    wanted = {t.text for t in content_terms(claim)}
    spans = split_sentences(paragraph)
    return max(spans, key=lambda s: len(wanted & {t.text for t in content_terms(paragraph[s.start : s.end])}))
