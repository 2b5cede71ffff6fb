"""A document and a question that attack the page: nothing runs, nothing breaks the layout, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.types import DocumentInfo
from tests.chat.conftest import ask
from tests.chat.double import Double, make_document

ATTACKS = (
    "<script>window.pwned=1</script>",
    "<style>body{display:none}</style>",
    "<img src=x onerror='window.pwned=2'>",
    "<iframe src='javascript:parent.pwned=3'></iframe>",
    "<svg onload='window.pwned=4'></svg>",
    "<a href='javascript:window.pwned=5' onclick='window.pwned=6'>click</a>",
    "</p></div></section><h1>outside</h1>",
    "${(window.pwned=7)} {{constructor.constructor('window.pwned=8')()}} `${window.pwned=9}`",
    "[1] [[abcd]] $name {} \\u202e \u202eright to left\u202c \u0000 \ud800",
    "\u0634\u0647\u0631 \u05e9\u05dc\u05d5\u05dd",
    "W" * 50_000,
)
ASKED = "What wickedness does paragraph token{number}x hold?"


@pytest.fixture
def hostile(tmp_path: Path) -> Double:
    paragraphs = [f"Paragraph token{number}x hold wickedness {text}" for number, text in enumerate(ATTACKS)]
    info = DocumentInfo(
        id='evil"><img src=x onerror=window.pwned=10>',
        title=ATTACKS[0] + ATTACKS[2] + "\u202e",
        issuer=ATTACKS[3],
        publisher="</bdi><script>window.pwned=11</script>",
        url="javascript:window.pwned=12",
        date="2023-12-07",
        language='en" onclick="window.pwned=13',
    )
    return Double([make_document(info, paragraphs)], tmp_path)


def check(page: Page) -> None:
    """Nothing ran, and the page is no wider than the window."""
    assert page.evaluate("() => window.pwned") is None
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("#ask, #stop").locator("visible=true")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_hostile_document(
    hostile: Double, serve: Callable[..., str], open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(serve(hostile), width=width)
    attacks = list(enumerate(ATTACKS))
    for number, attack in attacks if width == 1440 else attacks[::5]:
        ask(page, ASKED.format(number=number))
        exchange = page.locator("#history .exchange").last
        shown = "".join(exchange.locator(".claim").all_text_contents())
        chip = exchange.locator("a.chip").first
        chip.hover()
        expect(page.locator(".card")).to_be_visible()
        chip.click()
        expect(page.locator("#source mark.current").first).to_be_visible()
        marked = "".join(page.locator("#source mark.current").all_text_contents())
        assert marked in shown
        if width == 1440 and len(attack) < 1000:
            source = page.locator("#source .paragraph.here > p").text_content() or ""
            assert attack.split("\0")[0].rstrip() in source
        check(page)
        if width == 390:  # the source lies over the conversation
            page.locator("#source .close").click()
            expect(page.locator("#source")).not_to_be_in_viewport()
    hrefs = page.locator("#source a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(href.startswith("?p=") for href in hrefs)
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#listing .list li")).to_have_count(1)
    assert page.evaluate("() => window.pwned") is None


def test_hostile_questions(double: Double, serve: Callable[..., str], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(double))
    questions = [attack.replace("\ud800", "").replace("\0", "").strip() for attack in ATTACKS[:9]]
    questions += ["W" * 3_900, "\u202e\u2067\u2066" * 50 + "Who?"]
    for question in questions:
        ask(page, question)
        check(page)
    expect(page.locator("#history .question")).to_have_text(questions)
    page.reload()
    expect(page.locator("#history .question")).to_have_text(questions)
    check(page)


def test_a_hostile_address(double: Double, serve: Callable[..., str], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(double) + "?p=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E%23p1")
    expect(page.locator("#source")).to_contain_text("There is no document '<script>")
    check(page)
