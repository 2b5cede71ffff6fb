"""Conversations in the browser: kept, apart, renamed, deleted, taken away, there again after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from rag.chat.desk import Desk
from rag.chat.server import start
from tests.chat.conftest import ask, enter, free_port
from tests.chat.double import Double, make_document
from tests.conftest import SERVICEMEN

COP29 = "Does Armenia support the bid of Azerbaijan to host COP29?"


def test_a_conversation_is_there_again_after_a_restart(double: Double, open_page: Callable[..., Page]) -> None:
    port = free_port()
    desk = Desk()
    server = start(desk, host="127.0.0.1", port=port)
    desk.open(double)
    page = open_page(server.local_url)
    ask(page, SERVICEMEN)
    server.close(verbose=False)

    desk = Desk()
    server = start(desk, host="127.0.0.1", port=port)
    desk.open(double)
    try:
        page.reload()
        page.locator("#history a.chip").first.click()
        expect(page.locator("#source mark.current").first).to_contain_text("32")
        ask(page, COP29)
        assert [turn.content for turn in double.asked[-1][1]][:1] == [SERVICEMEN]
        expect(page.locator("#shelf .name")).to_have_count(1)
    finally:
        server.close(verbose=False)


def test_two_people_do_not_see_each_other(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    url = serve(double)
    ana, ben = open_page(url), open_page(url)
    ask(ana, SERVICEMEN)
    ask(ben, COP29)
    ana.reload()
    ben.reload()
    expect(ana.locator("#shelf .name bdi")).to_have_text([SERVICEMEN])
    expect(ben.locator("#shelf .name bdi")).to_have_text([COP29])
    expect(ben.locator("#history .question")).to_have_text([COP29])


def test_renaming_switching_and_deleting(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    page.locator("#shelf [data-act=new]").click()
    expect(page.locator("#history .welcome")).to_be_visible()
    ask(page, COP29)
    expect(page.locator("#shelf .name")).to_have_count(2)

    page.locator("#shelf .name").nth(1).click()
    expect(page.locator("#history .question")).to_have_text([SERVICEMEN])
    page.once("dialog", lambda dialog: dialog.accept("Prisoners"))
    page.locator("#shelf [data-act=rename]").click()
    expect(page.locator("#shelf .name[aria-current] bdi")).to_have_text("Prisoners")

    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#shelf [data-act=delete]").click()
    expect(page.locator("#shelf .name bdi")).to_have_text([COP29])
    expect(page.locator("#history .welcome")).to_be_visible()


def test_the_source_pane_leaves_with_what_it_belongs_to(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    cited, empty = page.locator("#source .where"), page.locator("#source .document.empty")
    ask(page, SERVICEMEN)
    expect(cited).to_have_text("Citation 1 of 3")
    page.locator("#history a.chip").first.click()
    ask(page, "What did France say about fishing in Iceland?")
    expect(empty).to_be_visible()
    # Who goes on writing stays there, and sees the answer.
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator("#citation-card")).to_have_count(0)
    expect(page.locator("#history .exchange").last).to_be_in_viewport()

    page.locator("#history a.chip").first.click()
    expect(cited).to_have_text("Citation 1 of 3")
    page.locator("#shelf [data-act=new]").click()
    expect(empty).to_be_visible()
    ask(page, COP29)
    expect(cited).to_be_visible()
    page.locator("#shelf .name").nth(1).click()
    expect(empty).to_be_visible()

    page.locator("#history a.chip").first.click()
    expect(cited).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#shelf [data-act=delete]").click()
    expect(empty).to_be_visible()


def test_taking_a_conversation_away(double: Double, serve: Callable[..., str], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    for kind, check in {"md": "[^1-1]: “", "html": "<blockquote", "json": '"citations"'}.items():
        with page.expect_download() as download:
            page.locator(f"#shelf [data-kind={kind}]").click()
        saved = Path(download.value.path()).read_text(encoding="utf-8")
        assert download.value.suggested_filename == f"conversation.{kind}"
        assert check in saved
        assert SERVICEMEN in saved


def test_an_answer_says_when_its_document_changed_since(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    cited = page.locator("#history a.chip").first.get_attribute("href") or ""
    name = cited.removeprefix("?p=").split("%23")[0]
    old = double.held[name]
    double.held[name] = make_document(old.info, [f"New. {paragraph.text}" for paragraph in old.paragraphs])
    page.reload()
    expect(page.locator("#history .changed").first).to_contain_text("changed since")
    page.locator("#history a.chip").first.click()
    expect(page.locator("#source .changed")).to_contain_text("changed since")
    expect(page.locator("#source .paragraphs mark")).to_have_count(0)
    expect(page.locator("#source .kept mark.current")).to_be_in_viewport()
    del double.held[name]
    page.reload()
    expect(page.locator("#history .changed").first).to_contain_text("no longer in the index")
    page.locator("#history a.chip").first.click()
    expect(page.locator("#source .changed")).to_contain_text("no longer in the index")
    expect(page.locator("#source mark.current")).to_be_in_viewport()
    expect(page.locator("#source .where")).to_have_text("Citation 1 of 3")


def test_thumbs_and_a_comment_are_kept(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    page.locator(".thumb").last.click()
    expect(page.locator(".thumb").last).to_have_attribute("aria-pressed", "true")
    page.locator(".comment input").fill("Say when <b>")
    page.locator("[data-act=comment]").click()
    expect(page.locator(".thanks")).to_be_visible()
    page.reload()
    expect(page.locator(".comment input")).to_have_value("Say when <b>")
    expect(page.locator(".thumb").last).to_have_attribute("aria-pressed", "true")


def test_asking_again_and_editing_take_the_place_of_the_last_answer(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    first = page.locator("#history .exchange").get_attribute("id") or ""
    page.locator("[data-act=again]").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(page.locator("#live .exchange")).to_have_count(0)
    expect(page.locator("#history .exchange")).to_have_count(1)
    assert len(double.asked) == 2
    box, notice = page.locator("#question textarea"), page.locator("#notice")
    page.locator("[data-act=edit]").click()
    expect(box).to_have_value(SERVICEMEN)
    notice.get_by_role("button", name="Keep them").click()
    expect(box).to_have_value("")
    expect(notice).to_have_text("")
    page.locator("[data-act=edit]").click()
    expect(notice).to_contain_text("takes the place of the last question")
    page.locator("#shelf [data-act=new]").click()
    expect(page.locator("#history .welcome")).to_be_visible()
    expect(box).to_have_value("")
    page.locator("#shelf .name").click()
    page.locator("[data-act=edit]").click()
    expect(box).to_have_value(SERVICEMEN)
    page.locator("#question textarea").fill(COP29)
    enter(page, lambda wait: expect(page.locator("#history .question")).to_have_text([COP29], timeout=wait))
    expect(page.locator("#history .exchange")).to_have_count(1)


def test_a_conversation_is_opened_where_it_ended(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double))
    ask(page, SERVICEMEN)
    ask(page, COP29)
    page.locator("#shelf [data-act=new]").click()
    expect(page.locator("#history .welcome")).to_be_visible()
    expect(page.get_by_role("heading", name="What do the documents say?")).to_be_in_viewport()
    page.locator("#shelf .name").click()
    first, last = page.locator("#history .question").first, page.locator("#history .question").last
    expect(last).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()
    page.reload()
    expect(last).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()


def test_a_conversation_deleted_in_another_window_is_not_gone_without_a_word(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    url = serve(double)
    page = open_page(url)
    ask(page, SERVICEMEN)
    other = page.context.new_page()
    other.goto(url)
    other.once("dialog", lambda dialog: dialog.accept())
    other.locator("#shelf [data-act=delete]").click()
    expect(other.locator("#shelf .name")).to_have_count(0)

    box = page.locator("#question textarea")
    box.fill("And Armenia?")
    enter(page, lambda wait: expect(page.locator("#notice")).to_contain_text("deleted in another", timeout=wait))
    expect(box).to_have_value("And Armenia?")
    expect(page.locator("#history .welcome")).to_be_visible()
    assert len(double.asked) == 1
    page.locator("#ask").click()
    expect(page.locator("#history .question")).to_have_text(["And Armenia?"])
    expect(page.locator("#notice")).to_have_text("")


def test_a_reload_comes_back_to_the_question_on_its_way(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    double.delay = 0.1
    page = open_page(serve(double))
    page.locator("#question textarea").fill(SERVICEMEN)
    page.keyboard.press("Enter")
    expect(page.locator("#live .text")).to_be_visible()
    page.reload()
    expect(page.locator("#history .question")).to_have_text([SERVICEMEN])
    expect(page.locator("#live .exchange")).to_have_count(0)
    expect(page.locator("#shelf .name[aria-current]")).to_have_count(1)
    ask(page, COP29)
    expect(page.locator("#shelf .name")).to_have_count(1)


def test_a_question_goes_on_in_its_own_conversation_when_another_is_opened(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    double.delay = 0.1
    page = open_page(serve(double))
    page.locator("#question textarea").fill(SERVICEMEN)
    page.keyboard.press("Enter")
    expect(page.locator("#live .text")).to_be_visible()
    page.locator("#shelf [data-act=new]").click()
    expect(page.locator("#live .exchange")).to_have_count(0)
    double.delay = 0
    page.wait_for_timeout(1500)
    expect(page.locator("#history .welcome")).to_be_visible()
    page.reload()
    page.locator("#shelf .name").click()
    expect(page.locator("#history .question")).to_have_text([SERVICEMEN])


def test_copying_an_answer_with_its_citations(
    double: Double, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(double), permissions=["clipboard-read", "clipboard-write"])
    ask(page, SERVICEMEN)

    def copied(label: str) -> str:
        page.locator(".copies summary").click()
        page.locator(".copies button", has_text=label).click()
        return str(page.evaluate("() => navigator.clipboard.readText()"))

    assert "[1] “" in copied("Text")
    assert "[^1]: “" in copied("Markdown")
    assert "@misc{" in copied("BibTeX")
    items: list[dict[str, Any]] = json.loads(copied("CSL-JSON"))
    assert items[0]["issued"] == {"date-parts": [[2023, 12, 7]]}
    assert "?q=How%20many" in copied("Link to the question")
