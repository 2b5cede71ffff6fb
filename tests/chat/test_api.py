"""The documented way for another program: Gradio's client, and an MCP client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from rag.chat.desk import Desk
from rag.chat.server import start
from tests.chat.conftest import bundled_double, free_port
from tests.chat.double import Double
from tests.conftest import SERVICEMEN, in_own_thread

JAMNEWS = "jamnews-2023-12-07-joint-statement"


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Double:
    return bundled_double(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def client(double: Double) -> Iterator[Client]:
    desk = Desk()
    server = start(desk, host="127.0.0.1", port=free_port())
    desk.open(double)
    yield Client(server.local_url, verbose=False, analytics_enabled=False, httpx_kwargs={"timeout": 60})
    server.close(verbose=False)


def test_only_the_four_functions_are_offered(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert isinstance(offered, dict)
    assert set(offered["named_endpoints"]) == {"/ask", "/search", "/paragraph", "/documents"}
    assert offered["unnamed_endpoints"] == {}


def test_ask_gives_the_documented_answer(client: Client) -> None:
    answer = client.predict(SERVICEMEN, api_name="/ask")
    assert answer["status"] == "answered"
    for citation in answer["citations"]:
        assert citation["paragraph_text"][citation["start"] : citation["end"]] == citation["quote"]


def test_ask_takes_history_and_filters(client: Client, double: Double) -> None:
    history = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "They."}]
    client.predict(SERVICEMEN, history=history, since="2023-12-08", documents=[], api_name="/ask")
    _, turns, filters = double.asked[-1]
    assert [turn.content for turn in turns] == ["Who?", "They."]
    assert filters.since == "2023-12-08"


def test_search_paragraph_and_documents(client: Client) -> None:
    found = client.predict("servicemen released", k=2, api_name="/search")
    assert len(found["hits"]) == 2
    one = client.predict(f"{JAMNEWS}#p5", api_name="/paragraph")
    assert (one["number"], one["document"]["id"]) == (5, JAMNEWS)
    whole = client.predict(JAMNEWS, api_name="/paragraph")
    assert [paragraph["number"] for paragraph in whole["paragraphs"]][:2] == [1, 2]
    assert {info["id"] for info in client.predict(api_name="/documents")} >= {JAMNEWS}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"question": " "}, "Write a question first"),
        ({"question": "x" * 5000}, "5,000 characters"),
        ({"question": "Who?", "history": [{"role": "robot", "content": "x"}]}, "Turn 1 of the history"),
        ({"question": "Who?", "k": -1}, "k=-1"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_traceback(
    client: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(**arguments, api_name="/ask")


def test_the_same_functions_are_mcp_tools(double: Double, serve: Callable[..., str]) -> None:
    url = serve(double, mcp=True)

    async def talk() -> tuple[dict[str, Any], dict[str, Any], Any]:
        async with (
            streamable_http_client(f"{url}gradio_api/mcp/") as (receive, send, *_),
            ClientSession(receive, send) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            answer = await session.call_tool("ask", {"question": SERVICEMEN})
            missing = await session.call_tool("paragraph", {"reference": "nowhere#p1"})
            return tools, json.loads(answer.content[0].text), missing  # type: ignore[union-attr]

    tools, answer, missing = in_own_thread(lambda: asyncio.run(talk()))
    assert set(tools) == {"ask", "search", "paragraph", "documents"}
    assert "exact quotes" in tools["ask"].description
    properties = (getattr(tools["ask"], "inputSchema", None) or tools["ask"].input_schema)["properties"]
    assert properties["since"]["description"].startswith("Only documents of this date")
    assert answer["citations"][0]["number"] == 1
    assert "There is no document 'nowhere'" in str(missing)
