"""Asking in the browser: stop, follow-ups, filters, links, limits, a model, a wait, a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page, expect

from rag.chat.limits import Limits
from rag.errors import ModelError
from rag.types import AnswerEvent, Delta, Finished, Withdrawn
from tests.chat.conftest import ask, enter
from tests.chat.double import Double
from tests.conftest import SERVICEMEN

UNANSWERABLE = "What did France say about fishing in Iceland?"


def test_stopping_keeps_what_was_there_and_says_so(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    double.delay = 0.2
    page = open_page(serve(double))
    page.locator("#question textarea").fill(SERVICEMEN)
    page.keyboard.press("Enter")
    expect(page.locator("#live .text")).to_be_visible()
    page.locator("#stop").click()
    expect(page.locator("#history .remark")).to_contain_text("Stopped before")
    expect(page.locator("#history .text")).to_contain_text("Specifically")
    expect(page.locator("#ask")).to_be_visible()


def test_a_rewritten_follow_up_is_shown(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    expect(page.locator(".searched")).to_have_count(0)
    ask(page, "And who releases Azerbaijani servicemen?")
    expect(page.locator(".searched")).to_contain_text(SERVICEMEN)


def test_searching_wider_drops_the_filters(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    page.locator("#filters > button").click()
    page.get_by_label("From").fill("2030-01-01")
    ask(page, SERVICEMEN)
    expect(page.locator("#history .only")).to_contain_text("since 2030-01-01")
    expect(page.locator("#history .abstained")).to_be_visible()
    page.locator("[data-act=wider]").click()
    expect(page.locator("#history .exchange")).to_have_count(2)
    expect(page.locator("#history .exchange").last.locator("a.chip").first).to_be_visible()
    assert not double.asked[-1][2]


def test_what_the_search_is_narrowed_to_stays_in_sight(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    fold, narrowed = page.locator("#filters > button"), page.locator("#narrowed")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    page.get_by_label("Issued by").first.click()
    page.get_by_role("option", name="Organization of Turkic States").click()
    page.keyboard.press("Escape")
    page.get_by_label("From").fill("2023-12")
    fold.click()
    expect(narrowed.locator(".tag")).to_have_text(["Organization of Turkic States", "since 2023-12"])
    narrowed.get_by_role("button", name="Search everything").click()
    expect(narrowed.locator(".tag")).to_have_count(0)
    ask(page, SERVICEMEN)
    assert not double.asked[-1][2]

    fold.click()
    page.get_by_label("From").fill("2023-12")
    fold.click()
    expect(narrowed.locator(".tag")).to_have_text(["since 2023-12"])
    page.locator("#shelf [data-act=new]").click()
    expect(narrowed.locator(".tag")).to_have_count(0)
    ask(page, SERVICEMEN)
    assert not double.asked[-1][2]


def test_a_date_that_is_none_is_said_before_anything_is_asked(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    page.locator("#filters > button").click()
    page.get_by_label("From").fill("3 March 2026")
    page.locator("#question textarea").fill(SERVICEMEN)
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("From: “3 March 2026” is not a date.")
    expect(page.locator("#question textarea")).to_have_value(SERVICEMEN)
    page.get_by_label("From").fill("2023-12")
    ask(page, SERVICEMEN)
    expect(page.locator("#shelf .name")).to_have_count(1)
    assert len(double.asked) == 1


def test_a_filter_by_document(double: Double, serve: Callable[..., str], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(double))
    page.locator("#filters > button").click()
    page.get_by_label("Documents").click()
    page.get_by_role("option").filter(has_text="Trend").click()
    page.keyboard.press("Escape")
    ask(page, SERVICEMEN)
    assert double.asked[-1][2].documents == ("trend-2023-12-08-ots-reaction",)
    expect(page.locator("#history .only")).to_contain_text("trend-2023-12-08")


def test_links_open_a_question_or_a_paragraph(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    url = serve(double)
    page = open_page(f"{url}?q=How%20many%20Armenian%20servicemen%20does%20Azerbaijan%20release%3F")
    expect(page.locator("#history .question")).to_have_text([SERVICEMEN])
    expect(page).to_have_url(url)
    page.reload()
    expect(page.locator("#history .question")).to_have_text([SERVICEMEN])
    expect(page.locator("#shelf .name")).to_have_count(1)
    assert len(double.asked) == 1
    page = open_page(f"{url}?p=jamnews-2023-12-07-joint-statement%23p9", width=390, height=844)
    expect(page.locator("#source-p9.here")).to_be_in_viewport()
    page = open_page(f"{url}?p=nowhere%23p9")
    expect(page.locator("#source")).to_contain_text("There is no document 'nowhere#p9'")


def test_questions_that_are_empty_too_long_or_too_many(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double, limits=Limits(question_characters=100, questions_a_minute=1)))
    page.locator("#ask").click()
    expect(page.locator("#notice")).to_have_text("Write a question first.")
    page.locator("#question textarea").fill("x" * 101)
    notice = expect(page.locator("#notice"))
    enter(page, lambda wait: notice.to_contain_text("101 characters; 100 are the limit", timeout=wait))
    expect(page.locator("#question textarea")).to_have_value("x" * 101)
    ask(page, SERVICEMEN)
    expect(page.locator("#notice")).to_have_text("")
    page.locator("#question textarea").fill(SERVICEMEN)
    enter(page, lambda wait: notice.to_contain_text("more than 1 questions in a minute", timeout=wait))


class Held(Double):
    """Answers when it is let go."""

    gate = threading.Event()

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        events = super().stream(question, **options)
        yield next(events)
        assert self.gate.wait(20)
        yield from events


def test_the_place_in_the_line_is_shown(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    held = Held(list(double.held.values()), double.index_folder)
    url = serve(held, limits=Limits(answers_at_once=1))
    first, second = open_page(url), open_page(url)
    first.locator("#question textarea").fill(SERVICEMEN)
    first.keyboard.press("Enter")
    expect(first.locator("#live .state")).to_contain_text("Reading 10 paragraphs")
    second.locator("#question textarea").fill(SERVICEMEN)
    second.keyboard.press("Enter")
    expect(second.locator("#live .state")).to_contain_text("1 ahead of you")
    held.gate.set()
    expect(second.locator("#history a.chip").first).to_be_visible()


class Failing(Double):
    """A language model that fails: by withdrawing, or altogether."""

    mode = "model"
    model = "openai:test"

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        if "broken" in question:
            raise ModelError("The model cannot be reached.", mend="Start it.")
        for event in super().stream(question, **options):
            if isinstance(event, Finished):
                yield Withdrawn(reason="cut off")
                yield Delta(text="Whole again.")
            yield event


def test_a_model_that_fails_is_told_apart(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    failing = Failing(list(double.held.values()), double.index_folder)
    page = open_page(serve(failing))
    expect(page.locator("#answerer summary")).to_have_text("Written by openai:test")
    ask(page, "Is it broken?")
    expect(page.locator("#history .remark")).to_contain_text("The model cannot be reached. Start it.")
    ask(page, SERVICEMEN)
    expect(page.locator("#history .exchange").last.locator(".text")).not_to_contain_text("Whole again")


def test_citations_are_stepped_through_and_the_place_in_the_talk_stays(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double), permissions=["clipboard-read", "clipboard-write"])
    ask(page, SERVICEMEN)
    before = page.evaluate("() => window.scrollY")
    page.locator("#history a.chip").first.click()
    expect(page.locator("#source .where")).to_have_text("Citation 1 of 3")
    expect(page.locator("#source .tools .outward")).to_have_attribute("rel", "noopener noreferrer")
    assert "#:~:text=" in (page.locator("#source .tools .outward").get_attribute("href") or "")
    page.get_by_role("button", name="Next citation").click()
    expect(page.locator("#source .where")).to_have_text("Citation 2 of 3")
    page.get_by_role("button", name="Next citation").click()
    expect(page.locator("#source .where")).to_have_text("Citation 3 of 3")
    expect(page.get_by_role("button", name="Next citation")).to_be_disabled()
    assert page.evaluate("() => window.scrollY") == before
    expect(page.locator("#source .also a").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Web Annotation").click()
    assert download.value.suggested_filename == "annotation.json"
    page.get_by_role("button", name="Copy with reference").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "¶ 4" in copied
    assert "Trend" in copied
    page.get_by_role("button", name="Copy link").click()
    assert "?p=trend-2023-12-08-ots-reaction%23p4" in page.evaluate("() => navigator.clipboard.readText()")
