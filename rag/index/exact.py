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
        first, last = (0, len(self.keys)) if only is None else _bounds(only)
        if only is None or only[first:last].mean() > _SMALL_SHARE:
            # Documents of one time or issuer often lie together: their rows are compared without being copied.
            row = self._starts[first]
            rows = self._rows[row : self._starts[last - 1] + self._counts[last - 1]]
            cosines: npt.NDArray[np.float32] = np.maximum.reduceat(rows @ vector, self._starts[first:last] - row)
            chosen = slice(None) if only is None else only[first:last]
            return self.keys[first:last][chosen], cosines[chosen]
        counts = self._counts[only]
        rows = self._rows[np.repeat(only, self._counts)]
        return self.keys[only], np.maximum.reduceat(rows @ vector, np.cumsum(counts) - counts)


def _bounds(only: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Where the true values begin, and behind the last of them; there is at least one."""
    return int(only.argmax()), len(only) - int(only[::-1].argmax())
