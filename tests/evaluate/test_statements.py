"""The fixed questions over the real index: the command as a person runs it, stopped, resumed and recomputed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.chat.conversations import Conversations
from rag.chat.exchanges import Exchange
from rag.cli import run
from rag.evaluate import compare_runs
from rag.json import answer_to_json
from tests.conftest import ROOT, SERVICEMEN
from tests.evaluate.conftest import write_lines

QUESTIONS = ROOT / "eval" / "questions" / "statements.jsonl"


def pilcrow(*arguments: object, folder: Path) -> list[str]:
    code = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"
    return [sys.executable, "-c", code, *map(str, arguments)]


def finished(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        pilcrow(*arguments, folder=folder), cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluated")


@pytest.fixture(scope="module")
def whole(folder: Path, index_folder: Path) -> Path:
    """A run of all fixed questions."""
    started = time.monotonic()
    done = finished(
        "eval", "--questions", QUESTIONS, "--index", index_folder, "--out", "whole", "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 60
    return folder / "whole" / json.loads(done.stdout)["run"]


def test_paragraphs_in_five_more_documents_change_no_metric_and_no_answer(
    folder: Path, whole: Path, index_folder: Path, corpus_folder: Path
) -> None:
    """One that only one document holds, in dated documents named behind it; one of both, in undated ones before it."""
    copied = {"zz-later": "jamnews-2023-12-07-joint-statement#p6", "aa-undated": "trend-2023-12-08-ots-reaction#p3"}
    files = []
    for name, reference in copied.items():
        with Assistant.open(index=index_folder) as assistant:
            text = assistant.paragraph(reference).text
        dates = {"date": "2023-12-11"} if name.startswith("zz") else {}
        titles = ("Agency wire", "Servicemen", "Prime Minister", "World in brief", "COP29 news")
        copies = [
            {"id": f"{name}-{number}", "title": title, **dates, "kind": "coverage", "paragraphs": [text]}
            for number, title in enumerate(titles)
        ]
        files.append(write_lines(folder / f"{name}.jsonl", copies))
    done = finished("index", corpus_folder, *files, "--index", "copies", folder=folder)
    assert done.returncode == 0, done.stderr
    done = finished(
        "eval", "--questions", QUESTIONS, "--index", "copies", "--out", "copies-runs", "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    run = folder / "copies-runs" / json.loads(done.stdout)["run"]
    comparison = compare_runs(whole, run).comparison
    assert comparison is not None
    assert [d.metric.name for d in comparison.differences if not d.metric.timed and d.before != d.after] == []
    assert _quoted(run) == _quoted(whole)


def _quoted(run: Path) -> list[tuple[str, float, list[tuple[str, str]]]]:
    """Each answer's status, how sure it is, and what it quotes from where."""
    lines = [json.loads(line) for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        (one["status"], one["confidence"], [(each["paragraph"], each["quote"]) for each in one["citations"]])
        for one in lines
    ]


def test_every_citation_is_verified_and_every_claim_cited(whole: Path) -> None:
    figures = json.loads((whole / "summary.json").read_text())["overall"]["figures"]
    for gate in ("pointer_validity", "quote_exactness"):
        assert figures[gate]["value"] == 1.0
        assert figures[gate]["scored"] > 0
    assert figures["errors"]["value"] == 0.0


def test_the_report_of_the_run_fits_a_window(whole: Path, in_browser: Callable[..., None]) -> None:
    def look(browser: Any) -> None:
        page = browser.new_page(viewport={"width": 1240, "height": 900}, reduced_motion="reduce")
        page.goto((whole / "report.html").as_uri())
        assert page.locator("details.question").count() == 118
        assert page.get_by_text("Verified:").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if where := os.environ.get("REPORT_SCREENSHOT"):
            page.screenshot(path=where)

    in_browser(look)


def test_the_figures_equal_those_recomputed_from_the_lines(whole: Path) -> None:
    script = [sys.executable, str(ROOT / "eval" / "recompute.py"), str(whole)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_killed_run_is_resumed_into_the_same_one_and_compares_as_equal(
    whole: Path, folder: Path, index_folder: Path
) -> None:
    command = pilcrow("eval", "--questions", QUESTIONS, "--index", index_folder, "--out", "killed", folder=folder)
    with subprocess.Popen(
        command, cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and running.poll() is None:
            results = next((folder / "killed").glob("*/results.jsonl"), None) if (folder / "killed").exists() else None
            if results is not None and results.read_bytes().count(b"\n") >= 10:
                break
            time.sleep(0.005)
        running.kill()
    assert results is not None
    answered = results.read_bytes().count(b"\n")
    assert 10 <= answered < 118, "it was to be killed in the middle"
    done = finished(
        "eval", "--resume", results.parent, "--index", index_folder, "--baseline", whole, "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    comparison = json.loads(done.stdout)["comparison"]
    assert comparison["equal"]
    assert not comparison["regressed"]
    for name in ("questions.jsonl", "results.jsonl", "scores.jsonl"):
        assert (results.parent / name).read_bytes() == (whole / name).read_bytes(), name


def test_retrieving_one_paragraph_is_a_regression(whole: Path, folder: Path, index_folder: Path) -> None:
    done = finished(
        "eval", "--questions", QUESTIONS, "--index", index_folder, "--out", "one", "-k", 1, "--baseline", whole,
        folder=folder,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "REGRESSED" in done.stdout


def test_a_rated_answer_of_the_chat_becomes_a_question_that_can_be_asked(
    index_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    shutil.copytree(index_folder, index)
    chat = Conversations(index)
    with Assistant.open(index=index) as assistant:
        answer = answer_to_json(assistant.ask(SERVICEMEN))
    talk = chat.start("", SERVICEMEN)
    chat.keep("", talk.id, Exchange(id="rated-1", question=SERVICEMEN, asked="2026-01-01", answer=answer, rating=1))
    file = tmp_path / "mine.jsonl"

    assert run(["eval", "questions", "add", "--index", str(index)]) == 0
    assert "rated-1" in capsys.readouterr().out
    added = run(
        ["eval", "questions", "add", "rated-1", "--to", str(file), "--fact", r"\b32\b", "--yes", "--index", str(index)]
    )
    assert added == 0
    assert "32 Armenian" in capsys.readouterr().out, "the gold is shown before it is added"
    assert run(["eval", "questions", "check", str(file), "--index", str(index)]) == 0
    assert run(["eval", "--questions", str(file), "--out", str(tmp_path / "runs"), "--index", str(index)]) == 0
    summary = json.loads(next((tmp_path / "runs").glob("*/summary.json")).read_text())
    assert summary["overall"]["figures"]["right"]["value"] == 1.0
