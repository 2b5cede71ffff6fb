"""The command line with a language model: a scripted server on loopback in the place of a paid one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.cli import run
from tests.conftest import SERVICEMEN
from tests.model_server import SCRIPTS, ModelServer, Reply


@pytest.fixture
def server(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("PILCROW_INDEX", str(index_folder))
    monkeypatch.setenv("PILCROW_MODEL", "openai:scripted")
    monkeypatch.setenv("PILCROW_TIMEOUT", "2")
    with ModelServer("good") as server, server.environment():
        yield server


def test_the_model_writes_and_its_citations_are_shown(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", SERVICEMEN]) == 0
    out = capsys.readouterr().out
    assert "[1]" in out
    assert "[[" not in out
    assert "PILCROW_MODEL" not in out, "says nothing of quote mode when a model wrote"


def test_json_names_the_model(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", SERVICEMEN, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["mode"], answer["model"], answer["status"]) == ("model", "openai:scripted", "answered")
    assert answer["citations"]


def test_a_model_that_fails_is_replaced_by_quotes_with_one_line(
    server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play("401")
    assert run(["ask", SERVICEMEN, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["mode"], answer["status"]) == ("quote", "answered")
    assert "quoted instead" in answer["reason"]
    assert "\n" not in answer["reason"]


def test_without_fallback_a_failing_model_is_exit_3(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.play("401")
    assert run(["ask", SERVICEMEN, "--no-fallback"]) == 3
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err


def test_what_was_streamed_of_a_cut_off_answer_is_withdrawn(
    server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play("cut off")
    assert run(["ask", SERVICEMEN]) == 0
    out = capsys.readouterr().out
    assert "Withdrawn" in out
    assert "releases 32 Armenian" in out.partition("Withdrawn")[2]


def test_strict_removes_what_is_unsupported(
    server: ModelServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.play("changed number")
    assert run(["ask", SERVICEMEN, "--json"]) == 0
    marked = json.loads(capsys.readouterr().out)
    assert "unsupported" in [claim["support"] for claim in marked["claims"]] or marked["mode"] == "quote"
    monkeypatch.setenv("PILCROW_STRICT", "1")
    assert run(["ask", SERVICEMEN, "--json"]) == 0
    strict = json.loads(capsys.readouterr().out)
    assert "unsupported" not in [claim["support"] for claim in strict["claims"]]


def test_check_says_whether_the_model_answers(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.play("hello")
    assert run(["check"]) == 0
    server.play("401")
    assert run(["check"]) == 1
    assert "OPENAI_API_KEY" in capsys.readouterr().out


def test_a_missing_key_is_a_configuration_error(
    index_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILCROW_INDEX", str(index_folder))
    monkeypatch.setenv("PILCROW_MODEL", "openai:gpt-5-mini")
    assert run(["ask", SERVICEMEN]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err


FOLLOW_UP = {"role": "user", "content": SERVICEMEN}


def ask_follow_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": "f", "question": "And how many in return?", "history": [FOLLOW_UP]}))
    assert run(["ask", "--batch", str(batch)]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_a_follow_up_is_searched_for_as_the_model_rewrote_it(
    server: ModelServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rewritten = "How many Azerbaijani servicemen does Armenia release in return?"
    answering = SCRIPTS["good"]
    server.play(lambda asked: answering(asked) if asked.paragraphs else Reply(pieces=[rewritten]))
    answer = ask_follow_up(tmp_path, capsys)
    assert answer["standalone_question"] == rewritten
    assert answer["question"] == "And how many in return?"


def test_a_rewrite_is_checked_like_a_question(
    server: ModelServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering = SCRIPTS["good"]
    rewritten = "How many\x1b \ud800servicemen does Armenia release?"
    server.play(lambda asked: answering(asked) if asked.paragraphs else Reply(pieces=[rewritten]))
    answer = ask_follow_up(tmp_path, capsys)
    assert answer["standalone_question"] == "How many  \ufffdservicemen does Armenia release?"
    assert answer["status"] == "answered"


def test_a_rewrite_that_is_no_question_is_not_searched_for(
    server: ModelServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering = SCRIPTS["good"]
    refusal = "I'm sorry, but I can't help with that."
    server.play(lambda asked: answering(asked) if asked.paragraphs else Reply(pieces=[refusal]))
    answer = ask_follow_up(tmp_path, capsys)
    assert answer["status"] == "answered"
    assert "sorry" not in str(answer["standalone_question"])
    assert "sent no question" in str(answer["reason"])


def test_a_failed_rewrite_falls_back_to_the_history_and_says_so(
    server: ModelServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering = SCRIPTS["good"]
    server.play(lambda asked: answering(asked) if asked.paragraphs else Reply(status=401, error="no"))
    answer = ask_follow_up(tmp_path, capsys)
    assert answer["status"] == "answered"
    assert "not rewritten" in str(answer["reason"])
