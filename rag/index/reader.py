"""An index as search sees it: the catalog, the vectors and the words of one generation, renewed when it changes.

Invariant: what is returned is live. A cache that is missing, damaged or incomplete makes a search slower, never wrong:
vectors are then compared exactly and words indexed in memory, both from the catalog, and `warnings` says so.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, IndexMismatch
from rag.index.catalog import Catalog, Stored
from rag.index.embedding import Embedder, load_embedder
from rag.index.exact import ExactVectors
from rag.index.repeats import ALL
from rag.index.schema import REBUILD, State
from rag.index.vectors import ChromaStore, Near
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


class Snapshot:
    """One generation of an index; never changes once made, whatever a writer does meanwhile."""

    def __init__(
        self, folder: Path, catalog: Catalog, state: State, *, chroma_url: str | None, exact_below: int
    ) -> None:
        self.state = state
        self.keys, documents = catalog.paragraph_keys()
        self._document_keys, self._documents = np.unique(documents, return_inverse=True)
        self._allowed: dict[Filters, npt.NDArray[np.bool_]] = {}
        self._catalog = catalog
        self._lock = threading.Lock()
        self.warnings: list[str] = []
        self.words = self._open_words(folder)
        self._store: ChromaStore | None = None
        seal = state.seal
        place = chroma_url or ""
        if seal is not None and (place or seal.chunks > exact_below):
            self._store = self._open_store(chroma_url or folder / "vectors", place)

    def allowed(self, filters: Filters) -> npt.NDArray[np.bool_] | None:
        """Which of `keys` the filters let through; None when they let all through.

        Raises:
            InputError: a date of the filters is none.
        """
        if not filters:
            return None
        if filters not in self._allowed:
            documents = np.isin(self._document_keys, self._catalog.document_keys(filters))
            if len(self._allowed) >= _REMEMBERED:
                self._allowed.clear()
            self._allowed[filters] = documents[self._documents]
        return self._allowed[filters]

    def live(self, keys: Sequence[int], *, among: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
        """Which of the keys are live paragraphs of this generation, and `among` those that may be found."""
        wanted = np.array(keys, np.int64)
        if not len(self.keys):
            return np.zeros(len(wanted), np.bool_)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found: npt.NDArray[np.bool_] = self.keys[at] == wanted
        return found if among is None else found & among[at]

    def search_dense(
        self, vector: npt.NDArray[np.float32], limit: int, allowed: npt.NDArray[np.bool_] | None
    ) -> list[Near]:
        """The nearest live paragraphs, nearest first."""
        share = _share(allowed)
        if self._store is None or self.state.seal is None or share < _EXACT_SHARE:
            return self._exact(vector, limit, allowed)
        try:
            best = self._sealed(self._store, self.state.seal.name, vector, limit, allowed, share)
        except IndexDamaged as error:
            self._store = None
            self.warnings.append(str(error))
            best = None
        if best is None:
            return self._exact(vector, limit, allowed)
        recent = self._recent.search(vector, limit=limit if allowed is None else len(self._recent.keys))
        for near, lives in zip(recent, self.live([n.key for n in recent], among=allowed), strict=True):
            if lives:
                best[near.key] = max(near.cosine, best.get(near.key, -1.0))
        ordered = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [Near(key, cosine) for key, cosine in ordered[:limit]]

    def search_words(self, query: WordQuery, limit: int, allowed: npt.NDArray[np.bool_] | None) -> list[Found]:
        """The live paragraphs that match best, best first."""
        share = _share(allowed)
        if not share:
            return []
        let_through = int(share * len(self.keys))
        asked = int(limit / share * _SLACK) + 8
        while allowed is None or let_through > asked // _SCORED_IN_THE_TIME_OF_ONE:
            found = self.words.search(query, limit=asked)
            alive = self.live([hit.key for hit in found], among=allowed)
            kept = [hit for hit, lives in zip(found, alive, strict=True) if lives]
            if len(kept) >= limit or len(found) < asked:
                return kept[:limit]
            asked *= 8
        return list(self.words.score(query, self.keys[allowed].tolist()))[:limit]

    def repeats(self, words: Iterable[str]) -> dict[str, int]:
        """How many paragraphs hold each word beyond one for each wording; `ALL` counts all such paragraphs."""
        return self._catalog.repeats([ALL, *dict.fromkeys(words)])

    def _sealed(
        self,
        store: ChromaStore,
        name: str,
        vector: npt.NDArray[np.float32],
        limit: int,
        allowed: npt.NDArray[np.bool_] | None,
        share: float,
    ) -> dict[int, float] | None:
        """Keys and cosines of the nearest sealed paragraphs; None when the filter hides too many of them."""
        asked = int((limit / share) * _SLACK) + 8  # several chunks may be of one paragraph, and some dead
        while True:
            found = store.search(name, vector[None, :], limit=asked)[0]
            alive = self.live([near.key for near in found], among=allowed)
            best: dict[int, float] = {}
            for near, lives in zip(found, alive, strict=True):
                if lives:
                    best[near.key] = max(near.cosine, best.get(near.key, -1.0))
            if len(best) >= limit or len(found) < asked:
                return best
            if allowed is not None:
                return None
            asked *= 4

    @cached_property
    def all_vectors(self) -> ExactVectors:
        """Every live chunk's vector, read when first needed."""
        with self._lock:
            made: ExactVectors | None = self.__dict__.get("all_vectors")
            return made or ExactVectors(self._catalog.chunk_vectors(), dimension=self.state.dimension)

    def _exact(self, vector: npt.NDArray[np.float32], limit: int, allowed: npt.NDArray[np.bool_] | None) -> list[Near]:
        vectors = self.all_vectors
        if allowed is not None and not np.array_equal(vectors.keys, self.keys):
            # A writer finished since this generation was opened: the vectors are newer than the filter.
            allowed = np.isin(vectors.keys, self.keys[allowed])
        return vectors.search(vector, limit=limit, only=allowed)

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
            if words.count >= len(self.keys):
                return words
            self.warnings.append("The lexical index lacks paragraphs. Run: pilcrow index")
        except IndexDamaged as error:
            self.warnings.append(str(error))
        return LexicalIndex.in_memory(self._catalog.entries())

    def _open_store(self, place: Path | str, name: str) -> ChromaStore | None:
        seal = self.state.seal
        assert seal is not None
        if seal.place != name:
            self.warnings.append(f"The vectors are not at {name or 'the embedded store'} yet. Run: pilcrow index")
            return None
        store = ChromaStore(place)
        weakref.finalize(self, store.close)
        try:
            if store.count(seal.name) == seal.chunks:
                return store
            self.warnings.append("The vectors in Chroma are incomplete. Run: pilcrow index")
        except IndexDamaged as error:
            self.warnings.append(str(error))
        return None


def _share(allowed: npt.NDArray[np.bool_] | None) -> float:
    return 1.0 if allowed is None else float(allowed.mean()) if len(allowed) else 0.0


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
                mend=REBUILD,
            )
