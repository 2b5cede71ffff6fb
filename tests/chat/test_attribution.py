"""Coverage is its publisher's: wherever it is cited, nobody else's words are made of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from rag.chat.answers import render_exchange
from rag.chat.asking import finished
from rag.chat.attribution import voices
from rag.chat.desk import Desk, Visit
from rag.chat.documents import render_documents
from rag.chat.exchanges import Exchange
from rag.chat.exports import as_bibtex, as_csl, as_markdown, as_plain, conversation_as_html
from rag.chat.source import View, render_source
from rag.types import DocumentInfo
from tests.chat.double import Double, make_document
from tests.conftest import SERVICEMEN

NEWS = DocumentInfo(id="news", title="Talks", date="2024-05-03", issuer="Two Offices", publisher="The Herald")
HERALD = "The Herald, coverage"
COVERS = "covers Two Offices"


def asked_of(info: DocumentInfo, double: Double) -> Exchange:
    said = "Azerbaijan releases 32 Armenian servicemen."
    double.held = {info.id: make_document(info, [said])}
    return finished(Exchange(id="e1", question=SERVICEMEN, asked=""), double.ask(SERVICEMEN))


@pytest.fixture
def coverage(double: Double) -> Exchange:
    return asked_of(replace(NEWS, kind="coverage"), double)


@pytest.fixture
def statement(double: Double) -> Exchange:
    return asked_of(NEWS, double)


def test_coverage_is_its_publishers_and_a_statement_its_issuers() -> None:
    assert voices("coverage", "Two Offices", "The Herald") == (HERALD, COVERS)
    assert voices("coverage", "The Herald", "The Herald") == (HERALD,)
    assert voices("coverage", "Two Offices", None) == ("Coverage", COVERS)
    assert voices("statement", "Two Offices", "The Herald") == ("Two Offices", "The Herald")
    assert voices("statement", "Two Offices", "Two Offices") == ("Two Offices",)
    assert voices("statement", None, None) == ()


def test_the_list_under_an_answer_says_so(coverage: Exchange, statement: Exchange) -> None:
    shown = render_exchange(coverage, {}, last=True)
    about = re.findall(r'<p class="about">(.*?)</p>', shown)
    assert about == [f"<bdi>{HERALD}</bdi> · <bdi>{COVERS}</bdi> · <time>2024-05-03</time>"]
    assert f'aria-label="Citation 1: Talks, {HERALD}, 2024-05-03, paragraph 1"' in shown
    assert "<bdi>Two Offices</bdi> · <bdi>The Herald</bdi>" in render_exchange(statement, {}, last=True)


def test_what_is_copied_and_saved_says_so(coverage: Exchange, statement: Exchange) -> None:
    line = f"Talks, {HERALD}, {COVERS}, 2024-05-03, ¶ 1"
    assert line in as_plain(coverage)
    assert line in as_markdown(coverage)
    assert line in conversation_as_html("T", [coverage], "")
    assert "Talks, Two Offices, The Herald, 2024-05-03" in as_plain(statement)


def test_a_bibliography_names_who_wrote(coverage: Exchange, statement: Exchange) -> None:
    text = as_bibtex(coverage.citations)
    assert "author = {{The Herald}}" in text
    assert f"; {HERALD}; {COVERS}}}" in text
    assert "author = {{Two Offices}}" in as_bibtex(statement.citations)
    assert json.loads(as_csl(coverage.citations))[0]["author"] == [{"literal": "The Herald"}]
    assert COVERS in json.loads(as_csl(coverage.citations))[0]["note"]
    assert json.loads(as_csl(statement.citations))[0]["author"] == [{"literal": "Two Offices"}]
    nobody = [{**citation, "publisher": None} for citation in coverage.citations]
    assert "author" not in as_bibtex(nobody)
    assert "author" not in json.loads(as_csl(nobody))[0]


def test_the_source_pane_and_the_list_of_documents_say_so(double: Double) -> None:
    info = replace(NEWS, kind="coverage")
    shown = render_source(View(document=make_document(info, ["They talk."])))
    assert "<dt>Published by</dt><dd><bdi>The Herald</bdi></dd><dt>Covers</dt><dd><bdi>Two Offices</bdi></dd>" in shown
    assert "Issued by" not in shown
    assert f"Talks, {HERALD}, {COVERS}, 2024-05-03, ¶ 1" in shown
    assert f"<bdi>{HERALD}</bdi> · <bdi>{COVERS}</bdi>" in render_documents([info])


def test_an_exchange_kept_without_kinds_gets_those_of_its_documents(double: Double, coverage: Exchange) -> None:
    desk = Desk()
    desk.open(double)
    conversation = desk.conversations.start("ana", "Old").id
    desk.conversations.keep("ana", conversation, replace(coverage, coverage=None))
    visit = Visit(owner="ana", conversation=conversation)
    assert desk.exchanges(visit) == (coverage,)
    double.held.clear()
    assert [citation["kind"] for citation in desk.exchanges(visit)[0].citations] == ["statement"]
