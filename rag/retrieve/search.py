"""A question -> hits: candidates by meaning and by words, three signals each, one score, copies collapsed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from rag.index import Index
from rag.index.catalog import Comparable, Stored
from rag.index.embedding import BUNDLED_NAMES, Vectors
from rag.index.reader import Scope, Snapshot
from rag.retrieve.capitals import capitalised, without_shouting
from rag.retrieve.carriers import carried_by
from rag.retrieve.ellipsis import in_full, is_complete
from rag.retrieve.followups import (
    asks_on,
    forms,
    is_of_another,
    is_of_the_same,
    leans,
    names_the_same,
    previous_question,
)
from rag.retrieve.framing import unframed
from rag.retrieve.fusion import Columns, Scores, blend, fuse, scaled
from rag.retrieve.newest import NEAR, NEAR_OF_ISSUER, Superlative, all_named_in, chosen_of, owner_of, superlative_of
from rag.retrieve.query import distinct_terms, word_query
from rag.retrieve.rerank import Reranker
from rag.retrieve.speakers import may_answer, named, speaking
from rag.retrieve.spelling import LONGEST_ENDING, SHORTEST, called, mended
from rag.retrieve.times import span_named, timed, times_named, without_span
from rag.retrieve.topics import on_topic, topic_of
from rag.text.general import GENERAL
from rag.text.terms import content_terms
from rag.types import Filters, Hit, Retrieval, SentenceScore, Signals, TermStatistic, Turn

CANDIDATES = 100
"""How many paragraphs each way of searching contributes."""
LARGEST_DOCUMENT = 300
"""Paragraphs of a document that are looked at for its main points."""
RERANKED = 30
THOUGHT_OF = 100
"""Paragraphs among whose documents the latest is looked for."""
SPELT_IN = 50
"""Paragraphs in which the right spelling of a word is looked for."""
WANTED = 2.0
"""What the right time or speaker adds where it is the rarest there is, in standard deviations of the other signals;
fitted on half of the questions of `eval/benchmarks/who_and_when.py`, where 1 to 2.5 do nearly as well."""
AFTER = 0.5
"""The share of it for what was published soon after: the month is over when its figures come out."""
_TRIES = 3
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidates:
    """Paragraphs that may answer, with their scores; `order` lists them best first."""

    keys: tuple[int, ...]
    words: tuple[int, ...]
    scores: Scores
    columns: Columns
    order: tuple[int, ...]


class _Wanted(NamedTuple):
    """What a question asks for by its time or its speaker, and which share of the gain it brings."""

    scope: Scope
    share: float


class _Request(NamedTuple):
    """A question as it is searched for: itself, its forms with their shares, and what may answer."""

    asked: str
    searched: Sequence[tuple[float, str]]
    filters: Filters

    @property
    def standalone(self) -> str:
        return self.searched[-1][1]


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
            filters: which documents may answer; "According to Trend …" asks of what Trend carried even without one.
            k: how many hits at most.
            standalone_question: the question as a language model rewrote it; the history is then not looked at.

        Raises:
            StoreError: the index cannot serve.
            InputError: a date of the filters is none.
        """
        began = time.perf_counter()
        before, given = () if standalone_question else history, filters
        for _ in range(_TRIES):
            snapshot = self._index.snapshot()
            said = self._turns(before, snapshot)
            typed = self._plain(standalone_question or question, snapshot, alone=not said)
            within = given
            if on := self._document_before(typed, said, given, snapshot):
                request, superlative = _request(typed, said, given, snapshot, document=on), None
            else:
                plain, turns = _read_in_full(typed, said, (*snapshot.issuers, *snapshot.speakers))
                if superlative := superlative_of(plain):
                    plain = without_span(superlative.question)
                    plain, within = _of_its_owner(plain, given, snapshot)
                request = _request(plain, turns, within, snapshot)
            # What a user's own filter lets through is no narrower series of one issuer's.
            near = NEAR_OF_ISSUER if superlative and within != given else NEAR
            hits, filters = self._best(snapshot, request, superlative, k, near=near)
            # When a writer finished meanwhile, paragraphs of the snapshot may be gone from the catalog.
            if self._index.catalog.state() == snapshot.state:
                break
        return Retrieval(
            question=question,
            standalone_question=request.standalone,
            hits=hits,
            terms=tuple(
                TermStatistic(
                    term=term.text, surface=term.surface, paragraphs=snapshot.words.paragraphs_with(term.text)
                )
                for term in distinct_terms(request.standalone)
            ),
            paragraphs=len(snapshot.wordings.firsts),
            filters=filters,
            asked=request.asked,
            seconds=time.perf_counter() - began,
        )

    def document(self, id: str) -> tuple[Hit, ...]:  # noqa: A002 - the documented word
        """The paragraphs of a document in their order, as hits of what it is about.

        All of them, or as many evenly spread over one that has more than `LARGEST_DOCUMENT`.
        Sentences score by their cosine to what all of them and the title have in common, the mean of their vectors
        (the centroid of Radev et al. 2004, https://doi.org/10.1016/j.ipm.2003.10.006).
        """
        catalog = self._index.catalog
        keys = catalog.paragraph_keys(id)
        every = max(1, -(-len(keys) // LARGEST_DOCUMENT))
        loaded = self._index.load(keys[::every], dimension=catalog.state().dimension)
        stored = sorted(loaded.values(), key=lambda item: item.paragraph.number)
        if not stored:
            return ()
        sentences = np.concatenate([item.sentence_vectors for item in stored])
        centre = sentences.mean(axis=0) + self._index.embedder.encode([stored[0].document.title])[0]
        centre /= max(float(np.linalg.norm(centre)), 1e-12)
        nothing = Signals(dense=0.0, lexical=0.0, sentence=0.0)
        return tuple(
            Hit(
                paragraph=item.paragraph,
                document=item.document,
                score=0.0,
                signals=nothing,
                sentences=_sentence_scores(item, centre),
            )
            for item in stored
        )

    def _turns(self, history: Sequence[Turn], snapshot: Snapshot) -> tuple[Turn, ...]:
        """The turns before, read as their questions were; none where nothing was asked in them."""
        if not previous_question(history):
            return ()
        return tuple(
            replace(turn, content=self._plain(turn.content, snapshot)) if turn.role == "user" else turn
            for turn in history
        )

    def _best(
        self, snapshot: Snapshot, request: _Request, superlative: Superlative | None, k: int, *, near: float
    ) -> tuple[tuple[Hit, ...], Filters]:
        """The `k` best hits, what may answer first, and the filters: of the latest its document alone is asked."""
        asked, searched, filters = request
        shares = np.array([share for share, _ in searched], np.float32)
        vectors = self._index.embedder.encode([text for _, text in searched])

        def hits_of(count: int, filters: Filters, wanted: Sequence[Sequence[_Wanted]]) -> tuple[Hit, ...]:
            found = self._search(snapshot, searched, vectors, filters, k, wanted)
            return self._hits(found, shares @ vectors, count) if found else ()

        wanted = _wanted(asked, request.standalone, filters, snapshot)
        hits = hits_of(THOUGHT_OF if wanted or superlative else k, filters, wanted)
        able = may_answer(asked, request.standalone, hits)
        if superlative and able and (one := chosen_of(able, superlative, near=near)):
            filters = replace(filters, documents=(one.id,))
            hits = able = hits_of(k, filters, _wanted(asked, request.standalone, filters, snapshot))
        # What may answer comes first, so that all of the rest does not keep it out.
        return tuple(sorted(hits, key=lambda hit: hit not in able))[:k], filters

    def _document_before(
        self, question: str, turns: Sequence[Turn], filters: Filters, snapshot: Snapshot
    ) -> str | None:
        """The document that "the latest" was in a turn before, where a question asks on: "Who voted against it?"."""
        asked_on = [question]
        if filters.documents or superlative_of(question):
            return None
        for at in reversed([at for at, turn in enumerate(turns) if turn.role == "user"]):
            if not all(map(_asks_on_of_it, asked_on)):
                return None
            said = turns[at].content
            if superlative_of(said):
                chosen = self.search(said, history=turns[:at], filters=filters).filters.documents
                of_it = chosen and all(self._may_be_of(chosen[0], one, snapshot) for one in asked_on)
                return chosen[0] if of_it else None
            asked_on.append(said)
        return None

    def _may_be_of(self, document: str, question: str, snapshot: Snapshot) -> bool:
        """Whether what a question speaks of stands in a document, or is only pointed at."""
        hits = self.document(document)
        if not hits or not all_named_in(question, hits):
            return False
        words = {term.text for term in content_terms(question)} - GENERAL
        held = (content_terms(text) for text in (hits[0].document.title, *(hit.paragraph.text for hit in hits)))
        return (
            names_the_same(question)
            or not any(map(snapshot.words.paragraphs_with, words))
            or any(term.text in words for terms in held for term in terms)
        )

    def _plain(self, question: str, snapshot: Snapshot, *, alone: bool = True) -> str:
        """What is asked, without what is said around it, spelt and capitalised as it is meant."""
        asked = self._mended(unframed(without_shouting(question), alone=alone), snapshot)
        return capitalised(asked, (*snapshot.issuers, *snapshot.speakers))

    def _mended(self, question: str, snapshot: Snapshot) -> str:
        """The question with its misspelt words as the paragraphs spell them; in English, which the dictionary holds."""
        embedder = self._index.embedder
        if embedder.name not in BUNDLED_NAMES:
            return question

        def near(word: str) -> list[str]:
            begins = word[: max(SHORTEST, len(word) - LONGEST_ENDING)]
            keys = snapshot.words.near(word, limit=SPELT_IN) or snapshot.words.near(begins, limit=SPELT_IN, begins=True)
            loaded = self._index.load(keys, dimension=embedder.dimension)
            return [item.paragraph.text for item in loaded.values()]

        def stands(word: str) -> bool:
            return snapshot.words.paragraphs_with(word) > 0

        return called(mended(question, stands=stands, near=near), stands=stands)

    def _search(
        self,
        snapshot: Snapshot,
        searched: Sequence[tuple[float, str]],
        vectors: Vectors,
        filters: Filters,
        k: int,
        wanted: Sequence[Sequence[_Wanted]],
    ) -> _Candidates | None:
        scope = snapshot.scope(filters)
        count = max(self._candidates, 4 * k)
        queries = [word_query(text) for _, text in searched]
        by_words = [snapshot.search_words(query, count, scope) for query in queries]
        near = [snapshot.search_dense(vector, count, scope) for vector in vectors]
        places = [[hit.key for hit in one] for one in by_words] + [[hit.key for hit in one] for one in near]
        places += [
            [hit.key for hit in snapshot.search_words(queries[-1], count, one.scope)] for some in wanted for one in some
        ]
        keys = list(dict.fromkeys(key for one in places for key in one))
        lexical = [snapshot.score_words(query, keys, scope) for query in queries]
        if queries[0].phrases and by_words[0]:
            # What stands in quotation marks must stand in the paragraph, as long as it stands in any.
            holding = snapshot.holding(queries[0], keys)
            keys = [key for key in keys if key in holding]
        compared = self._index.catalog.compare(keys, dimension=vectors.shape[1])
        if not compared.keys:
            return None
        columns = [
            (share, _columns(compared, vector, scores))
            for (share, _), vector, scores in zip(searched, vectors, lexical, strict=True)
        ]
        scores = fuse(columns, _bonus(snapshot, compared.keys, scope, wanted))
        order = _once(np.lexsort((np.array(compared.keys), -scores)).tolist(), compared.words)
        found = _Candidates(
            keys=compared.keys, words=compared.words, scores=scores, columns=blend(columns), order=tuple(order)
        )
        return found if self._reranker is None else self._reranked(found, searched[-1][1], vectors.shape[1])

    def _hits(self, found: _Candidates, vector: Vectors, k: int) -> tuple[Hit, ...]:
        chosen = found.order[:k]
        stored = self._index.load([found.keys[at] for at in chosen], dimension=len(vector))
        copies = self._index.catalog.same_words([found.words[at] for at in chosen])
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
            for at, item in ((at, stored[found.keys[at]]) for at in chosen if found.keys[at] in stored)
        )

    def _reranked(self, found: _Candidates, question: str, dimension: int) -> _Candidates:
        """The best candidates in the reranker's order, above all others."""
        assert self._reranker is not None
        stored = self._index.load([found.keys[at] for at in found.order[:RERANKED]], dimension=dimension)
        best = [at for at in found.order[:RERANKED] if found.keys[at] in stored]
        texts = [stored[found.keys[at]].paragraph.text for at in best]
        second = np.array(self._reranker(question, texts), np.float64)
        scores = found.scores * 0.5
        scores[best] = 0.5 + 0.5 * scaled(second)
        order = (*(best[at] for at in np.argsort(-second, kind="stable")), *found.order[RERANKED:])
        return replace(found, scores=scores, order=order)


def _asks_on_of_it(question: str) -> bool:
    return is_of_the_same(question) and not is_of_another(question) and not times_named(question)


def _read_in_full(question: str, history: Sequence[Turn], speakers: Sequence[str]) -> tuple[str, Sequence[Turn]]:
    """The question in full, and the turns that are still needed to understand it."""
    (*turns, last), holds_previous = in_full((*history, Turn(role="user", content=question)), speakers)
    full, superlative = last.content, superlative_of(last.content)
    if full != question and holds_previous:
        at = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=0)
        return full, turns[:at] if asks_on(full) else ()
    if is_complete(full) or (superlative and not is_of_the_same(superlative.question)):
        return full, ()
    return full, turns


