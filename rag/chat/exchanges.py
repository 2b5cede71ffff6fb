"""An exchange: one question and what was answered, as it was shown. Conversations are rows of exchanges.

The answer is kept in the documented form of `pilcrow ask --json`, so what is shown again after a restart is exactly
what was shown before, whatever the index holds by then.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from rag.chat import texts
from rag.types import Filters, Kind, Turn

NO_FILTERS = Filters()
_EXCERPT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A paragraph that came nearest to a question the documents do not answer."""

    paragraph: str
    title: str
    text: str
    date: str | None = None
    issuer: str | None = None
    publisher: str | None = None
    kind: Kind = "statement"
    at: int = 0
    """Where in the text the sentence begins that came nearest."""

    @property
    def excerpt(self) -> str:
        """The text, or when it is long what it says from its nearest sentence on, cut between words."""
        if len(self.text) <= _EXCERPT:
            return self.text
        start = _word_begin(self.text, min(self.at, len(self.text) - _EXCERPT), self.at)
        end = _word_end(self.text, start, start + _EXCERPT)
        return f"{'… ' if start else ''}{self.text[start:end].strip()}{' …' if end < len(self.text) else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question with its answer; `answer` is None when it was stopped or failed, and `note` says so."""

    id: str
    question: str
    asked: str
    filters: Filters = NO_FILTERS
    answer: Mapping[str, Any] | None = None
    near: tuple[Near, ...] = ()
    coverage: tuple[str, ...] | None = None
    """The cited documents that are coverage, which the form of the answer leaves out; None when it is not known."""
    text: str = ""
    """What had been streamed when it was stopped."""
    note: str = ""
    rating: int = 0
    """1 helpful, -1 not helpful, 0 not said."""
    comment: str = ""

    @property
    def abstained(self) -> bool:
        return self.answer is not None and self.answer["status"] == "abstained"

    @property
    def said(self) -> tuple[str, ...]:
        """The text that was answered, or had been streamed; of a silence also the reason, when it is another."""
        if self.answer is None:
            return (self.text,)
        if not self.abstained:
            return (self.answer["text"],)
        given = (self.answer["text"], self.answer["reason"])
        return tuple(dict.fromkeys(text for text in given if text)) or (texts.ABSTAINED,)

    @property
    def citations(self) -> tuple[Mapping[str, Any], ...]:
        """What was cited, each with the `kind` of its document."""
        cited = self.answer["citations"] if self.answer else ()
        return tuple({**citation, "kind": self._kind(citation["document"])} for citation in cited)

    def _kind(self, document: str) -> Kind:
        return "coverage" if document in (self.coverage or ()) else "statement"

    def citation(self, number: int) -> Mapping[str, Any] | None:
        """The citation shown under this number."""
        return next((citation for citation in self.citations if citation["number"] == number), None)


def _word_begin(text: str, start: int, last: int) -> int:
    """Where the first word from `start` on begins, `last` at the latest."""
    while 0 < start < last and not text[start - 1].isspace():
        start += 1
    return start


def _word_end(text: str, start: int, end: int) -> int:
    """Where the last word before `end` ends; `end` where there are no spaces to cut at."""
    if end >= len(text):
        return len(text)
    return next((place for place in range(end, start, -1) if text[place].isspace()), end)


def new_id() -> str:
    """An identity nobody can guess: knowing it is not enough to read, but guessing must not be a way either."""
    return secrets.token_urlsafe(12)


def now() -> str:
    """The time in UTC, ISO, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def history_of(exchanges: tuple[Exchange, ...]) -> tuple[Turn, ...]:
    """The turns before, as the assistant takes them; what failed or was stopped is not leaned on."""
    turns: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer is None:
            continue
        turns.append(Turn(role="user", content=exchange.question))
        turns.append(Turn(role="assistant", content=str(exchange.answer["text"])))
    return tuple(turns)


def exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    """A plain dict that `exchange_from_json` reads back unchanged."""
    filters = exchange.filters
    return {
        "id": exchange.id,
        "question": exchange.question,
        "asked": exchange.asked,
        "filters": {
            "issuers": list(filters.issuers),
            "since": filters.since,
            "until": filters.until,
            "documents": list(filters.documents),
        },
        "answer": dict(exchange.answer) if exchange.answer else None,
        "near": [asdict(near) for near in exchange.near],
        "coverage": None if exchange.coverage is None else list(exchange.coverage),
        "text": exchange.text,
        "note": exchange.note,
        "rating": exchange.rating,
        "comment": exchange.comment,
    }


def exchange_from_json(data: Mapping[str, Any]) -> Exchange:
    """The exchange that `exchange_to_json` wrote, now or when it wrote less."""
    filters = data["filters"]
    return Exchange(
        id=data["id"],
        question=data["question"],
        asked=data["asked"],
        filters=Filters(
            issuers=tuple(filters["issuers"]),
            since=filters["since"],
            until=filters["until"],
            documents=tuple(filters["documents"]),
        ),
        answer=data["answer"],
        near=tuple(Near(**near) for near in data["near"]),
        coverage=None if data.get("coverage") is None else tuple(data["coverage"]),
        text=data["text"],
        note=data["note"],
        rating=data["rating"],
        comment=data["comment"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation's name and times, without its exchanges."""

    id: str
    title: str
    started: str
    touched: str
    exchanges: int = field(default=0)
