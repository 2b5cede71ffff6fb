"""Vectors in memory, searched exactly: for filters, for what is not sealed yet, and when Chroma cannot serve."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from rag.index.vectors import Near

_SMALL_SHARE = 0.3
"""Below it, picking the rows that may be found costs less than comparing all of them."""


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
        self._counts = np.array(counts, np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self.keys = np.array(keys, np.int64)

    def search(
        self, vector: npt.NDArray[np.float32], *, limit: int, only: npt.NDArray[np.bool_] | None = None
    ) -> list[Near]:
        """The nearest paragraphs, nearest first, each once.

        Args:
            vector: the question.
            limit: how many at most.
            only: which of `keys` may be found; all when it is None.
        """
        if limit < 1 or not len(self.keys) or (only is not None and not only.any()):
            return []
        keys, cosines = self._cosines(vector, only)
        limit = min(limit, len(keys))
        best = np.argpartition(-cosines, limit - 1)[:limit]
        best = best[np.lexsort((keys[best], -cosines[best]))]
        return [Near(int(keys[at]), float(cosines[at])) for at in best]

    def _cosines(
        self, vector: npt.NDArray[np.float32], only: npt.NDArray[np.bool_] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        if only is None or only.mean() > _SMALL_SHARE:
            cosines: npt.NDArray[np.float32] = np.maximum.reduceat(self._rows @ vector, self._starts)
            return (self.keys, cosines) if only is None else (self.keys[only], cosines[only])
        counts = self._counts[only]
        rows = self._rows[np.repeat(only, self._counts)]
        return self.keys[only], np.maximum.reduceat(rows @ vector, np.cumsum(counts) - counts)
