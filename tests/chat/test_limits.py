from __future__ import annotations

import pytest

from rag.chat.limits import Limits, Line, Rate, checked_filters, checked_question
from rag.errors import InputError
from rag.types import Filters


def test_the_line_serves_in_order_of_arrival() -> None:
    line = Line(2)
    tickets = [line.join() for _ in range(4)]
    assert [line.ahead(ticket) for ticket in tickets] == [0, 0, 1, 2]
    line.leave(tickets[0])
    line.leave(tickets[0])
    assert [line.ahead(ticket) for ticket in tickets[1:]] == [0, 0, 1]


def test_the_rate_counts_each_person_for_a_minute() -> None:
    time = [0.0]
    rate = Rate(2, clock=lambda: time[0])
    rate.take("ana")
    time[0] = 50
    rate.take("ana")
    rate.take("ben")
    with pytest.raises(InputError, match="in 10 seconds"):
        rate.take("ana")
    time[0] = 60
    rate.take("ana")
    with pytest.raises(InputError):
        rate.take("ana")


@pytest.mark.parametrize("question", ["", " \n\t", "?", "… !", "x" * 11])
def test_questions_that_are_not_asked(question: str) -> None:
    with pytest.raises(InputError):
        checked_question(question, Limits(question_characters=10))


def test_a_question_is_asked_without_what_stands_around_it() -> None:
    assert checked_question("  Who?\n", Limits()) == "Who?"


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("3 March 2026", None, "From: “3 March 2026” is not a date"),
        ("2026", "2026-02-30", "Until: “2026-02-30” is not a date"),
        ("2026-03-04", "2026-03-03", "From 2026-03-04 until 2026-03-03 there is no day"),
    ],
)
def test_dates_that_filter_nothing_are_said_in_the_words_of_the_page(
    since: str | None, until: str | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        checked_filters(Filters(since=since, until=until))


@pytest.mark.parametrize(
    ("since", "until"), [(None, None), ("2026-03", "2026-03-01"), ("2026", "2026"), (None, "1992")]
)
def test_dates_as_exact_as_they_are_known(since: str | None, until: str | None) -> None:
    assert checked_filters(Filters(since=since, until=until)) == Filters(since=since, until=until)
