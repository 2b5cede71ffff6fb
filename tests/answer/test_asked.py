"""What questions want and what sentences offer."""

from __future__ import annotations

import pytest

from rag.answer.asked import Wanted, asks_for_several, offers, read_question


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How many servicemen were released?", ("number",)),
        ("How long were they held?", ("age",)),
        ("How old is the president?", ("age",)),
        ("What percentage of voters agreed?", ("percent",)),
        ("How much will it cost?", ("money",)),
        ("Who is the Prime Minister of Armenia?", ("person",)),
        ("What is the name of the Secretary General?", ("person",)),
        ("Who supports the bid?", ("agent",)),
        ("When was the treaty signed?", ("date",)),
        ("By what year will it be signed?", ("year",)),
        ("At what place and time did they meet?", ("date", "city")),
        ("Where were they captured?", ("place",)),
        ("Which region profits?", ("area",)),
        ("Which country hosts the conference?", ("country",)),
        ("What did the country do?", ("thing",)),
        ("What does Vice President Harris ask of the nation?", ("thing",)),
        ("What did parties in opposition want?", ("thing",)),
        ("What did it cause?", ("thing",)),
        ("Why did they meet?", ("reason",)),
        ("Did they meet?", ("yesno",)),
        ("What gestures does Armenia make?", ("thing",)),
    ],
)
def test_the_kind_of_answer_wanted(question: str, kinds: tuple[Wanted, ...]) -> None:
    assert set(read_question(question).kinds) == set(kinds)


@pytest.mark.parametrize(
    ("kind", "question", "sentence", "offered"),
    [
        ("number", "How many does Azerbaijan release?", "Azerbaijan releases 32 servicemen.", True),
        ("number", "Why are 32 released?", "Azerbaijan releases 32 servicemen.", False),
        ("number", "How many are released?", "Azerbaijan releases servicemen.", False),
        ("person", "Who is the president?", "It was signed by Ilham Aliyev on Monday.", True),
        ("person", "Who is the president?", "The Organization of Turkic States welcomes the Joint Statement.", False),
        ("person", "Who is the president?", "The Republic of Armenia supports the bid.", False),
        ("agent", "Who supports Azerbaijan?", "The Republic of Armenia supports the bid.", True),
        ("agent", "Who supports Azerbaijan?", "Azerbaijan has support.", False),
        ("city", "In which city is it?", "They met in Geneva on Monday.", True),
        ("city", "In which city is it?", "They met in Armenia on Monday.", False),
        ("country", "Which country hosts it?", "Georgia hosts it.", True),
        ("country", "Which country supports Georgia?", "Georgia hosts it.", False),
        ("date", "When was it?", "It was issued on December 7, 2023.", True),
        ("date", "When was it?", "It was issued in Baku.", False),
        ("date", "When was it?", "Today the offices issued it.", True),
        ("year", "In which year was it?", "It was issued on December 7.", False),
        ("year", "In which year was it?", "It was issued in 1994.", True),
        ("percent", "What percentage agreed?", "Some 40 percent agreed.", True),
        ("percent", "What percentage agreed?", "40 people agreed.", False),
        ("money", "How much did it cost?", "It cost $3 million.", True),
        ("money", "How much did it cost?", "It took 3 years.", False),
        ("age", "How long did it take?", "It took 3 years.", True),
        ("age", "How long did it take?", "It took 3 attempts.", False),
        ("thing", "What is it?", "Nothing.", True),
    ],
)
def test_what_a_sentence_offers(kind: Wanted, question: str, sentence: str, offered: bool) -> None:
    assert offers(kind, sentence, read_question(question)) is offered


def test_words_that_only_frame_a_question_are_not_weighty() -> None:
    asked = read_question("What is the purpose of the charges mentioned?")
    assert asked.weighty == {"charg"}
    assert "purpos" in asked.words
    assert read_question("What did they discuss besides prisoners?").weighty == {"discuss", "prison"}


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What gestures does Armenia make?", True),
        ("Which of the countries agreed?", True),
        ("What were the reasons?", True),
        ("How many detainees does each side free?", True),
        ("Sum up what was agreed.", True),
        ("List the steps.", True),
        ("Name the parties to the agreement.", True),
        ("Name the capital of Peru.", False),
        ("Which does he prefer?", False),
        ("What happens in May?", False),
        ("Which river drains it?", False),
        ("Which gas is used?", False),
        ("What status does it have?", False),
        ("How many were killed in all?", False),
        ("In what year was the list published?", False),
    ],
)
def test_questions_that_ask_for_several_things(question: str, several: bool) -> None:
    assert asks_for_several(question) is several