def _of_its_owner(question: str, filters: Filters, snapshot: Snapshot) -> tuple[str, Filters]:
    """The question for the latest of what somebody issued, and the filters that let through what is theirs."""
    owned = None if filters.issuers else owner_of(question)
    issuers = named((owned[0],), snapshot.issuers) if owned else ()
    return (owned[1], replace(filters, issuers=issuers)) if owned and issuers else (question, filters)


def _request(
    question: str, history: Sequence[Turn], filters: Filters, snapshot: Snapshot, *, document: str | None = None
) -> _Request:
    """What is asked, how it is searched for, and where: in what one publisher carried, if it asks for its words.

    Of one document, such as the `document` spoken of before, "What did it say on prices?" leans on no turn before.
    """
    if document:
        filters = replace(filters, documents=(document,))
    elif not filters.documents and not filters.publishers and len(snapshot.publishers) > 1:
        carried = carried_by(forms(question, history)[-1][1] if leans(question) else question, snapshot.publishers)
        if carried is not None:
            filters = replace(filters, publishers=(carried[0],))
            if not leans(question):
                # Who names a publisher anew leans on nothing before.
                question, history = carried.question, ()
    if topic := topic_of(question, alone=not history or len(filters.documents) == 1):
        question, history = on_topic(topic), ()
    return _Request(question, forms(question, history), filters)


