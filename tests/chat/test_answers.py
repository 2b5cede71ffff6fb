from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chat.answers import render_exchange, render_exchanges, render_live, render_notice
from rag.chat.asking import finished
from rag.chat.exchanges import Exchange, Near, exchange_from_json, exchange_to_json
from rag.text.sentences import split_sentences
from rag.types import Filters, ReaderScores, SentenceScore
from tests.chat.double import Double
from tests.conftest import SERVICEMEN


@pytest.fixture
def exchange(double: Double) -> Exchange:
    empty = Exchange(id="e1", question=SERVICEMEN, asked="2026-11-22T08:00:00+00:00")
    return finished(empty, double.ask(SERVICEMEN))


def test_every_citation_has_a_chip_that_leads_to_its_paragraph(exchange: Exchange) -> None:
    shown = render_exchange(exchange, {}, last=True)
    chips = re.findall(r'<a class="chip" href="([^"]+)"[^>]*data-number="(\d+)"', shown)
    assert [int(number) for _, number in chips] == [citation["number"] for citation in exchange.citations]
    assert all(address.startswith("?p=") and "%23p" in address for address, _ in chips)
    assert shown.count('class="source-line"') == len(exchange.citations)


def test_what_looks_like_a_marker_inside_a_claim_is_text(exchange: Exchange) -> None:
    assert exchange.answer is not None
    claim = {"text": "See [1] and [2] there.", "citations": [1], "support": "supported", "why": ""}
    answer = {**exchange.answer, "text": "See [1] and [2] there. [1] And [9].", "claims": [claim]}
    shown = render_exchange(replace(exchange, answer=answer), {}, last=True)
    assert '<span class="claim">See [1] and [2] there.</span><a class="chip"' in shown
    assert len(re.findall(r'<a class="chip"', shown)) == 1
    assert "And [9]." in shown


@pytest.mark.parametrize(
    ("support", "label"), [("partial", "Only partly supported"), ("unsupported", "Not supported by its source")]
)
def test_a_claim_in_doubt_says_why(exchange: Exchange, support: str, label: str) -> None:
    assert exchange.answer is not None
    claims = [{**exchange.answer["claims"][0], "support": support, "why": "33 <is> not there"}]
    shown = render_exchange(replace(exchange, answer={**exchange.answer, "claims": claims}), {}, last=True)
    assert f"{label}: 33 &lt;is&gt; not there" in shown


@pytest.mark.parametrize(
    ("typed", "shown"), [(SERVICEMEN.rstrip("?").lower(), False), (f"Hi! {SERVICEMEN}", True), ("And these?", True)]
)
def test_what_was_searched_for_is_shown_where_the_words_differ(exchange: Exchange, typed: str, shown: bool) -> None:
    rendered = render_exchange(replace(exchange, question=typed), {}, last=True)
    assert (f"<q><bdi>{SERVICEMEN}</bdi></q>" in rendered) is shown


def test_refused_citations_are_counted(exchange: Exchange) -> None:
    assert exchange.answer is not None
    rejected = [{"handle": "ab12", "reason": "unknown"}] * 2
    shown = render_exchange(replace(exchange, answer={**exchange.answer, "rejected": rejected}), {}, last=True)
    assert "2 citations refused" in shown


def test_only_the_last_exchange_can_be_asked_again_in_its_place(exchange: Exchange) -> None:
    shown = render_exchanges([exchange, replace(exchange, id="e2")], {})
    assert re.findall(r'data-act="(?:again|edit)" data-exchange="(\w+)"', shown) == ["e2", "e2"]


def test_what_changed_since_is_said_at_its_source(exchange: Exchange) -> None:
    reference = exchange.citations[0]["paragraph"]
    shown = render_exchange(exchange, {reference: "The document has changed"}, last=True)
    assert shown.count("The document has changed") == 1


