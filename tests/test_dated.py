"""Statements that come again: asked of a time, Pilcrow quotes what was published then and nothing else."""

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