def _wanted(asked: str, standalone: str, filters: Filters, snapshot: Snapshot) -> Sequence[Sequence[_Wanted]]:
    """What is of the times and by the speakers that are asked for, within what the filters let through."""
    times = times_named(timed(asked, standalone))
    dated = [(share, one.within(filters)) for time in times for share, one in ((1.0, time), (AFTER, time.soon_after))]
    names, span = speaking(asked, standalone), span_named(asked)
    if span and not names:
        dated.append((1.0, span.within(filters)))
    within = span.within(filters) if span and names else filters
    issuers = () if filters.issuers else named(names, snapshot.issuers)
    speakers = named(names, snapshot.speakers)
    every = snapshot.scope(filters)
    of_time = [_Wanted(snapshot.scope(one), share) for share, one in dated if one]
    by = [_Wanted(snapshot.scope(replace(within, issuers=issuers)), 1.0)] if issuers and within else []
    by += [_Wanted(snapshot.scope(within, speakers=speakers), 1.0)] if speakers and within else []
    kept = ([one for one in some if 0 < one.scope.wordings < every.wordings] for some in (of_time, by))
    return [some for some in kept if some]


def _bonus(snapshot: Snapshot, keys: Sequence[int], every: Scope, wanted: Sequence[Sequence[_Wanted]]) -> Scores:
    """What each candidate gains by its time and its speaker: the more, the fewer others are of it."""
    result = np.zeros(len(keys))
    for some in wanted:
        rarities = [one.share * np.log(every.wordings / one.scope.wordings) / np.log(every.wordings) for one in some]
        live = [snapshot.live(keys, among=one.scope) for one in some]
        result += WANTED * np.max([rarity * one for rarity, one in zip(rarities, live, strict=True)], axis=0)
    return result


def _once(order: Sequence[int], words: Sequence[int]) -> list[int]:
    """The best of those with the same words."""
    first: dict[int, int] = {}
    for at in order:
        first.setdefault(words[at], at)
    return list(first.values())


def _columns(compared: Comparable, vector: Vectors, lexical: dict[int, float]) -> Columns:
    """The signals of each paragraph: its nearest chunk, its words, its nearest sentence."""
    return Columns(
        dense=np.maximum.reduceat(compared.chunks @ vector, compared.chunk_starts).astype(np.float64),
        lexical=np.array([lexical.get(key, 0.0) for key in compared.keys], np.float64),
        sentence=np.maximum.reduceat(compared.sentences @ vector, compared.sentence_starts).astype(np.float64),
    )


def _sentence_scores(item: Stored, vector: Vectors) -> tuple[SentenceScore, ...]:
    return tuple(
        SentenceScore(start=span.start, end=span.end, score=float(cosine))
        for span, cosine in zip(item.sentences, item.sentence_vectors @ vector, strict=True)
    )
