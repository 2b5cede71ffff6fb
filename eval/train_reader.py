"""Trains the reader (`rag/answer/reader.py`) and writes its weights.

    python eval/train_reader.py [--work FOLDER] [--steps N] [--seed N] [--out FILE]
    python eval/train_reader.py --write LESSONS [--work FOLDER]
    python eval/train_reader.py --lessons LESSONS [--published FILE] [--steps N] [--seconds N] [--seed N] [--out FILE]
    python eval/train_reader.py --further WEIGHTS [--lessons LESSONS] [--steps N] [--seconds N] [--seed N] [--out FILE]
    python eval/train_reader.py --mean FILE … --out FILE [--lessons LESSONS]

Starts from the layers of all-MiniLM-L6-v2; its word vectors stay as they are and are not written. What is learnt:
whether a paragraph answers a question, which of its sentences do, and (to help the others; it is not written) which
words. `benchmarks/support/lessons.py` says on what. The second form writes the lessons as tokens, which the third
learns where the data is not: on a machine with a GPU, which it uses if torch finds one. The fourth goes on from weights
that were written before: it sees all of the newest packets, and of the others a part (`AGAIN`), so that new packets
cost an hour and not a training from the beginning. The last form averages what several seeds gave (Wortsman et al.
2022, https://arxiv.org/abs/2203.05482), and tries it on the packets that are kept, given the lessons.

The weights that ship came in two legs and have not seen the packets r* and y*. The mean of the seeds 1 to 4, before
there were packets q*: seven minutes beside each other on one H100 (a step takes .04 s there, 1.7 s on two cores with
bfloat16, 5 s on two without). From it the seeds 1 and 2 went on for an hour, each on one core. What ships is the mean
of where they began and of the mean of where they ended (Wortsman et al. 2022b, https://arxiv.org/abs/2109.01903): on
the questions that are fitted on, it was better than either. A third leg over the packets r*, as long, went through them
once and was no better: averaged with what it began from, and silence fitted again, it found .01 fewer of the facts on
the questions that are fitted on, and .02 more where there are several. Nor was a fourth, of 1,200 steps over the
packets y* and a part of the others, in which every question was made to end in one question mark: read as typed, a
third of it mixed in told what is answered .002 better (AUROC, mean of the sets) and quoted .01 to .02 less precisely;
read with the mark, search queries were told apart .03 worse. Twelve seeds from the beginning on a GPU, over all packets
and 520 texts more, told passages written like those apart better, but not what people ask: they and those texts are not
kept. A run gives weights that differ in their last digits from machine to machine: the digest it prints belongs into
`rag/answer/reader.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import random
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rag.answer.reader import QUESTION_TOKENS, TITLE_TOKENS, WEIGHTS

sys.path.insert(0, str(Path(__file__).resolve().parent / "benchmarks"))
from support.reader_model import Batch, Lessons, Pair, Paragraph, Question, ReaderModel, Right, Tokens, pair_of

if TYPE_CHECKING:
    from support.lessons import Lesson, Taught
    from tokenizers import Encoding, Tokenizer

OUT = Path(__file__).resolve().parents[1] / "rag/answer" / WEIGHTS
STEPS = 9_100
RATE, LEAST_RATE, WARM_UP = 2e-4, 0.02, 0.17
FURTHER_STEPS, FURTHER_RATE, FURTHER_WARM_UP = 1_700, 1e-4, 0.035
AGAIN: Mapping[str, float] = {
    "y": 1.0, "r": 0.4, "q": 0.12, "p": 0.1, "f": 0.3, "c": 0.3, "s": 0.3, "u": 0.2, "w": 0.06, "x": 0.05,
    "squad2": 0.5, "clapnq": 1.0, "mtrag": 1.0,
}  # fmt: skip
"""What share of a source's questions, or of those of packets that begin so, a round sees when weights learn further."""
EASY, ALONE = ("q", "rf", "rg", "rh", "rj", "rk", "yd", "ye"), 0.5
"""Packets of single passages, whose answered questions are then laid so often beside their own only: another passage is
easily told."""
HEADS_FASTER = 10
WEIGHT_DECAY, CLIP, DROPOUT = 0.01, 1.0, 0.1
BATCH_TOKENS = 6_144
SORTED_AT_ONCE = 6_000
"""Pairs sorted by length before they are cut into batches, so that little of a batch is padding."""
SECOND_WRONG = 0.3
"""How often a question without an answer is laid beside a second paragraph."""
SWAPPED = 0.2
"""How often a question that is answered is also asked with one thing changed."""
JOINED = 0.1
"""How often another question is put before one, as the turn before a follow-up is."""
STRANGERS = 6
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
FAST_SUMS = DEVICE == "cuda" or torch.cpu._is_avx512_bf16_supported()
SUMS = torch.bfloat16 if FAST_SUMS else torch.float32
"""In what the layers compute: bfloat16 only where the cores do, elsewhere it is many times slower."""


