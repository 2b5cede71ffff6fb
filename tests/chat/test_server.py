"""Serving: at once, with a visible wait; errors that close the port; accounts that keep strangers out."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from rag.chat import launch
from rag.chat.accounts import write_account
from rag.chat.desk import Desk
from rag.chat.server import start
from rag.errors import ConfigurationError, IndexMissing
from tests.chat.conftest import free_port
from tests.chat.double import Double
from tests.conftest import ROOT, SERVICEMEN

LAUNCH = """
import sys
from pathlib import Path
from rag.chat import launch
from rag.assistant import Assistant
from rag.settings import Settings
launch(lambda: Assistant.open(Settings.load(index=Path(sys.argv[1]))), port=int(sys.argv[2]),
       ready=lambda url: print(url, flush=True))
"""


def test_the_page_is_there_before_the_assistant(double: Double, browser: Browser) -> None:
    desk = Desk()
    server = start(desk, host="127.0.0.1", port=free_port())
    page = browser.new_page()
    try:
        page.goto(server.local_url)
        expect(page.locator(".badge")).to_contain_text("Getting ready")
        page.locator("#question textarea").fill(SERVICEMEN)
        page.keyboard.press("Enter")
        expect(page.locator("#live .state")).to_contain_text("Still getting ready")
        desk.open(double)
        expect(page.locator("#history a.chip").first).to_be_visible()
        expect(page.locator("#answerer")).to_be_visible()
        page.wait_for_timeout(600)
        expect(page.locator("#history a.chip").first).to_be_visible()
        page.reload()
        expect(page.locator("#history a.chip").first).to_be_visible()
    finally:
        page.close()
        server.close(verbose=False)


def test_a_question_quicker_than_the_pages_arrival_is_kept_for_its_browser(
    double: Double, serve: Callable[..., str], browser: Browser
) -> None:
    page = browser.new_page()
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding and SERVICEMEN not in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/queue/join*", hold)
    try:
        page.goto(serve(double))
        page.locator("#question textarea").fill(SERVICEMEN)
        page.keyboard.press("Enter")
        expect(page.locator("#live .state, #history a.chip").first).to_be_visible()
        page.wait_for_timeout(300)
        assert held
        holding = False
        for route in held:
            route.continue_()
        expect(page.locator("#history a.chip").first).to_be_visible()
        page.reload()
        expect(page.locator("#history a.chip").first).to_be_visible()
    finally:
        page.close()


def test_launch_says_when_the_first_question_can_be_answered_and_stops_on_ctrl_c(index_folder: Path) -> None:
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(index_folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == f"http://127.0.0.1:{port}/"
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert out == ""
    assert err.strip().splitlines()[-1] == "KeyboardInterrupt"


def test_an_assistant_that_cannot_be_opened_closes_the_page() -> None:
    def fail() -> Double:
        raise IndexMissing("There is no index.", mend="Run: pilcrow index")

    port = free_port()
    with pytest.raises(IndexMissing):
        launch(fail, port=port)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_is_taken_is_named_with_the_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            ConfigurationError, match=f"already in use. Choose another address or port: .* --port {port + 1}$"
        ):
            start(Desk(), host="127.0.0.1", port=port)


def test_only_those_with_an_account_come_in(
    double: Double, serve: Callable[..., str], browser: Browser, tmp_path: Path
) -> None:
    accounts = tmp_path / "accounts.txt"
    write_account(accounts, "ana", "a long password")
    url = serve(double, auth=accounts)
    assert httpx.get(f"{url}config").status_code == 401
    assert httpx.post(f"{url}login", data={"username": "ana", "password": "wrong"}).status_code == 400
    assert httpx.post(f"{url}gradio_api/call/ask", json={"data": [SERVICEMEN]}).status_code == 401
    context = browser.new_context()
    page = context.new_page()
    try:
        page.goto(url)
        page.get_by_label("username").fill("ana")
        page.get_by_label("password").fill("a long password")
        page.get_by_role("button", name="Login").click()
        expect(page.locator("#answerer")).to_be_visible()
        page.locator(".examples button").first.click()
        expect(page.locator("#history a.chip").first).to_be_visible()
    finally:
        context.close()
    # The same person on another machine finds the conversation again.
    context = browser.new_context()
    page = context.new_page()
    try:
        page.goto(url)
        page.get_by_label("username").fill("ana")
        page.get_by_label("password").fill("a long password")
        page.get_by_role("button", name="Login").click()
        expect(page.locator("#shelf .name bdi")).to_have_text([SERVICEMEN])
    finally:
        context.close()
