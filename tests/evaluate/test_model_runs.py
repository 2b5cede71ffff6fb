"""An evaluation with a language model: a scripted server on loopback, several questions at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.cli import run
from tests.conftest import SERVICEMEN
from tests.evaluate.conftest import line, write_lines
from tests.model_server import ModelServer

STATEMENT = "jamnews-2023-12-07-joint-statement"


@pytest.fixture
def server(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("PILCROW_INDEX", str(index_folder))
    monkeypatch.setenv("PILCROW_MODEL", "openai:scripted")
    monkeypatch.setenv("PILCROW_TIMEOUT", "5")
    with ModelServer("good") as server, server.environment():
        yield server


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    gold = [[f"{STATEMENT}#p9", f"{STATEMENT}#p5", "trend-2023-12-08-ots-reaction#p4"]]
    rows = [line(id=f"q{at}", question=SERVICEMEN, gold=gold, facts=[r"\b32\b"]) for at in range(6)]
    return write_lines(tmp_path / "servicemen.jsonl", rows)


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    run(["eval", "--json", *map(str, arguments)])
    done: dict[str, Any] = json.loads(capsys.readouterr().out)
    return done


def value(done: dict[str, Any], metric: str) -> float | None:
    figure: float | None = done["overall"]["figures"][metric]["value"]
    return figure


def test_tokens_and_cost_are_counted(
    server: ModelServer, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = evaluated(capsys, "--questions", questions, "--out", tmp_path, "--workers", 3, "--prices", "2,10")
    assert len(server.requests) == 6
    assert value(done, "errors") == 0.0
    assert (value(done, "tokens_read"), value(done, "tokens_written")) == (11, 7)
    assert value(done, "cost") == pytest.approx((11 * 2 + 7 * 10) / 1e6)
    assert value(done, "quote_exactness") == 1.0
    lines = [json.loads(each) for each in (tmp_path / done["run"] / "results.jsonl").read_text().splitlines()]
    assert [each["id"] for each in lines] == [f"q{at}" for at in range(6)], "in the order of the questions"
    assert {(each["mode"], each["model"]) for each in lines} == {("model", "openai:scripted")}


def test_a_model_that_fails_is_an_error_and_not_a_quote_and_is_asked_again_when_resumed(
    server: ModelServer, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play("401")
    failed = evaluated(capsys, "--questions", questions, "--out", tmp_path)
    assert (value(failed, "errors"), value(failed, "right"), value(failed, "recall@10")) == (1.0, 0.0, 0.0)
    server.play("good")
    mended = evaluated(capsys, "--resume", tmp_path / failed["run"])
    assert value(mended, "errors") == 0.0
    assert value(mended, "recall@10") == 1.0
