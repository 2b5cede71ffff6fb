"""Opening models by name, what they send, and that no secret reaches a message."""

from __future__ import annotations

import builtins
import gc
import itertools
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.failures import explain
from rag.answer.models import NOWHERE, Ended, Pointer, Request, SourceDocument, Words, complete, open_chat_model
from rag.answer.thoughts import Thoughts
from rag.errors import ConfigurationError, ModelError
from tests.model_server import Cite, ModelServer, Pause, Reply, Shown, free_port

PROVIDERS = ("openai", "anthropic", "ollama", "google_genai")
REQUEST = Request(system="Be brief.", user="Hello?")


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer("hello") as running:
        with running.environment():
            # The vendors' libraries take seconds to load, which is no part of any time-out.
            for provider in PROVIDERS:
                complete(open_chat_model(f"{provider}:scripted"), REQUEST)
        yield running


@pytest.fixture(autouse=True)
def _environment(server: ModelServer, clean_environment: None) -> Iterator[None]:
    with server.environment():
        yield


@pytest.mark.parametrize("name", ["gpt", "openai:", ":gpt", "nobody:gpt", ""])
def test_a_name_that_names_nothing_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="PROVIDER:MODEL"):
        open_chat_model(name)


@pytest.mark.parametrize(
    ("name", "package", "command"),
    [
        ("anthropic:x", "langchain_anthropic", 'pip install "pilcrow[anthropic]"'),
        ("ollama:x", "langchain_ollama", 'pip install "pilcrow[ollama]"'),
        ("google_genai:x", "langchain_google_genai", 'pip install "pilcrow[google]"'),
    ],
)
def test_a_missing_package_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str, command: str
) -> None:
    from langchain.chat_models import base

    monkeypatch.setenv("GOOGLE_API_KEY", "g-secret")

    def missing(module: str) -> Any:
        raise ImportError(f"No module named {module}")

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setattr(base.importlib, "import_module", missing)
    with pytest.raises(ConfigurationError) as caught:
        open_chat_model(name)
    monkeypatch.undo()
    base._get_chat_model_creator.cache_clear()
    assert command in str(caught.value)


@pytest.mark.parametrize(
    ("name", "key"),
    [("openai:x", "OPENAI_API_KEY"), ("anthropic:x", "ANTHROPIC_API_KEY"), ("google_genai:x", "GOOGLE_API_KEY")],
)
def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "GOOGLE_API_KEY"):
        monkeypatch.delenv(variable)
    monkeypatch.delenv("GOOGLE_GEMINI_BASE_URL")
    with pytest.raises(ConfigurationError, match=f"{key} is not set"):
        open_chat_model(name)


def test_a_server_of_ones_own_needs_no_key(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    server.play("hello")
    assert complete(open_chat_model("openai:llama"), REQUEST) == "Hello."
    assert server.requests[-1].body["model"] == "llama"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_reply_ends_with_its_end(server: ModelServer, provider: str) -> None:
    server.play(lambda asked: Reply(pieces=["One ", "two."]))
    parts = list(open_chat_model(f"{provider}:scripted").stream(REQUEST))
    assert parts == [Words("One "), Words("two."), Ended((11, 7))]
    assert (server.requests[-1].protocol, server.requests[-1].system) == (provider, "Be brief.")


# Two vendors leave their clients' idle connections to the garbage collector, which then warns of them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(pieces=["One "], ending=None), "cut off"),
        (Reply(pieces=["One "], ending="length"), "at its limit"),
        (Reply(pieces=["One "], ending="content_filter"), "withheld"),
        (Reply(pieces=[]), "empty"),
        (Reply(status=401, error="sk-scripted-secret-0123456789"), "refused the key (401)"),
        (Reply(status=404, error="x"), "not known to its server (404)"),
        (Reply(status=500, error="x"), "an error of its own (500)"),
    ],
)
def test_every_provider_fails_in_the_same_words(server: ModelServer, provider: str, reply: Reply, said: str) -> None:
    server.play(lambda asked: reply)
    with pytest.raises(ModelError) as caught:
        complete(open_chat_model(f"{provider}:scripted", attempts=1), REQUEST)
    message = str(caught.value)
    del caught
    gc.collect()
    assert f"{provider}:scripted" in message
    assert said in message
    assert "secret" not in message


