"""Ask, get a cited answer, click, see the quote; ask what the documents do not say, see the abstention."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.settings import Settings
from tests.chat.conftest import ask
from tests.conftest import SERVICEMEN

UNANSWERABLE = "What did the President of France say about fishing rights in Iceland?"


@pytest.fixture
def assistant(index_folder: Path) -> Iterator[Assistant]:
    with Assistant.open(Settings.load(index=index_folder)) as opened:
        opened.load()
        yield opened


def test_a_cited_answer_and_its_highlighted_source(
    assistant: Assistant, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(assistant))
    expect(page.locator("#answerer summary")).to_have_text("Exact quotes, no language model")
    expect(page.locator("#answerer p")).to_contain_text("PILCROW_MODEL")
    page.locator(".examples button").first.click()
    chip = page.locator("#history a.chip").first
    expect(chip).to_be_visible()
    expect(page.locator("#history .text").first).to_contain_text("32")
    chip.click()
    quote = page.locator("#source mark.current")
    expect(quote.first).to_be_in_viewport()
    shown = "".join(quote.all_inner_texts())
    reference = (chip.get_attribute("href") or "").removeprefix("?p=").replace("%23", "#")
    paragraph = assistant.paragraph(reference)
    assert shown in paragraph.text
    assert "32" in shown
    expect(page.locator(f"#source-p{paragraph.number}.cited.here")).to_be_visible()
    expect(page.locator(f"#source-p{paragraph.number} .number")).to_contain_text(
        re.compile(rf"¶.*\b{paragraph.number}$")
    )
    if where := os.environ.get("CHAT_SCREENSHOT"):
        page.mouse.move(0, 0)
        page.screenshot(path=where)


def test_an_abstention_shows_what_came_nearest(
    assistant: Assistant, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(assistant))
    ask(page, UNANSWERABLE)
    expect(page.locator("#history .abstained")).to_be_visible()
    expect(page.locator("#history a.chip")).to_have_count(0)
    nearest = page.locator("#history .nearest a").first
    reference = nearest.get_attribute("data-reference")
    assert reference
    nearest.click()
    number = assistant.paragraph(reference).number
    expect(page.locator(f"#source-p{number}.here")).to_be_in_viewport()


def test_a_follow_up_is_asked_in_the_same_conversation(
    assistant: Assistant, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(assistant))
    ask(page, SERVICEMEN)
    ask(page, "And how many does Armenia release?")
    expect(page.locator("#shelf .name")).to_have_count(1)
    expect(page.locator("#history .exchange").last.locator(".text, .abstained").first).to_be_visible()
