"""When and how the live vectors are sealed into a new collection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, update_command
from rag.index.schema import Seal
from rag.index.vectors import VectorStore
from rag.index.writing import CatalogWriter

_FEWEST = 1_000
_SHARE = 0.2
_PROBES = 2_000
_PROBED_AT_ONCE = 200
_LIMIT = 10


def reseal(
    writer: CatalogWriter,
    store: VectorStore,
    *,
    place: str,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bool:
    """Seals the live vectors when there is no usable seal, or too many came or went since; whether it did."""
    old = writer.state().seal
    if old is not None and not force and _serves(old, store, place) and not _outgrown(old, writer):
        _drop_others(store, old.name, ours=writer.unfinished_seal())
        return False
    total, through = writer.count_chunks()
    dimension = writer.state().dimension
    name = f"pilcrow-{time.time_ns():x}"

    def vectors() -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        for key, blob in writer.chunks():
            yield key, np.frombuffer(blob, np.float16).reshape(-1, dimension).astype(np.float32)

    def watched() -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        done = 0
        for number, (key, rows) in enumerate(vectors()):
            done += len(rows)
            if number % 1000 == 0:
                progress(done, total)
            yield key, rows

    _drop_others(store, old.name if old else "", ours=writer.unfinished_seal())
    writer.begin_seal(name)
    store.seal(name, watched(), count=total)
    if store.count(name) != total:
        raise IndexDamaged(f"Chroma kept {store.count(name)} of {total} vectors.", mend=update_command(writer.folder))
    seal = Seal(place=place, name=name, through=through, chunks=total)
    step = 1 if force else max(1, total // _PROBES)
    missing = unreached(store, name, islice(vectors(), 0, None, step))
    if missing and step > 1:
        missing = unreached(store, name, vectors())
    writer.sealed(seal, unreachable=missing)
    progress(total, total)
    _drop_others(store, name, ours=old.name if old else "")
    return True


def unreached(store: VectorStore, name: str, probes: Iterable[tuple[int, npt.NDArray[np.float32]]]) -> list[int]:
    """Keys of paragraphs that a search for their own vector does not give back."""
    missing: set[int] = set()
    each = ((key, row) for key, rows in probes for row in rows)
    while part := list(islice(each, _PROBED_AT_ONCE)):
        found = store.search(name, np.stack([row for _, row in part]), limit=_LIMIT)
        for (key, row), near in zip(part, found, strict=True):
            # Paragraphs with the same words have the same vector: more of them than fit is no loss.
            crowded = len(near) == _LIMIT and near[-1].cosine > float(row @ row) - 1e-3
            if not crowded and all(one.key != key for one in near):
                missing.add(key)
    return sorted(missing)


def _serves(seal: Seal, store: VectorStore, place: str) -> bool:
    try:
        return seal.place == place and store.count(seal.name) == seal.chunks
    except IndexDamaged:
        return False


def _outgrown(seal: Seal, writer: CatalogWriter) -> bool:
    live, _ = writer.count_chunks()
    recent = writer.count_unsealed(seal.through)
    gone = seal.chunks - (live - recent)
    return recent + gone > max(_FEWEST, _SHARE * live)


def _drop_others(store: VectorStore, name: str, *, ours: str = "") -> None:
    """Removes all but one of the collections; on a server, where others have theirs, only the one that is `ours`."""
    for other in store.names() if store.is_embedded else ([ours] if ours else []):
        if other != name:
            store.drop(other)
