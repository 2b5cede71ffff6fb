"""Signals of one paragraph -> one score in [0, 1]: each signal is scaled over the candidates, then weighed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.types import Signals

WEIGHTS = {"dense": 0.25, "lexical": 0.45, "sentence": 0.30}
"""Sum to one."""


def fuse(signals: Sequence[Signals]) -> npt.NDArray[np.float64]:
    """One score a candidate; comparable within one search only."""
    total = np.zeros(len(signals))
    for name, weight in WEIGHTS.items():
        total += weight * scaled(np.array([getattr(signal, name) for signal in signals], np.float64))
    return total


def scaled(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The values from 0 (the least) to 1 (the greatest); all 0 when they do not differ."""
    if not len(values):
        return values
    low, high = values.min(), values.max()
    if high - low < 1e-9:
        return np.zeros_like(values)
    result: npt.NDArray[np.float64] = (values - low) / (high - low)
    return result
