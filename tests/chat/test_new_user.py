"""What somebody does who has never seen the page, with nothing but what it says: no selector of ours is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from tests.chat.test_documents_page import SCHOOLS, assistant
from tests.conftest import SERVICEMEN

__all__ = ["assistant"]


def test_the_five_things_a_new_user_wants(
    assistant: Assistant,
    serve: Callable[..., str],
    open_page: Callable[..., Page],
    tmp_path: Path,
) -> None:
    page = open_page(serve(assistant))

    # Ask.
    page.get_by_role("textbox", name="Your question").fill(SERVICEMEN)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("link", name="Citation 1").first).to_be_visible()

    # Check a citation.
    page.get_by_role("link", name="Citation 1").first.click()
    source = page.get_by_role("region", name="Source")
    expect(source.get_by_role("mark").first).to_contain_text("32")

    # Compare with the publisher's page. Trend's is not known and the pane says so; JAM-news carried the same words.
    if source.get_by_text("is not known").is_visible():
        source.get_by_role("link", name="JAM-news").or_(
            source.get_by_role("button", name="Next citation")
        ).first.click()
    outward = source.get_by_role("link", name="Publisher’s page")
    expect(outward).to_have_attribute("href", re.compile("^https://jam-news"))

    # Upload a document and ask about it.
    (tmp_path / "schools.txt").write_text(SCHOOLS, encoding="utf-8")
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("button", name="Add documents").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Drop File Here").or_(page.get_by_label("Click to upload")).first.click()
    chooser.value.set_files(tmp_path / "schools.txt")
    page.get_by_role("textbox", name="Title").fill("Schools in Gyumri")
    page.get_by_role("button", name="Describe it so").click()
    page.get_by_role("button", name="Add to the index").click()
    expect(page.get_by_text("Taken: 1 added")).to_be_visible()
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("textbox", name="Your question").fill("How many schools did the mayor of Gyumri open?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("article").last).to_contain_text("fourteen schools")

    # Export the conversation.
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown", exact=True).last.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert SERVICEMEN in text
    assert "fourteen schools" in text
