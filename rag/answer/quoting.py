"""Answers made of exact quotes: it cannot misquote by construction.

Sentences of the best hits are scored by their similarity to the question and by the rare words of the question
that they hold; the best ones that say something new are quoted, each with its citation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.answer.answerer import closest
from rag.answer.citations import CopyFinder, make_citation, neutral, trim
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import Claim, Delta, Draft, DraftEvent, Hit, Mode, Retrieval, SentenceScore, Span, Turn

MOST_QUOTES = 3


class Candidate(NamedTuple):
    """A sentence that may be quoted, and how well it answers."""

    hit: Hit
    span: Span
    score: float
    held: frozenset[str]


class QuotingAnswerer:
    """An `Answerer` that needs no language model."""

    mode: Mode = "quote"
    model: str | None = None

    def __init__(self, *, copies: CopyFinder, caution: float = 0.5) -> None:
        self._copies = copies
        self._caution = caution

    def answer(self, retrieval: Retrieval, history: Sequence[Turn] = ()) -> Iterator[DraftEvent]:
        """The quotes that answer, or an abstention."""
        candidates = sorted(_candidates(retrieval), key=lambda candidate: -candidate.score)
        confidence = candidates[0].score if candidates else 0.0
        if confidence < 0.3 + 0.4 * self._caution:
            yield Draft(
                status="abstained",
                text="The documents do not answer this.",
                reason="No sentence is near enough to the question.",
                closest=closest(retrieval),
                confidence=max(0.0, min(1.0, confidence)),
            )
            return
        chosen = _chosen(candidates)
        citations = tuple(
            make_citation(number, quote.hit, quote.span, self._copies(quote.hit.paragraph.ref, quote.span))
            for number, quote in enumerate(chosen, start=1)
        )
        claims = tuple(
            Claim(text=neutral(citation.quote), citations=(citation.number,), support="supported", why="exact quote")
            for citation in citations
        )
        text = " ".join(f"{claim.text}[{claim.citations[0]}]" for claim in claims)
        yield Delta(text=text)
        yield Draft(
            status="answered", text=text, claims=claims, citations=citations, confidence=max(0.0, min(1.0, confidence))
        )


def _candidates(retrieval: Retrieval) -> Iterator[Candidate]:
    weights = {
        term.term: math.log(1 + (retrieval.paragraphs + 1) / (term.paragraphs + 0.5)) for term in retrieval.terms
    }
    total = sum(weights.values()) or 1.0
    for hit in retrieval.hits:
        text = hit.paragraph.text
        for sentence in hit.sentences or _unscored(text):
            span = trim(text, Span(start=sentence.start, end=sentence.end))
            held = frozenset(term.text for term in content_terms(text[span.start : span.end])) & weights.keys()
            coverage = sum(weights[term] for term in held) / total
            yield Candidate(hit, span, 0.5 * sentence.score + 0.4 * coverage + 0.1 * hit.score, held)


def _unscored(text: str) -> tuple[SentenceScore, ...]:
    return tuple(SentenceScore(start=span.start, end=span.end, score=0.0) for span in split_sentences(text))


def _chosen(candidates: Sequence[Candidate]) -> list[Candidate]:
    chosen = [candidates[0]]
    for candidate in candidates[1:]:
        if len(chosen) == MOST_QUOTES or candidate.score < 0.85 * chosen[0].score:
            break
        if candidate.held - frozenset().union(*(quote.held for quote in chosen)):
            chosen.append(candidate)
    return chosen
