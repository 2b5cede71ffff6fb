from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.speaking import asked_of_paragraph
from rag.types import DocumentInfo

from .test_quoting import hit

BANK = DocumentInfo(
    id="doc", title="Statement on rates", issuer="Rate Committee, Central Bank of Ardon", date="2022-03-16"
)
CALL = DocumentInfo(
    id="doc", title="Readout of President Vale's call with Prime Minister Orr on floods", issuer="The Palace"
)
NEWS = replace(BANK, kind="coverage")


def asked(question: str, document: DocumentInfo, text: str = "The Committee decided to keep rates.") -> str:
    return asked_of_paragraph(question, replace(hit(text), document=document))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the Central Bank of Ardon decide?", "What did they decide?"),
        ("What did the Central Bank decide on rates in March 2022?", "What did they decide on rates?"),
        ("What does the Central Bank expect?", "What do they expect?"),
        ("How has the Central Bank seen growth?", "How have they seen growth?"),
        ("What will the CBA do next?", "What will they do next?"),
        (
            "Which rates did the Central Bank and Belden agree on?",
            "Which rates did the Central Bank and Belden agree on?",
        ),
        ("What was the Central Bank's decision on rates?", "What was their decision on rates?"),
        ("Who voted against the Central Bank's plan?", "Who voted against their plan?"),
        ("What did Belden decide?", "What did Belden decide?"),
        ("Who runs the Central Bank?", "Who runs the Central Bank?"),
    ],
)
def test_who_speaks_in_a_statement_is_they(question: str, expected: str) -> None:
    assert asked(question, BANK) == expected


def test_a_name_that_stands_in_the_paragraph_stays() -> None:
    question = "What did the Central Bank decide?"
    assert asked(question, BANK, "The Central Bank decided to keep rates.") == question


def test_others_speak_in_coverage_too() -> None:
    question = "What did the Central Bank decide on rates?"
    assert asked(question, NEWS) == question


def test_a_title_says_who_speaks_before_it_says_on_what() -> None:
    text = "The leaders spoke of dams."
    assert asked("What did Vale promise?", CALL, text) == "What did they promise?"
    assert asked("What did Orr promise?", CALL, text) == "What did Orr promise?"


def test_a_name_in_short_is_the_name() -> None:
    reserve = replace(BANK, issuer="Federal Reserve")
    assert asked("What did the Fed decide?", reserve) == "What did they decide?"
    assert asked("What did Fe decide?", reserve) == "What did Fe decide?"


def test_of_today_is_asked_whether_it_happened() -> None:
    question, told = "When did Vale open the dam?", "Today, President Vale opened the dam."
    assert asked(question, replace(BANK, issuer=None), told) == "Did Vale open the dam?"
    assert asked(question, replace(BANK, issuer=None), "President Vale opened the dam.") == question
    assert asked(question, replace(BANK, issuer=None, date=None), told) == question
    assert asked("When was the dam opened?", BANK, told) == "Was the dam opened?"
    assert asked("How was the dam opened when it rained?", BANK, told) == "How was the dam opened when it rained?"


def test_what_somebody_says_on_something_is_what_is_said_on_it() -> None:
    question = "What did the Central Bank of Ardon say about inflation in March 2022?"
    assert asked(question, BANK) == "What is said about inflation?"
    assert asked(question, NEWS) == "What did the Central Bank of Ardon say about inflation?"


def test_what_was_said_since_a_time_is_asked_without_it() -> None:
    assert asked("What has the Central Bank said about jobs since May 2021?", BANK) == "What is said about jobs?"
    assert asked("What did the Central Bank say on jobs between 2021 and May 2022?", BANK) == "What is said about jobs?"
    later = asked("What has the Central Bank said about jobs since May 2022?", BANK)
    assert later == "What is said about jobs since May 2022?"
