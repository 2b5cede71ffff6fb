"""Evaluation runs as HTML: the figures of the last runs side by side, each with its interval."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.chat import texts
from rag.chat.markup import Markup, element, join

RUNS = Path("eval/runs")
_SHOWN = 6
_REPORT = "report.html"

HEADLINE = {
    "right": "Right",
    "fact_recall": "Facts stated",
    "citation_recall": "Citation recall",
    "citation_precision": "Citation precision",
    "refusing_f1": "F1 of refusing",
    "answering_f1": "F1 of answering",
    "recall@5": "Recall@5",
    "mrr": "MRR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run: its name and its summary."""

    path: Path
    summary: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def time(self) -> str:
        """When it began, readable; the name when it was given another."""
        stamp = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)", self.name)
        return "{} {}:{}".format(*stamp.groups()) if stamp else self.name

    @property
    def has_report(self) -> bool:
        return (self.path / _REPORT).is_file()


def finished_runs(folder: Path) -> tuple[Run, ...]:
    """The runs in a folder that were finished, newest first; what cannot be read is passed over."""
    runs = []
    for path in sorted(folder.glob("*/summary.json"), reverse=True)[:_SHOWN]:
        try:
            summary = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(summary, dict) and isinstance(summary.get("overall"), dict):
            runs.append(Run(path=path.parent, summary=summary))
    return tuple(runs)


def render_runs(runs: Sequence[Run], opened: str = "") -> Markup:
    """The newest run's figures as bars with their intervals, the runs before it behind them."""
    if not runs:
        return element("p", texts.NO_RUNS, class_="about")
    return join([_figures(runs), element("ul", join(_run(run, opened) for run in runs), class_="list")])


def render_report(folder: Path, name: str) -> Markup:
    """The report of a run in a frame of its own, which can reach neither the page nor the network's cookies."""
    run = next((known for known in finished_runs(folder) if known.name == name and known.has_report), None)
    if run is None:
        return Markup("")
    page = (run.path / _REPORT).read_text(encoding="utf-8")
    return element(
        "iframe", srcdoc=page, sandbox="allow-scripts", title=texts.REPORT_OF.format(name=name), class_="report"
    )


def _figures(runs: Sequence[Run]) -> Markup:
    rows = [
        element(
            "tr",
            element("th", label, scope="row"),
            join(_cell(run.summary["overall"].get("figures", {}).get(name)) for run in runs),
        )
        for name, label in HEADLINE.items()
    ]
    seconds = [run.summary.get("seconds", {}).get("seconds_p50", {}).get("value") for run in runs]
    rows.append(
        element(
            "tr",
            element("th", texts.SECONDS_MEDIAN, scope="row"),
            join(element("td", "–" if value is None else f"{value:.2f} s") for value in seconds),
        )
    )
    head = element("tr", element("td"), join(element("th", run.time, scope="col") for run in runs))
    return element(
        "div",
        element("table", element("thead", head), element("tbody", join(rows)), class_="figures"),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=texts.FIGURES,
    )


def _cell(figure: dict[str, Any] | None) -> Markup:
    if not figure or figure.get("value") is None:
        return element("td", "–")
    value, low, high = figure["value"], figure.get("low"), figure.get("high")
    span = None
    if low is not None and high is not None:
        style = f"inset-inline-start:{100 * low:.1f}%;inline-size:{100 * (high - low):.1f}%"
        span = element("span", class_="interval", style=style)
    interval = f" ({low:.2f} – {high:.2f})" if span else ""
    bar = element(
        "span", element("span", class_="value", style=f"inline-size:{100 * value:.1f}%"), span, class_="gauge"
    )
    return element("td", element("span", f"{value:.3f}"), bar, title=f"{value:.3f}{interval}")


def _run(run: Run, opened: str) -> Markup:
    count = run.summary.get("questions", 0)
    button = element(
        "button",
        texts.REPORT_CLOSE if run.name == opened else texts.REPORT_OPEN,
        type="button",
        class_="outlined",
        data_act="report",
        data_name=run.name,
        aria_expanded="true" if run.name == opened else "false",
    )
    return element(
        "li",
        element("span", run.time, class_="title"),
        element("span", f" · {texts.counted(texts.RUN_QUESTIONS_ONE, texts.RUN_QUESTIONS, count)} ", class_="about"),
        button if run.has_report else None,
    )