REDIRECTED = {
    "openai": ("/v1/chat/completions", "OPENAI_BASE_URL"),
    "anthropic": ("/v1/messages", "ANTHROPIC_BASE_URL"),
    "ollama": ("/api/chat", "OLLAMA_HOST"),
    "google_genai": ("/v1beta/models/scripted:streamGenerateContent?alt=sse", "GOOGLE_GEMINI_BASE_URL"),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_redirect_is_not_followed(server: ModelServer, provider: str) -> None:
    path, address = REDIRECTED[provider]
    with ModelServer("hello") as elsewhere:
        location = f"{elsewhere.url.replace('127.0.0.1', 'localhost')}{path}"
        server.play(lambda asked: Reply(status=307, headers={"Location": location}))
        with pytest.raises(ModelError, match=r"is redirected by its server \(307\)") as caught:
            complete(open_chat_model(f"{provider}:scripted"), REQUEST)
        assert elsewhere.requests == []
    assert len(server.requests) == 1
    assert address in str(caught.value)
    assert "localhost" not in str(caught.value)
    del caught
    gc.collect()


def reading_threads() -> int:
    return sum(thread.name == "pilcrow-model" for thread in threading.enumerate())


def soon(holds: Any, seconds: float = 2.0) -> bool:
    """Whether it holds before long."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(holds())


@pytest.mark.parametrize("chatty", [True, False])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_silent_server_is_hung_up_on(server: ModelServer, provider: str, chatty: bool) -> None:
    assert soon(lambda: reading_threads() == 0)
    server.play(lambda asked: Reply(pieces=["One ", Pause(seconds=30, chatty=chatty)]))
    reply = open_chat_model(f"{provider}:scripted", timeout=20).stream(REQUEST)
    assert next(reply) == Words("One ")
    reply.close()
    assert soon(lambda: reading_threads() == 0)


def test_a_fast_server_waits_for_a_slow_reader(server: ModelServer) -> None:
    written = itertools.count()
    server.play(lambda asked: Reply(pieces=(f"{next(written)} {'x' * 10_000}" for _ in itertools.count())))
    reply = open_chat_model("openai:scripted").stream(REQUEST)
    next(reply)
    time.sleep(0.5)
    first = next(written)
    time.sleep(0.3)
    assert next(written) == first + 1
    reply.close()
    assert soon(lambda: reading_threads() == 0)


def test_an_answer_that_drips_is_not_called_silent(server: ModelServer) -> None:
    drip = [piece for _ in range(130) for piece in ("", Pause(seconds=0.03))]
    for pieces in (drip, ["<think>", *("hm " for _ in range(10**6))]):
        server.play(lambda asked, pieces=pieces: Reply(pieces=pieces))  # type: ignore[misc]
        begun = time.monotonic()
        with pytest.raises(ModelError, match="did not finish within 3 seconds"):
            complete(open_chat_model("openai:scripted", timeout=0.3), REQUEST)
        assert time.monotonic() - begun < 3.8


def openai_stream(*chunks: dict[str, Any]) -> bytes:
    """The raw reply of these deltas and usages."""
    events = [
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [
            {"index": 0, "delta": chunk.get("delta", {}), "finish_reason": chunk.get("finish_reason")}],
         "usage": chunk.get("usage")}
        for chunk in chunks
    ]  # fmt: skip
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events) + b"data: [DONE]\n\n"


def test_a_running_total_is_not_added_up(server: ModelServer) -> None:
    def usage(written: int) -> dict[str, int]:
        return {"prompt_tokens": 5, "completion_tokens": written, "total_tokens": 5 + written}

    raw = openai_stream(
        {"delta": {"content": "One "}, "usage": usage(1)},
        {"delta": {"content": "two."}, "usage": usage(4)},
        {"finish_reason": "stop", "usage": usage(7)},
    )
    server.play(lambda asked: Reply(raw=raw))
    assert list(open_chat_model("openai:scripted").stream(REQUEST))[-1] == Ended((5, 7))


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["a\ud83d", "\ude00b"], "a😀b"),
        (["a\ud83d\ude00b"], "a😀b"),
        (["a\ud83d", "b"], "a\ufffdb"),
        (["a\ude00b"], "a\ufffdb"),
        (["a\ud83d"], "a\ufffd"),
        (["\ud83d", "\ud83d", "\ude00"], "\ufffd😀"),
    ],
)
def test_half_a_surrogate_pair_is_joined_or_replaced(server: ModelServer, pieces: list[str], said: str) -> None:
    raw = openai_stream(*({"delta": {"content": piece}} for piece in pieces), {"finish_reason": "stop"})
    server.play(lambda asked: Reply(raw=raw))
    assert complete(open_chat_model("openai:scripted"), REQUEST) == said


# A place that is no number makes the vendor's library warn.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("key", ["document_index", "start_block_index", "end_block_index"])
@pytest.mark.parametrize("value", [None, "one", 1.5])
def test_a_native_citation_without_a_place_points_nowhere(server: ModelServer, key: str, value: object) -> None:
    assert cited_natively(server, {key: value}) == NOWHERE


def test_a_native_citation_before_the_first_block_points_nowhere(server: ModelServer) -> None:
    assert cited_natively(server, {"start_block_index": -3, "end_block_index": 10}) == NOWHERE


def cited_natively(server: ModelServer, wrong: dict[str, object]) -> object:
    """What a native citation whose place is wrong in these points becomes."""
    place = {"document_index": 0, "start_block_index": 0, "end_block_index": 1} | wrong
    citation = {"type": "content_block_location", "cited_text": "x", "document_title": "d", **place}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "s", "content": [], "stop_reason": None,
               "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "One."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": citation}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    raw = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()
    server.play(lambda asked: Reply(raw=raw))
    said, cited, _ = open_chat_model("anthropic:scripted").stream(REQUEST)
    assert said == Words("One.")
    return cited


def test_native_citations_come_after_the_words_they_belong_to(server: ModelServer) -> None:
    here = Shown(handle="", document="d", number=1, text="t", document_index=1, block=2)
    server.play(lambda asked: Reply(pieces=["One", Cite(paragraph=here), " two.", Cite(paragraph=here), "!"]))
    model = open_chat_model("anthropic:scripted")
    assert model.cites_natively
    documents = (SourceDocument(title="d", context="c", blocks=("a", "b")),)
    parts = list(model.stream(Request(system="s", user="u", documents=documents)))[:-1]
    assert parts == [Words("One"), Pointer(1, 2, 3), Words(" two."), Pointer(1, 2, 3), Words("!")]
    (document, question) = server.requests[-1].body["messages"][0]["content"]
    assert document["citations"] == {"enabled": True}
    assert [block["text"] for block in document["source"]["content"]] == ["a", "b"]
    assert question["text"] == "u"


THOUGHTS = [
    ("<think>Hm, [[x]] 32?</think>\n\nThirty-two.", "Thirty-two."),
    ("\n <think></think>Yes.", "Yes."),
    ("<thinner> than", "<thinner> than"),
    ("<thi", "<thi"),
    ("1 < 2 [[a1b2c3]]", "1 < 2 [[a1b2c3]]"),
    ("A <think>b</think>", "A "),
    ("A <think>b", "A "),
    ("Let me look. It says 32.\n</think>\n\nThirty-two.", "Thirty-two."),
    ("<think>a</think>b</think>Yes.", "Yes."),
    ("<thinking>Mars</thinking>Yes.", "Yes."),
    ("<THINK>Mars</THINK> Yes.", "Yes."),
    ("<reasoning>Mars</reasoning>Yes.", "Yes."),
    ("[THINK]Mars[/THINK]Yes.", "Yes."),
    ("<think>a</think>\n<think>b</think>\nYes.", "Yes."),
    ("\ufeff<think>a</think>Yes.", "Yes."),
    ("<|channel|>analysis<|message|>hm<|end|>Yes.", "Yes."),
    (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
        "Yes.",
    ),
    ("Yes.<|end|>", "Yes."),
]


@pytest.mark.parametrize(("reply", "said"), THOUGHTS)
def test_thoughts_are_left_out(server: ModelServer, reply: str, said: str) -> None:
    for pieces in ([reply], list(reply), [reply[:9], reply[9:]]):
        server.play(lambda asked, pieces=pieces: Reply(pieces=pieces))  # type: ignore[misc]
        assert complete(open_chat_model("openai:scripted"), REQUEST) == said


@given(st.sampled_from(THOUGHTS), st.lists(st.integers(0, 120), max_size=5))
def test_cuts_do_not_change_what_is_said(case: tuple[str, str], cuts: list[int]) -> None:
    reply, expected = case
    thoughts, said = Thoughts(), ""
    edges = [0, *sorted(cut for cut in cuts if cut < len(reply)), len(reply)]
    heard = [thoughts.pass_on(reply[begin:end]) for begin, end in itertools.pairwise(edges)]
    for part in [*heard, thoughts.close()]:
        said = part.text if part.afresh else said + part.text
    assert said == expected


def test_thoughts_without_an_answer_are_no_answer(server: ModelServer) -> None:
    server.play(lambda asked: Reply(pieces=["<think>", "hm " * 50_000]))
    with pytest.raises(ModelError, match="empty"):
        complete(open_chat_model("openai:scripted"), REQUEST)


@pytest.mark.parametrize("script", ["429 once", "500 once"])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_what_may_pass_is_tried_again(server: ModelServer, script: str, provider: str) -> None:
    def then_hello(asked: Any) -> Reply:
        status = int(script[:3])
        return Reply(status=status, error="x") if asked.attempt == 1 else Reply(pieces=["Hello."])

    server.play(then_hello)
    assert complete(open_chat_model(f"{provider}:scripted"), REQUEST) == "Hello."
    assert len(server.requests) == 2


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (400, 1), (404, 1), (429, 3), (500, 3)])
def test_only_what_may_pass_is_tried_again(server: ModelServer, status: int, requests: int) -> None:
    server.play(lambda asked: Reply(status=status, error="sk-scripted-secret-0123456789"))
    with pytest.raises(ModelError) as caught:
        complete(open_chat_model("openai:scripted"), REQUEST)
    assert len(server.requests) == requests
    assert caught.value.retryable == (requests > 1)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_retries_end_within_the_time_out(server: ModelServer) -> None:
    server.play("429")
    begun = time.monotonic()
    with pytest.raises(ModelError, match="429"):
        complete(open_chat_model("openai:scripted", timeout=0.6, attempts=50), REQUEST)
    assert time.monotonic() - begun < 1.5


def test_an_answer_that_has_begun_is_not_begun_again(server: ModelServer) -> None:
    server.play(lambda asked: Reply(pieces=["Half an ", Pause(seconds=0.05)], ending=None, reset=True))
    with pytest.raises(ModelError, match="cut off"):
        complete(open_chat_model("openai:scripted"), REQUEST)
    assert len(server.requests) == 1


def test_a_slow_answer_is_waited_for(server: ModelServer) -> None:
    server.play(lambda asked: Reply(pieces=[piece for _ in range(6) for piece in ("w ", Pause(seconds=0.3))]))
    assert complete(open_chat_model("openai:scripted", timeout=1.0), REQUEST) == "w " * 6


def test_a_refused_connection_names_the_address_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://user:password@127.0.0.1:{free_port()}/v1")
    with pytest.raises(ModelError, match="OPENAI_BASE_URL") as caught:
        complete(open_chat_model("openai:scripted", attempts=1), REQUEST)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (builtins.TimeoutError("x"), "silent"),
        (ValueError("sk-secret"), "cannot be read (ValueError)"),
        (RuntimeError("maximum context length is 10"), "do not fit"),
        (ConnectionError("x"), "cannot be reached"),
    ],
)
def test_what_no_provider_names_is_explained_too(error: Exception, said: str) -> None:
    explained = explain(error, name="openai:x", key="OPENAI_API_KEY", address="OPENAI_BASE_URL", timeout=5)
    assert said in str(explained)
    assert "secret" not in str(explained)
