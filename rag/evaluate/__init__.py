"""Is it right, and did a change make it better or worse: fixed questions, scores, comparisons and a report.

load_set(path)                        questions of a file or folder, checked
run(paths, open_assistant=…, …)       asks, scores, reports -> Evaluation
resume(run, …) rescore(run)           goes on with a run; scores it again without asking
compare_runs(before, after)           -> Evaluation with a comparison
write_report(run)                     the HTML page
keep_as_baseline(run, folder)         what later runs are compared with
"""

from __future__ import annotations

from rag.evaluate.compare import Comparison, compare, comparison_to_json
from rag.evaluate.entailment import Entailment, entailment_by
from rag.evaluate.figures import METRICS, Metric, Prices
from rag.evaluate.public_sets import load_set
from rag.evaluate.questions import Question, QuestionSet
from rag.evaluate.suite import (
    Evaluation,
    check_files,
    compare_runs,
    keep_as_baseline,
    load,
    rescore,
    resume,
    run,
    write_report,
)
from rag.evaluate.summary import Summary, summary_to_json
from rag.evaluate.table import render_comparison, render_table

__all__ = [
    "METRICS",
    "Comparison",
    "Entailment",
    "Evaluation",
    "Metric",
    "Prices",
    "Question",
    "QuestionSet",
    "Summary",
    "check_files",
    "compare",
    "compare_runs",
    "comparison_to_json",
    "entailment_by",
    "keep_as_baseline",
    "load",
    "load_set",
    "render_comparison",
    "render_table",
    "rescore",
    "resume",
    "run",
    "summary_to_json",
    "write_report",
]
