"""A question -> hits: candidates by meaning and by words, three signals each, one score, copies collapsed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.index import Index
from rag.index.catalog import Stored
from rag.index.embedding import Vectors
from rag.index.reader import Snapshot
from rag.retrieve.followups import forms
from rag.retrieve.fusion import Columns, Scores, blend, fuse, scaled
from rag.retrieve.query import distinct_terms, word_query
from rag.retrieve.rerank import Reranker
from rag.types import Filters, Hit, Retrieval, SentenceScore, Signals, TermStatistic, Turn

CANDIDATES = 100
"""How many paragraphs each way of searching contributes."""
RERANKED = 30
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidates:
    """Paragraphs that may answer, with their scores; `order` lists them best first."""

    stored: tuple[Stored, ...]
    scores: Scores
    columns: Columns
    order: tuple[int, ...]


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
            question: what the user typed.
            history: the turns before; the question is also searched for in their light.
            filters: which documents may answer.
            k: how many hits at most.
            standalone_question: the question as a language model rewrote it; the history is then not looked at.

        Raises:
            StoreError: the index cannot serve.
            InputError: a date of the filters is none.
        """
        began = time.perf_counter()
        asked = standalone_question or question
        searched = forms(asked, () if standalone_question else history)
        snapshot = self._index.snapshot()
        vectors = self._index.embedder.encode([text for _, text in searched])
        found = self._search(snapshot, searched, vectors, filters, k)
        shares = np.array([share for share, _ in searched], np.float32)
        return Retrieval(
            question=question,
            standalone_question=searched[-1][1],
            hits=self._hits(found, shares @ vectors, k) if found else (),
            terms=tuple(
                TermStatistic(
                    term=term.text, surface=term.surface, paragraphs=snapshot.words.paragraphs_with(term.text)
                )
                for term in distinct_terms(asked)
            ),
            paragraphs=len(snapshot.keys),
            filters=filters,
            seconds=time.perf_counter() - began,
        )

    def _search(
        self,
        snapshot: Snapshot,
        searched: Sequence[tuple[float, str]],
        vectors: Vectors,
        filters: Filters,
        k: int,
    ) -> _Candidates | None:
        allowed = snapshot.allowed(filters)
        count = max(self._candidates, 4 * k)
        queries = [word_query(text) for _, text in searched]
        lexical = [dict(snapshot.search_words(query, count, allowed)) for query in queries]
        near = [snapshot.search_dense(vector, count, allowed) for vector in vectors]
        keys = list(dict.fromkeys([key for scores in lexical for key in scores] + [n.key for one in near for n in one]))
        for query, scores in zip(queries, lexical, strict=True):
            scores.update(snapshot.words.score(query, [key for key in keys if key not in scores]))
        if queries[0].phrases and lexical[0]:
            # What stands in quotation marks must stand in the paragraph, as long as it stands in any.
            keys = [key for key in keys if key in lexical[0]]
        loaded = self._index.load(keys, dimension=vectors.shape[1])
        stored = tuple(loaded[key] for key in keys if key in loaded)
        if not stored:
            return None
        columns = [
            (share, _columns(stored, vector, scores))
            for (share, _), vector, scores in zip(searched, vectors, lexical, strict=True)
        ]
        fused = fuse(columns)
        order = sorted(range(len(stored)), key=lambda at: (-fused[at], stored[at].key))
        found = _Candidates(stored=stored, scores=fused, columns=blend(columns), order=tuple(order))
        return found if self._reranker is None else _reranked(found, self._reranker, searched[-1][1])

    def _hits(self, found: _Candidates, vector: Vectors, k: int) -> tuple[Hit, ...]:
        chosen = _one_a_wording(found)[:k]
        copies = self._index.catalog.same_words([found.stored[at].words for at in chosen])
        return tuple(
            Hit(
                paragraph=item.paragraph,
                document=item.document,
                score=float(found.scores[at]),
                signals=Signals(
                    dense=float(found.columns.dense[at]),
                    lexical=float(found.columns.lexical[at]),
                    sentence=float(found.columns.sentence[at]),
                ),
                sentences=_sentence_scores(item, vector),
                also_in=tuple(
                    ref for _, ref in copies.get(item.words, ()) if ref.rpartition("#p")[0] != item.document.id
                ),
            )
            for at, item in ((at, found.stored[at]) for at in chosen)
        )


def _columns(stored: Sequence[Stored], vector: Vectors, lexical: dict[int, float]) -> Columns:
    """The signals of each paragraph: its nearest chunk, its words, its nearest sentence."""
    return Columns(
        dense=_best([item.chunk_vectors for item in stored], vector),
        lexical=np.array([lexical.get(item.key, 0.0) for item in stored], np.float64),
        sentence=_best([item.sentence_vectors for item in stored], vector),
    )


def _best(vectors: Sequence[Vectors], vector: Vectors) -> Scores:
    """The greatest cosine within each group of vectors, none of which is empty."""
    starts = np.cumsum([0, *(len(group) for group in vectors[:-1])])
    best: Scores = np.maximum.reduceat(np.concatenate(vectors) @ vector, starts).astype(np.float64)
    return best


def _reranked(found: _Candidates, reranker: Reranker, question: str) -> _Candidates:
    """The best candidates in the reranker's order, above all others."""
    best = list(found.order[:RERANKED])
    second = np.array(reranker(question, [found.stored[at].paragraph.text for at in best]), np.float64)
    scores = found.scores * 0.5
    scores[best] = 0.5 + 0.5 * scaled(second)
    order = (*(best[at] for at in np.argsort(-second, kind="stable")), *found.order[RERANKED:])
    return _Candidates(stored=found.stored, scores=scores, columns=found.columns, order=order)


def _one_a_wording(found: _Candidates) -> list[int]:
    """The order without paragraphs whose words an earlier one has."""
    first: dict[int, int] = {}
    for at in found.order:
        first.setdefault(found.stored[at].words, at)
    return list(first.values())


def _sentence_scores(item: Stored, vector: Vectors) -> tuple[SentenceScore, ...]:
    return tuple(
        SentenceScore(start=span.start, end=span.end, score=float(cosine))
        for span, cosine in zip(item.sentences, item.sentence_vectors @ vector, strict=True)
    )
