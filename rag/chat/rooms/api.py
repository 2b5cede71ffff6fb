"""Endpoints of Gradio's API and, with `--mcp`, MCP tools: ask, search, paragraph, documents."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

import gradio as gr
from gradio.events import api

from rag.chat.api import Endpoint, endpoints
from rag.chat.desk import Desk
from rag.errors import ConfigurationError, PilcrowError


def place_api(desk: Desk) -> None:
    """Names the endpoints; a program gets the message of an error, never a traceback."""
    for name, function in endpoints(desk).items():
        api(
            _speaking(function),
            api_name=name,
            api_description=function.__doc__,
            concurrency_limit=desk.limits.answers_at_once,
        )


def answer_tools_in_json(page: gr.Blocks) -> None:
    """Lets the MCP tools answer in JSON: by itself Gradio 6.31 writes a result as Python prints it."""
    server = page.mcp_server_obj
    if server is None:
        raise ConfigurationError(
            "The MCP tools need Gradio with its MCP part.", mend="Install it: pip install 'gradio[mcp]'"
        )

    def as_json(data: list[Any], _root_url: str) -> list[Any]:
        return [server.types.TextContent(type="text", text=json.dumps(output, ensure_ascii=False)) for output in data]

    setattr(server, "postprocess_output_data", as_json)  # noqa: B010 - a method of the instance, on purpose


def _speaking(function: Endpoint) -> Endpoint:
    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except PilcrowError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return call
