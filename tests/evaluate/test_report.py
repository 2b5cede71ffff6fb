"""The report as a page: nothing from outside, nothing unescaped, and usable in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import evaluate
from rag.evaluate import Evaluation
from rag.evaluate.report import word_difference
from rag.types import Draft
from tests.evaluate.conftest import RELEASES, line, release_questions, write_lines
from tests.evaluate.toy import Altered, ToyAssistant, opener

HOSTILE = (
    '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1"> {{ 7*7 }} [[x]] $name & \u202egnp'
)


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    """A comparison of two runs over documents and questions that would like to be markup."""
    documents = {**RELEASES, "hostile": [f"Released prisoners in Hostilia: {HOSTILE}"]}
    rows = [
        *release_questions(),
        line(id='x"><b>', question=f"Which prisoners were released in Hostilia? {HOSTILE}", gold=[["hostile#p1"]],
             note=HOSTILE, history=[{"role": "user", "content": HOSTILE}], kind="<i>kind</i>"),
    ]  # fmt: skip
    questions = write_lines(tmp_path / "releases.jsonl", rows)
    silent = Altered(
        ToyAssistant(documents), lambda draft, _: replace(draft, text=draft.text.replace("thanked", "praised"))
    )
    settings = {"model": HOSTILE}
    before = evaluate.run([questions], open_assistant=opener(silent), out=tmp_path, settings=settings)
    return evaluate.run(
        [questions],
        open_assistant=opener(ToyAssistant(documents, threshold=0.0)),
        out=tmp_path,
        settings=settings,
        baseline=before.folder.path,
    )


def test_every_string_from_outside_is_escaped(evaluation: Evaluation) -> None:
    assert evaluation.report is not None
    page = evaluation.report.read_text(encoding="utf-8")
    assert "<script>window" not in page
    assert "<img" not in page
    assert "<i>kind" not in page
    assert "{{ 7*7 }}" in page
    assert "Hostilia" in page
    assert page.count("<script>") == 1


def test_the_page_asks_for_nothing_from_anywhere(evaluation: Evaluation) -> None:
    assert evaluation.report is not None
    page = evaluation.report.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "@import" not in page
    assert "url(" not in page


def test_the_answers_are_compared_word_by_word() -> None:
    before, after = word_difference("Armenia releases 2 men today.", "Armenia releases 3 men today.")
    assert [(piece.text, piece.kept) for piece in before] == [
        ("Armenia releases ", True),
        ("2 ", False),
        ("men today.", True),
    ]
    assert "".join(piece.text for piece in after) == "Armenia releases 3 men today."
    apart = word_difference("Nothing at all here.", "A wholly different set of words.")
    assert apart[0][0].kept, "where little is shared, marking it would only disturb"


def test_the_page_works_in_a_browser_with_the_keyboard(evaluation: Evaluation, in_browser: Callable[..., None]) -> None:
    report = evaluation.report
    assert report is not None

    def look(browser: Any) -> None:
        page = browser.new_page(color_scheme="dark", reduced_motion="reduce")
        trouble: list[str] = []
        requests: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(report.as_uri())

        assert page.evaluate("window.hacked") is None
        rows = page.locator("details.question")
        assert rows.count() == 17
        page.keyboard.press("/")
        page.keyboard.type("tanks borduria")
        assert page.locator("details.question:visible").count() == 1
        assert page.locator("#count").text_content() == "1 of 17"
        page.get_by_label("Find words").fill("")
        page.get_by_label("Outcome").select_option("false answer")
        assert page.locator("details.question:visible").count() == 4
        first = page.locator("details.question:visible").first
        first.locator("summary").focus()
        page.keyboard.press("Enter")
        assert first.get_by_text("Nothing answers this question.").is_visible()

        shade = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(shade)
        page.get_by_role("button", name="Light").click()
        assert page.evaluate(shade) != dark
        page.emulate_media(media="print")
        assert not page.locator("#filters").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert trouble == []
        assert [url for url in requests if not url.startswith("file:")] == []

    in_browser(look)


def test_a_broken_gate_is_what_one_sees_first(tmp_path: Path, questions_file: Path) -> None:
    def misspelt(draft: Draft, _: ToyAssistant) -> Draft:
        citations = (
            replace(each, quote=each.quote.swapcase(), paragraph_text=each.paragraph_text.swapcase())
            for each in draft.citations
        )
        return replace(draft, citations=tuple(citations))

    assistant = Altered(ToyAssistant(RELEASES), misspelt)
    done = evaluate.run([questions_file], open_assistant=opener(assistant), out=tmp_path / "runs", settings={})
    assert done.report is not None
    page = done.report.read_text(encoding="utf-8")
    assert "Verification is broken:" in page
    assert "the quote does not stand there" in page
