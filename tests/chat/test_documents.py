from __future__ import annotations

import re

from rag.chat.documents import periods, render_documents, render_hits, render_preview, render_timeline
from rag.errors import Problem
from rag.types import DocumentInfo
from tests.chat.double import Double, make_document


def info(number: int, date: str | None) -> DocumentInfo:
    return DocumentInfo(id=f"d{number}", title=f"Title <{number}>", date=date)


def test_months_without_gaps_when_the_documents_lie_close() -> None:
    documents = [info(1, "2023-11-30"), info(2, "2024-02-01"), info(3, "2024-02"), info(4, None)]
    found = periods(documents)
    assert [(each.name, each.count) for each in found] == [
        ("2023-11", 1), ("2023-12", 0), ("2024-01", 0), ("2024-02", 2),
    ]  # fmt: skip
    assert (found[-1].since, found[-1].until) == ("2024-02-01", "2024-02-29")


def test_years_when_they_lie_apart_or_are_dated_by_year() -> None:
    assert [each.name for each in periods([info(1, "1992"), info(2, "1994-05-01")])] == ["1992", "1993", "1994"]
    assert len(periods([info(1, "1992-01-01"), info(2, "2024-01-01")])) == 33
    assert periods([info(1, None)]) == ()


def test_each_bar_says_its_count_and_the_undated_are_counted() -> None:
    shown = render_timeline([info(1, "2022-01-05"), info(2, "2023-01-05"), info(3, None)], "2022-01-01")
    assert 'aria-label="2022-01: 1 document"' in shown
    assert "1 undated" in shown
    assert shown.count('aria-pressed="true"') == 1
    assert render_timeline([info(1, "2022-01-05")]) == ""


def test_the_list_is_cut_and_says_how_many_there_are() -> None:
    documents = [info(number, "2022") for number in range(150)]
    shown = render_documents(documents, shown=100, added=frozenset({"d3"}))
    assert "150 documents" in shown
    assert shown.count("<li>") == 100
    assert re.findall(r'data-act="remove" data-reference="(\w+)"', shown) == ["d3"]
    assert 'data-act="more"' in shown
    assert "Title &lt;3&gt;" in shown
    assert "No document fits" in render_documents([])


def test_hits_lead_to_their_paragraphs(double: Double) -> None:
    hits = double.search("servicemen", k=3).hits
    shown = render_hits("<servicemen>", hits)
    assert "&lt;servicemen&gt;" in shown
    assert re.findall(r'data-reference="([^"]+)"', shown) == [hit.paragraph.ref for hit in hits]
    assert "No paragraph" in render_hits("x", [])


def test_a_preview_shows_paragraphs_and_what_is_wrong() -> None:
    document = make_document(info(1, None), ["First <b>", *["More"] * 9])
    shown = render_preview([document], [Problem(path="a.txt", what="is <empty>", line=2)])
    assert "First &lt;b&gt;" in shown
    assert "· 10 paragraphs" in shown
    assert "and 4 more paragraphs" in shown
    assert "· 1 paragraph<" in render_preview([make_document(info(1, None), ["One"])], [])
    assert "a.txt:2: is &lt;empty&gt;" in shown
