from __future__ import annotations

import time

import pytest

from rag.retrieve.newest import Superlative, chosen_of, owner_of, superlative_of
from rag.types import DocumentInfo, Hit, Paragraph, Signals


def hit(id: str, date: str | None, *, score: float = 0.8, title: str = "Readout of the call with Orr") -> Hit:  # noqa: A002
    text = "They spoke of the bridge."
    return Hit(
        paragraph=Paragraph(document=id, number=1, start=0, end=len(text), text=text),
        document=DocumentInfo(id=id, title=title, date=date),
        score=score,
        signals=Signals(dense=0.5, lexical=0.5, sentence=0.5),
    )


@pytest.mark.parametrize(
    ("question", "newest", "rest", "thing"),
    [
        ("What was the Fed's latest decision on rates?", True, "What was the Fed's decision on rates?", "decision"),
        ("What is the latest on student debt?", True, "What is the news on student debt?", ""),
        ("What did Vale and Orr discuss in their most recent call?", True, "What did Vale and Orr discuss?", "call"),
        ("What did the bank decide at its last meeting?", True, "What did the bank decide?", "meeting"),
        ("What did Ardon say on it in its first speech?", False, "What did Ardon say on it?", "speech"),
        ("What was Vale's first call with Orr about?", False, "What was Vale's call with Orr about?", "call"),
        ("What did the newest joint statement say?", True, "What did the joint statement say?", "statement"),
        ("What does the latest statement by the G7 say?", True, "What does the statement by the G7 say?", "statement"),
        ("What did the bank decide most recently?", True, "What did the bank decide?", ""),
    ],
)
def test_who_asks_for_the_latest_or_the_first(question: str, newest: bool, rest: str, thing: str) -> None:
    found = superlative_of(question)
    assert found is not None
    assert (found.newest, found.question, found.thing) == (newest, rest, thing)


@pytest.mark.parametrize(
    "question",
    [
        "What happened last week?",
        "Who is the First Lady?",
        "Is this the first time that they met?",
        "How long did the talks last?",
        "What was the first and the latest decision?",
        "Who spoke first?",
        "By when at the latest must they act?",
        "Who was the first to call Vale?",
        "What has happened since the last meeting?",
        "What was decided at the last two meetings?",
        "What was decided at the last meeting before the war?",
        "Is this the first statement of its kind?",
        "Was it their last meeting?",
        "What was decided?",
        "",
    ],
)
def test_other_questions_ask_for_no_latest(question: str) -> None:
    assert superlative_of(question) is None


def test_the_newest_of_what_is_near_is_chosen() -> None:
    hits = [
        hit("first", "2021-05-01", score=0.9),
        hit("latest", "2023-01", score=0.85),
        hit("between", "2022-03-04", score=0.85),
        hit("meeting", "2024-01-01", score=0.85, title="Readout of the meeting with Orr"),
        hit("other", "2024-06-01", score=0.85, title="Readout of the call with Ives"),
        hit("far", "2025-01-01", score=0.5),
        hit("undated", None, score=0.9),
    ]
    asked = "What was discussed in the call with Orr?"
    chosen = [chosen_of(hits, Superlative(newest, asked, thing)) for newest, thing in ((True, "call"), (False, "call"))]
    assert [one and one.id for one in chosen] == ["latest", "first"]
    anything = chosen_of(hits, Superlative(True, asked, ""))
    assert anything is not None
    assert anything.id == "meeting"
    statement = hit("statement", "2020-01-01", score=0.85, title="Statement on the bridge with Orr")
    any_kind = chosen_of([*hits, statement], Superlative(True, asked, "statement"))
    assert any_kind is not None
    assert any_kind.id == "meeting"
    bounded = chosen_of(hits, Superlative(True, "What was discussed in the call with Orr before 2023?", "call"))
    assert bounded is not None
    assert bounded.id == "between"
    assert chosen_of([hit("undated", None)], Superlative(True, asked, "")) is None


@pytest.mark.parametrize(
    ("question", "name", "rest"),
    [
        ("What was the Fed's decision on rates?", "Fed", "What was the decision on rates?"),
        ("What is Ardon's new statement?", "Ardon", "What is the new statement?"),
        ("What is Ardon's bridge made of?", None, None),
        ("What was the decision on rates?", None, None),
    ],
)
def test_whose_the_latest_is_stands_before_it(question: str, name: str | None, rest: str | None) -> None:
    owned = owner_of(question)
    assert (owned[0].surface if owned else None, owned[1] if owned else None) == (name, rest)


def test_long_questions_cost_no_time() -> None:
    began = time.perf_counter()
    for piece in ("the latest ", "at its last meeting ", "first call ", "most recently ", "'s first "):
        superlative_of(piece * (4_000 // len(piece)))
    assert time.perf_counter() - began < 2
