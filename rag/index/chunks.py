"""Sentences -> chunks: how a paragraph too long for the model is cut for embedding. Chunks are never quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class _Begins(Protocol):
    @property
    def start(self) -> int: ...


class Piece(NamedTuple):
    """Sentences `first` to `last` (inclusive), less the first `skip` units of the first one."""

    first: int
    last: int
    skip: int = 0


def pieces(lengths: Sequence[int], room: int) -> Iterator[Piece]:
    """Runs of consecutive sentences of at most `room` units, about equally long; a longer sentence takes several."""
    if room < 1:
        raise ValueError(f"no room for any text: {room}")
    total = sum(lengths)
    target = -(-total // max(1, -(-total // room)))
    first, used = 0, 0
    for number, length in enumerate(lengths):
        if used and used + length > room:
            yield Piece(first, number - 1)
            first, used = number, 0
        if length > room:
            yield from (Piece(number, number, skip) for skip in range(0, length, room))
            first, used = number + 1, 0
            continue
        used += length
        if used >= target:
            yield Piece(first, number)
            first, used = number + 1, 0
    if used:
        yield Piece(first, len(lengths) - 1)


def owners_of(offsets: Sequence[tuple[int, int]], sentences: Sequence[_Begins]) -> npt.NDArray[np.int64]:
    """The number of the sentence each token stands in; `offsets` are those of the tokens in the text."""
    begins = np.array([sentence.start for sentence in sentences], np.int64)
    starts = np.array([start for start, _ in offsets], np.int64)
    found: npt.NDArray[np.int64] = np.searchsorted(begins, starts, side="right").astype(np.int64) - 1
    return np.maximum(found, 0)
