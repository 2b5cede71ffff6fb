from __future__ import annotations

import pytest

from rag.retrieve.ellipsis import in_full, is_complete
from rag.types import Turn

RATES = "What did the bank decide on rates in March 2022?"
SPEAKERS = ("Government of Ardon", "Belden")
BRIDGE = "What did Ardon say about the bridge?"


def said(*questions: str) -> list[Turn]:
    return [
        turn
        for question in questions
        for turn in (Turn(role="user", content=question), Turn(role="assistant", content="So it is in May 2019."))
    ]


@pytest.mark.parametrize(
    ("before", "question", "holds"),
    [
        ([RATES], "And in June?", True),
        ([RATES], "What did it say about prices?", True),
        ([RATES], "Why did it decide that?", False),
        ([RATES], "Who voted?", False),
    ],
)
def test_whether_all_of_the_question_before_is_held_is_said(before: list[str], question: str, holds: bool) -> None:
    assert in_full([*said(*before), Turn(role="user", content=question)], SPEAKERS)[1] is holds


@pytest.mark.parametrize(
    ("question", "complete"),
    [
        ("What did Orr say about Taiwan?", True),
        ("What did Armenia decide in May 2020?", True),
        ("Why did Orr say that in 2022?", False),
        ("Does Armenia agree?", False),
        ("Does Armenia do anything for Georgia in exchange?", False),
        ("What did Orr say about it?", False),
        ("And what did Orr say about Taiwan?", False),
        ("What is the rate of growth?", False),
    ],
)
def test_a_complete_question_says_of_whom_it_asks_what(question: str, complete: bool) -> None:
    assert is_complete(question) is complete


def completed(question: str, history: list[Turn]) -> str:
    (*_, last), _ = in_full([*history, Turn(role="user", content=question)], SPEAKERS)
    return last.content


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        ([RATES], "And in June 2022?", "What did the bank decide on rates in June 2022?"),
        ([RATES], "And in June?", "What did the bank decide on rates in June 2022?"),
        (["What was decided in December 2022?"], "And in January?", "What was decided in January 2023?"),
        ([RATES], "What about 2021?", "What did the bank decide on rates in 2021?"),
        ([RATES], "on 3 May 2022?", "What did the bank decide on rates on 3 May 2022?"),
        ([RATES, "And in June?"], "And in May 2021?", "What did the bank decide on rates in May 2021?"),
        (["What was in its May 2021 statement?"], "And in June?", "What was in its June 2021 statement?"),
        ([BRIDGE], "And Belden?", "What did Belden say about the bridge?"),
        ([BRIDGE], "What about the government of Belden?", "What did Belden say about the bridge?"),
        ([BRIDGE], "What did Belden say?", "What did Belden say about the bridge?"),
        (["What did Ardon say on it in 2020?", "And in 2021?"], "And Belden?", "What did Belden say on it in 2021?"),
        ([RATES], "What did it say about prices?", "What did the bank say about prices in March 2022?"),
        ([BRIDGE], "And what else did they say?", "What else did Ardon say?"),
        ([BRIDGE, "What did it say about it in 2020?"], "Did it mention tolls?", "Did Ardon mention tolls in 2020?"),
        (
            ["What did Orr and Vale discuss on 3 May 2022?"],
            "What did they agree on?",
            "What did Orr and Vale agree on on 3 May 2022?",
        ),
        ([RATES, "And in June?"], "How high were prices then?", "How high were prices in June 2022?"),
        ([RATES], "What else happened in that month?", "What else happened in March 2022?"),
        (["Whom did Orr meet in May 2020?"], "And in June?", "Whom did Orr meet in June 2020?"),
        (["What did Armenia demand?"], "How many men does it have?", "How many men does Armenia have?"),
        (["What did Armenia support in 2020?"], "And Georgia?", "What did Georgia support in 2020?"),
        (["How many refugees are there in Georgia?"], "And in Armenia?", "How many refugees are there in Armenia?"),
        (["Did Armenia support Turkey's bid?"], "And Georgia?", "Did Georgia support Turkey's bid?"),
        (["What did Orr say about Taiwan in 2022?"], "And about energy?", "What did Orr say about energy in 2022?"),
        ([BRIDGE], "And in 2022?", "What did Ardon say about the bridge in 2022?"),
        ([RATES, "Thanks!"], "And in June?", "What did the bank decide on rates in June 2022?"),
        ([RATES], "What has been decided since then?", "What has been decided since March 2022?"),
        ([RATES], "What did it decide at the next meeting?", "What did the bank decide at the next meeting?"),
        (["What did Vale say about it?"], "Why did he say that?", "Why did Vale say that?"),
        (["What did Armenia say about the May 2022 pact?"], "What did it say of men?", "What did Armenia say of men?"),
        ([RATES, "What did it say of June 2021?"], "And what did it say?", "What did the bank say of June 2021?"),
    ],
)
def test_what_only_differs_from_the_question_before_is_that_question(
    before: list[str], question: str, full: str
) -> None:
    assert completed(question, said(*before)) == full


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ([], "And in June 2022?"),
        ([RATES], "And who voted against in June 2022?"),
        ([RATES], "And Belden?"),
        ([RATES], "Thanks!"),
        (["What did Vale say since 2020?"], "And in June 2022?"),
        ([BRIDGE], "And in Belden?"),
        ([BRIDGE], "And Cadia?"),
        ([BRIDGE], "And Belden and Cadia?"),
        (["How many did Ardon release?"], "And Belden?"),
        (["What changed between March 2020 and May 2021?"], "And in June 2022?"),
        (["What did Orr and Vale discuss?"], "What did he say about it?"),
        (["Who built the bridge?"], "What did they say about it?"),
        ([BRIDGE], "When did it open?"),
        ([BRIDGE], "Why did it need a permit?"),
        ([RATES], "And then?"),
        (["What did President Orr say about the act?"], "What does it propose?"),
        (["What did the Supreme Court decide?"], "What did she say about it?"),
        (["What did Armenia say about Georgia?"], "When did he say that?"),
        (["Is Armenia nearer to Georgia or to Iran?"], "And Turkey?"),
        ([BRIDGE], "Who spoke then?"),
        ([RATES], "What then did the others decide?"),
        ([BRIDGE], ""),
    ],
)
def test_other_questions_stay_as_they_are(before: list[str], question: str) -> None:
    assert completed(question, said(*before)) == question
