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
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rag.errors import InputError, command, shortened
from rag.questions import check_question, question_id, recent
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerEvent,
    Document,
    DocumentInfo,
    Draft,
    Filters,
    Fingerprint,
    Finished,
    Hit,
    Mode,
    Paragraph,
    Retrieval,
    Retrieved,
    Seconds,
    Span,
    Turn,
)

if TYPE_CHECKING:
    from rag.answer.answerer import AnswerableCheck, Answerer
    from rag.answer.models import ChatModel
    from rag.answer.prompts import Prompts
    from rag.answer.quoting import QuotingAnswerer
    from rag.answer.reader import Reader
    from rag.answer.rewrite import Rewrite
    from rag.answer.support import ClaimChecker
    from rag.corpus import Reading
    from rag.index import Changes, Index, ProgressReport
    from rag.retrieve import Searcher

NO_FILTERS = Filters()


class Assistant:
    """Answers questions over one index; make one with `Assistant.open` (or `rag.open`) and close it when done."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings = settings
        self._index = index
        self._catalog = index.catalog
        self._opening = threading.RLock()

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
        """Release what was opened."""
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

    @property
    def warnings(self) -> tuple[str, ...]:
        """What slows searching down, each with the command that mends it; empty when all is well."""
        return self._index.warnings

    def load(self) -> None:
        """Load everything the first question needs, so that it is answered as fast as the second."""
        self._read(self._open_searcher().search("warm up", k=1))
        self._open_answerer()

    def search(
        self, query: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Retrieval:
        """The paragraphs nearest to a query, best first.

        Raises:
            InputError: the query holds no word or is too long, or a filter cannot be used.
        """
        query = check_question(query)
        filters = self._check_filters(filters)
        return self._open_searcher().search(query, history=recent(history), filters=filters, k=k or self.settings.k)

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
        history = recent(history)
        rewrite = self._rewrite(question, history)
        retrieval = self._open_searcher().search(
            question,
            history=history,
            filters=filters,
            k=k or self.settings.k,
            standalone_question=rewrite.question,
        )
        retrieved = time.perf_counter()
        yield Retrieved(retrieval=retrieval)
        for event in self._open_answerer().answer(self._read(retrieval), history):
            if isinstance(event, Draft):
                event = replace(event, reason=_in_full(rewrite.reason, event, retrieval.filters, filters))
                ended = time.perf_counter()
                seconds = Seconds(retrieve=retrieved - started, answer=ended - retrieved, total=ended - started)
                understood = _understood(retrieval, filters)
                yield Finished(answer=self._answer(question, history, understood, event, seconds))
            else:
                yield event

    def resolve(self, reference: str) -> tuple[Document, Paragraph | None]:
        """The document that `DOCUMENT` or `DOCUMENT#pN` names, and the paragraph if one was named.

        Raises:
            InputError: there is no such document or paragraph; the message names the nearest.
        """
        reference = reference.strip()
        name, sign, number = reference.rpartition("#p")
        if not sign:
            return self.document(reference), None
        document = self.document(name)
        paragraph = self._catalog.paragraph(f"{document.info.id}#p{number}")
        if paragraph is None:
            raise InputError(
                f"{document.info.id!r} has paragraphs 1 to {len(document.paragraphs)}, not {shortened(number)!r}.",
                mend=f"See them: {command('show', document.info.id, index=self.settings.index)}",
            )
        return document, paragraph

    def document(self, id: str) -> Document:  # noqa: A002 - the documented word
        """A document with its paragraphs.

        Raises:
            InputError: there is none of that id; the message names the nearest.
        """
        # Ids are composed (NFC); what is typed or pasted may be decomposed.
        document = self._catalog.document(id) or self._catalog.document(unicodedata.normalize("NFC", id))
        if document is None:
            ids = self._catalog.document_ids()
            near = [known for known in ids if id and id in known][:1] or difflib.get_close_matches(id, ids, n=1)
            what_there_is = command("search", "WORDS", index=self.settings.index)
            mend = f"Nearest: {near[0]}" if near else f"See what there is: {what_there_is}"
            raise InputError(f"There is no document {shortened(id)!r} in {self.settings.index}.", mend=mend)
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
        """What is known of every document the filters let through, newest first."""
        return self._catalog.documents(self._check_filters(filters))

    def copies(self, reference: str, span: Span) -> tuple[str, ...]:
        """The paragraphs of other documents that carry the words of a span of a paragraph."""
        return self._catalog.copies(reference, span)

    def preview(self, files: Sequence[Path]) -> Reading:
        """The documents that files hold and every problem in them; nothing is taken."""
        from rag.library import preview

        return preview(files)

    def add_documents(self, files: Sequence[Path], *, progress: ProgressReport | None = None) -> Changes:
        """Take files into the index; they are copied into its folder and stay until they are removed.

        Raises:
            CorpusError: with every problem of every file; nothing was taken.
            StoreError: the index is locked by another writer.
        """
        from rag.library import add_documents

        return add_documents(self.settings, files, progress=progress)

    def remove_document(self, id: str) -> Changes:  # noqa: A002 - the documented word
        """Remove a document that was added.

        Raises:
            InputError: there is none of that id, or its file is not Pilcrow's to delete.
        """
        from rag.library import remove_document

        return remove_document(self.settings, self.document(id))

    @property
    def fingerprint(self) -> Fingerprint:
        """Short digests of corpus, index, prompts and settings as they are now."""
        return Fingerprint(
            corpus=self._catalog.corpus_digest(),
            index=self._index.fingerprint,
            prompts=self._prompts.digest,
            settings=self.settings.fingerprint(),
        )

    # Several threads may ask the first question at once; what they need is opened once.

    def _open_searcher(self) -> Searcher:
        with self._opening:
            return self._searcher

    def _open_answerer(self) -> Answerer:
        with self._opening:
            return self._answerer

    @cached_property
    def _searcher(self) -> Searcher:
        from rag.retrieve import Searcher
        from rag.retrieve.rerank import load_reranker

        reranker = load_reranker(self.settings.reranker) if self.settings.reranker else None
        return Searcher(self._index, reranker=reranker)

    @cached_property
    def _quoting(self) -> QuotingAnswerer:
        from rag.answer.quoting import QuotingAnswerer

        return QuotingAnswerer(
            copies=self.copies,
            answerable=self._answerable,
            search=self._search_part,
            contents=self._contents,
        )

    def _contents(self, document: str) -> Sequence[Hit]:
        return self._open_searcher().document(document)

    def _search_part(self, question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        from rag.answer.reader import PART_TOKENS

        found = self._open_searcher().search(question, history=history, filters=filters, k=self.settings.k)
        return self._read(found, PART_TOKENS)

    def _read(self, retrieval: Retrieval, tokens: int | None = None) -> Retrieval:
        """The retrieval with what the reader thinks of its first hits."""
        with self._opening:
            reader = self._reader
        if reader is None:
            return retrieval
        return reader(retrieval, tokens=tokens) if tokens else reader(retrieval)

    @cached_property
    def _reader(self) -> Reader | None:
        """None beside another embedding model: it may stand for another language, and the reader knows English."""
        from rag.index.embedding import BUNDLED_NAMES

        if self.settings.embedding not in BUNDLED_NAMES:
            return None
        from rag.answer.reader import Reader

        return Reader.shared(cache=self.settings.index / "models")

    @cached_property
    def _answerable(self) -> AnswerableCheck:
        from rag.answer.abstain import Abstention

        return Abstention(caution=self.settings.caution, encode=self._index.embedder.encode)

    @cached_property
    def _answerer(self) -> Answerer:
        if self.mode == "quote":
            return self._quoting
        from rag.answer.modelled import ModelAnswerer

        return ModelAnswerer(
            self._chat_model,
            prompts=self._prompts,
            fallback=self._quoting,
            copies=self.copies,
            strict=self.settings.strict,
            allow_fallback=self.settings.fallback,
            token_budget=self.settings.context_tokens,
            checker=self._checker,
            judging=self._quoting.judging,
            contents=self._contents,
            find=self._catalog.paragraph,
        )

    @cached_property
    def _chat_model(self) -> ChatModel:
        from rag.answer.models import open_chat_model

        return open_chat_model(self.settings.model, timeout=self.settings.timeout)

    @cached_property
    def _prompts(self) -> Prompts:
        from rag.answer.prompts import load_prompts
        from rag.resources import prompts_folder

        return load_prompts(prompts_folder())

    def _rewrite(self, question: str, history: Sequence[Turn]) -> Rewrite:
        """The standalone question a language model makes of a follow-up, or why it made none."""
        from rag.answer.rewrite import Rewrite, rewrite_question

        if self.mode == "quote" or not history:
            return Rewrite(None)
        rewrite = rewrite_question(self._chat_model, self._prompts, question, history)
        return Rewrite(check_question(rewrite.question)) if rewrite.question else rewrite

    @cached_property
    def _checker(self) -> ClaimChecker:
        from rag.answer.support import check_claim

        checker: ClaimChecker = check_claim
        if self.settings.nli:
            from rag.answer.entailment import EntailmentChecker

            checker = EntailmentChecker(self.settings.nli, first=checker)
        if self.settings.judge:
            from rag.answer.judge import Judge
            from rag.answer.models import open_chat_model

            model = open_chat_model(self.settings.judge, timeout=self.settings.timeout)
            checker = Judge(model, prompts=self._prompts, first=checker)
        return checker

    def _check_filters(self, filters: Filters) -> Filters:
        """The filters, when they can let something through."""
        from rag.index.periods import bounds

        bounds(filters.since, filters.until)
        for document in filters.documents:
            if not self._catalog.has_document(document):
                self.document(document)
        if filters.issuers:
            known = {issuer.casefold(): issuer for issuer in self._catalog.issuers()}
            for issuer in filters.issuers:
                if issuer.casefold() not in known:
                    near = difflib.get_close_matches(issuer, list(known.values()), n=3, cutoff=0.0)
                    mend = (
                        f"Nearest issuers: {'; '.join(near)}." if near else "No document names an issuer; ask without."
                    )
                    raise InputError(f"No document is by {shortened(issuer)!r}.", mend=mend)
        return filters

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


def _understood(retrieval: Retrieval, asked: Filters) -> Retrieval:
    """The retrieval, its question with the document that "the latest" was found to be."""
    found = [one for one in retrieval.filters.documents if one not in asked.documents]
    said = f"{retrieval.standalone_question} ({', '.join(found)})" if found else retrieval.standalone_question
    return replace(retrieval, standalone_question=said)


def _in_full(before: str, draft: Draft, searched: Filters, asked: Filters) -> str:
    """The reason, with where was looked when the question itself narrowed the search."""
    narrowed: list[str] = []
    if draft.status == "abstained" and searched != asked:
        narrowed += (f"Only what {one} carried was searched." for one in searched.publishers)
        narrowed += (f"Only {one} was searched." for one in searched.documents if one not in asked.documents)
    return " ".join(filter(None, (before, *narrowed, draft.reason)))
