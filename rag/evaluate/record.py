"""What a run keeps of one answer: enough to score it again without asking again, and nothing that differs by time.

A line holds the answer with its citations, the hits with a hash of their words, and under `stored` the text of every
gold and cited paragraph as the corpus holds it, so that pointers and quotes are verified from the line alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rag.evaluate.questions import Selected
from rag.text.normalize import words_hash
from rag.types import Answer, Claim, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A citation as the answer gave it; whether it is true is for the metrics to say."""

    number: int
    paragraph: str
    quote: str
    start: int
    end: int
    paragraph_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A hit: the paragraph and what its words are known by."""

    paragraph: str
    score: float
    words: int


class Holds(Protocol):
    """The corpus as a record sees it: the text and kind of a paragraph, None for one that is not there."""

    def text(self, reference: str) -> str | None: ...

    def kind(self, reference: str) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of a run, read back."""

    set: str
    id: str
    status: Status
    text: str
    reason: str
    confidence: float
    claims: tuple[Claim, ...]
    citations: tuple[Cited, ...]
    hits: tuple[Found, ...]
    stored: Mapping[str, str]
    words: Mapping[str, int]
    """What the words of each stored paragraph are known by; equal for copies."""
    statements: frozenset[str] = frozenset()
    """Those of the gold and cited paragraphs whose document is the statement itself, not coverage of it."""
    rejected: int = 0
    tokens: tuple[int, int] | None = None
    error: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.set}/{self.id}"

    @property
    def answered(self) -> bool:
        return self.status == "answered" and not self.error


def line_of(asked: Selected, answer: Answer, corpus: Holds) -> dict[str, Any]:
    """The line of a run for an answer; equal for equal answers."""
    wanted = [ref for group in asked.question.gold for ref in group]
    wanted += [citation.paragraph for citation in answer.citations]
    stored = {ref: corpus.text(ref) for ref in dict.fromkeys(wanted)}
    return {
        "set": asked.set,
        "id": asked.question.id,
        "standalone_question": answer.standalone_question,
        "status": answer.status,
        "reason": answer.reason,
        "text": answer.text,
        "confidence": round(answer.draft.confidence, 6),
        "mode": answer.draft.mode,
        "model": answer.draft.model,
        "claims": [
            {"text": claim.text, "citations": list(claim.citations), "support": claim.support, "why": claim.why}
            for claim in answer.claims
        ],
        "citations": [
            {
                "number": citation.number,
                "paragraph": citation.paragraph,
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
                "paragraph_text": citation.paragraph_text,
                "also_in": list(citation.also_in),
            }
            for citation in answer.citations
        ],
        "rejected": [{"handle": each.handle, "reason": each.reason} for each in answer.rejected],
        "hits": [
            {"paragraph": hit.paragraph.ref, "score": round(hit.score, 4), "words": words_hash(hit.paragraph.text)}
            for hit in answer.hits
        ],
        "stored": {ref: text for ref, text in stored.items() if text is not None},
        "words": {ref: words_hash(text) for ref, text in stored.items() if text is not None},
        "statements": [ref for ref in stored if corpus.kind(ref) == "statement"],
        "tokens": list(answer.draft.tokens) if answer.draft.tokens else None,
        "error": "",
    }


def failed_line(asked: Selected, error: str, corpus: Holds) -> dict[str, Any]:
    """The line of a question that could not be answered: it scores the minimum instead of vanishing."""
    stored = {ref: corpus.text(ref) for group in asked.question.gold for ref in group}
    return {
        "set": asked.set,
        "id": asked.question.id,
        "status": "abstained",
        "stored": {ref: text for ref, text in stored.items() if text is not None},
        "words": {ref: words_hash(text) for ref, text in stored.items() if text is not None},
        "error": error,
    }


def record_of(line: Mapping[str, Any], seconds: Mapping[str, float] | None = None) -> Record:
    """The line of a run, read back.

    Raises:
        KeyError, TypeError: it is not such a line.
    """
    tokens = line.get("tokens")
    return Record(
        set=line["set"],
        id=line["id"],
        status=line["status"],
        text=line.get("text", ""),
        reason=line.get("reason", ""),
        confidence=float(line.get("confidence", 0.0)),
        claims=tuple(
            Claim(text=each["text"], citations=tuple(each["citations"]), support=each["support"], why=each["why"])
            for each in line.get("claims", ())
        ),
        citations=tuple(
            Cited(
                number=each["number"],
                paragraph=each["paragraph"],
                quote=each["quote"],
                start=each["start"],
                end=each["end"],
                paragraph_text=each["paragraph_text"],
            )
            for each in line.get("citations", ())
        ),
        hits=tuple(
            Found(paragraph=hit["paragraph"], score=hit["score"], words=hit["words"]) for hit in line.get("hits", ())
        ),
        stored=dict(line["stored"]),
        words=dict(line["words"]),
        statements=frozenset(line.get("statements", ())),
        rejected=len(line.get("rejected", ())),
        tokens=(tokens[0], tokens[1]) if tokens else None,
        error=line.get("error", ""),
        seconds=dict(seconds or {}),
    )
