"""What is always true of an answer, checked over the whole question file against the documented shape and the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import rag
from tests.conftest import ROOT

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
COUNT = {"type": "integer", "minimum": 1}


def exactly(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def listed(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


ANSWER = exactly(
    id=TEXT,
    question=TEXT,
    standalone_question=TEXT,
    status={"enum": ["answered", "abstained"]},
    reason=TEXT,
    text=TEXT,
    claims=listed(
        exactly(
            text=TEXT,
            citations=listed(COUNT),
            support={"enum": ["supported", "partial", "unsupported", "unjudged"]},
            why=TEXT,
        )
    ),
    citations=listed(
        exactly(
            number=COUNT,
            paragraph={"type": "string", "pattern": "#p[1-9][0-9]*$"},
            document=TEXT,
            title=TEXT,
            date=MAYBE_TEXT,
            issuer=MAYBE_TEXT,
            publisher=MAYBE_TEXT,
            url=MAYBE_TEXT,
            quote={"type": "string", "minLength": 1},
            start={"type": "integer", "minimum": 0},
            end=COUNT,
            paragraph_text=TEXT,
            link=MAYBE_TEXT,
            also_in=listed(TEXT),
        )
    ),
    rejected=listed(exactly(handle=TEXT, reason=TEXT)),
    closest=listed(exactly(paragraph=TEXT, score={"type": "number"})),
    mode={"enum": ["quote", "model"]},
    model=MAYBE_TEXT,
    seconds=exactly(retrieve={"type": "number"}, answer={"type": "number"}, total={"type": "number"}),
    fingerprint=exactly(corpus=TEXT, index=TEXT, prompts=TEXT, settings=TEXT),
)


def questions() -> Iterator[Any]:
    for line in (ROOT / "eval/questions/statements.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield pytest.param(row, id=row["id"])


@pytest.fixture(scope="module")
def assistant(index_folder: Path) -> Iterator[rag.Assistant]:
    with rag.open(index=index_folder) as opened:
        yield opened


@pytest.mark.parametrize("row", list(questions()))
def test_every_answer_keeps_every_promise(row: dict[str, Any], assistant: rag.Assistant) -> None:
    history = [rag.Turn(role=turn["role"], content=turn["content"]) for turn in row["history"]]
    answer = assistant.ask(row["question"], history=history)
    data = json.loads(json.dumps(rag.answer_to_json(answer)))
    jsonschema.validate(data, ANSWER)

    for citation in data["citations"]:
        assert citation["paragraph_text"][citation["start"] : citation["end"]] == citation["quote"]
        published = (ROOT / "corpus" / f"{citation['document']}.md").read_text(encoding="utf-8")
        assert citation["quote"] in published
        assert assistant.paragraph(citation["paragraph"]).text == citation["paragraph_text"]
        for copy in citation["also_in"]:
            assert assistant.paragraph(copy).document != citation["document"]

    numbers = [citation["number"] for citation in data["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    cited = {number for claim in data["claims"] for number in claim["citations"]}
    assert cited == set(numbers)
    for number in numbers:
        assert f"[{number}]" in data["text"]
    if data["status"] == "abstained":
        assert not data["claims"]
        assert not data["citations"]
        assert data["closest"]
        assert data["reason"]
    else:
        assert data["claims"]


def test_who_asks_what_one_outlet_carried_gets_its_words_or_silence(assistant: rag.Assistant) -> None:
    answer = assistant.ask("According to Trend, how many Armenian servicemen does Azerbaijan release?")
    assert {citation.paragraph.partition("-")[0] for citation in answer.draft.citations} == {"trend"}
    # Only JAM-news tells of the prisoners.
    assert assistant.ask("What does JAM-news say about prisoners?").draft.status == "answered"
    silence = assistant.ask("What does Trend say about prisoners?").draft
    assert silence.status == "abstained"
    assert silence.reason.startswith("Only what Trend carried was searched.")


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Summarise the joint statement.", "jamnews-2023-12-07-joint-statement"),
        ("What is the deal about?", "jamnews-2023-12-07-joint-statement"),
        ("Give me the gist of the Trend report.", "trend-2023-12-08-ots-reaction"),
    ],
)
def test_the_main_points_of_a_document_come_from_all_of_it_and_in_its_order(
    question: str, document: str, assistant: rag.Assistant
) -> None:
    answer = assistant.ask(question)
    places = [citation.paragraph.rpartition("#p") for citation in answer.citations]
    assert {place[0] for place in places} == {document}
    numbers = [int(number) for _, _, number in places]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 4
    assert numbers[-1] - numbers[0] >= 5
    assert "32 Armenian" in answer.draft.text


def test_of_two_questions_the_one_that_is_not_answered_is_named(assistant: rag.Assistant) -> None:
    answer = assistant.ask("How many Armenian servicemen does Azerbaijan release, and who lives on Mars?")
    assert answer.status == "answered"
    assert "32" in answer.draft.text
    assert answer.reason == "Not answered: \u201cwho lives on Mars?\u201d No paragraph mentions Mars."


@pytest.mark.parametrize(
    "question",
    [
        "What do the documents say about the peace treaty?",
        "Do these texts mention a peace treaty?",
        "Where is the peace treaty mentioned?",
        "peace treaty",
    ],
)
def test_what_is_said_on_a_topic_comes_from_each_document_that_speaks_of_it(
    question: str, assistant: rag.Assistant
) -> None:
    answer = assistant.ask(question)
    assert {citation.document.id for citation in answer.citations} == {
        "jamnews-2023-12-07-joint-statement", "trend-2023-12-08-ots-reaction"
    }  # fmt: skip
    assert all("peace treaty" in citation.quote for citation in answer.citations)
    assert answer.question == question


def test_of_several_topics_each_is_told_of_or_said_to_be_missing(assistant: rag.Assistant) -> None:
    answer = assistant.ask("What do the documents say about servicemen, landmines and the climate summit?")
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert all(told in quoted for told in ("32 Armenian", "2 Azerbaijani", "COP29"))
    assert answer.reason.startswith("Not answered: \u201cWhat is said about landmines?\u201d ")
    assert assistant.ask("Do the documents mention Georgia?").reason == "No paragraph mentions Georgia."


def test_a_misspelt_question_is_searched_for_as_it_is_meant(assistant: rag.Assistant) -> None:
    answer = assistant.ask("How many Armenian servicmen does Azerbajan release?")
    assert "32 Armenian" in answer.draft.text
    assert answer.standalone_question == "How many Armenian servicemen does Azerbaijan release?"
    assert answer.question == "How many Armenian servicmen does Azerbajan release?"
