"""Trains the reader (`rag/answer/reader.py`) and writes its weights.

    python eval/train_reader.py [--work FOLDER] [--steps N] [--out rag/answer/reader.safetensors]
    python eval/train_reader.py --further rag/answer/reader.safetensors [--work FOLDER] [--steps N] [--out FILE]

Starts from the layers of all-MiniLM-L6-v2; its word vectors stay as they are and are not written. What is learnt:
whether a paragraph answers a question, which of its sentences do, and (to help the others; it is not written) which
words. `benchmarks/support/lessons.py` says on what. The weights that ship went through both commands: the first
without the packets x*, which were not yet written, then further over these, with a part of the others mixed in. What
the second writes is the mean of the weights before and after it (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903).
On two cores the first takes about 45 minutes where they compute in bfloat16, the second about 60 where they do not.
The same steps give weights that differ in their last digits from machine to machine: the digest it prints belongs
into `rag/answer/reader.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from rag.answer.reader import HEAD, PAIR_TOKENS, QUESTION_TOKENS, TITLE_TOKENS, UNREAD, WEIGHTS
from rag.index.bert import CLS, SEP
from rag.index.chunks import owners_of
from rag.index.converted import published_tokenizer
from rag.index.embedding import bundled_model

sys.path.insert(0, str(Path(__file__).resolve().parent / "benchmarks"))
from support.data import DATA
from support.lessons import SOURCES, Lesson, Taught, public, written
from support.silence import KEPT_PACKETS, embedder_of

OUT = Path(__file__).resolve().parents[1] / "rag/answer" / WEIGHTS
HEADS_FASTER, WARM_UP, LEAST_RATE = 10, 0.06, 0.02
WEIGHT_DECAY, CLIP = 0.01, 1.0
BATCH_TOKENS = 3_072
SORTED_AT_ONCE = 1_500
"""Pairs sorted by length before they are cut into batches, so that little of a batch is padding."""
WORDS_WEIGH = 0.5
SECOND_WRONG = 0.3
"""How often a question without an answer is laid beside a second paragraph."""
JOINED = 0.08
"""How often another question is put before one, as the turn before a follow-up is."""
LATE = ("fw00", "fw04", "fw15", "fw18", "fw24", "fu00", "fm00", "fm01")
"""Packets of follow-ups: they come last, when single questions are understood, with other questions mixed in."""
LATE_FROM, MIXED_IN = 0.8, 1.2
FURTHER = "x"
"""How the names of the packets begin that the second leg is about."""
SEED = 1
HIDDEN, HEADS, LAYERS = 384, 12, 6
SUMS = torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32
"""In what the layers compute: bfloat16 only where the cores do, elsewhere it is many times slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A part of the training.

    `still` are the lowest layers that do not learn (with the embeddings, if any); `beside` is how often a question
    that a paragraph answers is laid beside one that does not; `dropout` matters where questions are seen again.
    """

    steps: int
    rate: float
    dropout: float
    still: int
    beside: float


FIRST = Leg(steps=2_600, rate=1.5e-4, dropout=0.1, still=0, beside=1.0)
SECOND = Leg(steps=1_900, rate=1e-4, dropout=0.0, still=2, beside=0.7)
OTHERS_MIXED_IN = 0.35
"""Other questions in the second leg, as a share of its own."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A lesson as token numbers: the question, then the title and the paragraph."""

    lesson: Lesson
    ids: Sequence[int]
    question: int
    """How many tokens the question has."""
    owners: npt.NDArray[np.int64]
    """The sentence of each token, -1 outside the paragraph."""
    words: Sequence[int]
    """The tokens of the shortest answer."""


class Pairs:
    """Makes pairs of lessons.

    Args:
        tokenizer: the embedding model's.
        chance: places the window over a paragraph that is too long.
    """

    def __init__(self, tokenizer: Tokenizer, chance: random.Random) -> None:
        self._tokenizer = tokenizer
        self._chance = chance

    def __call__(self, lesson: Lesson) -> Pair:
        question = self._encode(lesson.question).ids[-QUESTION_TOKENS:]
        title = self._encode(lesson.title).ids[:TITLE_TOKENS]
        text = self._encode(lesson.text)
        owners = owners_of(text.offsets, lesson.sentences)
        start, end = self._window(lesson, owners, PAIR_TOKENS - 3 - len(question) - len(title))
        ids = [CLS, *question, SEP, *title, *text.ids[start:end], SEP]
        before = 2 + len(question) + len(title)
        placed = np.full(len(ids), -1)
        placed[before:-1] = owners[start:end]
        words = [
            before + at
            for at, (begin, stop) in enumerate(text.offsets[start:end])
            if any(begin < word.end and word.start < stop for word in lesson.words)
        ]
        return Pair(lesson, ids, len(question), placed, words)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _window(self, lesson: Lesson, owners: npt.NDArray[np.int64], room: int) -> tuple[int, int]:
        spare = len(owners) - room
        if spare <= 0:
            return 0, len(owners)
        if not lesson.answering:
            start = 0 if lesson.answers else self._chance.randint(0, spare)
            return start, start + room
        first = int(np.searchsorted(owners, min(lesson.answering)))
        last = int(np.searchsorted(owners, max(lesson.answering), side="right"))
        start = first - self._chance.randint(0, max(1, room - min(room, last - first)))
        start = max(0, min(start, spare))
        return start, start + room


