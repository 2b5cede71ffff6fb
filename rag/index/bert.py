"""BERT as an OpenVINO graph built from published weights: starts in a second, and needs no torch.

The graph is that of Devlin et al. (2019), https://arxiv.org/abs/1810.04805, as all-MiniLM-L6-v2 uses it. It returns
one vector a token. The embedding model and the reader run on it, each with weights of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.errors import ConfigurationError

if TYPE_CHECKING:
    from openvino import CompiledModel, InferRequest, Model

CLS, SEP = 101, 102
GRAPH_FILES = "model.xml", "model.bin"
BATCH_TOKENS = 2_048
QUANTIZED_TOGETHER = 128
"""Numbers of a token's vector that share a scale when they are multiplied in eight bits."""
_MOST_STREAMS = 16
_FIRST_INFERENCE = threading.Lock()
"""OpenVINO's binding makes a table when it is first used, behind a guard that it keeps while it lends Python's lock to
another thread: two threads in their first inference could wait for each other for ever (2026.4.1)."""

Weights = Mapping[str, npt.NDArray[np.floating[Any]]]
Rows = Sequence[Sequence[int]]


class TokenStates:
    """Rows of token numbers to one vector a token; safe for several threads.

    Args:
        model: a compiled graph of `bert_graph`.
        streams: how many rows of batches are computed side by side.
    """

    def __init__(self, model: CompiledModel, *, streams: int) -> None:
        self._requests: SimpleQueue[InferRequest] = SimpleQueue()
        for _ in range(streams):
            self._requests.put(model.create_infer_request())
        self._streams = streams
        with _FIRST_INFERENCE:
            self._infer([[CLS, SEP]], [1] if len(model.inputs) > 2 else None, [0])
        self.dimension = int(model.output(0).partial_shape[2].get_length())

    @classmethod
    def load(cls, graph: Path | Model, *, eight_bits: bool = False) -> TokenStates:
        """The model of a graph, or of its file; `eight_bits` as in `bert_graph`."""
        import openvino

        # One thread a stream: measured 62 paragraphs a CPU second against 55 with two threads in one stream.
        streams = min(os.cpu_count() or 1, _MOST_STREAMS)
        options: dict[str, Any] = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams}
        if eight_bits:
            options |= {"DYNAMIC_QUANTIZATION_GROUP_SIZE": QUANTIZED_TOGETHER, "INFERENCE_PRECISION_HINT": "f32"}
        return cls(openvino.Core().compile_model(graph, "CPU", options), streams=streams)

    def __call__(
        self, rows: Rows, *, seconds: Sequence[int] | None = None, batch_tokens: int = BATCH_TOKENS
    ) -> Iterator[tuple[list[int], npt.NDArray[np.float32]]]:
        """Row numbers of similar length, and their vectors, shape (rows, tokens, dimension); the longest rows first.

        Args:
            rows: token numbers, with those that open and close a row.
            seconds: where the second text of each row begins, for a graph of pairs.
            batch_tokens: how many tokens are computed at once.
        """
        batches = _batches([len(row) for row in rows], batch_tokens)
        if len(batches) < 2:
            yield from ((batch, self._infer(rows, seconds, batch)) for batch in batches)
            return
        with ThreadPoolExecutor(self._streams) as pool:
            yield from zip(batches, pool.map(lambda batch: self._infer(rows, seconds, batch), batches), strict=True)

    def balanced(self, rows: Rows) -> int:
        """How many tokens a batch may hold so that a few rows keep every stream busy."""
        return max(max(map(len, rows)), -(-sum(map(len, rows)) // self._streams))

    def _infer(self, rows: Rows, seconds: Sequence[int] | None, batch: Sequence[int]) -> npt.NDArray[np.float32]:
        ids = np.zeros((len(batch), max(len(rows[at]) for at in batch)), np.int32)
        mask = np.zeros(ids.shape, np.float32)
        for row, at in enumerate(batch):
            ids[row, : len(rows[at])] = rows[at]
            mask[row, : len(rows[at])] = 1
        inputs: list[npt.NDArray[Any]] = [ids, mask]
        if seconds is not None:
            begins = np.array([seconds[at] for at in batch])
            inputs.append((np.arange(ids.shape[1]) >= begins[:, None]).astype(np.int32))
        request = self._requests.get()
        try:
            states: npt.NDArray[np.float32] = request.infer(inputs)[0]
            return states
        finally:
            self._requests.put(request)


def kept_graph(folder: Path, build: Callable[[], Model]) -> Path | Model:
    """The file of a graph in `folder`; built when it is not there or not as it was written.

    Where it cannot be kept the graph itself is returned: the next process builds it again.
    """
    target, seal = folder / "model.xml", folder / "digests.json"
    try:
        if _is_whole(folder, seal):
            return target
        import openvino
        from filelock import FileLock

        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not _is_whole(folder, seal):  # another process may have built it meanwhile
                seal.unlink(missing_ok=True)
                openvino.save_model(build(), target, compress_to_fp16=True)
                digests = {name: sha256(folder / name) for name in GRAPH_FILES}
                half = seal.with_suffix(".half")
                half.write_text(json.dumps(digests))
                half.replace(seal)
    except OSError:
        return build()
    return target


def _is_whole(folder: Path, seal: Path) -> bool:
    try:
        recorded = json.loads(seal.read_text())
        return bool(recorded == {name: sha256(folder / name) for name in GRAPH_FILES})
    except (FileNotFoundError, ValueError):
        return False


def load_weights(file: Path) -> Weights:
    """The weights in a safetensors file."""
    from safetensors.numpy import load_file

    weights: Weights = load_file(file)
    return weights


def bert_graph(
    weights: Weights,
    *,
    name: str,
    pairs: bool = False,
    eight_bits: bool = False,
    heads: int = 12,
    epsilon: float = 1e-12,
) -> Model:
    """BERT from token numbers and mask to one vector a token; shapes are (texts, tokens) and (texts, tokens, d).

    Args:
        weights: as a safetensors file of a BERT names them.
        name: of the graph.
        pairs: take a third input, which says of each token whether it stands in the first text (0) or the second (1).
        eight_bits: keep the weights of the layers in eight bits, a scale a row. Where the cores multiply eight bits
            (AVX-512 or AVX with VNNI), they are more than twice as fast as with 32, and need no bfloat16 for it.
        heads: of attention.
        epsilon: of the layer normalisation.
    """
    from openvino import Model, PartialShape, Type
    from openvino import opset13 as op

    hidden = weights["embeddings.LayerNorm.weight"].shape[0]
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))

    def numbers(*values: int) -> Any:
        return op.constant(np.array(values, np.int64))

    def constant(name: str) -> Any:
        return op.constant(weights[name].astype(np.float32))

    def matrix(name: str) -> Any:
        if not eight_bits:
            return constant(name)
        rows = weights[name].astype(np.float32)
        scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12) / 127
        return op.multiply(op.convert(op.constant(np.rint(rows / scales).astype(np.int8)), "f32"), op.constant(scales))

    def linear(x: Any, name: str) -> Any:
        return op.add(op.matmul(x, matrix(f"{name}.weight"), False, True), constant(f"{name}.bias"))

    def normal(x: Any, name: str) -> Any:
        weight, bias = constant(f"{name}.weight"), constant(f"{name}.bias")
        return op.add(op.multiply(op.mvn(x, numbers(2), True, epsilon, "inside_sqrt"), weight), bias)

    ids = op.parameter(PartialShape([-1, -1]), Type.i32, name="ids")
    mask = op.parameter(PartialShape([-1, -1]), Type.f32, name="mask")
    length = op.gather(op.shape_of(ids, "i64"), numbers(1), numbers(0))
    places = op.slice(constant("embeddings.position_embeddings.weight"), numbers(0), length, numbers(1), numbers(0))
    types = constant("embeddings.token_type_embeddings.weight")
    inputs, kind = [ids, mask], op.gather(types, numbers(0), numbers(0))
    if pairs:
        inputs.append(op.parameter(PartialShape([-1, -1]), Type.i32, name="types"))
        kind = op.gather(types, inputs[2], numbers(0))
    x = op.gather(constant("embeddings.word_embeddings.weight"), ids, numbers(0))
    x = op.add(x, op.add(op.unsqueeze(places, numbers(0)), kind))
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
    return Model([op.result(x)], inputs, name)


def verify(file: Path, digest: str, *, what: str, mend: str) -> None:
    """Refuses a model's file that is missing or differs from the one that was published.

    Raises:
        ConfigurationError: it is, or does.
    """
    if not file.is_file():
        raise ConfigurationError(f"The {what}'s file {file.name} is missing.", mend=mend)
    if sha256(file) != digest:
        raise ConfigurationError(
            f"The {what}'s file {file.name} is not the published one (its SHA-256 differs).", mend=mend
        )


def sha256(file: Path) -> str:
    """The hexadecimal digest of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    batches: list[list[int]] = []
    while order:
        count = max(1, tokens // lengths[order[0]])
        batches.append(order[:count])
        order = order[count:]
    return batches