class Tokenised:
    """Turns lessons into tokens; a paragraph that many questions are laid beside is kept once.

    Args:
        tokenizer: the embedding model's.
        chance: chooses what is swapped.
    """

    def __init__(self, tokenizer: Tokenizer, chance: random.Random) -> None:
        self._tokenizer = tokenizer
        self._chance = chance
        self._numbers: dict[tuple[str, str], int] = {}
        self._offsets: list[Sequence[tuple[int, int]]] = []
        self.paragraphs: list[Paragraph] = []

    def __call__(self, taught: Taught, strangers: Sequence[str] = ()) -> Question:
        """A question; `strangers` are names of other questions."""
        from support.twins import swapped

        changed: Sequence[str] = ()
        if len(taught.right) == 1 and not taught.follows_up:
            changed = swapped(taught.question, taught.right[0].text, strangers, self._chance)
        return Question(
            source=taught.source,
            tokens=self._question(taught.question),
            follows_up=taught.follows_up,
            right=tuple(map(self._right, taught.right)),
            wrong=tuple(map(self._paragraph, taught.wrong)),
            swapped=tuple(map(self._question, changed)),
        )

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _question(self, text: str) -> Tokens:
        return np.array(self._encode(text).ids[-QUESTION_TOKENS:], np.uint16)

    def _right(self, lesson: Lesson) -> Right:
        number = self._paragraph(lesson)
        return Right(
            paragraph=number,
            answering=None if lesson.answering is None else tuple(sorted(lesson.answering)),
            words=tuple(
                at
                for at, (begin, stop) in enumerate(self._offsets[number])
                if any(begin < word.end and word.start < stop for word in lesson.words)
            ),
        )

    def _paragraph(self, lesson: Lesson) -> int:
        from rag.index.chunks import owners_of

        key = (lesson.title, lesson.text)
        if key not in self._numbers:
            self._numbers[key] = len(self.paragraphs)
            text = self._encode(lesson.text)
            self._offsets.append(text.offsets)
            self.paragraphs.append(
                Paragraph(
                    title=np.array(self._encode(lesson.title).ids[:TITLE_TOKENS], np.uint16),
                    text=np.array(text.ids, np.uint16),
                    owners=owners_of(text.offsets, lesson.sentences).astype(np.int16),
                )
            )
        return self._numbers[key]


def lessons_from(work: Path) -> Lessons:
    """All that is learnt, as tokens."""
    from support.lessons import KEPT_PASSAGES, composed, public, written
    from support.silence import KEPT_PACKETS, embedder_of

    from rag.index.converted import published_tokenizer
    from rag.index.embedding import bundled_model
    from rag.text.names import find_names

    encode = embedder_of(work).encode
    everything = [*public(work), *written(encode), *composed(encode)]
    names = defaultdict(list)
    for one in everything:
        names[one.source] += [name.surface for name in find_names(one.question) if not name.initial]
    chance = random.Random(0)
    tokenised = Tokenised(published_tokenizer(bundled_model()), chance)
    taught, kept = [], []
    for one in everything:
        strangers = chance.sample(names[one.source], min(STRANGERS, len(names[one.source])))
        (kept if one.source in KEPT_PACKETS + KEPT_PASSAGES else taught).append(tokenised(one, strangers))
    return Lessons(paragraphs=tokenised.paragraphs, taught=taught, kept=kept)


