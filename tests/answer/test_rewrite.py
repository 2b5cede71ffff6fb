"""A follow-up stands alone after rewriting, and a failed rewriting does no harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.answer.models import ChatModel, open_chat_model
from rag.answer.prompts import load_prompts
from rag.answer.rewrite import Rewrite, rewrite_question
from rag.resources import prompts_folder
from rag.types import Turn
from tests.model_server import ModelServer, Reply, Script

HISTORY = (
    Turn(role="user", content="How many servicemen does Azerbaijan\nrelease?"),
    Turn(role="assistant", content="Azerbaijan releases 32.[1]"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer("hello") as running:
        yield running


@pytest.fixture
def model(server: ModelServer, clean_environment: None) -> Iterator[ChatModel]:
    with server.environment():
        yield open_chat_model("openai:scripted", timeout=1.0)


def rewrite(
    server: ModelServer, model: ChatModel, script: str | Script, history: tuple[Turn, ...] = HISTORY
) -> Rewrite:
    server.play(script)
    return rewrite_question(model, load_prompts(prompts_folder()), "And Armenia?", history)


def test_the_conversation_is_shown_and_the_question_comes_back(server: ModelServer, model: ChatModel) -> None:
    reply = Reply(pieces=['"How many servicemen does ', 'Armenia release?"\n'])
    assert rewrite(server, model, lambda asked: reply) == Rewrite("How many servicemen does Armenia release?")
    assert "user: How many servicemen does Azerbaijan release?\nassistant: " in server.requests[-1].user
    assert "<question>And Armenia?</question>" in server.requests[-1].user


def test_without_history_nothing_is_asked(server: ModelServer, model: ChatModel) -> None:
    assert rewrite(server, model, "hello", ()) == Rewrite(None)
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        "Two\nlines",
        "servicemen? " * 200,
        "...",
        "How many servicemen? See [[a1b2c3]]?",
        "[[",
        "\n",
        "I'm sorry, but I can't help with that.",
        "I’m sorry, which servicemen do you mean?",
        "The capital of France is Paris.",
        "What is the capital of France?",
        "Armenia releases 2 Azerbaijani servicemen.",
    ],
)
def test_what_is_no_question_is_not_searched_for(server: ModelServer, model: ChatModel, reply: str) -> None:
    rewritten = rewrite(server, model, lambda asked: Reply(pieces=[reply]))
    assert rewritten.question is None
    assert rewritten.reason


@pytest.mark.parametrize(
    "reply",
    [
        "<question>How many servicemen does Armenia release?</question>",
        "**Question:** How many servicemen does Armenia release?",
        "Sure! Here is the rewritten question: How many servicemen does Armenia release?",
    ],
)
def test_what_stands_around_a_question_is_dropped(server: ModelServer, model: ChatModel, reply: str) -> None:
    assert rewrite(server, model, lambda asked: Reply(pieces=[reply])).question == (
        "How many servicemen does Armenia release?"
    )


def test_a_question_of_another_script_is_taken(server: ModelServer, model: ChatModel) -> None:
    asked = "亚美尼亚释放了多少军人？"
    assert rewrite(server, model, lambda _: Reply(pieces=[asked])).question == asked


@pytest.mark.parametrize("script", ["401", "500", "silent", "cut off", "empty", "not the protocol"])
def test_a_failure_falls_back_to_the_plain_history(server: ModelServer, model: ChatModel, script: str) -> None:
    if script == "cut off":
        rewritten = rewrite(server, model, lambda asked: Reply(pieces=["How many"], ending=None))
    else:
        rewritten = rewrite(server, model, script)
    assert rewritten.question is None
    assert rewritten.reason.startswith("The question was not rewritten: openai:scripted")
