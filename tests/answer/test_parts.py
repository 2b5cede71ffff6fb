"""Questions that ask several things, and those that only seem to."""

from __future__ import annotations

import time

import pytest

from rag.answer.parts import questions_of, split_question


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When was it issued, and what do they plan?", ("When was it issued", "what do they plan?")),
        ("Who spoke? Where was it?", ("Who spoke", "Where was it?")),
        ("What did Armenia and Azerbaijan agree?", ("What did Armenia and Azerbaijan agree?",)),
        ("and?", ("and?",)),
        (
            "Which dam broke, who was warned, and what was lost?",
            ("Which dam broke", "who was warned", "what was lost?"),
        ),
        ("As the mayor said, what broke and who knew?", ("As the mayor said, what broke", "who knew?")),
        ("When the dam broke, what was lost and who knew?", ("When the dam broke, what was lost", "who knew?")),
        (
            "What is said on the dam and on the bridge?",
            ("What is said about the dam?", "What is said about the bridge?"),
        ),
        ("The talks on the dam and on the bridge", ("The talks on the dam and on the bridge",)),
        ("Who came from Rome and Paris?", ("Who came from Rome and Paris?",)),
        ("What did she say in Rome and in Paris about peace?", ("What did she say in Rome and in Paris about peace?",)),
        ("Which road leads both to Rome and to Paris?", ("Which road leads both to Rome and to Paris?",)),
        ("What did Smith, who won, say and who lost?", ("What did Smith, who won, say", "who lost?")),
        (
            "What does the act, which was signed, say and who lost?",
            ("What does the act, which was signed, say", "who lost?"),
        ),
        ("Hi, what is a placebo and how does it work? Thank you!", ("Hi, what is a placebo", "how does it work")),
        ("What is a placebo? I need it for school.", ("What is a placebo",)),
        ("Was it signed? Yes or no?", ("Was it signed",)),
        ("What does Armenia give? And the other side?", ("What does Armenia give", "And the other side?")),
        ("Can you tell me who signed it and who welcomed it?", ("Can you tell me who signed it", "who welcomed it?")),
        (
            "What did the president, who was elected in 2018, say, and why did he say it?",
            ("What did the president, who was elected in 2018, say", "why did he say it?"),
        ),
        (
            "What did the museum, which returned the masks, keep, and what did it lend?",
            ("What did the museum, which returned the masks, keep", "what did it lend?"),
        ),
        (
            "Who was Hannibal, when did he cross the Alps, and how did he die?",
            ("Who was Hannibal", "when did he cross the Alps", "how did he die?"),
        ),
        (
            "What is the best way to learn to read and to write?",
            ("What is the best way to learn to read", "What is the best way to learn to write"),
        ),
        ("Who signed it and did they agree on prisoners?", ("Who signed it", "did they agree on prisoners?")),
        ("WHO SIGNED IT AND WHEN WAS IT SIGNED?", ("WHO SIGNED IT", "WHEN WAS IT SIGNED?")),
        ("What happened in Rome and in Paris?", ("What happened in Rome", "What happened in Paris")),
        ("What was said in Rome and what in Paris?", ("What was said in Rome", "What was said in Paris?")),
        (
            "How many came from Iran in May and how many from Peru that June?",
            ("How many came from Iran in May", "How many came from Peru that June?"),
        ),
        (
            "To which range did it move on 5 May, and to which in June?",
            ("To which range did it move on 5 May", "To which range did it move in June?"),
        ),
        (
            "Who voted for the rise of May and who for that of June?",
            ("Who voted for the rise of May", "Who voted for the rise of June?"),
        ),
        ("Who won, and who after the war?", ("Who won", "Who won after the war?")),
        (
            "Who came to Rome and which of them signed?",
            ("Who came to Rome", "which of them signed?"),
        ),
        (
            "Who spoke in Rome and who in the hall was asked?",
            ("Who spoke in Rome", "who in the hall was asked?"),
        ),
        (
            "How many men and how many political prisoners were freed?",
            ("How many men were freed?", "How many political prisoners were freed?"),
        ),
        (
            "Which envoys for Gaza and which troops in Lebanon do they back?",
            ("Which envoys for Gaza do they back?", "Which troops in Lebanon do they back?"),
        ),
        ("How many people left and how many houses burnt?", ("How many people left", "how many houses burnt?")),
        (
            "May 2018: how did the bank see prices, and where did it put its rate?",
            ("May 2018: how did the bank see prices", "May 2018: where did it put its rate?"),
        ),
        ("Did Rome sign the deal? Did Paris?", ("Did Rome sign the deal", "Did Paris sign the deal")),
        ("Did Rome sign it? Did it rain?", ("Did Rome sign it", "Did it rain?")),
        ("On 3 May, who spoke and what was decided?", ("On 3 May, who spoke", "On 3 May, what was decided?")),
        (
            "In their letter, who thanks the bank and what do they ask of it?",
            ("In their letter, who thanks the bank", "what do they ask of it?"),
        ),
        ("Besides the mayor, who spoke and what was decided?", ("Besides the mayor, who spoke", "what was decided?")),
        (
            "I need this for a radio piece: who spoke, and what was decided?",
            ("who spoke", "what was decided?"),
        ),
        ("I want to know: who signed?", ("who signed?",)),
        ("Tell me about: North Korea, Taiwan", ("What is said about North Korea?", "What is said about Taiwan?")),
        ("A reader asks: who spoke, and what was decided?", ("who spoke", "what was decided?")),
        (
            "Give me an overview of the letter: the fees, the bridge and what comes next.",
            (
                "What is said about the fees in the letter?",
                "What is said about the bridge in the letter?",
                "what comes next.",
            ),
        ),
        (
            "Please give me an overview of the letter: the fees, the new bridge and further talks.",
            (
                "What is said about the fees in the letter?",
                "What is said about the new bridge in the letter?",
                "What is said about further talks in the letter?",
            ),
        ),
        ("Sum up: fees; bridges", ("What is said about fees?", "What is said about bridges?")),
        (
            "On what do they agree, and what do they ask for?",
            ("On what do they agree", "what do they ask for?"),
        ),
    ],
)
def test_questions_of_several_parts_are_taken_apart(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How and why did Hannibal cross the Alps?",
        "When and where was it signed?",
        "In which countries and on which dates did they meet?",
        "To whom and for what was it paid?",
        "I read that Armenia withdrew. Why and when did this happen?",
        'What is the play "Love and What It Does" about?',
        'Who wrote "What Is Man? and other essays"?',
        "Who directed Where and When?",
        "How do you mix oil and do the dishes?",
        "Why do people say one thing and do another?",
        "Tell me about the people who left and who stayed.",
        "What did he say when he arrived and when he left?",
        "What companies in Germany and in France make cars?",
        "What did ministers in Paris and in Rome say?",
        "Hello!",
        "Tell me this: fees",
        "Describe the plan: it was made in Rome",
        "Summarise The Spirit of Camp David: Joint Statement of Japan, the Republic of Korea, and the United States",
        "Summarise the statement: \u201cPeace, Trade and Security\u201d",
        "Tell me the score at 12: 30 and 40",
        "Thank you very much",
        "What did Armenia and what did Azerbaijan promise?",
    ],
)
def test_a_question_that_asks_one_thing_is_left_whole(question: str) -> None:
    assert split_question(question) == (question,)


