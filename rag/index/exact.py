"""Vectors in memory, searched exactly: for filters, for what is not sealed yet, and when Chroma cannot serve."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from rag.index.vectors import Near


class ExactVectors:
    """Chunk vectors with the keys of their paragraphs, in order of key."""

    def __init__(self, stored: Iterable[tuple[int, bytes]], *, dimension: int) -> None:
        keys: list[int] = []
        counts: list[int] = []
        blobs: list[bytes] = []
        for key, blob in stored:
            keys.append(key)
            counts.append(len(blob) // (2 * dimension))
            blobs.append(blob)
        half = np.frombuffer(b"".join(blobs), np.float16).reshape(-1, dimension)
        self._rows: npt.NDArray[np.float32] = half.astype(np.float32)
        self._keys = np.array(keys, np.int64)
        self._owners = np.repeat(np.arange(len(keys)), counts)

    def __len__(self) -> int:
        return len(self._rows)

    def search(
        self, vector: npt.NDArray[np.float32], *, limit: int, only: npt.NDArray[np.int64] | None = None
    ) -> list[Near]:
        """The nearest paragraphs, nearest first, each once; of those whose keys are in `only` when it is given."""
        if not len(self._rows) or limit < 1:
            return []
        cosines = np.full(len(self._keys), -np.inf, np.float32)
        np.maximum.at(cosines, self._owners, self._rows @ vector)
        if only is not None:
            cosines[~np.isin(self._keys, only)] = -np.inf
        limit = min(limit, len(cosines))
        best = np.argpartition(-cosines, limit - 1)[:limit]
        best = best[np.lexsort((self._keys[best], -cosines[best]))]
        return [Near(int(self._keys[at]), float(cosines[at])) for at in best if np.isfinite(cosines[at])]
