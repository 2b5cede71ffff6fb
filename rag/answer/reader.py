"""Reads a question beside the paragraphs found for it: does this paragraph answer it, and in which sentence?

A cross-encoder: the layers of all-MiniLM-L6-v2, trained further on questions with their answering sentences
(`eval/train_reader.py` says on which), over the embedding model's own word vectors. A sentence's score adds what its
words say in the light of the question to how near both point; a paragraph's score adds what stands in its first token.
Both are log-odds.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.answer.speaking import asked_of_paragraph
from rag.index.bert import CLS, SEP, TokenStates, Weights, bert_graph, kept_graph, load_weights, verify
from rag.index.chunks import owners_of
from rag.index.converted import published_tokenizer, published_weights
from rag.index.embedding import bundled_model
from rag.retrieve.speakers import may_answer
from rag.types import Hit, ReaderScores, Retrieval, SentenceScore

if TYPE_CHECKING:
    from openvino import Model
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

WEIGHTS = "reader.safetensors"
DIGEST = "2dc44dfe004c59073c471d5b56a997b9e7ecd7fb42e0cc7a1b3619c05f385d54"
"""SHA-256 of the weights that ship."""
HEAD = "head."
_RECIPE = "pairs 2"
"""Changes whenever the same weights would make another graph."""

LEAST_HITS, MOST_HITS = 3, 10
MOST_TOKENS = 700
"""Of all hits of a question together; beyond the first `LEAST_HITS`, those that no longer fit are not read."""
PART_TOKENS = 350
"""The same for one of several things asked."""
PAIR_TOKENS = 288
QUESTION_TOKENS = 64
_US, _USA = 2149, 3915
_COUNTRY = re.compile(r"\bUS\b")
TITLE_TOKENS = 24
UNREAD = -8.0
"""The log-odds of a paragraph without words."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A question and a paragraph as token numbers, and where what stands in them."""

    ids: Sequence[int]
    second: int
    offset: int
    owners: npt.NDArray[np.int64]
    """The number of the sentence each token of the paragraph stands in, from `offset` on."""


