"""Signals of the candidates -> one score each.

Each signal is standardised over the candidates (z-score); the similarity of whole chunks weighs less than those of
words and of sentences. Measured on squad2, clapnq and mtrag: z-scores lose less than min-max when the paragraphs are
buried in a large corpus, and ranks (reciprocal rank fusion) fall below BM25 alone. The weight was fitted on half of the
questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

DENSE = 0.6
"""The weight of the whole chunk's similarity, where the two others weigh 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The signals of all candidates for one form of the question, each an array of one value a candidate."""

    dense: Scores
    lexical: Scores
    sentence: Scores


def fuse(forms: Sequence[tuple[float, Columns]], more: Scores | None = None) -> Scores:
    """One score in (0, 1) a candidate, from the forms of the question and their shares; higher is better.

    `more` is added to the standardised signals.
    """
    total = (0.0 if more is None else more) + sum(
        share * (DENSE * standardised(form.dense) + standardised(form.lexical) + standardised(form.sentence)) / 3
        for share, form in forms
    )
    squashed: Scores = 1 / (1 + np.exp(-np.asarray(total, np.float64)))
    return squashed


def blend(forms: Sequence[tuple[float, Columns]]) -> Columns:
    """The signals themselves, averaged over the forms."""
    shares = np.array([share for share, _ in forms])
    return Columns(
        dense=shares @ np.stack([form.dense for _, form in forms]),
        lexical=shares @ np.stack([form.lexical for _, form in forms]),
        sentence=shares @ np.stack([form.sentence for _, form in forms]),
    )


def standardised(values: Scores) -> Scores:
    """Distance from the mean in standard deviations; nothing for a signal in which the candidates do not differ."""
    result: Scores = (values - values.mean()) / (values.std() + 1e-6)
    return result


def scaled(values: Scores) -> Scores:
    """The values from 0 (the least) to 1 (the greatest); all 0 when they do not differ."""
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    if not high - low > 1e-9:
        return np.zeros_like(values)
    result: Scores = (values - low) / (high - low)
    return result
