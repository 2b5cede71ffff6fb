"""Whose words a question asks for."""

from __future__ import annotations

import time

import pytest

from rag.retrieve.carriers import carried_by

PUBLISHERS = ("JAM-news", "The Times", "The Times of Israel", "Trend", "AP")


@pytest.mark.parametrize(
    ("question", "publisher", "rest"),
    [
        ("According to Trend, how many are released?", "Trend", "how many are released?"),
        ("How many are released, according to Trend?", "Trend", "How many are released?"),
        ("What does jam-news say about prisoners?", "JAM-news", "What is said about prisoners?"),
        ("What did the Times of Israel report?", "The Times of Israel", "What is said?"),
        ("How many are released in Trend\u2019s report?", "Trend", "How many are released?"),
        ("Does Trend mention prisoners?", "Trend", "Does Trend mention prisoners?"),
        ("Who issued what Trend reports?", "Trend", "Who issued what Trend reports?"),
        ("Where does AP\u2019s account differ?", "AP", "Where does AP\u2019s account differ?"),
        ("What does the Trend report say about prisoners?", "Trend", "What is said about prisoners?"),
        ("What does Trend\u2019s report say?", "Trend", "What is said?"),
        ("According to Trend?", "Trend", "?"),
    ],
)
def test_one_publisher_is_asked(question: str, publisher: str, rest: str) -> None:
    assert carried_by(question, PUBLISHERS) == (publisher, rest)


@pytest.mark.parametrize(
    "question",
    [
        "What does the trend say?",
        "What do Trend and JAM-news say?",
        "What is Trend?",
        "Who welcomed the statement?",
        "What did Trendy say?",
    ],
)
def test_no_one_publisher_is_asked(question: str) -> None:
    assert carried_by(question, PUBLISHERS) is None


def test_a_hostile_question_takes_no_time() -> None:
    began = time.process_time()
    for text in ("according to Trend " * 200, "Trend, " * 500, " " * 3990 + "Trend says", "what does " * 400 + "Trend"):
        carried_by(text, PUBLISHERS)
    assert time.process_time() - began < 1
