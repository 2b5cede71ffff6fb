from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chat.asking import finished
from rag.chat.exchanges import Exchange
from rag.chat.source import Marked, View, _highlighted, render_empty, render_missing, render_source
from rag.types import DocumentInfo
from tests.chat.double import Double, make_document
from tests.conftest import SERVICEMEN


@pytest.fixture
def exchange(double: Double) -> Exchange:
    return finished(Exchange(id="e1", question=SERVICEMEN, asked=""), double.ask(SERVICEMEN))


def marked(shown: str, number: int) -> str:
    parts = re.findall(r'<mark(?: class="current")? data-numbers="([\d ]+)">([^<]*)</mark>', shown)
    return html.unescape("".join(text for numbers, text in parts if str(number) in numbers.split()))


def test_the_exact_quote_is_marked(double: Double, exchange: Exchange) -> None:
    for citation in exchange.citations:
        document = double.document(citation["document"])
        place = int(citation["paragraph"].rpartition("#p")[2])
        shown = render_source(View(document=document, paragraph=place, exchange=exchange, number=citation["number"]))
        assert marked(shown, citation["number"]) == citation["quote"]
        assert f'data-target="source-p{place}"' in shown
        assert f"Citation {citation['number']} of 3" in shown


TEXT = "Ağdam & <Şuşa>: “İ” 32 — déjà vu \U0001f600 end"
SPANS = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).filter(lambda span: span[0] < span[1])


@given(st.lists(SPANS, max_size=5))
def test_overlapping_quotes_are_each_marked_whole_and_no_text_is_lost(spans: list[tuple[int, int]]) -> None:
    marks = [Marked(paragraph=1, start=a, end=b, number=n) for n, (a, b) in enumerate(spans, start=1)]
    shown = _highlighted(TEXT, marks, 1)
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == TEXT
    for mark in marks:
        assert marked(shown, mark.number) == TEXT[mark.start : mark.end]


def test_other_words_are_never_marked_in_place_of_those_cited(double: Double, exchange: Exchange) -> None:
    citation = exchange.citations[0]
    old = double.document(citation["document"])
    changed = make_document(old.info, [f"Other {paragraph.text}" for paragraph in old.paragraphs])
    view = View(document=changed, paragraph=5, exchange=exchange, number=citation["number"], note="It changed.")
    shown = render_source(view)
    assert "<mark" not in shown
    assert "It changed." in shown


def test_a_document_of_a_hundred_thousand_paragraphs_is_shown_in_part() -> None:
    document = make_document(DocumentInfo(id="long", title="Long"), ["x"] * 100_000)
    shown = render_source(View(document=document, paragraph=50_000))
    assert len(re.findall(r'class="paragraph', shown)) == len(re.findall(r'id="source-p\d', shown)) + 1 == 302
    assert 'id="source-p50000"' in shown
    assert 'data-reference="long#p49849"' in shown
    assert 'data-reference="long#p50151"' in shown


def test_only_a_web_address_is_linked(double: Double) -> None:
    document = next(iter(double.held.values()))
    hostile = replace(document, info=replace(document.info, url="javascript:alert(1)"))
    assert 'href="javascript' not in render_source(View(document=hostile))
    assert 'target="_blank"' in render_source(View(document=document))


def test_who_spoke_for_the_issuer_stands_in_the_head() -> None:
    info = DocumentInfo(id="a", title="A", issuer="Ardon", metadata={"speaker": "<b>ORR</b>"})
    assert "<dt>Spoken by</dt><dd>&lt;b&gt;ORR&lt;/b&gt;</dd>" in re.sub(
        r"<bdi[^>]*>|</bdi>", "", render_source(View(document=make_document(info, ["We speak."])))
    )
    coverage = make_document(replace(info, kind="coverage"), ["They spoke."])
    assert "Spoken by" not in render_source(View(document=coverage))


def test_the_pane_without_a_document() -> None:
    assert "Choose a citation" in render_empty()
    assert "&lt;b&gt;#p1" in render_missing("<b>#p1")
