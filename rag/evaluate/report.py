"""The report of a run as one HTML page that needs nothing else: no network, no font, no script from elsewhere.

Every string of a question, an answer or a document passes through the template's escaping.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.evaluate import plots, wording
from rag.evaluate.abstention import risk_coverage
from rag.evaluate.compare import Comparison, Pair
from rag.evaluate.figures import METRICS, Metric, columns_of
from rag.evaluate.metrics import Scored
from rag.evaluate.questions import states
from rag.evaluate.relevance import gold_groups
from rag.evaluate.summary import Summary

if TYPE_CHECKING:
    from jinja2 import Environment

HEADLINE = (
    "right",
    "fact_recall",
    "citation_precision",
    "citation_recall",
    "abstention",
    "recall@5",
    "mrr",
    "seconds_p50",
)
DETAILED = 1500
"""How many questions are shown with their answers; of more, the wrong ones come first."""
LONGEST_GOLD = 700
TEMPLATES = Path(__file__).parent / "templates"
_WORDS = re.compile(r"\S+\s*")
LEAST_SHARED = 0.3
"""Texts that share less than this are shown as they are: marking single words in common would only disturb."""


class CitationRow(NamedTuple):
    """A citation as the report shows it."""

    number: int
    paragraph: str
    quote: str
    gold: bool
    broken: str


class GoldRow(NamedTuple):
    """A gold group: its paragraphs by wording, and whether the answer cites it and the search found it."""

    met: bool
    rank: int | None
    wordings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """A question as the report shows it."""

    scored: Scored
    outcome: str
    citations: tuple[CitationRow, ...]
    gold: tuple[GoldRow, ...]
    facts: tuple[tuple[str, bool], ...]
    scores: tuple[tuple[str, str], ...]


class Piece(NamedTuple):
    """A run of words in one answer: `kept` in both, or in this one only."""

    text: str
    kept: bool


class PairRow(NamedTuple):
    """A question whose answer changed, with the two answers word by word."""

    change: str
    before: QuestionRow
    after: QuestionRow
    before_text: tuple[Piece, ...]
    after_text: tuple[Piece, ...]


def render_report(
    manifest: Mapping[str, Any], scored: Sequence[Scored], summary: Summary, comparison: Comparison | None = None
) -> str:
    """The page."""
    rows = [question_row(each) for each in _shown(scored)]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            manifest=manifest,
            summary=summary,
            comparison=comparison,
            metrics=[metric for metric in METRICS if summary.value(metric.name) is not None],
            headline=[
                metric for metric in METRICS if metric.name in HEADLINE and summary.value(metric.name) is not None
            ],
            differences={each.metric.name: each for each in comparison.differences} if comparison else {},
            rows=rows,
            left_out=len(scored) - len(rows),
            outcomes=list(dict.fromkeys(row.outcome for row in rows)),
            pairs=pair_rows(comparison) if comparison else (),
            risk_plot=_risk_plot(scored, comparison),
            latency_plot=_latency_plot(scored, comparison),
            change_plot=_change_plot(comparison) if comparison else "",
            wording=wording,
            style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
            script=(TEMPLATES / "report.js").read_text(encoding="utf-8"),
        )
    )


def question_row(each: Scored) -> QuestionRow:
    """What the page shows of one question."""
    question, record = each.question, each.record
    groups = gold_groups(question, record)
    citations = tuple(
        CitationRow(
            number=citation.number,
            paragraph=citation.paragraph,
            quote=citation.quote,
            gold=any(group.holds(citation.paragraph, record.words.get(citation.paragraph)) for group in groups),
            broken=_broken(each, citation.paragraph, citation.start, citation.end, citation.quote),
        )
        for citation in record.citations
    )
    gold = tuple(
        GoldRow(
            met=any(
                group.holds(citation.paragraph, record.words.get(citation.paragraph)) for citation in record.citations
            ),
            rank=next((rank for rank, hit in enumerate(record.hits, 1) if group.holds(hit.paragraph, hit.words)), None),
            wordings=_wordings(each, paragraphs),
        )
        for group, paragraphs in zip(groups, question.gold, strict=True)
    )
    facts = tuple(
        (fact, record.answered and states(record.text, pattern))
        for fact, pattern in zip(question.facts, question.patterns(), strict=True)
    )
    scores = tuple(
        (metric.label, wording.number(metric, each.scores[metric.column]))
        for metric in METRICS
        if metric.column and each.scores[metric.column] is not None
    )
    return QuestionRow(scored=each, outcome=outcome(each), citations=citations, gold=gold, facts=facts, scores=scores)


def outcome(each: Scored) -> str:
    """What happened, in words that can be filtered by."""
    if each.record.error:
        return "error"
    if each.record.answered:
        return ("answered right" if each.right else "answered wrong") if each.question.answerable else "false answer"
    return "false refusal" if each.question.answerable else "refused right"


def pair_rows(comparison: Comparison) -> tuple[PairRow, ...]:
    """The questions whose answers changed, broken ones first."""
    changed = [
        pair for change in ("broken", "fixed", "other wording", "other citations") for pair in comparison.of(change)
    ]
    return tuple(_pair_row(pair) for pair in changed[:DETAILED])


def word_difference(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts, word by word: which runs stand in both. Texts with little in common are left unmarked."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = difflib.SequenceMatcher(
        a=[word.strip() for word in old], b=[word.strip() for word in new], autojunk=False
    )
    if matcher.ratio() < LEAST_SHARED:
        return (Piece(before, True),), (Piece(after, True),)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if a < b:
            left.append(Piece("".join(old[a:b]), kind == "equal"))
        if c < d:
            right.append(Piece("".join(new[c:d]), kind == "equal"))
    return tuple(left), tuple(right)


def _pair_row(pair: Pair) -> PairRow:
    before, after = word_difference(_said(pair.before), _said(pair.after))
    return PairRow(pair.change, question_row(pair.before), question_row(pair.after), before, after)


def _said(each: Scored) -> str:
    return each.record.error or each.record.text or each.record.reason


def _shown(scored: Sequence[Scored]) -> list[Scored]:
    if len(scored) <= DETAILED:
        return list(scored)
    wrong_first = sorted(range(len(scored)), key=lambda at: (scored[at].right, at))[:DETAILED]
    return [scored[at] for at in sorted(wrong_first)]


def _broken(each: Scored, paragraph: str, start: int, end: int, quote: str) -> str:
    stored = each.record.stored.get(paragraph)
    if stored is None:
        return "no such paragraph"
    return "" if stored[start:end] == quote else "the quote does not stand there"


def _wordings(each: Scored, paragraphs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The paragraphs of a group with their text; those of the same words together."""
    by_words: dict[object, list[str]] = {}
    for ref in paragraphs:
        by_words.setdefault(each.record.words.get(ref, ref), []).append(ref)
    return tuple(
        (" = ".join(refs), _shortened(each.record.stored.get(refs[0], "(not in the corpus)")))
        for refs in by_words.values()
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_GOLD else text[:LONGEST_GOLD].rsplit(" ", 1)[0] + " …"


def _runs(scored: Sequence[Scored], comparison: Comparison | None) -> list[tuple[str, Sequence[Scored]]]:
    if comparison is None:
        return [("this run", scored)]
    return [
        ("after", [pair.after for pair in comparison.pairs]),
        ("before", [pair.before for pair in comparison.pairs]),
    ]


def _risk_plot(scored: Sequence[Scored], comparison: Comparison | None) -> str:
    curves = []
    for label, run in _runs(scored, comparison):
        columns = columns_of(run)
        points = risk_coverage(columns.answerable, columns.answered, columns.right, columns.confidence)
        answered = int(columns.answered.sum())
        wrong = int((columns.answered & ~columns.right).sum())
        curves.append(plots.Curve(label, points, answered / len(run), wrong / answered if answered else 0.0))
    return plots.risk_coverage_plot(curves)


def _latency_plot(scored: Sequence[Scored], comparison: Comparison | None) -> str:
    times = []
    for label, run in _runs(scored, comparison):
        seconds = columns_of(run).amounts["seconds"]
        seconds = seconds[~np.isnan(seconds)]
        if len(seconds):
            times.append((label, seconds))
    return plots.latency_plot(times) if times else ""


def _change_plot(comparison: Comparison) -> str:
    changes = [
        plots.Change(each.metric.label, each.change, each.low, each.high, each.metric.higher_is_better)
        for each in comparison.differences
        if each.change and each.low is not None and each.high is not None and not each.metric.unit
    ]
    return plots.change_plot(changes) if changes else ""


def _says(metric: Metric) -> str:
    return metric.says if metric.higher_is_better else f"{metric.says.rstrip('.')}; lower is better."


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["says"] = _says
    return environment