class ReaderModel(nn.Module):
    """The reader while it learns: weights in 32 bits, the layers computed in `SUMS`.

    Args:
        published: the weights of all-MiniLM-L6-v2.
        leg: how it learns.
        earlier: the weights of an earlier leg.
    """

    def __init__(
        self, published: dict[str, Tensor], leg: Leg = FIRST, earlier: dict[str, Tensor] | None = None
    ) -> None:
        super().__init__()
        self.leg = leg
        fixed = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight")
        learnt = {
            name: value.float()
            for name, value in published.items()
            if name.startswith(("encoder.", "embeddings.")) and name not in fixed and value.is_floating_point()
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
        for name, value in (earlier or {}).items():
            target = self.heads[name[len(HEAD) :]] if name.startswith(HEAD) else self.layers[name.replace(".", "/")]
            target.data.copy_(value.float().reshape(target.shape))
        for name, parameter in self.layers.items():
            level = int(name.split("/")[2]) if name.startswith("encoder") else -1
            parameter.requires_grad_(level >= leg.still or not leg.still)
        self._words, self._places = (published[name].to(SUMS) for name in fixed)

    def states(self, pairs: Sequence[Pair]) -> Tensor:
        """One vector a token, shape (pairs, tokens, hidden)."""
        length = max(len(pair.ids) for pair in pairs)
        ids = torch.zeros(len(pairs), length, dtype=torch.long)
        second = torch.zeros_like(ids)
        outside = torch.full(ids.shape, -1e4, dtype=SUMS)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
            second[row, pair.question + 2 : len(pair.ids)] = 1
            outside[row, : len(pair.ids)] = 0
        weights = {name.replace("/", "."): value.to(SUMS) for name, value in self.layers.items()}

        def linear(x: Tensor, *names: str) -> Tensor:
            parts = [(weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in names]
            return functional.linear(
                x, torch.cat([weight for weight, _ in parts]), torch.cat([bias for _, bias in parts])
            )

        def normal(x: Tensor, name: str) -> Tensor:
            return functional.layer_norm(x, (HIDDEN,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

        def dropped(x: Tensor) -> Tensor:
            return functional.dropout(x, self.leg.dropout, self.training) if self.leg.dropout else x

        kinds = functional.embedding(second, weights["embeddings.token_type_embeddings.weight"])
        x = dropped(
            normal(functional.embedding(ids, self._words) + self._places[:length] + kinds, "embeddings.LayerNorm")
        )
        split = (len(pairs), length, 3, HEADS, HIDDEN // HEADS)
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            parts = linear(x, *(f"{at}.attention.self.{part}" for part in ("query", "key", "value")))
            query, key, value = parts.view(split).permute(2, 0, 3, 1, 4)
            if SUMS is torch.float32:
                seen = functional.scaled_dot_product_attention(query, key, value, outside[:, None, None, :])
            else:  # Written out it is twice as fast there as torch's fused attention.
                scores = (query / (HIDDEN // HEADS) ** 0.5) @ key.transpose(-1, -2) + outside[:, None, None, :]
                seen = torch.softmax(scores, -1) @ value
            seen = seen.transpose(1, 2).reshape(x.shape)
            x = normal(x + dropped(linear(seen, f"{at}.attention.output.dense")), f"{at}.attention.output.LayerNorm")
            wide = functional.gelu(linear(x, f"{at}.intermediate.dense"))
            x = normal(x + dropped(linear(wide, f"{at}.output.dense")), f"{at}.output.LayerNorm")
        return x.float()

    def forward(self, pairs: Sequence[Pair]) -> tuple[Tensor, list[list[int]], list[Tensor], Tensor]:
        """Log-odds that each paragraph answers; of each pair the numbers and log-odds of its sentences; those of words.

        Shapes: (pairs,), a (sentences,) for each pair, (pairs, tokens).
        """
        heads, x = self.heads, self.states(pairs)
        asked = functional.normalize(
            torch.stack([x[at, 1 : 1 + p.question].mean(0) for at, p in enumerate(pairs)]), dim=-1
        )
        beside = asked[:, :, None]
        words = (
            x @ heads["word"]
            + heads["word_near"] * ((functional.normalize(x, dim=-1) @ beside).squeeze(-1) - 0.5)
            + ((x * heads["word_mix"]) @ beside).squeeze(-1)
        )
        numbers, sentences = [], []
        for at, pair in enumerate(pairs):
            inside = np.flatnonzero(pair.owners >= 0)
            present, places = np.unique(pair.owners[inside], return_inverse=True)
            where = torch.from_numpy(places)
            sums = torch.zeros(len(present), HIDDEN).index_add(0, where, x[at, torch.from_numpy(inside)])
            said = sums / torch.bincount(where, minlength=len(present)).clamp(min=1)[:, None]
            numbers.append(present.tolist())
            sentences.append(
                said @ heads["sentence"]
                + heads["sentence_bias"]
                + heads["near"] * (functional.normalize(said, dim=-1) @ asked[at])
                + (said * heads["mix"]) @ asked[at]
            )
        best = torch.stack([some.max() if len(some) else torch.tensor(UNREAD) for some in sentences])
        return x[:, 0] @ heads["answer"] + heads["answer_bias"] + heads["best"] * best, numbers, sentences, words

    def loss(self, pairs: Sequence[Pair]) -> Tensor:
        """Cross entropy of the paragraphs, of their sentences and of the words, where "none" is a choice too."""
        answers, numbers, sentences, words = self(pairs)
        right = torch.tensor([float(pair.lesson.answers) for pair in pairs])
        of_sentences, of_words = [], []
        for at, pair in enumerate(pairs):
            lesson = pair.lesson
            if lesson.answering is not None:
                gold = [1 + place for place, number in enumerate(numbers[at]) if number in lesson.answering]
                if gold or not lesson.answers:
                    of_sentences.append(-_with_none(sentences[at])[gold or [0]].mean())
            if pair.words or not lesson.answers:
                inside = np.flatnonzero(pair.owners >= 0)
                chosen = _with_none(words[at, torch.from_numpy(inside)])
                gold = (np.searchsorted(inside, pair.words) + 1).tolist()
                of_words.append(-chosen[gold or [0]].logsumexp(0))
        total = functional.binary_cross_entropy_with_logits(answers, right)
        if of_sentences:
            total = total + torch.stack(of_sentences).mean()
        if of_words:
            total = total + WORDS_WEIGH * torch.stack(of_words).mean()
        return total


def _with_none(odds: Tensor) -> Tensor:
    return torch.cat([torch.zeros(1), odds]).log_softmax(0)


def lessons_of(taught: Sequence[Taught], chance: random.Random, beside: float = 1.0) -> Iterator[Lesson]:
    """What is read in one round: of each question what answers it and mostly a paragraph that nearly does."""
    asked_with = defaultdict(list)
    for one in taught:
        asked_with[one.source].append(one.question)
    for one in taught:
        chosen = [*one.right, *one.wrong[:1]]
        if one.right:
            chosen = [*one.right, *(chance.sample(one.wrong, 1) if one.wrong and chance.random() < beside else ())]
        if not one.right and len(one.wrong) > 1 and chance.random() < SECOND_WRONG:
            chosen.append(chance.choice(one.wrong[1:]))
        if not one.follows_up and one.source != "squad2" and chance.random() < JOINED:
            before = chance.choice(asked_with[one.source])
            chosen = [replace(lesson, question=f"{before} {lesson.question}") for lesson in chosen]
        yield from chosen


def batches(pairs: list[Pair], chance: random.Random) -> list[list[Pair]]:
    """Pairs of about one length together."""
    chance.shuffle(pairs)
    found = []
    for begin in range(0, len(pairs), SORTED_AT_ONCE):
        batch: list[Pair] = []
        for pair in sorted(pairs[begin : begin + SORTED_AT_ONCE], key=lambda pair: len(pair.ids)):
            if batch and (len(batch) + 1) * len(pair.ids) > BATCH_TOKENS:
                found.append(batch)
                batch = []
            batch.append(pair)
        found.append(batch)
    chance.shuffle(found)
    return found


def round_of(leg: Leg, taught: Sequence[Taught], is_late: bool, chance: random.Random) -> list[Taught]:
    """The questions of a round."""
    own = [one for one in taught if one.source.startswith(FURTHER)]
    others = [one for one in taught if not one.source.startswith(FURTHER)]
    if leg is SECOND:
        return own + chance.sample(others, min(len(others), int(OTHERS_MIXED_IN * len(own))))
    early = [one for one in others if one.source not in LATE]
    if not is_late:
        return early
    late = [one for one in others if one.source in LATE]
    return late + chance.sample(early, int(MIXED_IN * len(late)))


def train(model: ReaderModel, taught: Sequence[Taught], pair: Pairs, steps: int, chance: random.Random) -> None:
    layers = [value for value in model.layers.values() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in layers if p.ndim > 1], "weight_decay": WEIGHT_DECAY, "faster": 1},
            {"params": [p for p in layers if p.ndim <= 1], "weight_decay": 0.0, "faster": 1},
            {"params": list(model.heads.values()), "weight_decay": 0.0, "faster": HEADS_FASTER},
        ],
        betas=(0.9, 0.98),
    )
    leg = model.leg
    model.train()
    began, step, total = time.perf_counter(), 0, 0.0
    while step < steps:
        is_late = step >= LATE_FROM * steps
        lessons = lessons_of(round_of(leg, taught, is_late, chance), chance, leg.beside)
        for batch in batches([pair(lesson) for lesson in lessons], chance):
            if leg is FIRST and is_late != (step >= LATE_FROM * steps):
                break
            rate = leg.rate * min(1, (step + 1) / (WARM_UP * steps)) * max(LEAST_RATE, 1 - step / steps)
            for group in optimizer.param_groups:
                group["lr"] = rate * group["faster"]
            loss = model.loss(batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            step, total = step + 1, total + loss.item()
            if step % 50 == 0:
                print(f"{step} steps, loss {total / 50:.3f}, {time.perf_counter() - began:.0f} s", flush=True)
                total = 0.0
            if step == steps:
                return


@torch.no_grad()
def report(model: ReaderModel, taught: Sequence[Taught], pair: Pairs) -> str:
    """AUROC of "does this paragraph answer" and how often the best sentence of one that does is right."""
    from rag.evaluate.abstention import auroc

    model.eval()
    lessons = [lesson for one in taught for lesson in (*one.right, *one.wrong[:1])]
    odds, hits = np.zeros(len(lessons)), []
    for begin in range(0, len(lessons), 16):
        pairs = [pair(lesson) for lesson in lessons[begin : begin + 16]]
        answers, numbers, sentences, _ = model(pairs)
        odds[begin : begin + len(pairs)] = answers.numpy()
        hits += [
            number[int(some.argmax())] in (one.lesson.answering or ())
            for one, number, some in zip(pairs, numbers, sentences, strict=True)
            if one.lesson.answers
        ]
    measured = auroc(np.array([lesson.answers for lesson in lessons]), odds)
    return f"{len(lessons)} pairs of packets not trained on: AUROC {measured:.3f}, right sentence {np.mean(hits):.3f}"


def weights_of(model: ReaderModel) -> dict[str, Tensor]:
    """What is written: the layers in 16 bits, the heads that are used in 32."""
    layers = {name.replace("/", "."): value.detach().half() for name, value in model.layers.items()}
    heads = {HEAD + name: value.detach() for name, value in model.heads.items() if not name.startswith("word")}
    return {name: value.contiguous() for name, value in (layers | heads).items()}


def mean_of(earlier: dict[str, Tensor], later: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights in the middle of both."""
    return {name: ((earlier[name].float() + value.float()) / 2).to(value.dtype) for name, value in later.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps indexes and searches")
    parser.add_argument("--further", type=Path, help="weights of the first leg, to train them further")
    parser.add_argument("--steps", type=int, help="steps of the leg")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    if missing := [name for name in SOURCES if not (DATA / name).is_dir()]:
        print(f"skipped: ../shared/data lacks {', '.join(missing)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        taught = [*public(work), *written(embedder_of(work).encode)]
    if absent := {*LATE, *KEPT_PACKETS} - {one.source for one in taught}:
        raise SystemExit(f"fitting/reader.jsonl lacks the packets {', '.join(sorted(absent))}")
    kept = [one for one in taught if one.source in KEPT_PACKETS]
    taught = [one for one in taught if one.source not in KEPT_PACKETS]
    print(f"{len(taught):,} questions", flush=True)
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    source = bundled_model()
    leg, earlier = (SECOND, load_file(options.further)) if options.further else (FIRST, None)
    published = load_file(source / "model.safetensors")
    model = ReaderModel(published, leg, earlier)
    pair = Pairs(published_tokenizer(source), chance)
    train(model, taught, pair, options.steps or leg.steps, chance)
    print(report(model, kept, pair), flush=True)
    weights = weights_of(model)
    if earlier:
        weights = mean_of(earlier, weights)
        print("mean of before and after: " + report(ReaderModel(published, leg, weights), kept, pair), flush=True)
    save_file(weights, options.out)
    print(f"{options.out.name}: {hashlib.sha256(options.out.read_bytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
