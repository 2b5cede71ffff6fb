from __future__ import annotations

import json

import pytest

from rag.batch import BatchRow, read_batch
from rag.errors import QuestionsError
from rag.questions import check_question
from rag.types import Turn


def read(lines: list[str], encoding: str = "utf-8") -> tuple[BatchRow, ...]:
    return read_batch([line.encode(encoding) for line in lines], name="f", check=check_question)


@pytest.mark.parametrize("given", ["7", 7, 1.5, True, None, "", "é"])
def test_an_id_is_handed_back_as_it_came(given: object) -> None:
    (row,) = read([json.dumps({"id": given, "question": "Who?"})])
    assert row.id == given
    assert type(row.id) is type(given)


def test_a_byte_order_mark_is_no_part_of_the_first_row() -> None:
    assert read(['{"id": "a", "question": "Who?"}'], encoding="utf-8-sig")[0].id == "a"


def test_a_row_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(QuestionsError, match="f:2: not UTF-8 at byte 15 of the line"):
        read(['{"question": "good"}', '{"question": "é"}'], encoding="latin-1")


def test_rows_keep_order_id_and_history() -> None:
    lines = [
        json.dumps({"id": "b", "question": "Who?", "history": [{"role": "user", "content": "When?"}]}),
        "",
        json.dumps({"question": "What?"}),
        json.dumps({"id": 7, "query": "words"}),
    ]
    rows = read(lines)
    assert [(row.id, row.question) for row in rows] == [("b", "Who?"), ("3", "What?"), (7, "words")]
    assert rows[0].history == (Turn(role="user", content="When?"),)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"id": "a"}',
        '{"question": "  "}',
        '{"question": "???"}',
        '{"question": "%s"}' % ("x" * 5000),
        '{"question": "x", "id": {}}',
        '{"question": "x", "id": [1]}',
        r'{"question": "x", "id": "\ud83d"}',
        '{"question": "x", "history": "y"}',
        '{"question": "x", "history": [{"role": "system", "content": "y"}]}',
        '{"question": "x", "history": [{"role": "user"}]}',
        "[" * 5000,
    ],
)
def test_a_row_that_cannot_be_used_is_named_before_anything_is_asked(line: str) -> None:
    with pytest.raises(QuestionsError, match="f:2"):
        read(['{"question": "good"}', line])


def test_every_bad_row_is_reported() -> None:
    with pytest.raises(QuestionsError) as caught:
        read(["{", "{", "{", "{", "{"])
    assert len(caught.value.problems) == 5


def test_a_question_without_a_word_is_named_with_its_line() -> None:
    with pytest.raises(QuestionsError, match=r"^f:1: The question holds no word\. A row is "):
        read(['{"question": "???"}', '{"question": "good"}'])
