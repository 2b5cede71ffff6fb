"""The layout of the catalog, and what its reader and its writer share."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import IndexDamaged, update_command
from rag.index.periods import bounds
from rag.types import DocumentInfo, Filters, Span

FORMAT = 3
FILE = "catalog.sqlite"
_MOST_VARIABLES = 900
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, live INTEGER NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,
    source TEXT NOT NULL, title TEXT NOT NULL, date TEXT, issuer TEXT, publisher TEXT, url TEXT, language TEXT,
    kind TEXT NOT NULL, retrieved TEXT, metadata TEXT NOT NULL, issuer_folded TEXT, first_day TEXT, last_day TEXT,
    UNIQUE (id, live)
);
CREATE TABLE texts (document INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE paragraphs (
    key INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, words INTEGER NOT NULL, vector INTEGER, sentences BLOB NOT NULL,
    text TEXT NOT NULL, UNIQUE (document, number)
);
CREATE INDEX paragraphs_words ON paragraphs (words);
CREATE INDEX paragraphs_vector ON paragraphs (vector);
CREATE TABLE wordings (words INTEGER, paragraph INTEGER, PRIMARY KEY (words, paragraph)) WITHOUT ROWID;
CREATE INDEX wordings_paragraph ON wordings (paragraph);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, chunks BLOB NOT NULL);
CREATE TABLE sentence_vectors (key INTEGER PRIMARY KEY, vectors BLOB NOT NULL);
CREATE TABLE unreachable (paragraph INTEGER PRIMARY KEY);
"""
INFO = "d.id, d.title, d.date, d.issuer, d.publisher, d.url, d.language, d.kind, d.retrieved, d.metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The last sealed collection of vectors: live paragraphs up to key `through`, in `chunks` vectors.

    `place` is empty for the embedded store, else the server's URL.
    """

    place: str
    name: str
    through: int
    chunks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the catalog says about itself."""

    generation: int
    format: int
    embedding: str
    digest: str
    dimension: int
    words: str
    seal: Seal | None
    corpus: str
    """Digest over the digests of all live documents."""


def connect(file: Path) -> sqlite3.Connection:
    """A connection to an existing catalog; writers and readers do not wait for each other.

    Each thread uses one of its own; only closing them is left to whichever thread comes last.

    Raises:
        IndexDamaged: a folder lies in its place.
    """
    refuse_folder(file)
    address = f"{file.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32000")
    return connection


def refuse_folder(file: Path) -> None:
    """Refuses a folder in the place of the catalog, which building anew would not remove.

    Raises:
        IndexDamaged: there is one.
    """
    if file.is_dir():
        mend = f"Move it away. {update_command(file.parent)}"
        raise IndexDamaged(f"A folder lies in the place of the catalog {file}.", mend=mend)


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turns SQLite's errors into `IndexDamaged`."""
    try:
        yield
    except sqlite3.Error as error:
        mend = update_command(file.parent, rebuild=True)
        if not os.access(file.parent, os.W_OK):
            # SQLite reads such a catalog only while somebody who may write has it open.
            mend = f"Let {file.parent} be written to, or copy it to where it can be."
        raise IndexDamaged(f"The catalog {file} cannot be read: {error}.", mend=mend) from error


def damage(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the pages of the file, empty when nothing is: reads the whole file."""
    try:
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found.splitlines()[-1]


def state_of(meta: dict[str, str]) -> State:
    """The state that the rows of `meta` describe."""
    seal = json.loads(meta["seal"]) if meta.get("seal") else None
    return State(
        generation=int(meta.get("generation", 0)),
        format=int(meta.get("format", 0)),
        embedding=meta.get("embedding", ""),
        digest=meta.get("digest", ""),
        dimension=int(meta.get("dimension", 0)),
        words=meta.get("words", ""),
        seal=Seal(**seal) if seal else None,
        corpus=meta.get("corpus", ""),
    )


def condition(filters: Filters) -> tuple[str, list[str]]:
    """The SQL that lets through what the filters do, to stand behind `WHERE d.live = 1`.

    Raises:
        InputError: a date of the filters is none.
    """
    since, until = bounds(filters.since, filters.until)
    parts: list[str] = []
    values: list[str] = []
    if filters.issuers:
        parts.append(f"d.issuer_folded IN ({','.join('?' * len(filters.issuers))})")
        values.extend(folded(issuer) for issuer in filters.issuers)
    if filters.documents:
        parts.append(f"d.id IN ({','.join('?' * len(filters.documents))})")
        values.extend(filters.documents)
    if filters.publishers:
        parts.append(f"d.publisher IN ({','.join('?' * len(filters.publishers))})")
        values.extend(filters.publishers)
    if since:
        parts.append("d.last_day >= ?")
        values.append(since)
    if until:
        parts.append("d.first_day <= ?")
        values.append(until)
    return "".join(f" AND {part}" for part in parts), values


def heading(*, title: str, issuer: str | None, date: str | None) -> str:
    """What stands above a paragraph when it is embedded or searched by words; it is never quoted."""
    return ". ".join(part for part in (title, issuer, date) if part) + "."


def folded(issuer: str) -> str:
    """The form in which issuers are compared."""
    return " ".join(issuer.casefold().split())


def info_of(row: Sequence[Any]) -> DocumentInfo:
    """What the columns of `INFO` say."""
    return DocumentInfo(
        id=row[0],
        title=row[1],
        date=row[2],
        issuer=row[3],
        publisher=row[4],
        url=row[5],
        language=row[6],
        kind=row[7],
        retrieved=row[8],
        metadata=json.loads(row[9]),
    )


def spans_of(blob: bytes) -> tuple[Span, ...]:
    """The spans of a paragraph's sentences as they are kept."""
    pairs = np.frombuffer(blob, np.int32).reshape(-1, 2).tolist()
    return tuple(Span(start=start, end=end) for start, end in pairs)


def batches(values: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The values in parts small enough for one SQL statement."""
    for at in range(0, len(values), _MOST_VARIABLES):
        yield tuple(int(value) for value in values[at : at + _MOST_VARIABLES])
