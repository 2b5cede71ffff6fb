from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from rag.chat.asking import finished
from rag.chat.exchanges import Exchange
from rag.chat.exports import (
    as_annotation,
    as_bibtex,
    as_csl,
    as_markdown,
    as_plain,
    conversation_as_html,
    conversation_as_json,
    conversation_as_markdown,
)
from tests.chat.double import Double
from tests.conftest import SERVICEMEN


@pytest.fixture
def exchange(double: Double) -> Exchange:
    return finished(Exchange(id="e1", question=SERVICEMEN, asked=""), double.ask(SERVICEMEN))


def test_plain_text_says_what_each_number_cites(exchange: Exchange) -> None:
    text = as_plain(exchange)
    for citation in exchange.citations:
        assert f"[{citation['number']}] “{citation['quote']}” {citation['title']}" in text
    assert "2023-12-07, ¶ " in text


def test_markdown_has_a_footnote_for_every_number(exchange: Exchange) -> None:
    text = as_markdown(exchange)
    assert set(re.findall(r"\[\^(\d)\](?!:)", text)) == set(re.findall(r"^\[\^(\d)\]:", text, re.M)) == {"1", "2", "3"}


def test_bibtex_has_one_entry_for_each_document(exchange: Exchange) -> None:
    entries = as_bibtex(exchange.citations).split("\n\n")
    assert len(entries) == len({citation["document"] for citation in exchange.citations}) == 2
    for entry in entries:
        assert re.match(r"@misc\{[A-Za-z0-9-]+,\n", entry)
        assert entry.count("{") == entry.count("}")


def test_the_note_names_each_paragraph_once(exchange: Exchange) -> None:
    one, two = ({**exchange.citations[0], "kind": "statement", "paragraph": f"d#p{number}"} for number in (5, 9))
    assert "note = {Paragraph 5}" in as_bibtex([one])
    assert "note = {Paragraph 5}" in as_bibtex([one, one])
    assert json.loads(as_csl([one, two]))[0]["note"] == "Paragraphs 5, 9"


def test_bibtex_escapes_what_latex_would_read(exchange: Exchange) -> None:
    text = as_bibtex([{**exchange.citations[0], "title": "50 % of A&B_c {x} \\end"}])
    assert r"title = {50 \% of A\&B\_c \{x\} \textbackslash{}end}" in text


@pytest.mark.parametrize(("date", "parts"), [("1992", [1992]), ("1992-09", [1992, 9]), ("1992-09-05", [1992, 9, 5])])
def test_csl_json_keeps_dates_as_exact_as_they_are(exchange: Exchange, date: str, parts: list[int]) -> None:
    items = json.loads(as_csl([{**exchange.citations[0], "date": date}]))
    assert items[0]["issued"] == {"date-parts": [parts]}
    assert json.loads(as_csl([{**exchange.citations[0], "date": None}]))[0].get("issued") is None


def test_a_web_annotation_finds_the_quote_by_words_and_by_place(double: Double, exchange: Exchange) -> None:
    citation = exchange.citations[1]
    document = double.document(citation["document"])
    paragraph = double.paragraph(citation["paragraph"])
    annotation = as_annotation(document, paragraph, citation["start"], citation["end"])
    by_words, by_place = annotation["target"]["selector"]
    assert by_words["exact"] == citation["quote"]
    assert document.text[by_place["start"] : by_place["end"]] == citation["quote"]
    assert by_words["prefix"] + by_words["exact"] + by_words["suffix"] in document.text
    assert annotation["@context"] == "http://www.w3.org/ns/anno.jsonld"


def test_a_conversation_keeps_its_citations_in_every_form(exchange: Exchange) -> None:
    both = [exchange, Exchange(id="e2", question="# And <b>?", asked="", note="Stopped.", text="Half")]
    markdown = conversation_as_markdown("T*", both)
    assert markdown.startswith("# T\\*\n")
    assert "[^1-3]: “" in markdown
    assert r"## \# And \<b\>?" in markdown
    assert json.loads(conversation_as_json("T", both))["exchanges"][0]["answer"] == exchange.answer
    page = conversation_as_html("T", both, "")
    assert "And &lt;b&gt;?" in page
    assert page.count("<blockquote") == 3


def test_a_silence_keeps_its_reason_and_what_came_nearest(double: Double) -> None:
    silent = finished(Exchange(id="e1", question="Fishing?", asked=""), double.ask("Fishing in Iceland?"))
    assert silent.answer is not None
    silent = replace(silent, answer={**silent.answer, "reason": "No paragraph mentions *Iceland*."})
    near = silent.near[0]
    line = f"{near.date}, ¶ {near.paragraph.rpartition('#p')[2]}, {near.paragraph}"
    assert f"“{near.excerpt}” {near.title}, " in as_plain(silent)
    assert line in as_plain(silent)
    assert "\n\nNo paragraph mentions *Iceland*.\n\nWhat came nearest:\n“" in as_plain(silent)
    markdown = conversation_as_markdown("T", [silent])
    assert "\n\nNo paragraph mentions \\*Iceland\\*.\n\nWhat came nearest:\n\n- “" in markdown
    assert markdown.count("\n- “") == len(silent.near)
    page = conversation_as_html("T", [silent], "")
    assert "No paragraph mentions *Iceland*." in page
    assert page.count("<blockquote") == len(silent.near)
