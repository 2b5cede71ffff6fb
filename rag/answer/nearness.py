"""How near two words are in meaning: the same stem, the same beginning, or vectors that point the same way."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from rag.text.terms import fold, stem

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts to unit vectors, one a row: an embedder's `encode`."""

UNRELATED = 0.4
"""The cosine of two short words that have nothing to do with each other."""
SAME = 0.8
_BEGINNING = 5
_LIKE_BEGINNING = 0.7
_MOST_KEPT = 20_000


class Nearness:
    """Compares words, keeping the vectors it has seen; safe for several threads.

    Args:
        encode: gives the vectors; without it only stems and beginnings are compared.
    """

    def __init__(self, encode: Encode | None = None) -> None:
        self._encode = encode
        self._kept: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str], others: Iterable[str]) -> list[float]:
        """For each word how near the nearest of the others is, from 0 (unrelated) to 1 (the same)."""
        words = [fold(word) for word in words]
        around = sorted({fold(other) for other in others})
        if not words or not around:
            return [0.0] * len(words)
        stems = {stem(other) for other in around}
        near = [1.0 if stem(word) in stems else self._beginning(word, around) for word in words]
        missing = [at for at, value in enumerate(near) if value < 1]
        if self._encode is None or not missing:
            return near
        cosines = self._vectors([words[at] for at in missing]) @ self._vectors(around).T
        for at, cosine in zip(missing, cosines.max(axis=1), strict=True):
            near[at] = max(near[at], min(1.0, max(0.0, (float(cosine) - UNRELATED) / (SAME - UNRELATED))))
        return near

    def _beginning(self, word: str, others: Iterable[str]) -> float:
        """Words of one family ("prison", "prisoner") share their beginning."""
        start = word[:_BEGINNING]
        return _LIKE_BEGINNING if len(start) == _BEGINNING and any(o.startswith(start) for o in others) else 0.0

    def _vectors(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        assert self._encode is not None
        with self._lock:
            found = {word: self._kept[word] for word in words if word in self._kept}
            for word in found:
                self._kept.move_to_end(word)
        if fresh := [word for word in dict.fromkeys(words) if word not in found]:
            found.update(zip(fresh, self._encode(fresh), strict=True))
            with self._lock:
                self._kept.update((word, found[word]) for word in fresh)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return np.stack([found[word] for word in words])
