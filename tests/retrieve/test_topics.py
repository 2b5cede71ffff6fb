from __future__ import annotations

import time

import pytest

from rag.retrieve.topics import keywords, topic_of

ASKED = [
    ("What do the documents say about the peace treaty?", "the peace treaty"),
    ("what does the coverage tell us on prisoners of war", "prisoners of war"),
    ("What is said on the South Caucasus in the documents?", "the South Caucasus"),
    ("Is there anything in the texts about landmines?", "landmines"),
    ("Do the documents say anything on Russian peacekeepers?", "Russian peacekeepers"),
    ("Tell me about border delimitation.", "border delimitation"),
    ("Please show me what is written about the talks.", "the talks"),
    ("I'm looking for statements on sovereignty", "sovereignty"),
    ("I'd like to know more about the climate summit", "the climate summit"),
    ("Everything the sources say about COP29", "COP29"),
    ("Do these reports mention human rights activists?", "human rights activists"),
    ("Which passages deal with direct dialogue?", "direct dialogue"),
    ("Where is the Blue Line mentioned?", "the Blue Line"),
    ("Is Georgia mentioned anywhere in the documents?", "Georgia"),
    ("What the documents say about Iran?", "Iran"),
    ('What is said about "day after"?', '"day after"'),
    ("What is said about Iran (and Israel)?", "Iran (and Israel)"),
    ("What is said about Washington, D.C.?", "Washington, D.C."),
]
NOT_ASKED = [
    "What did Russia say about the peace treaty?",
    "What does the G7 statement say about hostages?",
    "What do the documents say about it?",
    "What do the documents say about how many were released?",
    "What do the documents say about Syria, and who issued them?",
    "Tell me about the joint statement.",
    "How many servicemen does Azerbaijan release?",
    "Who mentioned the Blue Line?",
    "What is said?",
    "Was Sinwar killed or mentioned?",
    "Was the cost covered?",
    "",
    "?",
]


@pytest.mark.parametrize(("question", "topic"), ASKED)
@pytest.mark.parametrize("alone", [True, False])
def test_who_asks_for_all_that_is_said_asks_of_a_topic(question: str, topic: str, alone: bool) -> None:
    assert topic_of(question, alone=alone) == topic


@pytest.mark.parametrize("question", NOT_ASKED)
def test_a_question_about_something_is_no_topic(question: str) -> None:
    assert topic_of(question) is None


@pytest.mark.parametrize("question", ["What do they say about prisoners?", "What about prisoners?"])
def test_in_a_conversation_they_are_those_who_were_named(question: str) -> None:
    assert topic_of(question) == "prisoners"
    assert topic_of(question, alone=False) is None


@pytest.mark.parametrize("question", ["Climate finance", "Landmines?", "talks between the two offices"])
def test_a_few_words_that_ask_nothing_are_a_topic(question: str) -> None:
    assert keywords(question) == question.strip("?")


@pytest.mark.parametrize(
    "question", ["Who signed?", "Is it signed", "List the parties", "And them?", "a b c d e f", "", "the"]
)
def test_a_question_is_no_keywords(question: str) -> None:
    assert keywords(question) is None


@pytest.mark.parametrize(
    "piece",
    ["the ", "please ", "information on ", "what is said about ", "all any some ", " in the documents", "a" * 40],
)
def test_no_question_takes_long(piece: str) -> None:
    began = time.process_time()
    for text in (piece * 200, "tell me " + piece * 5, "is " + piece * 12, "where is " + piece * 10):
        topic_of(text)
        keywords(text)
    assert time.process_time() - began < 0.5