class Reader:
    """Scores the first hits of a retrieval; safe for several threads.

    Args:
        states: the layers, over pairs of texts.
        heads: what turns their vectors into scores.
        tokenizer: the embedding model's.
    """

    def __init__(self, states: TokenStates, heads: Mapping[str, Floats], tokenizer: Tokenizer) -> None:
        self._states = states
        self._heads = heads
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, *, cache: Path, weights: Path | None = None) -> Reader:
        """The reader that ships, or the one in the file `weights`; its graph is built once and kept in `cache`.

        Raises:
            ConfigurationError: a file of the reader or of the bundled model is missing or not the published one.
        """
        source = bundled_model()
        tokenizer = published_tokenizer(source)
        with as_file(files("rag.answer") / WEIGHTS) as shipped:
            if weights is None:
                verify(shipped, DIGEST, what="reader", mend="Install Pilcrow again.")
            read = load_weights(weights or shipped)
        digest = DIGEST if weights is None else hashlib.sha256(weights.read_bytes()).hexdigest()
        folder = cache / f"reader-{hashlib.sha256(f'{digest} {_RECIPE}'.encode()).hexdigest()[:8]}"
        graph = kept_graph(folder, lambda: _graph({**published_weights(source), **read}))
        heads = {
            name.removeprefix(HEAD): np.asarray(value, np.float32)
            for name, value in read.items()
            if name.startswith(HEAD)
        }
        return cls(TokenStates.load(graph, eight_bits=True), heads, tokenizer)

    @classmethod
    def shared(cls, *, cache: Path) -> Reader:
        """The reader that ships, loaded once a process: it is the same for every index.

        Raises:
            ConfigurationError: as `load`.
        """
        global _SHARED
        with _LOADING:
            _SHARED = _SHARED or cls.load(cache=cache)
            return _SHARED

    def __call__(self, retrieval: Retrieval, *, tokens: int = MOST_TOKENS) -> Retrieval:
        """The retrieval with `Hit.read` of its first hits: of `LEAST_HITS`, and of more within so many `tokens`.

        Where a time or somebody's words are asked for, of those that are of that time and by those. A paragraph under
        whose head the question says too much is read twice, and what it answers better counts.
        """
        asked = retrieval.standalone_question
        named = _COUNTRY.search(asked) is not None
        if not asked.strip() or not retrieval.hits:
            return retrieval
        able = may_answer(retrieval.asked or asked, asked, retrieval.hits)
        rows: list[_Row] = []
        read: dict[int, range] = {}
        left = tokens
        for at, hit in [(at, hit) for at, hit in enumerate(retrieval.hits) if hit in able][:MOST_HITS]:
            texts = dict.fromkeys((asked, asked_of_paragraph(asked, hit)))
            questions = [self._ids(text, self._tokens(text), named=named)[-QUESTION_TOKENS:] for text in texts]
            if not all(questions):
                return retrieval
            mine = [self._row(question, hit, named=named) for question in questions]
            left -= len(mine[0].ids)
            if left < 0 and len(read) >= LEAST_HITS:
                break
            read[at] = range(len(rows), len(rows) + len(mine))
            rows += mine
        scores = dict(self._scores(rows))
        hits = list(retrieval.hits)
        for at, numbers in read.items():
            best = max((scores[number] for number in numbers), key=itemgetter(0))
            hits[at] = replace(hits[at], read=_in_order(hits[at], *best))
        return replace(retrieval, hits=tuple(hits))

    def _tokens(self, text: str) -> Any:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _ids(self, text: str, tokens: Any, *, named: bool) -> list[int]:
        """The token numbers; where the United States are `named`, "US" is not "us": the tokenizer knows no capitals."""
        ids: list[int] = tokens.ids
        if not named or _US not in ids:
            return ids
        return [
            _USA if number == _US and text[slice(*place)] == "US" else number
            for number, place in zip(ids, tokens.offsets, strict=True)
        ]

    def _row(self, question: Sequence[int], hit: Hit, *, named: bool) -> _Row:
        heading = hit.document.title
        title = self._ids(heading, self._tokens(heading), named=named)[:TITLE_TOKENS]
        text = self._tokens(hit.paragraph.text)
        owners = owners_of(text.offsets, hit.sentences)
        start, end = _window(owners, hit.sentences, PAIR_TOKENS - 3 - len(question) - len(title))
        second = len(question) + 2
        return _Row(
            ids=[CLS, *question, SEP, *title, *self._ids(hit.paragraph.text, text, named=named)[start:end], SEP],
            second=second,
            offset=second + len(title),
            owners=owners[start:end],
        )

    def _scores(self, rows: Sequence[_Row]) -> Iterator[tuple[int, tuple[float, dict[int, float]]]]:
        ids = [row.ids for row in rows]
        batches = self._states(ids, seconds=[row.second for row in rows], batch_tokens=self._states.balanced(ids))
        for batch, states in batches:
            for at, state in zip(batch, states, strict=True):
                yield at, self._score(rows[at], state)

    def _score(self, row: _Row, state: Floats) -> tuple[float, dict[int, float]]:
        heads = self._heads
        asked = _unit(state[1 : row.second - 1].mean(axis=0))
        sentences = {}
        for number in np.unique(row.owners).tolist():
            said = state[row.offset : row.offset + len(row.owners)][row.owners == number].mean(axis=0)
            sentences[number] = float(
                said @ heads["sentence"]
                + heads["sentence_bias"]
                + heads["near"] * (_unit(said) @ asked)
                + (said * heads["mix"]) @ asked
            )
        best = max(sentences.values(), default=UNREAD)
        return float(state[0] @ heads["answer"] + heads["answer_bias"] + heads["best"] * best), sentences


def _graph(weights: Weights) -> Model:
    return bert_graph(weights, name="reader", pairs=True, eight_bits=True)


def _in_order(hit: Hit, answer: float, sentences: Mapping[int, float]) -> ReaderScores:
    # A sentence that did not fit is taken for an average one of its paragraph: nothing is known of it.
    usual = sum(sentences.values()) / len(sentences) if sentences else UNREAD
    return ReaderScores(
        answer=answer, sentences=tuple(sentences.get(number, usual) for number in range(len(hit.sentences)))
    )


def _window(owners: npt.NDArray[np.int64], sentences: Sequence[SentenceScore], room: int) -> tuple[int, int]:
    """Which tokens are read of a paragraph that is too long: around the sentence nearest to the question."""
    if len(owners) <= room:
        return 0, len(owners)
    nearest = max(range(len(sentences)), key=lambda at: sentences[at].score, default=0)
    first, last = np.searchsorted(owners, [nearest, nearest + 1]).tolist()
    start = max(0, min((first + last - room) // 2, len(owners) - room))
    return start, start + room


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit


_LOADING = threading.Lock()
_SHARED: Reader | None = None