@pytest.mark.parametrize(
    "text",
    [
        "who in a " * 444,
        "Who was in Rome" + " and who in Rome" * 240,
        "how many a " * 27 + "and how many b is",
        " " * 3999 + "x",
        ", " * 2000,
        ":" * 3990 + " and who",
        "list : a" * 37 + "," * 3600,
        "sum up of the " * 21 + ": a" + " and a" * 500,
        "i ask " * 60 + ": who is it and what",
        "in a " * 700 + ", who is it and what",
        "=" * 60 + " Who signed it and who welcomed it?",
        "a" * 3900 + " what is said and who signed it?",
        "(" * 3900 + " what is said and who signed it?",
        "in " + "a" * 3900 + " what is said and who signed it?",
        "who " + ", " * 1900 + "and who spoke in Rome?",
        "who " + ": " * 1900 + "and who spoke in Rome?",
        "and who " * 500,
        "\n" * 3999 + "x",
    ],
)
def test_a_hostile_question_takes_no_time(text: str) -> None:
    began = time.process_time()
    split_question(text)
    assert time.process_time() - began < 0.3


def test_of_one_question_about_two_things_there_is_one() -> None:
    asked = "What is said on the dam and on the bridge?"
    assert questions_of(asked) == (asked,)
    assert questions_of(f"{asked} Who says so?") == (asked[:-1], "Who says so?")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How was inflation seen in May 2018, on 15 March 2020 and in June 2022?",
            (
                "How was inflation seen in May 2018?",
                "How was inflation seen on 15 March 2020?",
                "How was inflation seen in June 2022?",
            ),
        ),
        (
            "What was decided on 3 March and 15 April 2020 on rates?",
            ("What was decided on 3 March 2020 on rates?", "What was decided on 15 April 2020 on rates?"),
        ),
        (
            "What did the bank say of jobs in its statements of May 2018 and March 2022?",
            (
                "What did the bank say of jobs in its statements of May 2018?",
                "What did the bank say of jobs in its statements of March 2022?",
            ),
        ),
        ("What happened on 7 and 8 December 2023?", ("What happened on 7 and 8 December 2023?",)),
        (
            "How did rates change between May 2020 and June 2022?",
            ("How did rates change between May 2020 and June 2022?",),
        ),
        ("How did rates change from May 2020 to June 2022?", ("How did rates change from May 2020 to June 2022?",)),
        ("What was decided in May 2020?", ("What was decided in May 2020?",)),
    ],
)
def test_what_is_asked_of_several_times_is_asked_of_each(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question) == parts


@pytest.mark.parametrize(
    ("question", "topics", "joined"),
    [
        ("What is said about prisoners and about COP29?", ("prisoners", "COP29"), ("prisoners", "COP29")),
        ("What do they say on trust, roads and the sea?", ("trust", "roads", "the sea"), ("trust", "roads", "the sea")),
        ("What is said about prisoners and COP29?", (), ("prisoners", "COP29")),
        ("What is said about trade and the sea?", (), ("trade", "the sea")),
        ("What is said about sovereignty and integrity?", (), ("sovereignty", "integrity")),
        ("What is said about the $1,200,000 fund?", (), ()),
        ("What is said about 7 October, 2023?", (), ()),
        ("What is said about Tehran, Iran?", (), ()),
        ("What is said about terror, including Hamas and Hezbollah?", (), ()),
        ("What is said about chemical and nuclear safety?", (), ()),
        ("What is said about Bosnia and Herzegovina?", (), ("Bosnia", "Herzegovina")),
    ],
)
def test_several_topics_are_asked_about_one_by_one(
    question: str, topics: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    for options, apart in (({}, topics), ({"joined": True}, joined)):
        expected = tuple(f"What is said about {topic}?" for topic in apart) or (question,)
        assert split_question(question, **options) == expected
