from __future__ import annotations

import html
import re

import pytest

from rag.chat.asking import finished
from rag.chat.desk import Desk, Visit, owner_of
from rag.chat.exchanges import Exchange
from rag.chat.source import View, render_source
from rag.errors import IndexDamaged, PilcrowError
from rag.types import Document, Filters
from tests.chat.double import Double, make_document
from tests.conftest import SERVICEMEN


def test_an_account_wins_and_nobody_shares_by_accident() -> None:
    secret = "0123456789abcdef" * 2
    assert owner_of("ana", secret, "s1") == "user:ana"
    assert owner_of(None, secret, "s1") == f"browser:{secret}"
    assert owner_of(None, "", "s1") != owner_of(None, "", "s2")
    assert owner_of(None, "user:ana", "s1") == "visit:s1"


def test_nothing_is_answered_before_the_assistant_is_open() -> None:
    desk = Desk()
    assert not desk.ready
    with pytest.raises(PilcrowError, match="Getting ready"):
        desk.exchanges(Visit())


@pytest.mark.parametrize("reference", ["nowhere", "nowhere#p1", "", "#p1", "../../etc/passwd#p1", "x" * 10_000])
def test_a_reference_that_leads_nowhere_is_shown_as_such(double: Double, reference: str) -> None:
    desk = Desk()
    desk.open(double)
    assert "There is no document" in desk.open_reference(reference)


def test_a_paragraph_beyond_the_last_opens_the_last(double: Double) -> None:
    desk = Desk()
    desk.open(double)
    assert 'data-target="source-p1"' in desk.open_reference("trend-2023-12-08-ots-reaction#p0")
    last = len(double.held["trend-2023-12-08-ots-reaction"].paragraphs)
    far = "trend-2023-12-08-ots-reaction#p999999999999999999"
    assert f'data-target="source-p{last}"' in desk.open_reference(far)


def test_an_index_that_cannot_be_read_is_not_taken_for_an_empty_one(double: Double) -> None:
    class Damaged(Double):
        def document(self, id: str) -> Document:  # noqa: A002
            raise IndexDamaged("The catalog cannot be read.", mend="Run: pilcrow index --rebuild")

    desk = Desk()
    desk.open(Damaged(list(double.held.values()), double.index_folder))
    assert "pilcrow index --rebuild" in desk.open_reference("jamnews-2023-12-07-joint-statement")


def test_any_paragraph_leads_to_its_passage_on_the_publishers_page(double: Double) -> None:
    document = double.document("jamnews-2023-12-07-joint-statement")
    assert "#:~:text=" in render_source(View(document=document, paragraph=3))


def test_what_was_cited_is_shown_whatever_became_of_its_document(double: Double) -> None:
    exchange = finished(Exchange(id="e1", question=SERVICEMEN, asked=""), double.ask(SERVICEMEN))
    desk = Desk()
    desk.open(double)
    visit = Visit(owner="ana", conversation=desk.conversations.start("ana", SERVICEMEN).id)
    desk.conversations.keep("ana", str(visit.conversation), exchange)

    def pane(number: int) -> str:
        shown = desk.open_citation(visit, "e1", number)
        assert shown is not None
        return shown

    def marked(shown: str) -> list[str]:
        return [html.unescape(mark) for mark in re.findall(r'<mark class="current"[^>]*>([^<]*)</mark>', shown)]

    cited = exchange.citations[0]
    assert "source-kept" not in pane(1)
    old = double.held[cited["document"]]
    double.held[old.id] = make_document(old.info, ["Quite other words."])
    changed = pane(1)
    assert marked(changed) == [cited["quote"]]
    assert 'data-target="source-kept"' in changed
    assert "has changed since" in changed
    assert "Quite other words." in changed
    double.held.clear()
    gone = pane(1)
    assert marked(gone) == [cited["quote"]]
    assert html.escape(cited["title"]) in gone
    assert "no longer in the index" in gone
    assert "Citation 1 of 3" in gone
    assert "JAM-news, coverage" in gone


def test_a_question_on_its_way_is_known_and_leaves_no_empty_conversation(double: Double) -> None:
    desk = Desk()
    desk.open(double)
    first = desk.begin(Visit(owner="ana"), SERVICEMEN, Filters())
    under_way = desk.under_way(first)
    assert under_way is not None
    assert under_way.question == SERVICEMEN
    assert desk.under_way(Visit(owner="ana")) is None
    desk.end(first)
    assert desk.under_way(first) is None
    assert desk.conversations.list("ana") == ()

    second = desk.begin(first, SERVICEMEN, Filters())
    exchange = Exchange(id="e1", question=SERVICEMEN, asked="", note="Stopped.")
    desk.conversations.keep("ana", str(second.conversation), exchange)
    assert desk.begin(second, "And Armenia?", Filters()) == second
    desk.end(second)
    assert [known.exchanges for known in desk.conversations.list("ana")] == [1]
