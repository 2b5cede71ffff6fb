"""The room of the evaluation: figures of the last runs, a run started from the page, its report opened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.chat.runs import HEADLINE, finished_runs, render_report, render_runs
from rag.evaluate.figures import METRICS
from rag.resources import questions_folder
from rag.settings import Settings


def write_run(folder: Path, name: str, right: float | None, *, report: str = "") -> None:
    (folder / name).mkdir(parents=True)
    figures = {"right": {"value": right, "low": 0.5, "high": 0.9}}
    summary = {"questions": 60, "overall": {"figures": figures}, "seconds": {"seconds_p50": {"value": 0.12}}}
    (folder / name / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    if report:
        (folder / name / "report.html").write_text(report, encoding="utf-8")


def test_every_figure_shown_is_one_the_evaluation_makes() -> None:
    assert set(HEADLINE) <= {metric.name for metric in METRICS}


def test_runs_come_newest_first_and_broken_ones_are_passed_over(tmp_path: Path) -> None:
    write_run(tmp_path, "2026-01-01T00-00-00", 0.7)
    write_run(tmp_path, "2026-01-02T00-00-00", None, report="<p>")
    (tmp_path / "2026-01-03T00-00-00").mkdir()
    (tmp_path / "2026-01-03T00-00-00" / "summary.json").write_text("{", encoding="utf-8")
    runs = finished_runs(tmp_path)
    assert [run.name for run in runs] == ["2026-01-02T00-00-00", "2026-01-01T00-00-00"]
    shown = render_runs(runs)
    assert "0.700 (0.50 – 0.90)" in shown
    assert "0.12 s" in shown
    assert "2026-01-02 00:00" in shown
    assert shown.count('data-act="report"') == 1
    assert "no run yet" in render_runs(())


def test_a_report_is_framed_and_cannot_reach_the_page(tmp_path: Path) -> None:
    write_run(tmp_path, "a", 0.7, report="<script>parent.pwned=1</script>")
    shown = render_report(tmp_path, "a")
    assert 'sandbox="allow-scripts"' in shown
    assert "&lt;script&gt;" in shown
    assert render_report(tmp_path, "../a") == ""


@pytest.mark.timeout(300)
def test_a_run_is_started_from_the_page_and_its_report_opened(
    index_folder: Path,
    serve: Callable[..., str],
    open_page: Callable[..., Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    few = (questions_folder() / "statements.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:8]
    (tmp_path / "statements.jsonl").write_text("".join(few), encoding="utf-8")
    monkeypatch.setattr("rag.resources.questions_folder", lambda: tmp_path)
    with Assistant.open(Settings.load(index=index_folder)) as assistant:
        assistant.load()
        page = open_page(serve(assistant))
        page.get_by_role("tab", name="Evaluation").click()
        expect(page.locator("#runs")).to_contain_text("There is no run yet")
        page.locator("#evaluate").click()
        expect(page.locator("#evaluation-progress")).to_contain_text("Asked")
        expect(page.locator("#evaluation-progress")).to_contain_text("Finished", timeout=120_000)
        expect(page.locator(".figures tbody tr")).to_have_count(len(HEADLINE) + 1)
        page.locator("[data-act=report]").click()
        expect(page.frame_locator("iframe.report").locator("h1").first).to_be_visible()
    assert list((tmp_path / "eval" / "runs").glob("*/report.html"))
