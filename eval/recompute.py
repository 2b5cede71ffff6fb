"""Recomputes the main figures of a run from its lines alone, and compares them with its summary.

    python eval/recompute.py eval/runs/STAMP

Shares no code with the package: plain loops over questions.jsonl and results.jsonl, the formulas written out.
"""

import json
import math
import re
import sys
from pathlib import Path

run = Path(sys.argv[1])
asked = [json.loads(line) for line in (run / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
lines = [json.loads(line) for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines()]
found: dict[str, list[float]] = {}
refused = answered = refusable = answerable = right_refusals = right_answers = 0
for row, line in zip(asked, lines, strict=True):
    question, words, stored = row["question"], line["words"], line["stored"]
    gave = line["status"] == "answered" and not line["error"]
    cited = line.get("citations", [])
    answered, refused = answered + gave, refused + (not gave)
    answerable, refusable = answerable + question["answerable"], refusable + (not question["answerable"])
    right_answers += gave and question["answerable"]
    right_refusals += not gave and not question["answerable"]
    scores: dict[str, float] = {}
    if cited:
        scores["pointer_validity"] = sum(each["paragraph"] in stored for each in cited) / len(cited)
        exact = [stored.get(each["paragraph"], "")[each["start"] : each["end"]] == each["quote"] for each in cited]
        scores["quote_exactness"] = sum(exact) / len(exact)
    if question["facts"]:
        text = " ".join(re.sub(r"\[\d+\]", "", line.get("text", "")).split())
        scores["fact_recall"] = sum(gave and bool(re.search(f, text, re.I)) for f in question["facts"]) / len(
            question["facts"]
        )
    if gold := [set(group) | {words[ref] for ref in group if ref in words} for group in question["gold"]]:
        names = {words.get(each["paragraph"], 0): each["paragraph"] for each in cited if gave}
        scores["citation_recall"] = sum(bool(group & (set(names) | set(names.values()))) for group in gold) / len(gold)
        if gave:
            scores["citation_precision"] = sum(any(group & {*pair} for group in gold) for pair in names.items()) / (
                len(names) or 1
            )
        # Copies, and other paragraphs of a gold group that was found before, take no place in the ranking.
        places: list[set[int]] = []
        met: set[int] = set()
        seen: set[int] = set()
        for hit in line.get("hits", []):
            if hit["words"] in seen:
                continue
            seen.add(hit["words"])
            groups = {at for at, group in enumerate(gold) if group & {hit["words"], hit["paragraph"]}}
            if not groups or groups - met:
                places.append(groups)
            met |= groups
        for cut in (1, 5, 10):
            scores[f"recall@{cut}"] = len(set().union(*places[:cut])) / len(gold)
        scores["mrr"] = next((1 / rank for rank, groups in enumerate(places, 1) if groups), 0.0)
    for name, value in scores.items():
        found.setdefault(name, []).append(value)
figures = {name: sum(values) / len(values) for name, values in found.items()}
figures["refusing_f1"] = 2 * right_refusals / (refused + refusable) if refusable else math.nan
figures["answering_f1"] = 2 * right_answers / (answered + answerable) if answerable else math.nan
summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))["overall"]["figures"]
wrong = 0
for name, value in figures.items():
    said = summary[name]["value"]
    same = math.isnan(value) if said is None else abs(said - value) < 1e-5
    wrong += not same
    print(f"{name:20} {value:.6f}  {'=' if same else f'but the summary says {said}'}")
sys.exit(1 if wrong else 0)
