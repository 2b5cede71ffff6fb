"""What a model is shown: escaped, whole, within the budget, under handles that stand in no paragraph."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.evidence import describe, estimate_tokens, make_handles, pack, show, show_documents, shown_text
from rag.types import DocumentInfo, Paragraph
from tests.answer.material import COVERAGE, HOSTILE, HOSTILE_TEXT, STATEMENT, paragraphs, retrieval
from tests.model_server import read_request

HANDLE = re.compile(r"[a-z][a-z0-9]{3,7}\Z")


def test_paragraphs_are_shown_as_the_contract_says() -> None:
    evidence = pack(retrieval(), budget=5000)
    first = next(item for item in evidence if item.hit.paragraph.ref == "joint-statement#p2")
    assert (
        f'<paragraph id="{first.handle}" document="joint-statement" issuer="{STATEMENT.issuer}" date="2023-12-07" '
        f'number="2">{first.hit.paragraph.text}</paragraph>'
    ) in show(evidence)


def test_handles_are_opaque_and_the_same_for_the_same_question() -> None:
    first, again = pack(retrieval(), budget=5000), pack(retrieval(), budget=5000)
    assert [item.handle for item in first] == [item.handle for item in again]
    other = pack(retrieval("Who hosts COP29?"), budget=5000)
    assert {item.handle for item in first}.isdisjoint(item.handle for item in other)
    assert all(HANDLE.match(item.handle) for item in first)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_no_handle_stands_in_a_paragraph(texts: list[str]) -> None:
    made = paragraphs(STATEMENT, texts)
    handles = make_handles(made, salt="q")
    assert len(set(handles)) == len(made)
    # A document that knows the handles does not keep them.
    knowing = [*made, Paragraph(document="x", number=1, start=0, end=6, text=" ".join(handles).upper())]
    assert set(make_handles(knowing, salt="q")).isdisjoint(handles)


@pytest.mark.parametrize("texts", [((HOSTILE, (HOSTILE_TEXT,)),)])
def test_a_hostile_paragraph_stays_inside_its_element(texts: tuple[tuple[DocumentInfo, tuple[str, ...]], ...]) -> None:
    evidence = pack(retrieval(texts=texts), budget=5000)
    shown = show(evidence)
    assert shown.count("<paragraph ") == shown.count("</paragraph>") == 1
    assert "[[" not in shown
    assert "<script" not in shown + show_documents(evidence)
    body = {"messages": [{"role": "user", "content": shown}]}
    (read,) = read_request("openai", body, attempt=1).paragraphs
    assert read.text.replace("\u2060", "") == HOSTILE_TEXT


def test_who_spoke_for_the_issuer_is_said() -> None:
    spoken = replace(STATEMENT, issuer="Ardon", metadata={"speaker": "ORR"})
    assert "issued by Ardon, spoken by Orr, carried by JAMnews" in describe(spoken)
    assert "spoken by" not in describe(replace(spoken, kind="coverage"))


def test_coverage_is_told_from_the_statement() -> None:
    lines = show_documents(pack(retrieval(), budget=5000)).splitlines()
    assert ", statement, " in next(line for line in lines if STATEMENT.id in line)
    assert "news coverage" in next(line for line in lines if COVERAGE.id in line)


@given(st.integers(min_value=60, max_value=2000))
def test_the_budget_holds_and_the_best_comes_first(budget: int) -> None:
    found = retrieval()
    evidence = pack(found, budget=budget)
    assert evidence[0].hit == found.hits[0]
    spent = sum(estimate_tokens(shown_text(item)) for item in evidence)
    assert spent <= max(budget, 60)
    scores = [item.hit.score for item in evidence]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=30)
@given(st.integers(min_value=80, max_value=1500), st.integers(min_value=50, max_value=200))
def test_excerpts_are_slices_that_fit(budget: int, sentences: int) -> None:
    text = " ".join(f"Sentence {number} tells of the weather over the long valley." for number in range(sentences))
    text += " The Republic of Azerbaijan releases 32 Armenian military servicemen. " + text
    (item,) = pack(retrieval(texts=((STATEMENT, (text,)),)), budget=budget)
    assert item.shown
    parts = [text[span.start : span.end] for span in item.shown]
    assert all(part.strip() == part and part for part in parts)
    assert "releases 32 Armenian" in " ".join(parts)
    assert estimate_tokens(shown_text(item)) <= budget + 20
    assert "[…]" in shown_text(item)


def test_neighbours_of_a_short_or_leaning_paragraph_come_along() -> None:
    texts = (
        "The following was agreed by both:",
        "It concerns servicemen.",
        "Release of prisoners follows.",
        "Unrelated weather.",
    )
    found = retrieval("servicemen", texts=((STATEMENT, texts),))
    best = found.hits[0]
    by_ref = {hit.paragraph.ref: hit.paragraph for hit in found.hits}
    only_best = type(found)(question="servicemen", standalone_question="servicemen", hits=(best,))
    evidence = pack(only_best, budget=1000, find=by_ref.get)
    assert [item.hit.paragraph.number for item in evidence] == [2, 1, 3]
    assert [item.hit.paragraph.number for item in pack(only_best, budget=60, find=by_ref.get)] == [2]


def test_a_paragraph_alone_is_no_neighbour_of_a_long_one() -> None:
    text = "The two countries " + "reconfirm their intention to normalize relations " * 6
    (hit,) = retrieval(texts=((STATEMENT, (text,)),)).hits
    asked: list[str] = []
    found = type(retrieval())(question="q", standalone_question="q", hits=(hit,))
    pack(found, budget=5000, find=lambda ref: asked.append(ref))  # type: ignore[func-returns-value]
    assert asked == []
