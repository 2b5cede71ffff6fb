from __future__ import annotations

import pytest

from rag.chat.limits import Limits, Line, Rate, checked_question
from rag.errors import InputError


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


@pytest.mark.parametrize("question", ["", " \n\t", "x" * 11])
def test_questions_that_are_not_asked(question: str) -> None:
    with pytest.raises(InputError):
        checked_question(question, Limits(question_characters=10))


def test_a_question_is_asked_without_what_stands_around_it() -> None:
    assert checked_question("  Who?\n", Limits()) == "Who?"
