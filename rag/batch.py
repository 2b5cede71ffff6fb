"""Batches of questions: JSON lines in, validated before the first is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rag.errors import InputError, Problem, QuestionsError
from rag.json import RowId
from rag.types import Turn

MEND = 'A row is {"id": "…", "question": "…", "history": [{"role": "user", "content": "…"}]}; mend the rows named.'
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One row of a batch; `id` is handed back with its answer as it came, a row without one has its line's number."""

    id: RowId
    question: str
    history: tuple[Turn, ...] = ()


def read_batch(lines: Iterable[bytes], *, name: str, check: Callable[[str], str]) -> tuple[BatchRow, ...]:
    """The rows in order; blank lines are passed over. `query` may stand for `question`.

    Args:
        lines: the rows as JSON in UTF-8; the first may begin with a byte order mark.
        name: the file that problems are reported under.
        check: gives a question as it will be asked, or raises the `InputError` that asking it would.

    Raises:
        QuestionsError: with every row that cannot be used.
    """
    rows: list[BatchRow] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            rows.append(_row(json.loads(text), number, check))
        except InputError as error:
            problems.append(Problem(path=name, line=number, what=error.what.removesuffix(".")))
        except UnicodeDecodeError as error:
            problems.append(Problem(path=name, line=number, what=f"not UTF-8 at byte {error.start + 1} of the line"))
        except (ValueError, RecursionError) as error:
            what = f"not JSON ({error})" if isinstance(error, json.JSONDecodeError) else str(error)
            problems.append(Problem(path=name, line=number, what=what))
    if problems:
        raise QuestionsError(problems, mend=MEND)
    return tuple(rows)


def _row(data: Any, number: int, check: Callable[[str], str]) -> BatchRow:
    if not isinstance(data, dict):
        raise ValueError("not an object")
    question = data.get("question", data.get("query"))
    if not isinstance(question, str) or not question.strip():
        raise ValueError("`question` is missing or empty")
    identifier = data.get("id", str(number))
    if not isinstance(identifier, RowId):
        raise ValueError("`id` is neither text nor a number")
    if _HALF_PAIR.search(str(identifier)):
        raise ValueError("`id` holds half of a surrogate pair")
    return BatchRow(id=identifier, question=check(question), history=read_history(data.get("history") or ()))


def read_history(data: Any) -> tuple[Turn, ...]:
    """The turns of a `history` value.

    Raises:
        ValueError: it is not a list of `{"role": "user"|"assistant", "content": "…"}`.
    """
    if not isinstance(data, list | tuple):
        raise ValueError("`history` is not a list")
    turns = []
    for turn in data:
        if not isinstance(turn, dict) or turn.get("role") not in ("user", "assistant"):
            raise ValueError("a turn of `history` has no role `user` or `assistant`")
        if not isinstance(turn.get("content"), str):
            raise ValueError("a turn of `history` has no text under `content`")
        turns.append(Turn(role=turn["role"], content=turn["content"]))
    return tuple(turns)
