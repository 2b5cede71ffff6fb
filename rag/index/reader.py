"""An index as search sees it: the catalog, the vectors and the words of one generation, renewed when it changes.

Invariant: what is returned is live. A cache that is missing, damaged or incomplete makes a search slower, never wrong:
vectors are then compared exactly and words indexed in memory, both from the catalog, and `warnings` says so.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, IndexMismatch, update_command
from rag.index.catalog import Catalog, Stored
from rag.index.embedding import Embedder, load_embedder
from rag.index.exact import ExactVectors
from rag.index.schema import Seal, State
from rag.index.vectors import ChromaStore, Near
from rag.index.wordings import Wordings
from rag.index.words import Found, LexicalIndex, WordQuery
from rag.types import Filters

EXACT_BELOW = 4_000
"""Up to so many chunks the exact comparison is quicker than Chroma's start, and misses nothing."""
_EXACT_SHARE = 0.3
"""A filter that lets through less is quicker to compare exactly than to find in Chroma's results."""
_SCORED_IN_THE_TIME_OF_ONE = 2
"""Scoring chosen paragraphs costs about twice as much a paragraph as finding the best of all."""
_SLACK = 1.3
_REMEMBERED = 64
_TRIES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What a search may find: of each wording one paragraph.

    Attributes:
        mask: which of the generation's paragraphs.
        chosen: for each wording its paragraph's place; -1 for none.
        filtered: whether it is that of a filter.
    """

    mask: npt.NDArray[np.bool_]
    chosen: npt.NDArray[np.int64]
    filtered: bool

    @classmethod
    def of(cls, wordings: Wordings, let_through: npt.NDArray[np.bool_] | None) -> Scope:
        """Of each wording the paragraph that was published first, among those that a filter lets through."""
        chosen = wordings.chosen(let_through)
        mask = np.zeros(len(wordings.keys), np.bool_)
        mask[chosen[chosen >= 0]] = True
        return cls(mask, chosen, filtered=let_through is not None)

    @property
    def wordings(self) -> int:
        """How many wordings may be found."""
        return int(self.mask.sum())


class Snapshot:
    """One generation of an index; never changes once made, whatever a writer does meanwhile."""

    def __init__(
        self, folder: Path, catalog: Catalog, state: State, *, chroma_url: str | None, exact_below: int
    ) -> None:
        self.state = state
        self.wordings, documents = catalog.wordings()
        self.keys = self.wordings.keys
        self._document_keys, self._documents = np.unique(documents, return_inverse=True)
        self._whole = Scope.of(self.wordings, None)
        self._scopes: dict[tuple[Filters, tuple[str, ...]], Scope] = {}
        self._catalog = catalog
        self._lock = threading.Lock()
        self.warnings: list[str] = []
        self._mend = update_command(folder)
        self.words = self._open_words(folder)
        self._store: ChromaStore | None = None
        seal = state.seal
        if seal is not None and (chroma_url or seal.chunks > exact_below):
            self._store = self._open_store(folder, chroma_url)

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """Who carried the documents."""
        return self._catalog.publishers()

    @cached_property
    def issuers(self) -> tuple[str, ...]:
        """Whose documents they are."""
        return self._catalog.issuers()

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """Who is said to speak in the documents."""
        return self._catalog.speakers()

    def scope(self, filters: Filters, *, speakers: tuple[str, ...] = ()) -> Scope:
        """What may be found: of the paragraphs with the same words the first that the filters let through.

        With `speakers` only what is by one of them.

        Raises:
            InputError: a date of the filters is none.
        """
        if not filters and not speakers:
            return self._whole
        scope = self._scopes.get((filters, speakers))
        if scope is None:
            documents = np.isin(self._document_keys, self._catalog.document_keys(filters))
            if speakers:
                documents &= np.isin(self._document_keys, self._catalog.spoken_by(speakers))
            scope = Scope.of(self.wordings, documents[self._documents])
            if len(self._scopes) >= _REMEMBERED:
                self._scopes.clear()
            self._scopes[filters, speakers] = scope
        return scope

    def live(self, keys: Sequence[int] | npt.NDArray[np.int64], *, among: Scope) -> npt.NDArray[np.bool_]:
        """Which of the keys are paragraphs of this generation that the scope holds."""
        places, there = self.wordings.places(np.array(keys, np.int64))
        there[there] = among.mask[places[there]]
        return there

    def search_dense(self, vector: npt.NDArray[np.float32], limit: int, scope: Scope) -> list[Near]:
        """The nearest paragraphs of the scope, nearest first."""
        few = scope.wordings <= _EXACT_SHARE * len(scope.chosen)
        if self._store is None or self.state.seal is None or few:
            return self._exact(vector, limit, scope)
        share = scope.wordings / len(self.keys)
        try:
            best = self._sealed(self._store, self.state.seal, vector, limit, scope, share)
        except IndexDamaged as error:
            self._store = None
            self.warnings.append(str(error))
            best = None
        if best is None:
            return self._exact(vector, limit, scope)
        recent = self._recent
        for near in recent.search(vector, limit=limit, only=self.live(recent.keys, among=scope)):
            best[near.key] = max(near.cosine, best.get(near.key, -1.0))
        ordered = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [Near(key, cosine) for key, cosine in ordered[:limit]]

    def search_words(self, query: WordQuery, limit: int, scope: Scope) -> list[Found]:
        """The paragraphs of the scope that match best, best first."""
        held = scope.wordings
        if not held:
            return []
        asked = int(limit * len(scope.chosen) / held * _SLACK) + 8
        while not scope.filtered or held > asked // _SCORED_IN_THE_TIME_OF_ONE:
            found = self.words.search(query, limit=asked)
            kept = self._standing(found, scope)
            if len(kept) >= limit or len(found) < asked:
                return kept[:limit]
            asked *= 8
        return self._standing(self.words.score(query, self._indexed(np.flatnonzero(scope.chosen >= 0))), scope)[:limit]

    def score_words(self, query: WordQuery, keys: Sequence[int], scope: Scope) -> dict[int, float]:
        """The scores of those of the scope's paragraphs `keys` that match."""
        places, there = self.wordings.places(np.array(keys, np.int64))
        wordings = self.wordings.groups[places[there]]
        return dict(self._standing(self.words.score(query, self._indexed(wordings)), scope))

    def _indexed(self, wordings: npt.NDArray[np.int64]) -> list[int]:
        """The paragraphs that stand for those wordings in the lexical index."""
        keys: list[int] = self.keys[self.wordings.firsts[wordings]].tolist()
        return keys

    def _standing(self, found: Sequence[Found], scope: Scope) -> list[Found]:
        """The scope's paragraphs of the same words, each once: the lexical index knows one of each wording."""
        if not len(self.keys):
            return []
        places, there = self.wordings.places(np.array([hit.key for hit in found], np.int64))
        chosen = np.where(there, scope.chosen[self.wordings.groups[places]], -1)
        best: dict[int, float] = {}
        for place, hit in zip(chosen.tolist(), found, strict=True):
            if place >= 0:
                best.setdefault(place, hit.score)
        keys = self.keys[list(best)].tolist()
        return [Found(key, score) for key, score in zip(keys, best.values(), strict=True)]

    def holding(self, query: WordQuery, keys: Sequence[int]) -> set[int]:
        """Those of the paragraphs that match, each judged by its own heading and text."""
        matching = {hit.key for hit in self.words.score(query, keys)}
        places, there = self.wordings.places(np.array(keys, np.int64))
        firsts = self.wordings.firsts[self.wordings.groups[places[there]]]
        others = self.keys[places[there][firsts != places[there]]].tolist()
        if others:
            own = LexicalIndex.in_memory(self._catalog.entries(others))
            matching |= {hit.key for hit in own.search(query, limit=len(others))}
        return matching

    def _sealed(
        self,
        store: ChromaStore,
        seal: Seal,
        vector: npt.NDArray[np.float32],
        limit: int,
        scope: Scope,
        share: float,
    ) -> dict[int, float] | None:
        """Keys and cosines of the nearest sealed paragraphs; None when too few of those in the scope come."""
        asked = int((limit / share) * _SLACK) + 8  # several chunks may be of one paragraph, some dead, some copies
        while True:
            found = store.search(seal.name, vector[None, :], limit=asked)[0]
            alive = self.live([near.key for near in found], among=scope)
            best: dict[int, float] = {}
            for near, lives in zip(found, alive, strict=True):
                if lives:
                    best[near.key] = max(near.cosine, best.get(near.key, -1.0))
            if len(best) >= limit or len(found) >= seal.chunks:
                return best
            if scope.filtered or len(found) < asked:
                # Many equal vectors cut Chroma's graph apart: it then gives fewer than there are.
                return None
            asked *= 4

    @cached_property
    def all_vectors(self) -> ExactVectors:
        """Every live chunk's vector, read when first needed."""
        with self._lock:
            made: ExactVectors | None = self.__dict__.get("all_vectors")
            return made or ExactVectors(self._catalog.chunk_vectors(), dimension=self.state.dimension)

    def _exact(self, vector: npt.NDArray[np.float32], limit: int, scope: Scope) -> list[Near]:
        vectors = self.all_vectors
        only = scope.mask
        if not np.array_equal(vectors.keys, self.keys):
            # A writer finished since this generation was opened: the vectors are newer than the scope.
            only = np.isin(vectors.keys, self.keys[only])
        return vectors.search(vector, limit=limit, only=None if only.all() else only)

    @cached_property
    def _recent(self) -> ExactVectors:
        seal = self.state.seal
        assert seal is not None
        lost = self._catalog.unreachable().tolist()
        older = list(self._catalog.chunk_vectors(only=lost)) if lost else []
        newer = self._catalog.chunk_vectors(after=seal.through)
        return ExactVectors([*older, *newer], dimension=self.state.dimension)

    def _open_words(self, folder: Path) -> LexicalIndex:
        try:
            words = LexicalIndex(folder / (self.state.words or "words"))
            if words.count >= len(self.wordings.firsts):
                return words
            self.warnings.append(f"The lexical index lacks paragraphs. {self._mend}")
        except IndexDamaged as error:
            self.warnings.append(str(error))
        return LexicalIndex.in_memory(self._catalog.entries(self._indexed(np.arange(len(self.wordings.firsts)))))

    def _open_store(self, folder: Path, chroma_url: str | None) -> ChromaStore | None:
        seal = self.state.seal
        assert seal is not None
        if seal.place != (chroma_url or ""):
            where = chroma_url or "the embedded store"
            self.warnings.append(f"The vectors are not at {where} yet. {self._mend}")
            return None
        store = ChromaStore(chroma_url or folder / "vectors", index=folder)
        weakref.finalize(self, store.close)
        try:
            if store.count(seal.name) == seal.chunks:
                return store
            self.warnings.append(f"The vectors in Chroma are incomplete. {self._mend}")
        except IndexDamaged as error:
            self.warnings.append(str(error))
        return None


