"""The plots of the report as inline SVG: colours come from the page's style sheet, numbers from the run.

Nothing a user or a document wrote goes into a plot but what is passed as a label, and that is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from rag.evaluate.abstention import RiskCoverage

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 32, 42
MOST_POINTS = 400


class Curve(NamedTuple):
    """A risk-coverage curve with what the legend calls it and where the run itself stands on it."""

    label: str
    points: RiskCoverage
    coverage: float
    risk: float


class Change(NamedTuple):
    """One row of the plot of differences: `low` and `high` bound the change; `good` says which way it goes."""

    label: str
    change: float
    low: float
    high: float
    higher_is_better: bool


def risk_coverage_plot(curves: Sequence[Curve]) -> Markup:
    """Risk (vertical) against coverage (horizontal); the dot is where the system stops answering."""
    highest = max(float(curve.points.risk.max()) for curve in curves)
    top = next(step for step in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if step >= min(highest, 1.0))
    frame = _Frame(1.0, top)
    parts = [_grid(frame, "coverage: share of questions answered", "risk: share of those wrong")]
    for at, (label, points, coverage, risk) in enumerate(curves):
        keep = _thinned(len(points.coverage))
        line = " ".join(
            f"{frame.x(float(x)):.1f},{frame.y(float(y)):.1f}"
            for x, y in zip(points.coverage[keep], points.risk[keep], strict=True)
        )
        parts.append(Markup('<polyline class="line series-{}" points="{}"/>').format(at, line))
        parts.append(
            Markup('<circle class="dot series-{}" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title></circle>').format(
                at, frame.x(coverage), frame.y(min(risk, top)), f"{label}: covers {coverage:.3f} at risk {risk:.3f}"
            )
        )
    said = "; ".join(f"{curve.label}: area {curve.points.area:.3f}" for curve in curves)
    return _svg(parts, HEIGHT, f"Risk against coverage. {said}.")


def latency_plot(seconds: Sequence[tuple[str, NDArray[np.float64]]]) -> Markup:
    """The share of answers given within a time, per run."""
    longest = max(float(values.max()) for _, values in seconds)
    frame = _Frame(_nice(longest), 1.0)
    parts = [_grid(frame, "seconds", "share of answers given by then")]
    for at, (_, values) in enumerate(seconds):
        ordered = np.sort(values)
        share = np.arange(1, len(ordered) + 1) / len(ordered)
        keep = _thinned(len(ordered))
        line = f"{frame.x(0):.1f},{frame.y(0):.1f} " + " ".join(
            f"{frame.x(float(x)):.1f},{frame.y(float(y)):.1f}" for x, y in zip(ordered[keep], share[keep], strict=True)
        )
        parts.append(Markup('<polyline class="line series-{}" points="{}"/>').format(at, line))
        for percent in (50, 95):
            value = float(np.percentile(values, percent))
            parts.append(
                Markup('<circle class="dot series-{}" cx="{:.1f}" cy="{:.1f}" r="4"><title>{}</title></circle>').format(
                    at, frame.x(value), frame.y(percent / 100), f"{percent} % within {value:.3f} s"
                )
            )
    return _svg(parts, HEIGHT, "Share of answers given within a time.")


def change_plot(changes: Sequence[Change]) -> Markup:
    """The change of each metric with its interval, around a line of no change."""
    row, left, right, width = 27, 210, 80, 1064
    reach = max(0.02, *(max(abs(low), abs(high), abs(change)) for _, change, low, high, _ in changes)) * 1.08
    height = row * len(changes) + 40
    middle, half = left + (width - left - right) / 2, (width - left - right) / 2
    parts = [
        Markup('<line class="axis" x1="{0:.1f}" x2="{0:.1f}" y1="4" y2="{1}"/>').format(middle, height - 30),
    ]
    for side in (-1, -0.5, 0.5, 1):
        x = middle + side * half / 1.08
        parts.append(Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="4" y2="{1}"/>').format(x, height - 30))
        parts.append(
            Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                x, height - 12, _signed(side * reach / 1.08)
            )
        )
    for at, (label, change, low, high, higher_is_better) in enumerate(changes):
        y = 16 + at * row
        tone = "even" if change == 0 else "good" if (change > 0) == higher_is_better else "bad"
        scale = half / reach
        parts.append(
            Markup(
                '<text class="label" x="{}" y="{}" text-anchor="end">{}</text>'
                '<line class="range {}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>'
                '<circle class="mark {}" cx="{:.1f}" cy="{}" r="4.5"/>'
                '<text class="value" x="{}" y="{}" text-anchor="end">{}</text>'
            ).format(
                left - 14,
                y + 4,
                escape(label),
                tone,
                middle + low * scale,
                middle + high * scale,
                y,
                y,
                tone,
                middle + change * scale,
                y,
                width - 4,
                y + 4,
                "=" if change == 0 else _signed(change),
            )
        )
    return _svg(parts, height, "Change of each metric with its 95 % interval.", width=width)


class _Frame(NamedTuple):
    """Maps values to places on the plot."""

    right: float
    top: float

    def x(self, value: float) -> float:
        return LEFT + value / self.right * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM)


def _grid(frame: _Frame, horizontal: str, vertical: str) -> Markup:
    parts: list[Markup] = []
    for step in range(5):
        x, y = frame.right * step / 4, frame.top * step / 4
        parts.append(
            Markup(
                '<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>'
                '<text class="tick" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
                '<text class="tick" x="{6:.1f}" y="{7}" text-anchor="middle">{8}</text>'
            ).format(
                LEFT,
                WIDTH - RIGHT,
                frame.y(y),
                LEFT - 7,
                frame.y(y) + 4,
                _tick(y),
                frame.x(x),
                HEIGHT - BOTTOM + 16,
                _tick(x),
            )
        )
    parts.append(
        Markup(
            '<text class="caption" x="{}" y="{}" text-anchor="end">{}</text>'
            '<text class="caption" x="{}" y="{}" text-anchor="start">{}</text>'
        ).format(WIDTH - RIGHT, HEIGHT - 6, horizontal, 0, 14, vertical)
    )
    return Markup("").join(parts)


def _svg(parts: Sequence[Markup], height: int, label: str, *, width: int = WIDTH) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, label, Markup("").join(parts)
    )


def _thinned(count: int) -> NDArray[np.intp]:
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, MOST_POINTS).astype(np.intp))


def _nice(value: float) -> float:
    """The next of 1, 2, 4 or 8 times a power of ten: its quarters are short numbers."""
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(power * step for step in (1, 2, 4, 8, 10, 20) if power * step >= value))


def _tick(value: float) -> str:
    return f"{value:.3g}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\u2212")
