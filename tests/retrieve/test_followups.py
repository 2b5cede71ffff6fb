from __future__ import annotations

from rag.retrieve.followups import THIS_TURN, forms
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
    assert forms("And?", history) == ((THIS_TURN, "And?"), (1 - THIS_TURN, "Second? And?"))