def pairs_of(lessons: Lessons, chance: random.Random) -> Iterator[Pair]:
    """What is read in one round: of each question what answers it and a paragraph that nearly does."""
    asked_with = defaultdict(list)
    for one in lessons.taught:
        asked_with[one.source].append(one.tokens)
    for one in lessons.taught:
        wrong = [chance.choice(one.wrong)] if one.right and one.wrong else list(one.wrong[:1])
        if not one.right and len(one.wrong) > 1 and chance.random() < SECOND_WRONG:
            wrong.append(chance.choice(one.wrong[1:]))
        asked = one.tokens
        if not one.follows_up and one.source != "squad2" and chance.random() < JOINED:
            asked = np.concatenate([chance.choice(asked_with[one.source]), asked])
        for right in one.right:
            yield pair_of(asked, lessons.paragraphs[right.paragraph], right, chance)
        for number in wrong:
            yield pair_of(asked, lessons.paragraphs[number], None, chance)
        if one.swapped and chance.random() < SWAPPED:
            yield pair_of(chance.choice(one.swapped), lessons.paragraphs[one.right[0].paragraph], None, chance)


def _share(source: str) -> float:
    return AGAIN[source] if source in AGAIN else AGAIN[source[0]]


def again(lessons: Lessons, chance: random.Random) -> Lessons:
    """What a round sees when weights learn further."""
    taught = []
    for one in lessons.taught:
        if chance.random() < _share(one.source):
            alone = one.right and one.source.startswith(EASY) and chance.random() < ALONE
            taught.append(replace(one, wrong=()) if alone else one)
    return replace(lessons, taught=taught)


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


def train(
    model: ReaderModel,
    next_round: Callable[[], Lessons],
    chance: random.Random,
    *,
    steps: int,
    seconds: float,
    rate: float,
    warm_up: float,
) -> None:
    """Learns for so many steps, or `seconds` if they are over sooner; the rate falls to nearly nothing either way."""
    layers, heads = list(model.layers.values()), list(model.heads.values())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in layers if p.ndim > 1], "weight_decay": WEIGHT_DECAY, "faster": 1},
            {"params": [p for p in layers if p.ndim <= 1], "weight_decay": 0.0, "faster": 1},
            {"params": heads, "weight_decay": 0.0, "faster": HEADS_FASTER},
        ],
        betas=(0.9, 0.98),
        fused=DEVICE == "cuda",
    )
    model.train()
    began, step = time.perf_counter(), 0
    while True:
        for batch in batches(list(pairs_of(next_round(), chance)), chance):
            done = max(step / steps, (time.perf_counter() - began) / seconds)
            if done >= 1:
                print(f"{step} steps, {time.perf_counter() - began:.0f} s", flush=True)
                return
            now = rate * min(1, (step + 1) / (warm_up * steps)) * max(LEAST_RATE, 1 - done)
            for group in optimizer.param_groups:
                group["lr"] = now * group["faster"]
            loss = model.loss(Batch.of(batch, DEVICE))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            step += 1
            if step % 100 == 0:
                print(f"{step} steps, loss {loss.item():.3f}, {time.perf_counter() - began:.0f} s", flush=True)


