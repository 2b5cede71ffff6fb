"""Care: no serious accessibility violation, keyboard only, narrow, zoomed, dark, nothing jumps while streaming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.chat.conftest import ask
from tests.chat.double import Double
from tests.conftest import SERVICEMEN

UNANSWERABLE = "What did France say about fishing in Iceland?"


def violations(page: Page) -> list[str]:
    """What axe calls serious or critical, with where it is."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page], width: int, scheme: str
) -> None:
    double.support = "unsupported"
    page = open_page(serve(double), width=width, color_scheme=scheme)
    assert violations(page) == []
    ask(page, SERVICEMEN)
    ask(page, UNANSWERABLE)
    page.locator("#filters > button").click()
    assert violations(page) == []
    page.locator("#history a.chip").first.click()
    expect(page.locator("#source mark.current").first).to_be_visible()
    # What slides in is only judged when it stands still.
    page.wait_for_timeout(400)
    assert violations(page) == []
    if page.locator("#source .close").is_visible():
        page.locator("#source .close").click()
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#listing .list")).to_be_visible()
    page.locator("#adding > button").click()
    assert violations(page) == []
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.locator("#evaluate")).to_be_visible()
    assert violations(page) == []


def test_everything_is_reached_with_the_keyboard(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double), width=768, height=1024)
    page.locator("#question textarea").focus()
    page.keyboard.type(SERVICEMEN)
    page.keyboard.press("Enter")
    chip = page.locator("#history a.chip").first
    expect(chip).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement.matches('#history a.chip')"):
            break
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#source mark.current").first).to_be_in_viewport()
    expect(page.locator("#source h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#source mark.current").first).not_to_be_in_viewport()
    assert page.evaluate("() => document.activeElement.matches('#history a.chip')")


def test_unfolded_filters_leave_room_to_read_in_a_low_window(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    """683 by 380 is a small laptop's window at 200 %."""
    page = open_page(serve(double), width=683, height=380)
    ask(page, SERVICEMEN)
    page.locator("#filters > button").click()
    expect(page.get_by_label("Until")).to_be_in_viewport()
    expect(page.locator("#question textarea")).to_be_in_viewport()
    page.locator("#history .question").evaluate("element => element.scrollIntoView()")
    expect(page.locator("#composer")).not_to_be_in_viewport()
    page.locator("#filters > button").click()
    page.locator("#history .question").evaluate("element => element.scrollIntoView()")
    expect(page.locator("#question textarea")).to_be_in_viewport()


def test_the_back_button_of_a_phone_closes_the_source(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    url = serve(double)
    page = open_page(url, width=390, height=844)
    ask(page, SERVICEMEN)
    mark = page.locator("#source mark.current").first
    for leave in (page.go_back, page.locator("#source .close").click):
        page.locator("#history a.chip").first.click()
        expect(mark).to_be_in_viewport()
        page.get_by_role("button", name="Next citation").click()
        expect(page.locator("#source .where")).to_have_text("Citation 2 of 3")
        leave()
        expect(mark).not_to_be_in_viewport()
        expect(page.locator("#history .question")).to_have_text([SERVICEMEN])
    # Closed by its own button, it leaves nothing behind that Back would have to undo first.
    assert page.evaluate("() => history.state") is None
    page.go_forward()
    expect(mark).to_be_in_viewport()


def test_no_width_needs_sideways_scrolling(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    """720 by 450 is a laptop's window at 200 %."""
    page = open_page(serve(double), width=768, height=1024)
    ask(page, SERVICEMEN)
    for width, height in [(768, 1024), (720, 450), (390, 844), (320, 640)]:
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("tab", name="Ask").click()
        page.locator("#history a.chip").first.click()
        expect(page.locator("#source mark.current").first).to_be_in_viewport()
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), width
        page.locator("#source .close").click()
        expect(page.locator("#source mark.current").first).not_to_be_in_viewport()
        for tab in ("Documents", "Evaluation"):
            page.get_by_role("tab", name=tab).click()
            assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), (width, tab)


def test_nothing_jumps_while_an_answer_streams(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    double.delay = 0.02
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    ask(page, UNANSWERABLE)
    page.evaluate(
        """() => {
            window.tops = [];
            const watch = () => {
                const all = document.querySelectorAll(".exchange .question");
                if (all.length >= 3) window.tops.push(Math.round(all[2].getBoundingClientRect().top));
                window.watching = requestAnimationFrame(watch);
            };
            watch();
        }"""
    )
    ask(page, "Does the Republic of Armenia release Azerbaijani military servicemen?")
    page.wait_for_timeout(500)
    tops = page.evaluate("() => { cancelAnimationFrame(window.watching); return window.tops; }")
    # The first frames are the question's own arrival at the top.
    settled = tops[3:]
    assert max(settled) - min(settled) <= 2, sorted(set(settled))


def test_a_screen_reader_is_told_what_happens(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    expect(page.locator("#announcer")).to_contain_text("32")
    expect(page.locator("#announcer")).to_have_attribute("role", "status")
    page.locator("#history a.chip").first.click()
    expect(page.locator("#announcer")).to_contain_text("Citation 1 of")


def test_a_claim_without_support_is_marked_with_the_reason(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    double.support = "unsupported"
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    expect(page.locator(".flag").first).to_have_text("Not supported by its source: 32 does not stand there")
