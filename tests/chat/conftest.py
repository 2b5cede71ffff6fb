"""The page served on loopback and a real browser that may talk to nothing else."""

from __future__ import annotations

import gc
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from rag.chat.desk import Desk
from rag.chat.limits import Limits
from rag.chat.server import start
from tests.chat.double import Double, read_markdown
from tests.conftest import ROOT

# A busy machine may stand still for some seconds; what never comes still fails.
expect.set_options(timeout=30_000)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but loopback has a name; requests to it are not intercepted, which makes every page load slower.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


# Gradio 6.31 and its client leave event loops open when they stop; they are collected here, so that the warning
# about them does not turn up in somebody else's test.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of the page serves Gradio in this process."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(LEFT_OPEN)


@pytest.fixture(autouse=True)
def collect_what_was_left_open() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as it is installed here."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each a person of their own; any request beyond loopback or error in the page fails the test."""
    outside: list[str] = []
    errors: list[str] = []
    with ExitStack() as stack:

        def look(request: Request) -> None:
            address = urlsplit(request.url)
            if address.scheme not in ("data", "blob") and address.hostname not in ("127.0.0.1", "localhost"):
                outside.append(request.url)

        def open_one(url: str, *, width: int = 1440, height: int = 900, **options: Any) -> Page:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.callback(context.close)
            context.on("request", look)
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(url)
            page.locator("#answerer").wait_for()
            return page

        yield open_one
    assert not outside, f"the page reached out: {outside}"
    assert not errors, f"the page raised: {errors}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves a page over an assistant and returns its address."""
    with ExitStack() as stack:

        def serve_one(assistant: Any, *, limits: Limits | None = None, **options: Any) -> str:
            desk = Desk(limits)
            server = start(desk, host="127.0.0.1", port=free_port(), **options)
            stack.callback(server.close, verbose=False)
            desk.open(assistant)
            return str(server.local_url)

        yield serve_one


def bundled_double(folder: Path) -> Double:
    """The small assistant over the two documents; conversations are kept in the folder."""
    paths = sorted(path for path in (ROOT / "corpus").glob("*.md") if path.name != "README.md")
    return Double([read_markdown(path) for path in paths], folder)


@pytest.fixture
def double(tmp_path: Path) -> Double:
    """A small assistant of this test's own."""
    return bundled_double(tmp_path)


def enter(page: Page, taken: Callable[[float], None]) -> None:
    """Presses Enter until the page took it; `taken` waits so many milliseconds for a sign of that.

    While Gradio winds up an answer, a moment after it was shown, it takes no other question.
    """
    for _ in range(5):
        page.keyboard.press("Enter")
        with suppress(AssertionError):
            return taken(6_000)
    return taken(0)


def ask(page: Page, question: str) -> None:
    """Writes a question as a person would and waits for its answer."""
    before = page.locator("#history .exchange").count()
    box = page.locator("#question textarea")
    box.fill(question)
    enter(page, lambda wait: expect(box).to_have_value("", timeout=wait))
    expect(page.locator("#history .exchange")).to_have_count(before + 1)
    expect(page.locator("#live .exchange")).to_have_count(0)