def test_an_abstention_shows_what_came_nearest_and_the_filters(double: Double) -> None:
    empty = Exchange(id="e1", question="Fishing?", asked="", filters=Filters(issuers=("A <b>",), since="2023-01-01"))
    shown = render_exchange(finished(empty, double.ask("Fishing in Iceland?")), {}, last=True)
    assert shown.count('data-act="open"') == 3
    assert "</bdi> · <time>2023-12-0" in shown
    assert "JAM-news, coverage" in shown
    assert 'data-act="wider"' in shown
    assert "A &lt;b&gt;" in shown
    assert "since 2023-01-01" in shown


def test_a_stopped_exchange_shows_what_was_there() -> None:
    stopped = Exchange(id="e1", question="Who?", asked="", text="Half a sent", note="Stopped.")
    shown = render_exchange(stopped, {}, last=True)
    assert "Half a sent" in shown
    assert "Stopped." in shown
    assert 'data-act="again"' in shown
    assert 'data-act="rate"' not in shown


def test_a_growing_answer_has_numbers_that_are_no_links_yet() -> None:
    shown = render_live("Who?", Filters(), text="They.[1] <b>", state="")
    assert '<span class="chip pending">1</span> &lt;b&gt;' in shown
    assert "<a " not in shown
    assert render_notice("") == ""


def test_an_exchange_survives_being_kept(exchange: Exchange) -> None:
    assert exchange_from_json(exchange_to_json(exchange)) == exchange


LONG = "Opening words that say little. " * 20
ANSWER = "The minister will travel to Baku on Monday."


def test_an_excerpt_holds_the_nearest_sentence_and_whole_words() -> None:
    text = LONG + ANSWER + " Closing words that say less." * 20
    near = Near(paragraph="d#p1", title="T", text=text, at=len(LONG))
    assert near.excerpt.startswith(f"… {ANSWER}")
    assert near.excerpt.endswith(" …")
    assert {*near.excerpt.split()} <= {*text.split(), "…"}
    assert len(near.excerpt) <= 306
    last = Near(paragraph="d#p1", title="T", text=LONG + ANSWER, at=len(LONG)).excerpt
    assert last.startswith("… ")
    assert last.endswith(ANSWER)
    assert {*last.split()} <= {*text.split(), "…"}
    assert Near(paragraph="d#p1", title="T", text=ANSWER, at=4).excerpt == ANSWER


@given(st.text(alphabet="ab \n\N{IDEOGRAPHIC SPACE}\u4e2d", max_size=700), st.integers(0, 700))
def test_an_excerpt_is_cut_out_of_the_text(text: str, at: int) -> None:
    excerpt = Near(paragraph="d#p1", title="T", text=text, at=min(at, len(text))).excerpt
    assert excerpt == text or excerpt.removeprefix("… ").removesuffix(" …") in text


def test_what_came_nearest_begins_with_its_nearest_sentence(double: Double) -> None:
    spans = split_sentences(LONG + ANSWER)
    found = double.ask("Fishing in Iceland?")
    first = found.hits[0]
    scores = tuple(SentenceScore(start=span.start, end=span.end, score=float(span is spans[-1])) for span in spans)
    hit = replace(first, paragraph=replace(first.paragraph, text=LONG + ANSWER), sentences=scores)
    kept = finished(Exchange(id="e", question="Q", asked=""), replace(found, hits=(hit, *found.hits[1:])))
    assert kept.near[0].at == len(LONG)
    read = replace(hit, read=ReaderScores(answer=0.0, sentences=(1.0, *[0.0] * (len(spans) - 1))))
    kept = finished(Exchange(id="e", question="Q", asked=""), replace(found, hits=(read, *found.hits[1:])))
    assert kept.near[0].at == 0


def test_what_was_kept_before_is_still_read() -> None:
    old = {
        **exchange_to_json(Exchange(id="e", question="Q", asked="")),
        "near": [{"paragraph": "d#p1", "title": "T", "text": "x"}],
    }
    assert exchange_from_json(old).near == (Near(paragraph="d#p1", title="T", text="x"),)
