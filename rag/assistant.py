"""The only place that chooses implementations: settings become an index, a search and an answerer.

    assistant = rag.open()                 settings from the environment, checked
    assistant.ask("…")                     -> Answer
    assistant.stream("…")                  -> Retrieved, Delta …, Finished
    assistant.search("…")                  -> Retrieval

An assistant may be used by several threads. Nothing is loaded before it is needed: looking at a document needs
neither the embedding model nor a language model. A new generation of the index is noticed at the next call.
"""

from __future__ import annotations

import difflib
import hashlib
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rag.errors import InputError
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerEvent,
    Document,
    DocumentInfo,
    Draft,
    Filters,
    Finished,
    Fingerprint,
    Mode,
    Paragraph,
    Retrieval,
    Retrieved,
    Seconds,
    Span,
    Turn,
)

if TYPE_CHECKING:
    from rag.answer.answerer import Answerer
    from rag.index import Changes, Index, ProgressReport
    from rag.retrieve import Searcher

NO_FILTERS = Filters()

LONGEST_QUESTION = 4_000
"""Characters; the embedding model reads about 1,000 of them, and a longer text is a document, not a question."""

LONGEST_HISTORY = 40
"""Turns that are looked at; older ones are dropped."""


def check_question(question: str) -> str:
    """The question without surrounding white space and control characters.

    Raises:
        InputError: nothing is left of it, or it is too long.
    """
    cleaned = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character for character in question
    ).strip()
    if not any(character.isalnum() for character in cleaned):
        raise InputError("The question holds no word.", mend="Ask one, for example: pilcrow ask 'Who …?'")
    if len(cleaned) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(cleaned):,} characters; at most {LONGEST_QUESTION:,} are read.",
            mend="Shorten it, or put the text into a document and index it: pilcrow index FILE",
        )
    return cleaned


