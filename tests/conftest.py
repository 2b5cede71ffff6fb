"""What every test gets: no hub, no telemetry, no outside network, and none of the developer's own settings."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings

os.environ.update(HF_HUB_OFFLINE="1", GRADIO_ANALYTICS_ENABLED="False", ANONYMIZED_TELEMETRY="False")

settings.register_profile("suite", deadline=None)  # a loaded machine is no failure
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::", "")

LONGEST = ("chat/test_conversation_page.py", "evaluate/test_statements.py", "chat/test_asking_page.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules that take longest come first: each goes to one worker, and none is to be left with one at the end."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own PILCROW_* and provider variables do not reach a test."""
    for name in list(os.environ):
        if name.startswith(("PILCROW_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "GOOGLE_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to anything but loopback is refused, and fails the test that tried."""
    refused: list[Any] = []
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            refused.append(address)
            raise ConnectionRefusedError(f"tests stay on loopback, refused {address!r}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
    assert not refused, f"connections beyond loopback were tried: {refused}"


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    """The two documents Pilcrow comes with."""
    return ROOT / "corpus"


SERVICEMEN = "How many Armenian servicemen does Azerbaijan release?"


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory, corpus_folder: Path) -> Path:
    """A real index of the two documents; nobody writes to it."""
    from rag.library import update_index
    from rag.settings import Settings

    folder = tmp_path_factory.mktemp("pilcrow") / "index"
    update_index(Settings.load(index=folder), [corpus_folder])
    return folder


def in_own_thread(act: Callable[[], T]) -> T:
    """What the act returns, away from the event loop that Playwright keeps running in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()