@torch.no_grad()
def report(model: ReaderModel, lessons: Lessons) -> str:
    """AUROC of "does this paragraph answer" and how often the best sentence of one that does is right."""
    from scipy.stats import rankdata

    model.eval()
    chance = random.Random(0)
    pairs = [
        pair_of(one.tokens, lessons.paragraphs[number], right, chance)
        for one in lessons.kept
        for number, right in [*((right.paragraph, right) for right in one.right), *((n, None) for n in one.wrong[:1])]
    ]
    odds, hits = np.zeros(len(pairs)), []
    for begin in range(0, len(pairs), 32):
        some = pairs[begin : begin + 32]
        batch = Batch.of(some, DEVICE)
        answers, sentences, _ = model(batch)
        odds[begin : begin + len(some)] = answers.cpu().numpy()
        best = sentences[:, 1:].argmax(1).tolist()
        hits += [batch.numbers[at][best[at]] in (pair.answering or ()) for at, pair in enumerate(some) if pair.answers]
    answered = np.array([pair.answers for pair in pairs])
    positives, ranks = int(answered.sum()), rankdata(odds)
    area = (ranks[answered].sum() - positives * (positives + 1) / 2) / (positives * (len(pairs) - positives))
    return f"{len(pairs)} pairs of packets not trained on: AUROC {area:.3f}, right sentence {np.mean(hits):.3f}"


def mean_of(files: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of several weights."""
    several = [load_file(file) for file in files]
    return {
        name: torch.stack([weights[name].float() for weights in several]).mean(0).to(value.dtype)
        for name, value in several[0].items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps indexes and searches")
    parser.add_argument("--write", type=Path, metavar="LESSONS", help="write the lessons, train nothing")
    parser.add_argument("--lessons", type=Path, help="lessons that were written before")
    parser.add_argument("--published", type=Path, help="the weights of all-MiniLM-L6-v2, where the package is not")
    parser.add_argument("--further", type=Path, metavar="WEIGHTS", help="go on from weights that were written before")
    parser.add_argument("--mean", type=Path, nargs="+", metavar="FILE", help="weights to average")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so many, whatever is learnt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file to write; without it the weights that ship are replaced")
    options = parser.parse_args()
    if options.mean and not options.out:
        parser.error("--mean needs --out")
    options.out = options.out or OUT
    if options.mean and not options.lessons:
        return _written(mean_of(options.mean), options.out)
    if options.lessons:
        lessons = pickle.loads(zlib.decompress(options.lessons.read_bytes()))  # written by this program
    else:
        from support.data import DATA
        from support.lessons import SOURCES

        if missing := [name for name in SOURCES if not (DATA / name).is_dir()]:
            print(f"skipped: ../shared/data lacks {', '.join(missing)}")
            return 0
        with tempfile.TemporaryDirectory() as folder:
            lessons = lessons_from(options.work or Path(folder))
    print(f"{len(lessons.taught):,} questions, {len(lessons.paragraphs):,} paragraphs", flush=True)
    if options.write:
        options.write.write_bytes(zlib.compress(pickle.dumps(lessons)))
        return 0
    if not options.published:
        from rag.index.embedding import bundled_model

        options.published = bundled_model() / "model.safetensors"
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    model = ReaderModel(load_file(options.published), dropout=0.0 if options.further else DROPOUT, sums=SUMS).to(DEVICE)
    if options.mean:
        model.load(mean_of(options.mean))
    elif options.further:
        model.load(load_file(options.further))
        steps = options.steps or FURTHER_STEPS
        recipe = {"rate": FURTHER_RATE, "warm_up": FURTHER_WARM_UP, "steps": steps, "seconds": options.seconds}
        train(model, lambda: again(lessons, chance), chance, **recipe)
    else:
        recipe = {"rate": RATE, "warm_up": WARM_UP, "steps": options.steps or STEPS, "seconds": options.seconds}
        train(model, lambda: lessons, chance, **recipe)
    print(report(model, lessons), flush=True)
    return _written(model.weights(), options.out)


def _written(weights: dict[str, Tensor], out: Path) -> int:
    save_file(weights, out)
    print(f"{out.name}: {hashlib.sha256(out.read_bytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
