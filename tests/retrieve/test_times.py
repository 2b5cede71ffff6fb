from __future__ import annotations

import time

import pytest

from rag.retrieve.times import (
    asked_of,
    dates_told,
    is_out_of_span,
    is_within,
    named_dates,
    span_named,
    span_words,
    tells_of_another_month,
    timed,
    times_named,
    without_time,
)
from rag.types import DocumentInfo, Filters, Hit, Paragraph, Signals


def hit(text: str, date: str | None = "2022-03-16", title: str = "Statement of the board") -> Hit:
    return Hit(
        paragraph=Paragraph(document="doc", number=1, start=0, end=len(text), text=text),
        document=DocumentInfo(id="doc", title=title, date=date),
        score=0.5,
        signals=Signals(dense=0.5, lexical=0.5, sentence=0.5),
    )


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("What was decided in March 2022?", [("2022-03-01", "2022-03-31")]),
        ("What was decided on 16 March 2022?", [("2022-03-16", "2022-03-16")]),
        ("What was said in 2021?", [("2021-01-01", "2021-12-31")]),
        ("What was in the board's March 2022 statement?", [("2022-03-01", "2022-03-31")]),
        ("And in May 2020 and in June 2021?", [("2020-05-01", "2020-05-31"), ("2021-06-01", "2021-06-30")]),
        ("What changed since March 2022?", []),
        ("What changed between March 2020 and May 2022?", []),
        ("What was said from May 2020 to June 2021?", []),
        ("What is to be done by 2030?", []),
        ("Was it before or after 8 December 2023?", []),
        ("What was decided in March?", []),
        ("What was said on resolution 884 (1993)?", []),
        ("What was said of the 2020 war?", []),
        ("What was said of the war of 2020?", []),
        ("What was in the 2020 statement?", [("2020-01-01", "2020-12-31")]),
        ("What was decided in March 2022 to curb inflation?", [("2022-03-01", "2022-03-31")]),
        ("What was decided in March 2022 - and why?", [("2022-03-01", "2022-03-31")]),
        ("What was decided on 31 February 2022?", []),
    ],
)
def test_a_time_that_is_named_is_its_first_and_last_day(question: str, times: list[tuple[str, str]]) -> None:
    assert list(times_named(question)) == times


def test_a_time_stays_within_the_filters() -> None:
    (march,) = times_named("in March 2022")
    within = march.within(Filters(since="2022-03-10", issuers=("Board",)))
    assert within == Filters(since="2022-03-10", until="2022-03-31", issuers=("Board",))
    assert march.within(Filters(until="2021")) is None


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("What has Ardon said since 2021?", ("2021-01-01", "9999-12-30")),
        ("What did Ardon say after May 2020?", ("2020-06-01", "9999-12-30")),
        ("What did Ardon say before 3 May 2020?", ("0001-01-02", "2020-05-02")),
        ("What did Ardon say until 2020?", ("0001-01-02", "2020-12-31")),
        ("What did Ardon say between May 2019 and 2021?", ("2019-05-01", "2021-12-31")),
        ("What did Ardon say from 2019 to 2021?", ("2019-01-01", "2021-12-31")),
        ("What did Ardon say in 2021?", None),
        ("What did Ardon say?", None),
        ("What did Ardon say after the talks?", None),
        ("What did Ardon say after the 2020 war?", ("2020-01-01", "9999-12-30")),
        ("What did Ardon say before the 2020 war?", ("0001-01-02", "2020-12-31")),
    ],
)
def test_a_time_may_be_bounded(text: str, span: tuple[str, str] | None) -> None:
    assert span_named(text) == span


def test_a_document_lies_within_a_span_or_may() -> None:
    span = span_named("since May 2021")
    assert span is not None
    dates = ("2021-05-01", "2021", "2020", "2021-04-30", None)
    assert [is_within(span, DocumentInfo(id="doc", title="x", date=date)) for date in dates] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("in December 2024", ("2025-01-01", "2025-01-31")),
        ("on 30 December 2024", ("2024-12-31", "2025-01-06")),
        ("in 2024", ("2025-01-01", "2025-01-31")),
    ],
)
def test_what_happened_is_told_soon_after(text: str, after: tuple[str, str]) -> None:
    (named,) = times_named(text)
    assert named.soon_after == after


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("In November 227,000 jobs were created.", True),
        ("In December 256,000 jobs were created.", False),
        ("In November and in December jobs were created.", False),
        ("256,000 jobs were created.", False),
        ("256,000 jobs were created in 2024.", False),
        ("256,000 jobs were created in December 2023.", True),
    ],
)
def test_a_sentence_may_tell_of_another_month_than_its_date(text: str, another: bool) -> None:
    document = DocumentInfo(id="doc", title="Jobs", date="2024-12-06")
    asked = tuple(named_dates("How many jobs were created in December 2024?"))
    assert tells_of_another_month(asked, text, document) is another
    assert tells_of_another_month((), text, document) is False


def test_a_month_without_a_year_is_the_nearest() -> None:
    january = DocumentInfo(id="doc", title="Jobs", date="2025-01-10")
    assert [date.key for date in dates_told("in December and in June, not in 2020", january)] == [
        (2024, 12, None),
        (2025, 6, None),
        (2020, None, None),
    ]
    assert [date.key for date in dates_told("in December", DocumentInfo(id="doc", title="x"))] == [(None, 12, None)]


