"""Answerable and unanswerable questions with what Pilcrow finds for them, in two halves: 0 is fitted on, 1 reported.

squad2 is halved by article, clapnq by passage, mtrag by conversation (partly answerable and unclear tasks are left
out). The questions over the two bundled documents: the dev split is half 0, the test split half 1. The questions of
`eval/fitting/`, written without a look at the test split, are half 0 only: `silence` and `statements` over the two
bundled documents, `official` over eighteen statements of the White House and the Federal Reserve.
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

SETS = ("statements", "written", "practice", "official", "mtrag", "clapnq", "squad2")
BUNDLED_SETS = SETS[:3]
FITTING = Path(__file__).resolve().parents[2] / "fitting"
FILES = {
    "statements": questions_folder() / "statements.jsonl",
    "written": FITTING / "silence.jsonl",
    "practice": FITTING / "statements.jsonl",
    "official": FITTING / "official.jsonl",
}
SOURCES_OF_OFFICIAL = ("whitehouse", "fomc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, its half, and what was found for it."""

    id: str
    half: int
    answerable: bool
    retrieval: Retrieval


def available() -> tuple[str, ...]:
    """The sets whose data is there."""
    return tuple(
        name
        for name in SETS
        if name in BUNDLED_SETS
        or all((DATA / source).is_dir() for source in (SOURCES_OF_OFFICIAL if name == "official" else (name,)))
    )


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
    if name == "official":
        documents = _official(work)
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


def _official(work: Path) -> Path:
    """The documents that `fitting/official.documents.txt` names, in a file of their own."""
    wanted = set((FITTING / "official.documents.txt").read_text(encoding="utf-8").split())
    file = work / "official.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for source in SOURCES_OF_OFFICIAL:
            with (DATA / source / "docs.jsonl").open(encoding="utf-8") as lines:
                out.writelines(line for line in lines if json.loads(line)["id"] in wanted)
    return file


def _rows(name: str) -> Iterator[tuple[dict[str, Any], int]]:
    file = FILES.get(name, DATA / name / "questions.jsonl")
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        row.setdefault("id", f"written-{number}")
        if name == "mtrag" and row["answerability"] not in ("ANSWERABLE", "UNANSWERABLE"):
            continue
        yield row, _half(name, row)


def _half(name: str, row: dict[str, Any]) -> int:
    if name in FILES:
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
