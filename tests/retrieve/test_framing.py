from __future__ import annotations

import time

import pytest

from rag.retrieve.framing import unframed

SIGNED = "Who signed the peace treaty?"


@pytest.mark.parametrize(
    "question",
    [
        "Tell me who signed the peace treaty.",
        "Hi, could you tell me who signed the peace treaty? Thanks!",
        "Can you please explain to me who signed the peace treaty",
        "I would like to know who signed the peace treaty.",
        "We're trying to find out who signed the peace treaty",
        "I wonder who signed the peace treaty",
        "Does anyone know who signed the peace treaty?",
        "My question is: who signed the peace treaty?",
        "Something else: who signed the peace treaty?",
        "My editor asks: who signed the peace treaty?",
        "Hello there! Who signed the peace treaty?",
        "In the documents, who signed the peace treaty?",
        "For an article I am writing: Who signed the peace treaty?",
        "I am a journalist. Who signed the peace treaty?",
        "Who signed the peace treaty? I need it quickly.",
        "Who signed the peace treaty, please?",
        "Who signed the peace treaty",
        "Who signed the peace treaty??",
        "Okay, but who exactly signed the peace treaty?",
        "Who signed the peace treaty, in your opinion?",
        "\u201cWho signed the peace treaty?\u201d",
        "According to the documents, who signed the peace treaty?",
        "Who signed the peace treaty according to these texts?",
    ],
)
def test_what_is_said_around_a_question_is_no_part_of_it(question: str) -> None:
    assert unframed(question) == SIGNED


@pytest.mark.parametrize(
    "question",
    [
        SIGNED,
        "who signed the peace treaty",
        "According to Trend, who signed it?",
        "Armenia withdrew its bid. Why?",
        "We saw that Armenia withdrew its bid. What did Azerbaijan do?",
        "In May 2018: who signed the peace treaty?",
        "Are you sure? I heard that it was signed in 1993.",
        "Which groups play a part in the two reports?",
        "List the signatories",
        "What did they say? The minister signed it.",
        "Thanks!",
        "Why?",
        "Who said \u201cthis is a historic chance\u201d?",
        "And?",
        "Explain.",
        "Journalists: how many were killed?",
        "How many were killed? The journalists.",
        "The last meeting: who voted against it?",
        "No hostages were released. Why were they held?",
        "Great Britain: which statement did it sign?",
        "Good morning Vietnam: who made it?",
        "According to the report of the council, who signed the treaty?",
        "In the press conference, what did she say?",
        "Which errors were found in the reports?",
        "To whom did the president give thanks?",
        "What did she say, thank you or sorry?",
        "I know how Mester voted. Who voted against it?",
        "",
        " ",
    ],
)
def test_what_says_something_stays(question: str) -> None:
    assert unframed(question) == question


def test_what_joins_a_question_to_the_turn_before_stays_there() -> None:
    for joins in ("And", "But", "So"):
        assert unframed(f"{joins} who signed the peace treaty?") == SIGNED
        assert unframed(f"{joins} who signed the peace treaty?", alone=False) == f"{joins} who signed the peace treaty?"
    assert unframed("Could you tell me who signed the peace treaty?", alone=False) == SIGNED


@pytest.mark.parametrize(
    "piece", ["hi, ", "can you ", "please ", "tell me ", "i would like to ", "ok. ", " thanks", "in the texts, "]
)
def test_no_question_takes_long(piece: str) -> None:
    began = time.process_time()
    for text in (piece * 40, piece * 30 + "who?", "who signed " + piece * 30, piece * 5_000):
        unframed(text)
    assert time.process_time() - began < 0.5