@pytest.mark.parametrize(
    ("asked", "standalone", "expected"),
    [
        ("And in 2022?", "What was said in 2021? And in 2022?", "And in 2022?"),
        ("And who spoke?", "What was said in 2021? And in 2022? And who spoke?", "And in 2022?"),
        ("Who spoke?", "Who spoke?", "Who spoke?"),
    ],
)
def test_the_last_time_named_in_a_conversation_counts(asked: str, standalone: str, expected: str) -> None:
    assert timed(asked, standalone) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What was decided on rates in March 2022?", "What was decided on rates?"),
        ("March 2022: how was inflation seen?", "how was inflation seen?"),
        ("In their statement of 16 March 2022, what was said on jobs?", "In their statement, what was said on jobs?"),
        ("What was decided on rates in May 2022?", "What was decided on rates in May 2022?"),
        ("What happened in March 2022?", "What happened in March 2022?"),
        ("What did rates do since March 2022?", "What did rates do since March 2022?"),
    ],
)
def test_what_was_published_then_is_asked_without_the_time(question: str, expected: str) -> None:
    assert without_time(question, hit("The board kept rates as they were.")) == expected


def test_a_paragraph_that_gives_a_year_is_asked_with_the_time() -> None:
    question = "How many left in March 2022?"
    assert without_time(question, hit("In 2021, 40 left.")) == question
    assert without_time(question, hit("40 left.", date=None)) == question


@pytest.mark.parametrize(
    ("text", "date", "kept"),
    [
        ("Rates rose.", "2022-03-16", True),
        ("Rates rose.", "2022-05-04", False),
        ("Rates rose on March 16, 2022.", "2022-05-04", True),
        ("Rates rose in March.", "2022-05-04", True),
        ("Rates rose in March.", "2023-05-04", False),
        ("Rates rose in December and in March.", "2022-01-04", True),
        ("Rates rose in 2022.", "2023-05-04", False),
        ("Rates rose.", "2022", True),
        ("Rates rose.", None, True),
        ("Rates rose.", "no date", True),
    ],
)
def test_what_is_of_another_time_does_not_answer(text: str, date: str | None, kept: bool) -> None:
    of_then = hit("The board met.")
    hits = [hit(text, date), of_then]
    assert list(asked_of("What was decided in March 2022?", hits)) == (hits if kept else [of_then])


def test_all_hits_stay_where_none_is_of_the_time() -> None:
    hits = [hit("Rates rose.", "2021-01-01"), hit("Rates fell.", "2020-01-01")]
    assert asked_of("What was decided in March 2022?", hits) == hits
    assert asked_of("What was decided?", hits) == hits


def test_long_questions_cost_no_time() -> None:
    began = time.perf_counter()
    for piece in ("in March 2022 ", "2022 ", "between ", "in the early ", "on 1/2/2022, "):
        text = piece * (4_000 // len(piece))
        times_named(text)
        without_time(text, hit("Rates rose."))
        asked_of(text, [hit("Rates rose.", "2021-01-01")])
    assert time.perf_counter() - began < 2


def test_a_question_is_read_once_for_all_hits() -> None:
    text, hits = "in 2020 " * 400, [hit("Rates rose.", "2021-01-01")] * 100
    began = time.perf_counter()
    asked_of(text, hits)
    for one in hits:
        without_time(text, one)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("question", "text", "early"),
    [
        ("What was done since May 2022?", "We raised the rate.", True),
        ("What was done since March 2022?", "We raised the rate.", False),
        ("What was done since May 2022?", "Beginning in June, we will raise the rate.", False),
        ("What was done since May 2022?", "In May 2021 we raised the rate.", True),
        ("What was done between May 2022 and May 2023?", "We raised the rate.", True),
        ("What will be done after 2025?", "After 2025 we will raise the rate.", False),
        ("What was done before May 2020?", "We raised the rate.", True),
        ("What was done before May 2020?", "In June 2019 we raised the rate.", False),
        ("What was done between May 2019 and May 2020?", "We raised the rate.", True),
        ("What will be built between 2025 and 2030?", "Ten dams.", False),
        ("What was decided after the 16 March 2022 meeting?", "We raised the rate.", False),
    ],
)
def test_what_was_published_before_does_not_tell_what_was_since(question: str, text: str, early: bool) -> None:
    assert is_out_of_span(question, hit(text)) is early
    assert not is_out_of_span(question, hit(text, date=None))


def test_how_days_are_bounded_is_said_in_the_words_of_the_question() -> None:
    assert span_words("What was done since May 2022 on prices?") == "since May 2022"
    assert span_words("What was done between 2019 and 2021?") == "between 2019 and 2021"
    assert span_words("What was done in 2019?") == ""


def test_a_question_that_bounds_its_days_is_of_no_time_before() -> None:
    assert timed("What was done since June?", "In March 2022? What was done since June?") == "In March 2022?"
    assert timed("And since June 2022?", "In March 2022? And since June 2022?") == "And since June 2022?"