class Index:
    """An open index; safe for several threads. Each search asks `snapshot()` once and stays on what it got."""

    def __init__(
        self,
        folder: Path,
        load: Callable[[], Embedder],
        *,
        chroma_url: str | None = None,
        exact_below: int = EXACT_BELOW,
    ) -> None:
        """Opens the index of `folder`; `load` gives the embedder, once it is needed.

        Raises:
            StoreError: there is no index, or it cannot be read.
        """
        self.folder = folder
        self.catalog = Catalog(folder)
        self.catalog.state()
        self._load = load
        self._embedder: Embedder | None = None
        self._chroma_url = chroma_url
        self._exact_below = exact_below
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    @classmethod
    def open(
        cls, folder: Path, *, embedding: str, chroma_url: str | None = None, exact_below: int = EXACT_BELOW
    ) -> Index:
        """The index of `folder`; the embedding model of that name is loaded by the first search.

        Raises:
            IndexMissing: there is none.
            IndexMismatch: another version made it.
            IndexDamaged: it cannot be read.
        """
        load = partial(load_embedder, embedding, cache=folder / "models")
        return cls(folder, load, chroma_url=chroma_url, exact_below=exact_below)

    def close(self) -> None:
        """Releases what was opened."""
        self._snapshot = None
        self.catalog.close()

    @property
    def embedder(self) -> Embedder:
        """The embedder the index was made with.

        Raises:
            ConfigurationError: the model cannot be loaded.
            IndexMismatch: the index was made with another model.
        """
        if self._embedder is None:
            with self._lock:
                self._embedder = self._embedder or self._load()
        self._refuse_other(self.catalog.state(), self._embedder)
        return self._embedder

    @property
    def fingerprint(self) -> str:
        """A short digest of what the index was made of and how."""
        state = self.catalog.state()
        return hashlib.sha256(f"{state.format} {state.digest} {state.corpus}".encode()).hexdigest()[:12]

    @property
    def generation(self) -> int:
        """Grows with every change a writer makes."""
        return self.catalog.state().generation

    @property
    def warnings(self) -> tuple[str, ...]:
        """What slows the index down, and the command that mends it; empty when all is well."""
        return tuple(self.snapshot().warnings)

    def snapshot(self) -> Snapshot:
        """The newest generation, opened when a writer finished one since.

        Raises:
            StoreError: the index is gone or cannot be read.
        """
        state = self.catalog.state()
        snapshot = self._snapshot
        if snapshot is not None and snapshot.state == state:
            return snapshot
        with self._lock:
            if self._snapshot is None or self._snapshot.state != state:
                self._snapshot = self._take(state)
            return self._snapshot

    def load(self, keys: Sequence[int], *, dimension: int) -> dict[int, Stored]:
        """The live paragraphs among `keys`, with all that is known of them."""
        return self.catalog.load(keys, dimension=dimension)

    def _take(self, state: State) -> Snapshot:
        for _ in range(_TRIES):
            made = Snapshot(
                self.folder, self.catalog, state, chroma_url=self._chroma_url, exact_below=self._exact_below
            )
            now = self.catalog.state()
            if now == state:
                break
            state = now
        return made

    def _refuse_other(self, state: State, embedder: Embedder) -> None:
        if state.digest != embedder.digest:
            raise IndexMismatch(
                f"The index in {self.folder} was made with the embedding model {state.embedding!r}"
                f" ({state.digest[:8]}), not {embedder.name!r} ({embedder.digest[:8]}).",
                mend=update_command(self.folder, rebuild=True),
            )
