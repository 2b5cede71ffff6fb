"""The figures of a run and of a comparison as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.evaluate import wording
from rag.evaluate.compare import Comparison
from rag.evaluate.figures import METRICS, Metric
from rag.evaluate.summary import Part, Summary

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def render_table(summary: Summary) -> RenderableType:
    """Every figure overall with its interval and by split, then by kind and by question set."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [_overall(summary)]
    if len(summary.kinds) > 1:
        parts += [Text(""), _by_part("by kind", summary.kinds)]
    if len(summary.sets) > 1:
        parts += [Text(""), _by_part("by set", summary.sets)]
    if words := wording.sample(summary):
        parts += [Text(""), Text(words, style="yellow")]
    return Group(*parts)


def render_comparison(comparison: Comparison) -> RenderableType:
    """Every metric in both runs with the interval of the difference, and the questions that were fixed or broken."""
    from rich.console import Group
    from rich.text import Text

    table = _table("compared")
    for heading in ("before", "after", "change", "95 % of change"):
        table.add_column(heading, justify="right")
    table.add_column("", no_wrap=True)
    for each in comparison.differences:
        if each.before is None and each.after is None:
            continue
        style = "bold red" if each.fails else "green" if each.verdict == "better" and each.certain else ""
        table.add_row(
            _safe(each.metric.label),
            wording.number(each.metric, each.before),
            wording.number(each.metric, each.after),
            wording.change(each.metric, each.change),
            wording.change_bounds(each),
            wording.verdict(each),
            style=style,
        )
    lines: list[RenderableType] = [
        Text(_safe(f"{comparison.before} → {comparison.after}")),
        Text(""),
        table,
        Text(""),
        Text(_safe(wording.headline(comparison))),
    ]
    lines += [
        Text(f"{change}: {_safe(', '.join(pair.after.key for pair in comparison.of(change)))}")
        for change in ("broken", "fixed")
        if comparison.of(change)
    ]
    if left := len(comparison.only_before) + len(comparison.only_after) + len(comparison.altered):
        lines.append(Text(f"Left out: {left} questions that stand in one run only or were changed."))
    return Group(*lines)


def _overall(summary: Summary) -> Table:
    table = _table(f"{summary.overall.questions:,} questions")
    table.add_column("all", justify="right")
    table.add_column("95 %", justify="right")
    table.add_column("scored", justify="right")
    for each in summary.splits:
        table.add_column(_safe(each.name), justify="right")
    group = ""
    for metric in METRICS:
        figure = summary.overall.figures[metric.name]
        if figure.value is None:
            continue
        if group and metric.group != group:
            table.add_section()
        group = metric.group
        table.add_row(
            metric.label,
            wording.number(metric, figure.value),
            wording.bounds(metric, figure.low, figure.high),
            f"{figure.scored:,}",
            *(wording.number(metric, each.figures[metric.name].value) for each in summary.splits),
            style="bold red" if metric.gate and figure.value < 1 else "",
        )
    return table


def _by_part(title: str, parts: Sequence[Part]) -> Table:
    table = _table(title)
    for each in parts:
        # A long name breaks after its dashes, so that the table stays narrow.
        table.add_column(
            f"{_safe(each.name)} ({each.questions:,})".replace("-", "-\n").replace(" (", "\n("),
            justify="right",
            overflow="fold",
        )
    for metric in METRICS:
        if _any_value(parts, metric):
            table.add_row(metric.label, *(wording.number(metric, each.figures[metric.name].value) for each in parts))
    return table


def _any_value(parts: Sequence[Part], metric: Metric) -> bool:
    return any(each.figures[metric.name].value is not None for each in parts)


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column(_safe(title), no_wrap=True)
    return table


def _safe(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
