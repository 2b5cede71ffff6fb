"""A question -> hits: candidates by meaning and by words, three signals each, one score, copies collapsed."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.index import Index
from rag.index.catalog import Stored
from rag.index.embedding import Vectors
from rag.index.reader import Snapshot
from rag.index.words import WordQuery
from rag.retrieve.followups import in_context
from rag.retrieve.fusion import fuse, scaled
from rag.retrieve.query import distinct_terms, word_query
from rag.retrieve.rerank import Reranker
from rag.types import Filters, Hit, Retrieval, SentenceScore, Signals, TermStatistic, Turn

CANDIDATES = 100
RERANKED = 30
_NO_FILTERS = Filters()


class Searcher:
    """Searches one index; safe for several threads."""

    def __init__(self, index: Index, *, reranker: Reranker | None = None, candidates: int = CANDIDATES) -> None:
        self._index = index
        self._reranker = reranker
        self._candidates = candidates

    def search(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = _NO_FILTERS,
        k: int = 10,
        standalone_question: str | None = None,
    ) -> Retrieval:
        """The `k` best paragraphs, best first; those with the same words share one place.

        Args:
            history: the turns before; the question is also searched for in their light.
            standalone_question: the question as a language model rewrote it; the history is then not looked at.

        Raises:
            StoreError: the index cannot serve.
            InputError: a date of the filters is none.
        """
        began = time.perf_counter()
        searched = standalone_question or in_context(question, history)
        embedder = self._index.embedder
        snapshot = self._index.snapshot()
        hits = self._hits(snapshot, searched, filters, k) if len(snapshot.keys) else ()
        return Retrieval(
            question=question,
            standalone_question=searched,
            hits=hits,
            terms=tuple(
                TermStatistic(
                    term=term.text, surface=term.surface, paragraphs=snapshot.words.paragraphs_with(term.text)
                )
                for term in distinct_terms(searched)
            ),
            paragraphs=len(snapshot.keys),
            filters=filters,
            seconds=time.perf_counter() - began,
        )

    def _hits(self, snapshot: Snapshot, searched: str, filters: Filters, k: int) -> tuple[Hit, ...]:
        vector = self._index.embedder.encode([searched])[0]
        query = word_query(searched)
        stored, signals = self._candidates_of(snapshot, vector, query, filters, k)
        if not stored:
            return ()
        scores = fuse(signals)
        order = sorted(range(len(stored)), key=lambda at: (-scores[at], stored[at].key))
        if self._reranker is not None:
            scores, order = self._reranked(searched, stored, scores, order)
        chosen = _one_a_wording(stored, order)[:k]
        copies = self._index.catalog.same_words([stored[at].words for at in chosen])
        return tuple(
            Hit(
                paragraph=stored[at].paragraph,
                document=stored[at].document,
                score=float(scores[at]),
                signals=signals[at],
                sentences=_sentence_scores(stored[at], vector),
                also_in=tuple(
                    ref
                    for _, ref in copies.get(stored[at].words, ())
                    if ref.rpartition("#p")[0] != stored[at].document.id
                ),
            )
            for at in chosen
        )

    def _candidates_of(
        self, snapshot: Snapshot, vector: Vectors, query: WordQuery, filters: Filters, k: int
    ) -> tuple[list[Stored], list[Signals]]:
        allowed = snapshot.allowed(filters)
        count = max(self._candidates, 4 * k)
        near = snapshot.search_dense(vector, count, allowed)
        worded = snapshot.search_words(query, count, allowed)
        lexical = {found.key: found.score for found in worded}
        if query.phrases:
            near = [found for found in near if found.key in lexical] if worded else near
        keys = list(dict.fromkeys([*(found.key for found in worded), *(found.key for found in near)]))
        loaded = self._index.load(keys, dimension=len(vector))
        unscored = [found.key for found in near if found.key not in lexical]
        lexical |= {found.key: found.score for found in snapshot.words.score(query, unscored)}
        stored = [loaded[key] for key in keys if key in loaded]
        signals = [
            Signals(
                dense=float(np.max(item.chunk_vectors @ vector)),
                lexical=lexical.get(item.key, 0.0),
                sentence=float(np.max(item.sentence_vectors @ vector)),
            )
            for item in stored
        ]
        return stored, signals

    def _reranked(
        self, searched: str, stored: Sequence[Stored], scores: npt.NDArray[np.float64], order: list[int]
    ) -> tuple[npt.NDArray[np.float64], list[int]]:
        """The best candidates in the reranker's order, above all others."""
        assert self._reranker is not None
        best = order[:RERANKED]
        second = np.array(self._reranker(searched, [stored[at].paragraph.text for at in best]), np.float64)
        renewed = scores * 0.5
        renewed[best] = 0.5 + 0.5 * scaled(second)
        return renewed, [*(best[at] for at in np.argsort(-second, kind="stable")), *order[RERANKED:]]


def _one_a_wording(stored: Sequence[Stored], order: Sequence[int]) -> list[int]:
    """The order without paragraphs whose words an earlier one has."""
    first: dict[int, int] = {}
    for at in order:
        first.setdefault(stored[at].words, at)
    return list(first.values())


def _sentence_scores(item: Stored, vector: Vectors) -> tuple[SentenceScore, ...]:
    return tuple(
        SentenceScore(start=span.start, end=span.end, score=float(cosine))
        for span, cosine in zip(item.sentences, item.sentence_vectors @ vector, strict=True)
    )
