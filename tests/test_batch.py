from __future__ import annotations

import json

import pytest

from rag.assistant import check_question
from rag.batch import read_batch
from rag.errors import QuestionsError
from rag.types import Turn


def test_rows_keep_order_id_and_history() -> None:
    lines = [
        json.dumps({"id": "b", "question": "Who?", "history": [{"role": "user", "content": "When?"}]}),
        "",
        json.dumps({"question": "What?"}),
        json.dumps({"id": 7, "query": "words"}),
    ]
    rows = read_batch(lines, name="f", check=check_question)
    assert [(row.id, row.question) for row in rows] == [("b", "Who?"), ("3", "What?"), ("7", "words")]
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
        r'{"question": "x", "id": "\ud83d"}',
        '{"question": "x", "history": "y"}',
        '{"question": "x", "history": [{"role": "system", "content": "y"}]}',
        '{"question": "x", "history": [{"role": "user"}]}',
        "[" * 5000,
    ],
)
def test_a_row_that_cannot_be_used_is_named_before_anything_is_asked(line: str) -> None:
    with pytest.raises(QuestionsError, match="f:2"):
        read_batch(['{"question": "good"}', line], name="f", check=check_question)


def test_every_bad_row_is_reported() -> None:
    with pytest.raises(QuestionsError) as caught:
        read_batch(["{", "{", "{", "{", "{"], name="f", check=check_question)
    assert len(caught.value.problems) == 5


def test_a_question_without_a_word_is_named_with_its_line() -> None:
    with pytest.raises(QuestionsError, match=r"^f:1: The question holds no word\. A row is "):
        read_batch(['{"question": "???"}', '{"question": "good"}'], name="f", check=check_question)
