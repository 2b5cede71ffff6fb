"""Serves the page: at once, with a visible 'getting ready', while the assistant is opened."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from rag.chat.accounts import read_accounts
from rag.chat.desk import Assistant, Desk
from rag.chat.limits import Limits
from rag.errors import ConfigurationError


def launch(
    open_assistant: Callable[[], Assistant],
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Path | None = None,
    mcp: bool = False,
    ready: Callable[[str], object] = str,
) -> None:
    """Serves until interrupted; `ready` is called with the address when the first question can be answered.

    Raises:
        PilcrowError: the assistant cannot be opened, the port is taken or the accounts cannot be read.
    """
    desk = Desk()
    server = start(desk, host=host, port=port, auth=auth, mcp=mcp)
    try:
        assistant = open_assistant()
        assistant.load()
        desk.open(assistant)
        ready(server.local_url)
        threading.Event().wait()
    finally:
        server.close(verbose=False)


@contextmanager
def _unlogged() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def start(desk: Desk, *, host: str, port: int, auth: Path | None = None, mcp: bool = False) -> Any:
    """The running page (a `gradio.Blocks`), before the assistant is open."""
    check = read_accounts(auth).check if auth else None
    # Gradio reads these when it is imported: no telemetry and no look for a newer version; and no summary of its
    # queue after each event, for which it would load pandas during the first question.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    from rag.chat.rooms.api import answer_tools_in_json
    from rag.chat.rooms.page import build, launch_options

    page = build(desk)
    try:
        # With MCP tools Gradio announces them whatever `quiet` says; what is printed is the caller's business.
        # And what the server logs of a failure to start is said below.
        with redirect_stdout(StringIO()), _unlogged():
            page.launch(
                server_name=host,
                server_port=port,
                auth=check,
                mcp_server=mcp,
                max_file_size=Limits().upload_bytes,
                **launch_options(),
            )
    except OSError:
        raise ConfigurationError(
            f"The page cannot be served on {host}:{port}: {_refusal(host, port)}.",
            mend=f"Choose another address or port: pilcrow chat --host 127.0.0.1 --port {port % 65535 + 1}",
        ) from None
    if mcp:
        answer_tools_in_json(page)
    return page


def _refusal(host: str, port: int) -> str:
    """Why nothing can listen there, in the system's words; Gradio's own name settings that are not Pilcrow's."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return "the server did not start"
    except OSError as error:
        return (error.strerror or str(error)).partition(" (")[0]
