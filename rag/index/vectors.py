"""Sealed collections of vectors in Chroma: written once, then only read.

A collection is never changed after it was sealed, since live records become unreachable after deletes and upserts
(chroma #7758) and a reader in another process keeps a stale graph (chroma #3792). What came later is searched
exactly, what is gone is passed over, and when either grows too much a new collection is sealed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from rag.errors import DEFAULT_INDEX, IndexDamaged, update_command

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

_BATCH = 2_000
_NAME = re.compile(r"pilcrow-[0-9a-f]{16}")
"""Names that `rag.index.seal` gives; another folder beside the embedded collections is somebody else's."""


class Near(NamedTuple):
    """A paragraph's key and the cosine of its nearest chunk."""

    key: int
    cosine: float


class VectorStore(Protocol):
    """Where sealed collections lie."""

    def seal(self, name: str, vectors: Iterable[tuple[int, npt.NDArray[np.float32]]], *, count: int) -> None:
        """Writes a new collection of (key, chunk vectors); `count` chunks will come."""
        ...

    def search(self, name: str, vectors: npt.NDArray[np.float32], *, limit: int) -> list[list[Near]]:
        """For each vector the nearest chunks' paragraphs, nearest first; a paragraph may come twice."""
        ...

    def count(self, name: str) -> int:
        """How many chunks the collection holds.

        Raises:
            IndexDamaged: there is no such collection, or the store does not answer.
        """
        ...

    @property
    def is_embedded(self) -> bool:
        """Whether everything in it belongs to this index."""
        ...

    def names(self) -> list[str]:
        """The collections that are there."""
        ...

    def drop(self, name: str) -> None:
        """Removes a collection; nothing happens when it is gone already."""
        ...

    def close(self) -> None: ...


class ChromaStore:
    """Chroma, embedded in a folder (one folder a collection, so that readers keep theirs) or behind a URL."""

    def __init__(self, place: Path | str, *, index: Path = DEFAULT_INDEX) -> None:
        """What is at `place`; `index` is the folder whose update writes it."""
        self._place = place
        self._mend = update_command(index)
        self._clients: dict[str, ClientAPI] = {}
        self._collections: dict[str, Any] = {}

    def seal(self, name: str, vectors: Iterable[tuple[int, npt.NDArray[np.float32]]], *, count: int) -> None:
        self.drop(name)
        graph: CreateHNSWConfiguration = {
            "space": "ip",
            "ef_construction": 128,
            "max_neighbors": 16,
            "ef_search": 256,
            "batch_size": 100,
            # The graph is written whenever so many have come; what came after would be replayed at every opening.
            "sync_threshold": max(2, count),
        }
        with self._guarded():
            collection = self._client(name).create_collection(
                name, embedding_function=None, configuration={"hnsw": graph}
            )
            for ids, rows in _batched(vectors):
                collection.add(ids=ids, embeddings=rows)
        self._collections[name] = collection

    def search(self, name: str, vectors: npt.NDArray[np.float32], *, limit: int) -> list[list[Near]]:
        with self._guarded():
            found = self._collection(name).query(query_embeddings=vectors, n_results=limit, include=["distances"])
        return [
            [Near(int(at.partition(".")[0]), 1.0 - distance) for at, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    @property
    def is_embedded(self) -> bool:
        return isinstance(self._place, Path)

    def count(self, name: str) -> int:
        with self._guarded():
            return int(self._collection(name).count())

    def names(self) -> list[str]:
        if isinstance(self._place, Path):
            return sorted(path.name for path in self._place.glob("pilcrow-*") if _NAME.fullmatch(path.name))
        with self._guarded():
            return sorted(collection.name for collection in self._client("").list_collections())

    def drop(self, name: str) -> None:
        self._collections.pop(name, None)
        if isinstance(self._place, Path):
            self._release(name)
            shutil.rmtree(self._place / name, ignore_errors=True)
        elif name in self.names():
            with self._guarded():
                self._client(name).delete_collection(name)

    def close(self) -> None:
        for name in list(self._clients):
            self._release(name)

    def _release(self, name: str) -> None:
        client = self._clients.pop(name, None)
        if client is not None:
            # Chroma's HTTP client leaves its connections open when it is closed (1.5.9).
            both = (client, getattr(client, "_admin_client", None))
            sessions = [getattr(getattr(one, "_server", None), "_session", None) for one in both]
            client.close()  # type: ignore[attr-defined]
            for session in sessions:
                if session is not None:
                    session.close()

    def _collection(self, name: str) -> Any:
        if name not in self._collections:
            self._refuse_file()
            if isinstance(self._place, Path) and not (self._place / name).is_dir():
                raise IndexDamaged(f"The vectors in {self._place / name} are missing.", mend=self._mend)
            self._collections[name] = self._client(name).get_collection(name, embedding_function=None)
        return self._collections[name]

    def _client(self, name: str) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        at = name if isinstance(self._place, Path) else ""
        if at not in self._clients:
            if isinstance(self._place, Path):
                self._refuse_file()
                (self._place / name).mkdir(parents=True, exist_ok=True)
                self._clients[at] = chromadb.PersistentClient(str(self._place / name), settings=settings)
            else:
                url = urlsplit(self._place)
                port = url.port or (443 if url.scheme == "https" else 80)
                self._clients[at] = chromadb.HttpClient(
                    url.hostname or "localhost", port, ssl=url.scheme == "https", settings=settings
                )
        return self._clients[at]

    def _refuse_file(self) -> None:
        if isinstance(self._place, Path) and self._place.exists() and not self._place.is_dir():
            raise IndexDamaged(f"{self._place} is no folder.", mend=f"Remove it. {self._mend}")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        import httpx
        from chromadb.errors import ChromaError, NotFoundError

        try:
            yield
        except NotFoundError as error:
            raise IndexDamaged(
                f"Chroma at {self._place} lacks the vectors: {_reason(error)}.", mend=self._mend
            ) from error
        except (ChromaError, httpx.HTTPError, ValueError, OSError, RuntimeError) as error:
            mend = self._mend
            if not isinstance(self._place, Path):
                mend = "Start the server, name another in PILCROW_CHROMA_URL, or unset it."
            raise IndexDamaged(f"Chroma at {self._place} does not serve: {_reason(error)}.", mend=mend) from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".?")


def _batched(
    vectors: Iterable[tuple[int, npt.NDArray[np.float32]]],
) -> Iterator[tuple[list[str], npt.NDArray[np.float32]]]:
    ids: list[str] = []
    rows: list[npt.NDArray[np.float32]] = []
    for key, chunks in vectors:
        ids.extend(f"{key}.{number}" if number else str(key) for number in range(len(chunks)))
        rows.extend(chunks)
        if len(ids) >= _BATCH:
            yield ids, np.stack(rows)
            ids, rows = [], []
    if ids:
        yield ids, np.stack(rows)
