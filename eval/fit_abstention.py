"""Fits the weights of the abstention and writes them as JSON.

    python eval/fit_abstention.py [--work FOLDER] [--out rag/answer/abstention.json]

One logistic regression for all sets, with the direction of every sign given beforehand, fitted on half 0 of each set
(`benchmarks/support/silence.py`); sets weigh alike, and so do the two classes within a set. The default caution is the
confidence at which the mean of F1 refusing and F1 answering, averaged over the sets, is best on the same halves; how
much surer one may be in a corpus of a few pages is chosen with it, on confidences of questions held out. The questions
over a few documents are asked three times, alone and with these documents among two sizes of others, and share the
weight of one set: else what tells a small corpus from a large one would tell these questions from the rest.
There are two fits: for retrievals that the reader has read, on the questions of half 0 that it was not trained on, and
for others, without its signs. `eval/benchmarks/abstention.py` reports on the other halves. With `--work` indexes and
searches are kept for next time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from rag.answer.nearness import Nearness
from rag.answer.reader import Reader
from rag.answer.signs import READ, SIGNS, signs_of
from rag.evaluate.abstention import abstention_f1

sys.path.insert(0, str(Path(__file__).resolve().parent / "benchmarks"))
from support.silence import AMONG, FEW, SETS, Asked, asked, available, embedder_of

Floats = npt.NDArray[np.float64]
OUT = Path(__file__).resolve().parents[1] / "rag/answer/abstention.json"
PENALTY = 0.003
LEAST_WEIGHT = 0.005
"""Weights below this are left out."""
THRESHOLDS = np.linspace(0.2, 0.8, 121)
SHIFTS = np.linspace(0, 2, 21)
NEARLY = 0.01
"""Means this close to the best are as good as it: a question more or less moves them as much."""
UNJUDGED = "written"
"""Holds more unanswerable questions than people ask: it has no say in the balance."""
CAUTIOUS = 0.6
"""Where among these the default lies, from the boldest to the most cautious."""
AGAIN = 0.3
"""What a question counts that is asked again, among other documents."""
SHARES = {"squad2": 0.5}
"""Sets that weigh less than others: what is kept of squad2 is one article."""
FOLDS = 6
SEED = 20231207
LEAST_COVERAGE = 0.05
"""The share of questions still answered at caution 1."""


UNREAD = tuple(sign for sign in SIGNS if sign not in READ)


@dataclass(frozen=True)
class Matrix:
    """The signs of a set's questions, a row each, and whether they are answerable.

    `asked` numbers the questions, `time` the times they are asked.
    """

    name: str
    signs: tuple[str, ...]
    rows: Floats
    answerable: npt.NDArray[np.bool_]
    asked: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]

    @property
    def weights(self) -> Floats:
        """Summing to one, half of it for either class."""
        share = np.where(self.time, AGAIN, 1.0)
        yes, no = share @ self.answerable, share @ ~self.answerable
        return np.asarray(share * np.where(self.answerable, 0.5 / yes, 0.5 / no), float)

    def only(self, rows: npt.NDArray[np.bool_]) -> Matrix:
        kept = {name: getattr(self, name)[rows] for name in ("rows", "answerable", "asked", "time")}
        return replace(self, **kept)


def matrix(name: str, times: Sequence[Sequence[Asked]], nearness: Nearness, reader: Reader | None = None) -> Matrix:
    """The signs of the same questions asked several times."""
    signs = tuple(SIGNS) if reader else UNREAD
    rows, answerable, numbers, at = [], [], [], []
    for time, questions in enumerate(times):
        for number, question in enumerate(questions):
            values = signs_of(reader(question.retrieval) if reader else question.retrieval, nearness).values
            rows.append([values[sign] for sign in signs])
            answerable.append(question.answerable)
            numbers.append(number)
            at.append(time)
    return Matrix(name, signs, np.array(rows), np.array(answerable), np.array(numbers), np.array(at))


class Fitted(NamedTuple):
    """Intercept, weights, means and spreads of the signs."""

    intercept: float
    weights: Floats
    means: Floats
    spreads: Floats


def fit(sets: Sequence[Matrix]) -> Fitted:
    rows = np.vstack([one.rows for one in sets])
    shares = np.array([SHARES.get(one.name, 1.0) for one in sets])
    weight = np.concatenate([share * one.weights for share, one in zip(shares, sets, strict=True)]) / shares.sum()
    side = 2.0 * np.concatenate([one.answerable for one in sets]) - 1
    mean = weight @ rows
    spread = np.sqrt(weight @ (rows - mean) ** 2) + 1e-9
    scaled = (rows - mean) / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        margin = side * (scaled @ parameters[1:] + parameters[0])
        pull = -weight * side * expit(-margin)
        penalty = PENALTY * parameters[1:]
        value = weight @ np.logaddexp(0, -margin) + parameters[1:] @ penalty / 2
        return float(value), np.concatenate([[pull.sum()], scaled.T @ pull + penalty])

    bounds = {1: (0, None), -1: (None, 0), 0: (None, None)}
    best = minimize(
        loss,
        np.zeros(len(mean) + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *(bounds[SIGNS[sign]] for sign in sets[0].signs)],
    ).x
    return Fitted(float(best[0]), best[1:], mean, spread)


def confidences_of(fitted: Fitted, rows: Floats) -> Floats:
    return np.asarray(expit((rows - fitted.means) / fitted.spreads @ fitted.weights + fitted.intercept))


def held_out(sets: Sequence[Matrix], at: int) -> Floats:
    """The confidences of one small set, each from a fit that has not seen its question."""
    chosen = sets[at]
    fold = (np.random.default_rng(SEED).permutation(chosen.asked.max() + 1) % FOLDS)[chosen.asked]
    found = np.zeros(len(fold))
    for number in range(FOLDS):
        fitted = fit([*sets[:at], chosen.only(fold != number), *sets[at + 1 :]])
        found[fold == number] = confidences_of(fitted, chosen.rows[fold == number])
    return found


def balance(sets: Sequence[Matrix], confidences: Sequence[Floats], shift: float) -> tuple[float, float]:
    """The best mean of both F1 over the sets, and from which confidence on, when small corpora gain `shift`.

    Of a set whose questions are asked several times each time counts by itself, and together as much as another set.
    """
    few = sets[0].signs.index("few")
    means = np.zeros(len(THRESHOLDS))
    for one, sure in zip(sets, confidences, strict=True):
        moved = expit(logit(sure) + shift * one.rows[:, few])
        times = [one.time == time for time in np.unique(one.time)]
        for at, threshold in enumerate(THRESHOLDS):
            scores = [float(abstention_f1(one.answerable[time], moved[time] >= threshold)) for time in times]
            means[at] += np.mean(scores) / len(sets)
    # Not the luckiest one, but among those that are nearly best one of the more cautious: users must not misquote.
    usual = float(np.quantile(THRESHOLDS[means >= means.max() - NEARLY], CAUTIOUS))
    return float(means.max()), usual


def cautions(sets: Sequence[Matrix], confidences: Sequence[Floats], default: float) -> list[tuple[float, float]]:
    """The confidence each caution asks for: all questions at 0, the best balance at .5, the surest few at 1."""
    sure = np.concatenate(confidences)
    weight = np.concatenate([one.weights for one in sets]) / len(sets)
    order = np.argsort(-sure)
    covered = np.cumsum(weight[order])
    usual = float(weight[sure >= default].sum())
    curve = []
    for step in range(11):
        caution = step / 10
        coverage = 1 - (1 - usual) * caution * 2 if step <= 5 else usual + (LEAST_COVERAGE - usual) * (caution * 2 - 1)
        at = min(int(np.searchsorted(covered, coverage)), len(order) - 1)
        asks = 0.0 if not step else default if step == 5 else float(sure[order][at])
        curve.append((caution, round(asks, 4)))
    return curve


def fit_and_balance(sets: Sequence[Matrix]) -> dict[str, Any]:
    """What is written: the weights, and the confidence each caution asks for."""
    fitted = fit(sets)
    judged = [one for one in sets if one.name != UNJUDGED]
    # Of few questions their own confidences would flatter the fit.
    sure = [
        held_out(sets, at) if one.name in FEW else confidences_of(fitted, one.rows)
        for at, one in enumerate(sets)
        if one.name != UNJUDGED
    ]
    best = [balance(judged, sure, shift)[0] for shift in SHIFTS]
    shift = float(np.median(SHIFTS[np.array(best) >= max(best) - NEARLY]))
    few = sets[0].signs.index("few")
    weights = fitted.weights.copy()
    weights[few] += shift * fitted.spreads[few]
    fitted = fitted._replace(weights=weights, intercept=fitted.intercept + shift * float(fitted.means[few]))
    default = balance(judged, sure, shift)[1]
    return {
        "fitted_on": {one.name: f"half 0, {one.asked.max() + 1} questions" for one in sets},
        "intercept": round(fitted.intercept, 4),
        "signs": {
            sign: {"weight": round(weight, 4), "mean": round(mean, 4), "spread": round(spread, 4)}
            for sign, weight, mean, spread in zip(
                sets[0].signs, fitted.weights.tolist(), fitted.means.tolist(), fitted.spreads.tolist(), strict=True
            )
            if abs(weight) >= LEAST_WEIGHT
        },
        "caution": cautions(sets, [confidences_of(fitted, one.rows) for one in sets], default),
    }


def _half_0(name: str, work: Path, among: str | None = None) -> list[Asked]:
    return [question for question in asked(name, work, among) if question.half == 0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps indexes and searches")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    if missing := [name for name in SETS if name not in available()]:
        print(f"skipped: ../shared/data lacks {', '.join(missing)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        nearness = Nearness(embedder_of(work).encode)
        chosen = {
            name: [_half_0(name, work), *(_half_0(name, work, among) for among in AMONG if name in FEW)]
            for name in SETS
        }
        # The packets were made to try a reader: most of their questions no sign of words can tell apart.
        unread = [matrix(name, times, nearness) for name, times in chosen.items() if name != "packets"]
        reader = Reader.load(cache=work / "models")
        untaught = {
            name: [[question for question in questions if not question.taught] for questions in times]
            for name, times in chosen.items()
        }
        read = [matrix(name, times, nearness, reader) for name, times in untaught.items()]
    fitted = {"read": fit_and_balance(read), "unread": fit_and_balance(unread)}
    options.out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    for name, sets in (("read", read), ("unread", unread)):
        print(f"{name}: {len(fitted[name]['signs'])} of {len(sets[0].signs)} signs kept")
    print(f"written to {options.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
