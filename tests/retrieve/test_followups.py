from __future__ import annotations

import pytest

from rag.retrieve.followups import SHARES, forms, is_of_the_same, previous_question
from rag.types import Turn


def test_a_first_question_is_searched_as_it_is() -> None:
    assert forms("Who?", ()) == ((1.0, "Who?"),)
    assert forms("Who?", (Turn(role="assistant", content="Hello."), Turn(role="user", content=" "))) == ((1.0, "Who?"),)


def test_a_later_one_also_with_the_last_question_of_the_user() -> None:
    history = (
        Turn(role="user", content="First?"),
        Turn(role="assistant", content="Answer."),
        Turn(role="user", content="Second?"),
        Turn(role="assistant", content="Answer."),
    )
    assert forms("And?", history) == ((1.0, "Second? And?"),)
    asked = ["Armenia,", "Georgia,", "Baku,", "Tbilisi,", "Yerevan?"]
    for count in range(1, 6):
        question = " ".join(asked[:count])
        assert forms(question, history) == ((SHARES[count], question), (1 - SHARES[count], f"Second? {question}"))


def test_thanks_are_no_question_and_one_that_leans_brings_along_what_it_leans_on() -> None:
    asked = ["Who signed the peace treaty?", "OK, thanks!", "And who welcomed it?", "Why?"]
    history = [Turn(role="user", content=content) for content in asked]
    assert previous_question(history[:2]) == "Who signed the peace treaty?"
    assert previous_question(history) == "Who signed the peace treaty? And who welcomed it?"
    assert previous_question([history[0], Turn(role="user", content="What is inflation?")]) == "What is inflation?"
    assert previous_question(history[1:2]) == ""


def test_a_question_that_points_back_brings_along_what_it_points_at() -> None:
    asked = ["What is the bridge act?", "How much money does it provide to towns?"]
    history = [Turn(role="user", content=content) for content in asked]
    assert previous_question(history) == " ".join(asked)


def test_a_request_without_a_subject_is_not_what_the_next_turn_leans_on() -> None:
    first = Turn(role="user", content="How many servicemen does Azerbaijan release?")
    for remark in ("Explain.", "Can you give me the source?"):
        history = [first, Turn(role="user", content=remark)]
        assert previous_question(history) == f"{first.content} {remark}"


def test_the_more_words_of_its_own_the_less_the_turn_before_counts() -> None:
    assert list(SHARES) == sorted(SHARES)


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("Who voted against it?", True),
        ("And what about growth in the south?", True),
        ("Who wrote that?", True),
        ("Why?", True),
        ("Is there anything on landmines that other countries signed?", False),
        ("Who built the bridge over the river?", False),
    ],
)
def test_what_is_asked_of_the_very_thing_spoken_of(question: str, same: bool) -> None:
    assert is_of_the_same(question) is same
