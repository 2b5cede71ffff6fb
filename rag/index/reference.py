"""Any sentence-transformers model, by name or folder: slower to start than the converted copy, and its reference."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ConfigurationError
from rag.index.embedding import Passage, PassageVectors, Vectors, encode_apart

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

_CHARACTERS_A_TOKEN = 4
_DEFAULT_TOKENS = 512


class ReferenceEmbedder:
    """Vectors of a sentence-transformers model on torch."""

    def __init__(self, model: SentenceTransformer, *, name: str) -> None:
        self.name = name
        self._model = model
        self.digest = _digest_of_weights(model)
        self.dimension = int(model.encode(["."]).shape[1])

    @classmethod
    def load(cls, name: str) -> ReferenceEmbedder:
        """The model of that name or folder.

        Raises:
            ConfigurationError: sentence-transformers finds no such model.
        """
        _refuse_missing("embedding model", name, "PILCROW_EMBEDDING")
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(str(Path(name).expanduser()) if Path(name).expanduser().exists() else name)
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            raise _unknown("embedding model", name, "PILCROW_EMBEDDING", error) from error
        return cls(model, name=name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        tokens = self._model.get_max_seq_length() or _DEFAULT_TOKENS
        return encode_apart(self, passages, characters=max(tokens * _CHARACTERS_A_TOKEN, 64))


class CrossEncoderScorer:
    """A CrossEncoder as a function from a question and texts to scores, higher is better."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    @classmethod
    def load(cls, name: str) -> CrossEncoderScorer:
        """The reranker of that name or folder.

        Raises:
            ConfigurationError: sentence-transformers finds no such model.
        """
        _refuse_missing("reranker", name, "PILCROW_RERANKER")
        from sentence_transformers import CrossEncoder

        try:
            return cls(CrossEncoder(name))
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            raise _unknown("reranker", name, "PILCROW_RERANKER", error) from error

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        scores = np.asarray(self._model.predict([(question, text) for text in texts], show_progress_bar=False))
        # A model with several labels puts "relevant" last.
        return [float(score) for score in (scores if scores.ndim == 1 else scores[:, -1])]


def _digest_of_weights(model: SentenceTransformer) -> str:
    digest = hashlib.sha256(str(model.get_max_seq_length()).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(dtype=_bytes()).numpy().tobytes())
    return digest.hexdigest()


def _bytes() -> object:
    import torch

    return torch.uint8


def _refuse_missing(what: str, name: str, setting: str) -> None:
    """Says that a folder is not there before torch is loaded, which takes seconds."""
    if name.startswith(("/", ".", "~")) and not Path(name).expanduser().exists():
        raise _unknown(what, name, setting, "there is no such folder.")


def _unknown(what: str, name: str, setting: str, error: object) -> ConfigurationError:
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    return ConfigurationError(
        f"The {what} {name!r} cannot be loaded: {reason}",
        mend=f"Set {setting} to a sentence-transformers name or to the folder of such a model.",
    )
