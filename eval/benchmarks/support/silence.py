"""Answerable and unanswerable questions with what Pilcrow finds for them, in two halves: 0 is fitted on, 1 reported.

squad2 is halved by article, clapnq by passage, mtrag by conversation (partly answerable and unclear tasks are left
out). The questions over the two bundled documents: the dev split is half 0, the test split half 1, and
`eval/abstention_questions.jsonl`, written for fitting without a look at the test split, is half 0 only.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus import scan
from rag.index import Index, load_embedder, update
from rag.index.embedding import BUNDLED, Embedder
from rag.resources import bundled_corpus, questions_folder
from rag.retrieve import Searcher
from rag.types import Retrieval, Turn

from .data import DATA

SETS = ("statements", "written", "mtrag", "clapnq", "squad2")
BUNDLED_SETS = SETS[:2]
WRITTEN = Path(__file__).resolve().parents[2] / "abstention_questions.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, its half, and what was found for it."""

    id: str
    half: int
    answerable: bool
    retrieval: Retrieval


def available() -> tuple[str, ...]:
    """The sets whose data is there."""
    return tuple(name for name in SETS if name in BUNDLED_SETS or (DATA / name).is_dir())


def embedder_of(work: Path) -> Embedder:
    return load_embedder(BUNDLED, cache=work / "models")


def asked(name: str, work: Path) -> list[Asked]:
    """The questions of a set, searched for in an index of its documents; both are kept in the folder `work`."""
    kept = work / f"{name}.searched"
    if kept.exists():
        with kept.open("rb") as stream:
            return list(pickle.load(stream))  # written by this program into a folder of its user
    folder = work / ("statements" if name in BUNDLED_SETS else name)
    embedder = embedder_of(work)
    documents = bundled_corpus() if name in BUNDLED_SETS else DATA / name / "docs.jsonl"
    update(folder, scan([documents]), embedder)
    searcher = Searcher(Index(folder, lambda: embedder))
    found = [
        Asked(
            id=row["id"],
            half=half,
            answerable=row["answerable"],
            retrieval=searcher.search(row["question"], history=_history(row)),
        )
        for row, half in _rows(name)
    ]
    with kept.open("wb") as out:
        pickle.dump(found, out)
    return found


def _rows(name: str) -> Iterator[tuple[dict[str, Any], int]]:
    file = DATA / name / "questions.jsonl"
    if name == "statements":
        file = questions_folder() / "statements.jsonl"
    elif name == "written":
        file = WRITTEN
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        row.setdefault("id", f"written-{number}")
        if name == "mtrag" and row["answerability"] not in ("ANSWERABLE", "UNANSWERABLE"):
            continue
        yield row, _half(name, row)


def _half(name: str, row: dict[str, Any]) -> int:
    if name in BUNDLED_SETS:
        return int(row.get("split") == "test")
    key = row["written_against"] if name == "clapnq" else row["id"].split("<::>")[0]
    if name == "squad2":
        key = row["written_against"].partition("#")[0]
    return int(hashlib.sha256(f"{key}x".encode()).hexdigest(), 16) % 2


def _history(row: dict[str, Any]) -> tuple[Turn, ...]:
    return tuple(
        Turn(role="user" if turn["role"] == "user" else "assistant", content=turn.get("content") or turn["text"])
        for turn in row.get("history") or ()
    )
