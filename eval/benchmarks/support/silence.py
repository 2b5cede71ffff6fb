"""Answerable and unanswerable questions with what Pilcrow finds for them, in two halves: 0 is fitted on, 1 reported.

squad2 is halved by article, clapnq by passage, mtrag by conversation (partly answerable and unclear tasks are left
out). The questions over the two bundled documents: the dev split is half 0, the test split half 1. The questions of
`eval/fitting/`, written without a look at the test split, are half 0 only: `silence` and `statements` over the two
bundled documents, `official` over eighteen statements of the White House and the Federal Reserve, `packets` over two
packets of `reader.jsonl` that the reader is not trained on. Those over few documents are asked again `AMONG` others.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from collections.abc import Iterator, Mapping
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

SETS = ("statements", "written", "practice", "official", "packets", "mtrag", "clapnq", "squad2")
BUNDLED_SETS = SETS[:3]
FITTING = Path(__file__).resolve().parents[2] / "fitting"
FILES = {
    "statements": questions_folder() / "statements.jsonl",
    "written": FITTING / "silence.jsonl",
    "practice": FITTING / "statements.jsonl",
    "official": FITTING / "official.jsonl",
    "packets": FITTING / "reader.jsonl",
}
FEW = ("statements", "written", "practice", "official")
"""Sets over few documents."""
AMONG: Mapping[str, int | None] = {"clapnq": 130, "squad2": None}
"""Sets, and how many of their paragraphs, among which the few documents are laid: nobody asks two pages for long. What
they tell is of other things, so that no label changes."""
KEPT_PACKETS = ("w03", "w08")
"""Packets of `fitting/reader.jsonl` that the reader is not trained on."""
KEPT_ARTICLE = "squad2/Force#"
"""The article of half 0 that the reader is not trained on; of clapnq and mtrag two fifths are kept."""
SOURCES = {"official": ("whitehouse", "fomc"), "packets": ("whitehouse",)}
"""Where the documents of a set lie that has no folder of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, its half, and what was found for it."""

    id: str
    half: int
    answerable: bool
    retrieval: Retrieval
    taught: bool
    """Whether the reader was trained on it."""


def available() -> tuple[str, ...]:
    """The sets whose data is there."""
    return tuple(
        name
        for name in SETS
        if name in BUNDLED_SETS or all((DATA / source).is_dir() for source in SOURCES.get(name, (name,)))
    )


def embedder_of(work: Path) -> Embedder:
    return load_embedder(BUNDLED, cache=work / "models")


def asked(name: str, work: Path, among: str | None = None) -> list[Asked]:
    """The questions of a set, searched for in an index of its documents; both are kept in the folder `work`.

    Args:
        name: one of `SETS`.
        work: a folder.
        among: the set of `AMONG` whose paragraphs are indexed beside those of a set of `FEW`.
    """
    kept = work / f"{' among '.join(filter(None, (name, among)))}.found"
    if not kept.exists():
        embedder = embedder_of(work)
        folder = work / " among ".join(filter(None, ("statements" if name in BUNDLED_SETS else name, among)))
        documents = [_documents(name, work)]
        if among:
            documents.append(_first(work / f"{among}.jsonl", among, AMONG[among]))
        update(folder, scan(documents), embedder)
        searcher = Searcher(Index(folder, lambda: embedder))
        found = {row["id"]: searcher.search(row["question"], history=_history(row)) for row, _ in rows_of(name)}
        with kept.open("wb") as out:
            pickle.dump(found, out)
    with kept.open("rb") as stream:
        found = pickle.load(stream)  # written by this program into a folder of its user
    return [
        Asked(
            id=row["id"],
            half=half,
            answerable=row["answerable"],
            taught=is_taught(name, row),
            retrieval=found[row["id"]],
        )
        for row, half in rows_of(name)
    ]


def _documents(name: str, work: Path) -> Path:
    """Where the documents of a set lie."""
    if name in BUNDLED_SETS:
        return bundled_corpus()
    if name == "official":
        wanted = (FITTING / "official.documents.txt").read_text(encoding="utf-8").split()
        return _chosen(work / "official.jsonl", dict.fromkeys(wanted), SOURCES[name])
    if name == "packets":
        shown = {row["document"]: row["paragraphs"] for row in _kept_packets()}
        return _chosen(work / "packets.jsonl", shown, SOURCES[name])
    return DATA / name / "docs.jsonl"


def _first(file: Path, source: str, paragraphs: int | None) -> Path:
    """The first documents of a source in a file of their own, until there are so many paragraphs."""
    left = paragraphs or sys.maxsize
    with file.open("w", encoding="utf-8") as out:
        for line in (DATA / source / "docs.jsonl").open(encoding="utf-8"):
            if left > 0:
                out.write(line)
            left -= len(json.loads(line)["paragraphs"])
    return file


def _chosen(file: Path, wanted: Mapping[str, list[int] | None], sources: tuple[str, ...]) -> Path:
    """Some documents in a file of their own; of each the paragraphs with these numbers, or all."""
    with file.open("w", encoding="utf-8") as out:
        for source in sources:
            for line in (DATA / source / "docs.jsonl").open(encoding="utf-8"):
                document = json.loads(line)
                if document["id"] in wanted:
                    if numbers := wanted[document["id"]]:
                        document["paragraphs"] = [document["paragraphs"][number - 1] for number in numbers]
                    out.write(json.dumps(document) + "\n")
    return file


def _kept_packets() -> list[dict[str, Any]]:
    lines = map(json.loads, FILES["packets"].read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["packet"] in KEPT_PACKETS]


def rows_of(name: str) -> Iterator[tuple[dict[str, Any], int]]:
    """The questions of a set as its file has them, and the half of each."""
    if name == "packets":
        asked = (question for row in _kept_packets() for question in row["questions"])
        for number, question in enumerate(asked):
            yield {"id": f"packets-{number}", "answerable": "sentences" in question, **question}, 0
        return
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


def is_taught(name: str, row: dict[str, Any]) -> bool:
    """Whether the reader is trained on a question: on a part of half 0 of the public sets."""
    if name in FILES or _half(name, row):
        return False
    if name == "squad2":
        return not row["written_against"].startswith(KEPT_ARTICLE)
    return not keeps(row["written_against"] if name == "clapnq" else row["id"].split("<::>")[0])


def keeps(key: str) -> bool:
    """Whether a passage or conversation of half 0 is kept from the reader, for the fit of the abstention."""
    return int(hashlib.sha256(f"read {key}".encode()).hexdigest(), 16) % 10 < 4


def _history(row: dict[str, Any]) -> tuple[Turn, ...]:
    return tuple(
        Turn(role="user" if turn["role"] == "user" else "assistant", content=turn.get("content") or turn["text"])
        for turn in row.get("history") or ()
    )
