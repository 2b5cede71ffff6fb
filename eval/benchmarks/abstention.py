"""Does Pilcrow know when to be silent? Its confidence with and without the reader beside three plain scores.

    python eval/benchmarks/abstention.py [squad2 …] [--work FOLDER] [--plot FILE.svg]

Reported on the halves that the weights were not fitted on (`support/silence.py`); sets that were only fitted on are
not shown. The plain scores are those of BM25, of the dense search and of the best sentence; each refuses below the
threshold that is best on half 0. AURC counts an answer as wrong when the question is unanswerable; lower is better.
The fixed questions are asked of the two documents alone, and of the same documents among those of other sets, which no
figure is asked of.
With `--work` indexes and searches are kept for next time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from support.data import table
from support.silence import AMONG, Asked, asked, available, embedder_of

from rag.answer.abstain import Abstention
from rag.answer.reader import Reader
from rag.evaluate.abstention import abstention_f1, answering_f1, auroc, refusing_f1, risk_coverage
from rag.types import Retrieval

Floats = npt.NDArray[np.float64]
OURS, UNREAD = "Pilcrow", "without reader"
AMONG_THOSE_OF = " among those of "
AUROC_FLOORS = {"statements": 0.95, "mtrag": 0.90, "clapnq": 0.90, "squad2": 0.70}
F1_FLOORS = {"statements": 0.90, "clapnq": 0.80}
BASELINES: Mapping[str, Callable[[Retrieval], float]] = {
    "BM25 score": lambda found: max((hit.signals.lexical for hit in found.hits), default=0.0),
    "dense score": lambda found: max((hit.signals.dense for hit in found.hits), default=0.0),
    "best sentence": lambda found: max((hit.signals.sentence for hit in found.hits), default=0.0),
}


def baseline_threshold(scores: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    """The score from which answering gives the best mean of both F1."""
    thresholds = np.unique(scores)
    balance = [float(abstention_f1(answerable, scores >= at)) for at in thresholds]
    return float(thresholds[int(np.argmax(balance))])


def curves(
    questions: Sequence[Asked], reader: Reader, check: Abstention
) -> tuple[list[list[object]], dict[str, Floats], Floats]:
    """A row of figures a system, the risk-coverage curve of each, and the coverages."""
    fitted = [question for question in questions if question.half == 0]
    other = [question for question in questions if question.half == 1]
    answerable = np.array([question.answerable for question in other])
    began = time.perf_counter()
    ours = [check(reader(question.retrieval)) for question in other]
    print(f"{1000 * (time.perf_counter() - began) / len(other):.1f} ms a question, with the reader")
    systems = {
        name: (np.array([one.confidence for one in verdicts]), np.array([one.answerable for one in verdicts]))
        for name, verdicts in ((OURS, ours), (UNREAD, [check(question.retrieval) for question in other]))
    }
    for name, score in BASELINES.items():
        before = np.array([score(question.retrieval) for question in fitted])
        threshold = baseline_threshold(before, np.array([question.answerable for question in fitted]))
        scores = np.array([score(question.retrieval) for question in other])
        systems[name] = (scores, scores >= threshold)
    body: list[list[object]] = []
    drawn = {}
    everything = np.ones_like(answerable)
    for name, (confidence, answered) in systems.items():
        curve = risk_coverage(answerable, everything, answerable, confidence)
        refusing, answering = float(refusing_f1(answerable, answered)), float(answering_f1(answerable, answered))
        mean = (refusing + answering) / 2
        body.append([name, auroc(answerable, confidence), curve.area, refusing, answering, mean])
        drawn[name] = curve.risk
        coverage = curve.coverage
    return body, drawn, coverage


def plot(drawn: Mapping[str, tuple[Floats, Mapping[str, Floats]]], target: Path) -> None:
    """Risk against coverage, a panel a set."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(drawn), figsize=(4 * len(drawn), 3.6), squeeze=False, layout="constrained")
    for panel, (name, (coverage, risks)) in zip(panels[0], drawn.items(), strict=True):
        for system, risk in risks.items():
            panel.plot(coverage, risk, label=system, linewidth=2.2 if system == OURS else 1.1)
        panel.set(title=name, xlabel="share answered", ylabel="share of them unanswerable", xlim=(0, 1), ylim=(0, None))
    panels[0][0].legend(frameon=False)
    figure.savefig(target)
    print(f"plot: {target}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sets", nargs="*", default=[*AUROC_FLOORS, *(f"statements{AMONG_THOSE_OF}{other}" for other in AMONG)]
    )
    parser.add_argument("--work", type=Path, help="folder that keeps indexes and searches")
    parser.add_argument("--caution", type=float, default=0.5)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    drawn = {}
    good = True
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        for name in options.sets:
            few, _, among = name.partition(AMONG_THOSE_OF)
            if missing := [one for one in (few, among) if one and one not in available()]:
                print(f"skipped: ../shared/data lacks {missing[0]}")
                continue
            questions = asked(few, work, among or None)
            check = Abstention(caution=options.caution, encode=embedder_of(work).encode)
            print(f"\n{name}: {sum(question.half == 1 for question in questions)} questions of half 1")
            body, risks, coverage = curves(questions, Reader.load(cache=work / "models"), check)
            table(["", "AUROC", "AURC", "F1 refusing", "F1 answering", "mean F1"], body)
            drawn[name] = (coverage, risks)
            floor, least = AUROC_FLOORS.get(name, 0.0), F1_FLOORS.get(name, 0.0)
            good &= float(str(body[0][1])) >= floor and float(str(body[0][-1])) >= least
            if floor:
                print(f"asked for: AUROC {floor:.2f}" + (f", mean F1 {least:.2f}" if least else ""))
        if options.plot and drawn:
            plot(drawn, options.plot)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
