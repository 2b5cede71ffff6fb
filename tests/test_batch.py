from __future__ import annotations

import json

import pytest

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
    rows = read_batch(lines, name="f")
    assert [(row.id, row.question) for row in rows] == [("b", "Who?"), ("3", "What?"), ("7", "words")]
    assert rows[0].history == (Turn(role="user", content="When?"),)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"id": "a"}',
        '{"question": "  "}',
        '{"question": "x", "id": {}}',
        '{"question": "x", "history": "y"}',
        '{"question": "x", "history": [{"role": "system", "content": "y"}]}',
        '{"question": "x", "history": [{"role": "user"}]}',
        "[" * 5000,
    ],
)
def test_a_row_that_cannot_be_used_is_named_before_anything_is_asked(line: str) -> None:
    with pytest.raises(QuestionsError, match="f:2"):
        read_batch(['{"question": "good"}', line], name="f")


def test_every_bad_row_is_reported() -> None:
    with pytest.raises(QuestionsError) as caught:
        read_batch(["{", "{", "{", "{", "{"], name="f")
    assert len(caught.value.problems) == 5
