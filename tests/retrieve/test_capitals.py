from __future__ import annotations

import time

import pytest

from rag.retrieve.capitals import capitalised, without_shouting

SPEAKERS = (
    "Government of Ardon",
    "ALIYEV",
    "Trend",
    "President Jane Orrinsky",
    "Federal Open Market Committee, US Federal Reserve",
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what did armenia say about refugees in 1994", "what did Armenia say about refugees in 1994"),
        ("What did armenia's army do?", "What did Armenia's army do?"),
        ("what did orrinsky say about jane orrinsky's plan", "what did Orrinsky say about Jane Orrinsky's plan"),
        (
            "does north korea export arms to the united arab emirates?",
            "does North Korea export arms to the United Arab Emirates?",
        ),
        ("how many armenian servicemen were freed", "how many Armenian servicemen were freed"),
        ("what did aliyev say to the government of ardon", "what did Aliyev say to the Government of Ardon"),
        ("what did the fed decide", "what did the Fed decide"),
        ("what did the federal reserve decide", "what did the Federal Reserve decide"),
        ("what did the g7 and nato say at cop29", "what did the G7 and NATO say at COP29"),
        ("what is the trend in prices, and who told us", "what is the trend in prices, and who told us"),
        ("who fed the animals and who will polish the floor", "who fed the animals and who will polish the floor"),
        ("what did armenia and Georgia say", "what did armenia and Georgia say"),
        ("", ""),
    ],
)
def test_names_typed_without_capitals_get_them(typed: str, meant: str) -> None:
    assert capitalised(typed, SPEAKERS) == meant


@pytest.mark.parametrize(
    ("typed", "quiet"),
    [
        ("WHAT DID ARMENIA SAY?", "What did armenia say?"),
        ("COP29 BAKU", "COP29 BAKU"),
        ("NATO", "NATO"),
        ("What did NATO say?", "What did NATO say?"),
        ("AND WHO SIGNED IT", "And who signed it"),
        ("JOSEPH R. BIDEN JR.", "JOSEPH R. BIDEN JR."),
        ("THE WHITE HOUSE,", "THE WHITE HOUSE,"),
        ("WHO GUIDELINES ON MALARIA", "WHO GUIDELINES ON MALARIA"),
    ],
)
def test_a_shouted_question_is_asked_quietly(typed: str, quiet: str) -> None:
    assert without_shouting(typed) == quiet


def test_long_questions_cost_no_time() -> None:
    began = time.perf_counter()
    for piece in ("armenia ", "the ", "north ", "government of "):
        capitalised(piece * (990 // len(piece)), SPEAKERS)
    assert time.perf_counter() - began < 1