def question_id(question: str, history: Sequence[Turn] = ()) -> str:
    """A short name for a question, the same whenever the same is asked."""
    asked = "\x1f".join([*(f"{turn.role}\x1e{turn.content}" for turn in history), question])
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Assistant:
    """Answers questions over one index; make one with `Assistant.open` (or `rag.open`) and close it when done."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings = settings
        self._index = index
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings | None = None, **overrides: object) -> Self:
        """An assistant over the index that the settings name.

        Raises:
            ConfigurationError: a setting is unknown or cannot be used.
            StoreError: the index is missing, damaged or was made by something else.
        """
        from rag.index import Index

        settings = settings or Settings.load(**overrides)
        return cls(settings, Index.open(settings.index, embedding=settings.embedding, chroma_url=settings.chroma_url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the index."""
        self._index.close()

    @property
    def index_folder(self) -> Path:
        """Where the index lies; the chat keeps its conversations beside it."""
        return self.settings.index

    @property
    def mode(self) -> Mode:
        """`quote` without a language model, else `model`."""
        return "quote" if self.settings.model == "quote" else "model"

    @property
    def model(self) -> str | None:
        """The name of the language model in use."""
        return None if self.settings.model == "quote" else self.settings.model

    def load(self) -> None:
        """Load everything the first question needs, so that it is answered as fast as the second."""
        self._searcher.search("warm up", k=1)
        _ = self._answerer

    def search(
        self, query: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Retrieval:
        """The paragraphs nearest to a query, best first.

        Raises:
            InputError: the query holds no word or is too long, or a filter cannot be used.
        """
        query = check_question(query)
        filters = self._check_filters(filters)
        return self._searcher.search(
            query, history=_recent(history), filters=filters, k=k or self.settings.k
        )

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Answer:
        """The answer to a question; an abstention is an answer too.

        Raises:
            InputError: the question holds no word or is too long, or a filter cannot be used.
            ModelError: the language model failed and falling back is forbidden.
        """
        for event in self.stream(question, history=history, filters=filters, k=k):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream ends with Finished")

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Iterator[AnswerEvent]:
        """The answer as it comes: `Retrieved`, then `Delta` (and perhaps `Withdrawn`), at the end `Finished`.

        Raises:
            InputError, ModelError: as `ask`.
        """
        started = time.perf_counter()
        question = check_question(question)
        filters = self._check_filters(filters)
        history = _recent(history)
        retrieval = self._searcher.search(
            question,
            history=history,
            filters=filters,
            k=k or self.settings.k,
            standalone_question=self._rewrite(question, history),
        )
        retrieved = time.perf_counter()
        yield Retrieved(retrieval=retrieval)
        for event in self._answerer.answer(retrieval, history):
            if isinstance(event, Draft):
                ended = time.perf_counter()
                seconds = Seconds(retrieve=retrieved - started, answer=ended - retrieved, total=ended - started)
                yield Finished(answer=self._answer(question, history, retrieval, event, seconds))
            else:
                yield event

    def resolve(self, reference: str) -> tuple[Document, Paragraph | None]:
        """The document that `DOCUMENT` or `DOCUMENT#pN` names, and the paragraph if one was named.

        Raises:
            InputError: there is no such document or paragraph; the message names the nearest.
        """
        name, sign, number = reference.strip().rpartition("#p")
        if not sign:
            return self.document(number), None
        document = self.document(name)
        if not number.isdecimal() or not 1 <= int(number) <= len(document.paragraphs):
            raise InputError(
                f"{name!r} has paragraphs 1 to {len(document.paragraphs)}, there is no {reference!r}.",
                mend=f"See: pilcrow show {name}",
            )
        return document, document.paragraphs[int(number) - 1]

    def document(self, id: str) -> Document:  # noqa: A002 - the documented word
        """A document with its paragraphs.

        Raises:
            InputError: there is none of that id; the message names the nearest.
        """
        document = self._index.catalog.document(id)
        if document is None:
            raise InputError(f"There is no document {id!r} in {self.settings.index}.", mend=self._nearest(id))
        return document

    def paragraph(self, reference: str) -> Paragraph:
        """The paragraph that `DOCUMENT#pN` names.

        Raises:
            InputError: there is no such document or paragraph.
        """
        _, paragraph = self.resolve(reference)
        if paragraph is None:
            raise InputError(f"{reference!r} names no paragraph.", mend="Add #pN, for example #p1.")
        return paragraph

    def documents(self, filters: Filters = NO_FILTERS) -> tuple[DocumentInfo, ...]:
        """What is known of every document the filters let through, by date and id."""
        return tuple(self._index.catalog.documents(self._check_filters(filters)))

    def copies(self, reference: str, span: Span) -> tuple[str, ...]:
        """The paragraphs of other documents that carry the words of a span of a paragraph."""
        return tuple(self._index.catalog.copies(reference, span))

    @property
    def fingerprint(self) -> Fingerprint:
        """Short digests of corpus, index, prompts and settings as they are now."""
        from rag.answer.prompts import prompts_digest
        from rag.resources import prompts_folder

        return Fingerprint(
            corpus=self._index.catalog.corpus_digest(),
            index=self._index.fingerprint,
            prompts=prompts_digest(prompts_folder()),
            settings=self.settings.fingerprint(),
        )

    @cached_property
    def _searcher(self) -> Searcher:
        from rag.retrieve import Searcher
        from rag.retrieve.rerank import load_reranker

        reranker = load_reranker(self.settings.reranker) if self.settings.reranker else None
        return Searcher(self._index, reranker=reranker)

    @cached_property
    def _quoting(self) -> Answerer:
        from rag.answer.quoting import QuotingAnswerer

        return QuotingAnswerer(copies=self.copies, caution=self.settings.caution)

    @cached_property
    def _answerer(self) -> Answerer:
        return self._quoting

    def _rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        return None

    def _check_filters(self, filters: Filters) -> Filters:
        from rag.corpus.dates import check_date

        since = check_date(filters.since, name="since") if filters.since else None
        until = check_date(filters.until, name="until") if filters.until else None
        if since and until and since > until:
            raise InputError(f"No date is between {since} and {until}.", mend="Swap since and until.")
        catalog = self._index.catalog
        for id in filters.documents:  # noqa: A001 - the documented word
            if not catalog.has_document(id):
                raise InputError(f"There is no document {id!r} in {self.settings.index}.", mend=self._nearest(id))
        known = {issuer.casefold(): issuer for issuer in catalog.issuers()} if filters.issuers else {}
        for issuer in filters.issuers:
            if issuer.casefold() not in known:
                near = difflib.get_close_matches(issuer, list(known.values()), n=3, cutoff=0.0)
                raise InputError(f"No document is by {issuer!r}.", mend=f"Nearest issuers: {'; '.join(near)}.")
        return replace(filters, since=since, until=until)

    def _nearest(self, id: str) -> str:  # noqa: A002 - the documented word
        near = difflib.get_close_matches(id, self._index.catalog.document_ids(), n=1, cutoff=0.3)
        return f"Nearest: {near[0]}" if near else "See what there is: pilcrow search WORDS"

    def _answer(
        self, question: str, history: Sequence[Turn], retrieval: Retrieval, draft: Draft, seconds: Seconds
    ) -> Answer:
        return Answer(
            id=question_id(question, history),
            question=question,
            standalone_question=retrieval.standalone_question,
            draft=draft,
            hits=retrieval.hits,
            filters=retrieval.filters,
            seconds=seconds,
            fingerprint=self.fingerprint,
        )


def _recent(history: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(history)[-LONGEST_HISTORY:]
