"""The documents in the browser: found, opened, handed in, asked about, taken out again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.corpus import Reading, read_all
from rag.library import update_index
from rag.settings import Settings
from rag.types import Document
from tests.chat.conftest import ask
from tests.chat.double import Double

SCHOOLS = "The mayor of Gyumri opened fourteen schools on 3 May 2024.\n\nEach school has 600 places.\n"


@pytest.fixture
def assistant(tmp_path: Path, corpus_folder: Path) -> Iterator[Assistant]:
    """A real assistant over an index of its own, which may be written to."""
    settings = Settings.load(index=tmp_path / "index")
    update_index(settings, [corpus_folder])
    with Assistant.open(settings) as opened:
        opened.load()
        yield opened


def open_room(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#listing .list")).to_be_visible()


def test_documents_are_found_filtered_and_opened(
    assistant: Assistant, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(assistant))
    open_room(page)
    expect(page.locator("#listing .list li")).to_have_count(2)
    search = page.get_by_label("Search in the documents")
    search.fill("observer of COP29 candidacy")
    search.press("Enter")
    expect(page.locator("#listing .found").first).to_contain_text("COP29")
    page.locator("#listing .list a").first.click()
    expect(page.locator("#source .paragraph.here")).to_be_in_viewport()
    search.fill("")
    search.press("Enter")
    page.get_by_label("Published by", exact=True).first.click()
    page.get_by_role("option", name="Trend").click()
    expect(page.locator("#listing .list li")).to_have_count(1)
    expect(page.locator("#listing .list")).to_contain_text("Trend")


def test_a_document_is_handed_in_described_asked_about_and_removed(
    assistant: Assistant, serve: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / "schools.txt").write_text(SCHOOLS, encoding="utf-8")
    (tmp_path / "broken.jsonl").write_text("{no json\n", encoding="utf-8")
    page = open_page(serve(assistant))
    open_room(page)
    page.locator("#adding > button").click()
    page.set_input_files("#upload input[type=file]", [tmp_path / "schools.txt", tmp_path / "broken.jsonl"])
    expect(page.locator("#preview .problems li")).to_have_text(
        ["broken.jsonl:1: is no valid JSON: Expecting property name enclosed in double quotes at column 2"]
    )
    expect(page.locator("#describe-head h4")).to_have_text("What is schools.txt?")
    expect(page.locator("#take")).to_be_hidden()
    page.locator("#describing").get_by_label("Title").fill("Schools in Gyumri <b>")
    page.locator("#describing").get_by_label("Date").fill("3 May 2024")
    page.locator("#describing").get_by_label("Published by").fill("The Herald")
    page.locator("#describing").get_by_label("Coverage", exact=True).check()
    page.locator("#describe").click()
    expect(page.locator("#describe-head .notice")).to_have_text(
        "Date '3 May 2024' is no date; write it as 2023-12-07, 2023-12 or 2023."
    )
    expect(page.locator("#describing").get_by_label("Title")).to_have_value("Schools in Gyumri <b>")
    page.locator("#describing").get_by_label("Date").fill("2024-05-03")
    page.locator("#describe").click()
    expect(page.locator("#describing")).to_be_hidden()
    expect(page.locator("#preview .problems li")).to_have_count(1)
    expect(page.locator("#preview .previewed .about")).to_contain_text(["The Herald, coverage"])
    expect(page.locator("#preview .previewed li")).to_have_count(2)
    page.locator("#take").click()
    expect(page.locator("#outcome")).to_contain_text("Taken: 1 added")
    expect(page.locator("#outcome")).to_be_in_viewport()
    expect(page.locator("#listing .list li")).to_have_count(3)

    page.get_by_role("tab", name="Ask").click()
    ask(page, "How many schools did the mayor of Gyumri open?")
    page.locator("#history a.chip").first.click()
    expect(page.locator("#source mark.current").first).to_contain_text("fourteen schools")

    open_room(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#listing [data-act=remove]").click()
    expect(page.locator("#listing .list li")).to_have_count(2)
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator("#history .exchange")).to_have_count(1)
    page.reload()
    expect(page.locator("#history .changed").first).to_contain_text("no longer in the index")


class Slow(Double):
    """Takes documents when it is let go."""

    def __init__(self, documents: Sequence[Document], folder: Path) -> None:
        super().__init__(documents, folder)
        self.gate = threading.Event()

    def preview(self, files: Sequence[Path]) -> Reading:
        return read_all(files)

    def add_documents(self, files: Sequence[Path], *, progress: Any = None) -> str:
        assert self.gate.wait(20)
        taken = read_all(files).expect()
        self.held |= {document.id: document for document in taken}
        return f"{len(taken)} added"


def test_more_is_handed_in_while_the_first_are_indexed(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    slow = Slow(list(double.held.values()), tmp_path)
    rows = [{"id": name, "title": name, "paragraphs": [f"Line {number}." for number in range(9)]} for name in "abcdefg"]
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    second.write_text('{"id": "h", "title": "h", "paragraphs": ["One."]}\n{"id": "i"\n', encoding="utf-8")
    page = open_page(serve(slow))
    open_room(page)
    page.locator("#adding > button").click()
    page.set_input_files("#upload input[type=file]", [first])
    page.locator("#take").click()
    expect(page.locator("#outcome .state")).to_be_in_viewport()
    page.set_input_files("#upload input[type=file]", [second])
    expect(page.locator("#preview .problems li")).to_have_count(1)
    slow.gate.set()
    expect(page.locator("#outcome")).to_have_text("Taken: 7 added")
    expect(page.locator("#preview .previewed")).to_have_count(1)
    page.locator("#take").click()
    expect(page.locator("#outcome")).to_have_text("Taken: 1 added")
    expect(page.locator("#listing .list li")).to_have_count(10)
