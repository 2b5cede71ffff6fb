"""The public sets in `../shared/data`; a benchmark says so and ends well when they are not there."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.types import Turn

DATA = Path(__file__).resolve().parents[4] / "shared/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the paragraphs that answer it."""

    id: str
    text: str
    history: tuple[Turn, ...]
    gold: frozenset[str]

    @property
    def half(self) -> int:
        """0 or 1, by the id: what is fitted is fitted on 0 and reported on 1."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2


def needs(*names: str) -> None:
    """Ends the program, saying so, unless every one of the data sets is there."""
    missing = [name for name in names if not (DATA / name).is_dir()]
    if missing:
        print(f"skipped: ../shared/data lacks {', '.join(missing)}")
        sys.exit(0)


def rows(path: str) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file of the data folder."""
    with (DATA / path).open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def answerable(name: str) -> list[Question]:
    """The questions of a set that it answers."""
    return [
        Question(
            id=row["id"],
            text=row["question"],
            history=tuple(Turn(role=turn["role"], content=turn["text"]) for turn in row["history"]),
            gold=frozenset(row["gold_paragraphs"]),
        )
        for row in rows(f"{name}/questions.jsonl")
        if row["answerable"] and row["gold_paragraphs"]
    ]


def table(head: Sequence[str], body: Sequence[Sequence[object]]) -> None:
    """Prints a table with a line a row, numbers to three places."""
    cells = [[f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in [head, *body]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for number, row in enumerate(cells):
        print(
            "  ".join(
                cell.ljust(width) if not at else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ),
            flush=True,
        )
        if not number:
            print("  ".join("-" * width for width in widths))
