"""An optional second look at the best hits by a CrossEncoder; off unless `PILCROW_RERANKER` names one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Reranker = Callable[[str, Sequence[str]], list[float]]
"""From a question and texts to one score a text, higher is better."""


def load_reranker(name: str) -> Reranker:
    """Any sentence-transformers CrossEncoder, by name or folder.

    Raises:
        ConfigurationError: there is no such model.
    """
    from rag.index.reference import CrossEncoderScorer

    return CrossEncoderScorer.load(name)
