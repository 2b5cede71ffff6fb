"""Statements that come again, and of several parties: quoted is what was said then, and by those who are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import rag
from rag.settings import Settings

RATES = {
    "2021-03-17": ("keep", "at 0 to 1/4 percent", "Inflation continues to run below 2 percent."),
    "2022-03-16": ("raise", "to 1/4 to 1/2 percent", "Inflation remains elevated, reflecting higher energy prices."),
    "2022-06-15": (
        "raise",
        "to 1-1/2 to 1-3/4 percent",
        "Inflation remains elevated, as the war pushes up food prices.",
    ),
    "2023-02-01": ("raise", "to 4-1/2 to 4-3/4 percent", "Inflation has eased somewhat but remains elevated."),
}
LAKES = {
    "2021-02-02": "Today we remember that half of our wetlands were drained within one lifetime.",
    "2022-02-02": "Today we pledge a fund of 40 million crowns to restore the marshes of the south.",
}

SPEECHES = {
    "Ardon": ("VALE", "The bridge over the Orla is ours, and its keys will stay with our engineers."),
    "Belden": ("ORR", "The bridge over the Orla belongs to both our peoples, and we call for joint patrols."),
    "Cadia": (
        "IVES",
        "Our fishermen mourn the herring, which has left our bays. Ardon has said that the bridge is safe.",
    ),
}


def documents() -> Iterator[dict[str, object]]:
    for date, (deed, rate, inflation) in RATES.items():
        yield {
            "id": f"rates-{date}",
            "title": "Statement of the Rate Committee",
            "date": date,
            "issuer": "Central Bank of Ardon",
            "paragraphs": [
                f"Indicators point to moderate growth of spending and production. {inflation}",
                f"In support of its goals, the Committee decided to {deed} the target range for the key rate {rate}.",
                "The Committee will continue to monitor what new figures imply for the outlook.",
            ],
        }
    for date, said in LAKES.items():
        yield {
            "id": f"lakes-{date}",
            "title": "Statement by President Vale on World Wetlands Day",
            "date": date,
            "issuer": "The Palace of Ardon",
            "paragraphs": [said, "Let us leave to our children more than we were left."],
        }
    for issuer, (speaker, said) in SPEECHES.items():
        yield {
            "id": f"speech-{issuer}",
            "title": "Statement in the General Debate",
            "date": "2019-09-24",
            "issuer": issuer,
            "speaker": speaker,
            "paragraphs": ["I congratulate the President on his election.", said],
        }


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.Assistant]:
    folder = tmp_path_factory.mktemp("dated")
    file = folder / "statements.jsonl"
    file.write_text("\n".join(map(json.dumps, documents())), encoding="utf-8")
    rag.update_index(Settings.load(index=folder / "index"), [file])
    with rag.open(index=folder / "index") as opened:
        yield opened


def quoted(answer: rag.Answer) -> list[tuple[str, str]]:
    return [(citation.document.id, citation.quote) for citation in answer.citations]


@pytest.mark.parametrize("date", RATES)
def test_what_was_decided_then_is_quoted_alone(date: str, assistant: rag.Assistant) -> None:
    month = {"03": "March", "06": "June", "02": "February"}[date[5:7]]
    question = f"What did the Central Bank decide on the key rate in {month} {date[:4]}?"
    assert assistant.search(question).hits[0].document.id == f"rates-{date}"
    answer = assistant.ask(question)
    assert {document for document, _ in quoted(answer)} == {f"rates-{date}"}
    assert RATES[date][1] in answer.text


def test_of_a_time_of_which_there_is_nothing_nothing_is_quoted(assistant: rag.Assistant) -> None:
    answer = assistant.ask("What did the Central Bank decide on the key rate in May 2020?")
    assert answer.status == "abstained"
    assert answer.draft.reason == "No paragraph near the question is of May 2020 or mentions it."


def test_of_several_times_each_is_answered(assistant: rag.Assistant) -> None:
    answer = assistant.ask("What did the Central Bank decide on the key rate in March 2022 and in February 2023?")
    assert [document for document, _ in quoted(answer)] == ["rates-2022-03-16", "rates-2023-02-01"]


def test_the_next_question_may_name_another_time(assistant: rag.Assistant) -> None:
    asked = "What did the Central Bank decide on the key rate in March 2022?"
    history = [
        rag.Turn(role="user", content=asked),
        rag.Turn(role="assistant", content=assistant.ask(asked).text),
    ]
    answer = assistant.ask("And in June 2022?", history=history)
    assert {document for document, _ in quoted(answer)} == {"rates-2022-06-15"}


def test_a_filter_holds_beside_a_time(assistant: rag.Assistant) -> None:
    found = assistant.search(
        "What did the Central Bank decide in March 2021?", filters=rag.Filters(since="2022", until="2022")
    )
    assert {hit.document.date for hit in found.hits} <= {"2022-03-16", "2022-06-15", "2022-02-02"}


def test_what_somebody_said_on_something_stands_under_a_title_that_says_so(assistant: rag.Assistant) -> None:
    answer = assistant.ask("What did President Vale say on World Wetlands Day in 2022?")
    assert {document for document, _ in quoted(answer)} == {"lakes-2022-02-02"}
    assert "40 million" in answer.text
    both = assistant.ask("What did Vale say about World Wetlands Day?")
    assert [document for document, _ in quoted(both)] == ["lakes-2021-02-02", "lakes-2022-02-02"]
    assert assistant.ask("What did President Vale say on World Wetlands Day in 2023?").status == "abstained"
    assert assistant.ask("What did President Orr say on World Wetlands Day?").status == "abstained"


@pytest.mark.parametrize(
    ("question", "issuers"),
    [
        ("What did Belden say about the bridge over the Orla?", {"Belden"}),
        ("What does Orr say about the bridge?", {"Belden"}),
        ("what did belden say about the bridge over the orla", {"Belden"}),
        ("WHAT DID BELDEN SAY ABOUT THE BRIDGE?", {"Belden"}),
        ("According to Belden, to whom does the bridge belong?", {"Belden"}),
        ("What did Ardon say about the bridge?", {"Ardon", "Cadia"}),
    ],
)
def test_the_words_of_those_who_are_asked_for_are_quoted(
    question: str, issuers: set[str], assistant: rag.Assistant
) -> None:
    answer = assistant.ask(question)
    found = {citation.document.issuer for citation in answer.citations}
    assert found
    assert found <= issuers


def test_another_may_be_asked_for_next(assistant: rag.Assistant) -> None:
    asked = "What did Ardon say about the bridge over the Orla?"
    history = [
        rag.Turn(role="user", content=asked),
        rag.Turn(role="assistant", content=assistant.ask(asked).text),
    ]
    answer = assistant.ask("And Belden?", history=history)
    assert {citation.document.issuer for citation in answer.citations} == {"Belden"}


def test_who_said_nothing_of_it_is_not_spoken_for(assistant: rag.Assistant) -> None:
    answer = assistant.ask("What did Cadia say about patrols on the bridge over the Orla?")
    assert "Belden" not in {citation.document.issuer for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What was the Central Bank's latest decision on the key rate?", "rates-2023-02-01"),
        ("What did the Central Bank decide on the key rate at its last meeting?", "rates-2023-02-01"),
        ("What was the Central Bank's first decision on the key rate?", "rates-2021-03-17"),
    ],
)
def test_the_latest_and_the_first_are_told_by_their_dates(
    question: str, document: str, assistant: rag.Assistant
) -> None:
    answer = assistant.ask(question)
    assert {found for found, _ in quoted(answer)} == {document}
    assert answer.standalone_question.endswith(f"? ({document})")


def ask_in_turn(assistant: rag.Assistant, *questions: str) -> list[rag.Answer]:
    """The answers to questions of one conversation."""
    history: list[rag.Turn] = []
    answers = []
    for question in questions:
        answers.append(assistant.ask(question, history=history))
        history += [
            rag.Turn(role="user", content=question),
            rag.Turn(role="assistant", content=answers[-1].text),
        ]
    return answers


def test_what_is_asked_next_is_asked_of_the_latest_too(assistant: rag.Assistant) -> None:
    asked = "What was the Central Bank's latest decision on the key rate?"
    _, inflation, again, growth = ask_in_turn(
        assistant, asked, "What did it say about inflation?", "And what about growth?", "Did it mention herring?"
    )
    assert quoted(inflation) == [("rates-2023-02-01", RATES["2023-02-01"][2])]
    assert {document for document, _ in quoted(again)} == {"rates-2023-02-01"}
    assert growth.draft.reason.startswith("Only rates-2023-02-01 was searched.")
    *_, other = ask_in_turn(assistant, asked, "What does Belden say about it?", "What did it decide in March 2021?")
    assert {document for document, _ in quoted(other)} == {"rates-2021-03-17"}


def test_what_is_asked_next_is_asked_of_the_last_meeting_too(assistant: rag.Assistant) -> None:
    asked = "What did the Central Bank decide on the key rate at its last meeting?"
    _, inflation = ask_in_turn(assistant, asked, "What did it say about inflation?")
    assert {document for document, _ in quoted(inflation)} == {"rates-2023-02-01"}
    _, bridge, _ = ask_in_turn(assistant, asked, "And does the herring come back to our bays?", "Thanks!")
    assert "Only" not in bridge.draft.reason
    assert {document for document, _ in quoted(bridge)} <= {"speech-Cadia"}


def test_a_complete_question_is_of_no_time_before_it(assistant: rag.Assistant) -> None:
    asked = "What did the Central Bank decide on the key rate in March 2022?"
    *_, answer = ask_in_turn(assistant, asked, "What did Belden say about the bridge over the Orla?")
    assert {citation.document.issuer for citation in answer.citations} == {"Belden"}
    assert answer.standalone_question == "What did Belden say about the bridge over the Orla?"


def test_of_another_who_is_not_in_the_latest_is_asked_elsewhere(assistant: rag.Assistant) -> None:
    _, answer = ask_in_turn(
        assistant,
        "What was the Central Bank's latest decision on the key rate?",
        "And what does Belden say about the bridge, whose is it?",
    )
    assert {citation.document.issuer for citation in answer.citations} == {"Belden"}


def test_what_was_said_since_a_time_was_said_then(assistant: rag.Assistant) -> None:
    since = assistant.ask("What has the Central Bank of Ardon said about inflation since May 2022?")
    assert {document for document, _ in quoted(since)} <= {"rates-2022-06-15", "rates-2023-02-01"}
    assert since.citations
    before = assistant.ask(
        "What did the Central Bank of Ardon decide on the key rate at its last meeting before May 2022?"
    )
    assert {document for document, _ in quoted(before)} == {"rates-2022-03-16"}


def test_what_was_published_before_does_not_tell_what_happened_since(assistant: rag.Assistant) -> None:
    found = assistant.search("Has the Committee decided on the key rate since February 2023?")
    assert found.hits[0].document.date == "2023-02-01"
    answer = assistant.ask("What has pushed up prices since January 2023?")
    assert {document for document, _ in quoted(answer)} <= {"rates-2023-02-01"}
    silent = assistant.ask("What has been decided on the key rate since May 2024?")
    assert silent.status == "abstained"
    assert silent.draft.reason == "Nothing near the question was published since May 2024."


def test_a_silence_says_that_only_the_latest_was_searched(assistant: rag.Assistant) -> None:
    answer = assistant.ask("How many whales did the Central Bank's latest statement mention?")
    assert answer.status == "abstained"
    assert answer.draft.reason.startswith("Only rates-2023-02-01 was searched.")
