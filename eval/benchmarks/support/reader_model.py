"""The reader while it learns (`eval/train_reader.py`): lessons as tokens, batches of them, and the model in torch.

Needs torch, numpy and nothing of the data: lessons written on one machine can be learnt on another, on a GPU for
instance. What it computes is what `rag/answer/reader.py` computes with the weights it writes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.answer.reader import HEAD, PAIR_TOKENS, QUESTION_TOKENS, UNREAD
from rag.index.bert import CLS, SEP

Tokens = npt.NDArray[np.integer]

HIDDEN, HEADS, LAYERS = 384, 12, 6
WORDS_WEIGH = 0.5
NEVER = -1e4
FIXED = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight")
"""What does not learn and is not written: the reader takes it from the embedding model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph as tokens; `owners` are the numbers of the sentences they stand in."""

    title: Tokens
    text: Tokens
    owners: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A paragraph that answers: its number, the sentences that do (None: not known), and the tokens of the answer."""

    paragraph: int
    answering: tuple[int, ...] | None
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as tokens, and the numbers of the paragraphs beside which it is learnt.

    `wrong` are nearest first; `swapped` are questions that differ from this one by a word or a name, so that its
    paragraph does not answer them.
    """

    source: str
    tokens: Tokens
    follows_up: bool
    right: tuple[Right, ...]
    wrong: tuple[int, ...]
    swapped: tuple[Tokens, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What is learnt, and what is kept to see how well."""

    paragraphs: Sequence[Paragraph]
    taught: Sequence[Question]
    kept: Sequence[Question]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and a paragraph as they are read together.

    `owners` are those of the tokens from `offset` on, `words` the places of the answer's tokens.
    """

    ids: Tokens
    question: int
    offset: int
    owners: Tokens
    answers: bool
    answering: tuple[int, ...] | None
    words: Sequence[int]


def pair_of(question: Tokens, paragraph: Paragraph, right: Right | None, chance: random.Random) -> Pair:
    """Lays both side by side; of a paragraph that is too long a window is read, over the answer if there is one."""
    question = question[-QUESTION_TOKENS:]
    start, end = _window(paragraph, right, PAIR_TOKENS - 3 - len(question) - len(paragraph.title), chance)
    offset = len(question) + 2 + len(paragraph.title)
    return Pair(
        ids=np.concatenate([[CLS], question, [SEP], paragraph.title, paragraph.text[start:end], [SEP]]),
        question=len(question),
        offset=offset,
        owners=paragraph.owners[start:end],
        answers=right is not None,
        answering=right.answering if right else (),
        words=[offset + at - start for at in right.words if start <= at < end] if right else (),
    )


def _window(paragraph: Paragraph, right: Right | None, room: int, chance: random.Random) -> tuple[int, int]:
    spare = len(paragraph.text) - room
    if spare <= 0:
        return 0, len(paragraph.text)
    if not right or not right.answering:
        start = 0 if right else chance.randint(0, spare)
        return start, start + room
    first = int(np.searchsorted(paragraph.owners, min(right.answering)))
    last = int(np.searchsorted(paragraph.owners, max(right.answering), side="right"))
    start = first - chance.randint(0, max(1, room - min(room, last - first)))
    start = max(0, min(start, spare))
    return start, start + room


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Pairs of about one length. Shapes: B pairs, L tokens, S sentences of the longest and one for "none"."""

    ids: Tensor
    """(B, L)."""
    second: Tensor
    """(B, L), 1 from the title on."""
    outside: Tensor
    """(B, L), what is added to the attention: `NEVER` for padding."""
    asked: Tensor
    """(B, L), weights whose sum with the states is the mean of the question."""
    owners: Tensor
    """(B, L), the place in `present` of the sentence of each token, 0 outside the paragraph."""
    present: Tensor
    """(B, S), whether there is such a sentence; the first is "none"."""
    sentences: Tensor
    """(B, S), the share of each sentence in the answer, all of it with "none" where nothing answers; or zeros."""
    words: Tensor
    """(B, L + 1), whether a token is of the answer; the first is "none"."""
    answers: Tensor
    """(B,), 1 where the paragraph answers."""
    numbers: Sequence[Sequence[int]]
    """The number that each sentence has in its paragraph."""

    @classmethod
    def of(cls, pairs: Sequence[Pair], device: str = "cpu") -> Batch:
        """Lays the pairs into tensors."""
        length = -(-max(len(pair.ids) for pair in pairs) // 8) * 8
        shape = (len(pairs), length)
        ids, second, owners = (np.zeros(shape, np.int64) for _ in range(3))
        outside, asked = np.full(shape, NEVER, np.float32), np.zeros(shape, np.float32)
        numbers = []
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = pair.ids
            second[row, pair.question + 2 : len(pair.ids)] = 1
            outside[row, : len(pair.ids)] = 0
            asked[row, 1 : 1 + pair.question] = 1 / max(1, pair.question)
            present, places = np.unique(pair.owners, return_inverse=True)
            owners[row, pair.offset : pair.offset + len(pair.owners)] = places + 1
            numbers.append(present.tolist())
        most = 1 + max(map(len, numbers))
        there, sentences = np.zeros((len(pairs), most), bool), np.zeros((len(pairs), most), np.float32)
        words = np.zeros((len(pairs), length + 1), bool)
        for row, (pair, present) in enumerate(zip(pairs, numbers, strict=True)):
            there[row, : 1 + len(present)] = True
            gold = [1 + at for at, number in enumerate(present) if number in (pair.answering or ())]
            sentences[row, gold] = 1 / max(1, len(gold))
            words[row, [1 + at for at in pair.words]] = True
            if not pair.answers:
                sentences[row, 0], words[row, 0] = 1, True
        arrays = {
            "ids": ids,
            "second": second,
            "outside": outside,
            "asked": asked,
            "owners": owners,
            "present": there,
            "sentences": sentences,
            "words": words,
            "answers": np.array([pair.answers for pair in pairs], np.float32),
        }
        return cls(numbers=numbers, **{name: torch.from_numpy(array).to(device) for name, array in arrays.items()})


class ReaderModel(nn.Module):
    """The reader: weights in 32 bits, the layers computed in `sums`.

    Args:
        published: the weights of all-MiniLM-L6-v2.
        dropout: the share of what each layer adds that is left out while it learns.
        sums: in what the layers compute.
    """

    def __init__(self, published: dict[str, Tensor], dropout: float = 0.1, sums: torch.dtype = torch.float32) -> None:
        super().__init__()
        self._dropout, self._sums = dropout, sums
        learnt = {
            name: value.float()
            for name, value in published.items()
            if name.startswith(("encoder.", "embeddings.")) and name not in FIXED and value.is_floating_point()
        }
        # A parameter's name may hold no dot.
        self.layers = nn.ParameterDict({name.replace(".", "/"): nn.Parameter(v) for name, v in learnt.items()})
        self.heads = nn.ParameterDict(
            {
                "answer": nn.Parameter(torch.randn(HIDDEN) * 0.01),
                "answer_bias": nn.Parameter(torch.tensor(0.0)),
                "best": nn.Parameter(torch.tensor(0.5)),
                "word": nn.Parameter(torch.randn(HIDDEN) * 0.01),
                "word_near": nn.Parameter(torch.tensor(6.0)),
                "word_mix": nn.Parameter(torch.zeros(HIDDEN)),
                "sentence": nn.Parameter(torch.randn(HIDDEN) * 0.01),
                "sentence_bias": nn.Parameter(torch.tensor(-3.0)),
                # It begins as the cosine that the embedding model knows: learning starts from there, not from nothing.
                "near": nn.Parameter(torch.tensor(6.0)),
                "mix": nn.Parameter(torch.zeros(HIDDEN)),
            }
        )
        self.register_buffer("_word_vectors", published[FIXED[0]].to(sums))
        self.register_buffer("_place_vectors", published[FIXED[1]].to(sums))

    def load(self, weights: dict[str, Tensor]) -> None:
        """Takes weights that were written before."""
        for name, value in weights.items():
            target = self.heads[name[len(HEAD) :]] if name.startswith(HEAD) else self.layers[name.replace(".", "/")]
            target.data.copy_(value.float().reshape(target.shape))

    def weights(self) -> dict[str, Tensor]:
        """What is written: the layers in 16 bits, the heads that are used in 32."""
        layers = {name.replace("/", "."): value.detach().half() for name, value in self.layers.items()}
        heads = {HEAD + name: value.detach() for name, value in self.heads.items() if not name.startswith("word")}
        return {name: value.cpu().contiguous() for name, value in (layers | heads).items()}

    def states(self, batch: Batch) -> Tensor:
        """One vector a token, shape (B, L, hidden)."""
        count, length = batch.ids.shape
        weights = {name.replace("/", "."): value.to(self._sums) for name, value in self.layers.items()}

        def linear(x: Tensor, *names: str) -> Tensor:
            parts = [(weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in names]
            return functional.linear(
                x, torch.cat([weight for weight, _ in parts]), torch.cat([bias for _, bias in parts])
            )

        def normal(x: Tensor, name: str) -> Tensor:
            return functional.layer_norm(x, (HIDDEN,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

        def dropped(x: Tensor) -> Tensor:
            return functional.dropout(x, self._dropout, self.training) if self._dropout else x

        x = functional.embedding(batch.ids, self._word_vectors) + self._place_vectors[:length]
        x = x + functional.embedding(batch.second, weights["embeddings.token_type_embeddings.weight"])
        x = dropped(normal(x, "embeddings.LayerNorm"))
        outside = batch.outside.to(self._sums)[:, None, None, :]
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            parts = linear(x, *(f"{at}.attention.self.{part}" for part in ("query", "key", "value")))
            query, key, value = parts.view(count, length, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
            if self._sums is torch.bfloat16 and not x.is_cuda:
                # Written out it is twice as fast there as torch's fused attention.
                scores = (query / (HIDDEN // HEADS) ** 0.5) @ key.transpose(-1, -2) + outside
                seen = torch.softmax(scores, -1) @ value
            else:
                # The fused kernels of a GPU want the mask in full.
                mask = outside.expand(count, 1, length, length) if x.is_cuda else outside
                seen = functional.scaled_dot_product_attention(query, key, value, mask)
            seen = seen.transpose(1, 2).reshape(x.shape)
            x = normal(x + dropped(linear(seen, f"{at}.attention.output.dense")), f"{at}.attention.output.LayerNorm")
            wide = functional.gelu(linear(x, f"{at}.intermediate.dense"))
            x = normal(x + dropped(linear(wide, f"{at}.output.dense")), f"{at}.output.LayerNorm")
        return x.float()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Log-odds that each paragraph answers, of its sentences, and of its words.

        Shapes: (B,), (B, S) with a place for "none" first, (B, L); `NEVER` where there is no such sentence.
        """
        heads, x = self.heads, self.states(batch)
        count, most = batch.present.shape
        asked = functional.normalize(torch.einsum("bl,blh->bh", batch.asked, x), dim=-1)
        words = (
            x @ heads["word"]
            + heads["word_near"] * (torch.einsum("blh,bh->bl", functional.normalize(x, dim=-1), asked) - 0.5)
            + torch.einsum("blh,bh->bl", x * heads["word_mix"], asked)
        )
        places = (batch.owners + torch.arange(count, device=x.device)[:, None] * most).reshape(-1)
        sums = torch.zeros(count * most, HIDDEN, device=x.device).index_add(0, places, x.reshape(-1, HIDDEN))
        sizes = torch.zeros(count * most, device=x.device).index_add(0, places, torch.ones_like(places).float())
        said = (sums / sizes.clamp(min=1)[:, None]).view(count, most, HIDDEN)
        sentences = (
            said @ heads["sentence"]
            + heads["sentence_bias"]
            + heads["near"] * torch.einsum("bsh,bh->bs", functional.normalize(said, dim=-1), asked)
            + torch.einsum("bsh,bh->bs", said * heads["mix"], asked)
        ).masked_fill(~batch.present, NEVER)
        if most > 1:
            best = sentences[:, 1:].max(1).values
            best = torch.where(batch.present[:, 1], best, UNREAD)
        else:
            best = torch.full((count,), UNREAD, device=x.device)
        answers = x[:, 0] @ heads["answer"] + heads["answer_bias"] + heads["best"] * best
        return answers, sentences, words

    def loss(self, batch: Batch) -> Tensor:
        """Cross entropy of the paragraphs, of their sentences and of the words, where "none" is a choice too."""
        answers, sentences, words = self(batch)
        none = torch.zeros(len(answers), 1, device=answers.device)
        total = functional.binary_cross_entropy_with_logits(answers, batch.answers)
        chosen = torch.cat([none, sentences[:, 1:]], 1).log_softmax(1).clamp(min=NEVER)
        known = (batch.sentences.sum(1) > 0).sum().clamp(min=1)
        total = total - (batch.sentences * chosen).sum() / known
        chosen = torch.cat([none, words.masked_fill(batch.owners == 0, NEVER)], 1).log_softmax(1)
        known = batch.words.any(1)
        right = chosen.masked_fill(~batch.words, NEVER).logsumexp(1)
        return total - WORDS_WEIGH * (right * known).sum() / known.sum().clamp(min=1)
