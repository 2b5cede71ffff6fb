"""The catalog: one SQLite file that is the truth about an index; vectors and words are caches beside it.

Invariants: a reader sees whole generations only (documents become live, and old ones vanish, in one transaction);
a paragraph's key is never used again; the same embedded text has one vector, whoever carries it, and each
paragraph a row of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, update_command
from rag.index.schema import (
    FILE,
    FORMAT,
    INFO,
    State,
    batches,
    condition,
    connect,
    heading,
    info_of,
    reading,
    spans_of,
    state_of,
)
from rag.index.wordings import DOCUMENTS, Wordings
from rag.text.normalize import words_hash
from rag.types import Document, DocumentInfo, Filters, Paragraph, Span

_NO_FILTERS = Filters()
_MOST_COPIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A live paragraph with all that is known of it."""

    key: int
    paragraph: Paragraph
    document: DocumentInfo
    words: int
    sentences: tuple[Span, ...]
    chunk_vectors: npt.NDArray[np.float32]
    sentence_vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """What is compared of several paragraphs: the vectors of each follow one another, from `…_starts` on.

    Attributes:
        keys: one a paragraph.
        words: the hash of all its words, equal for copies.
        chunks: float32, shape (chunks of all paragraphs, dimension).
        chunk_starts: the row of `chunks` at which each paragraph begins.
        sentences: float32, shape (sentences of all paragraphs, dimension).
        sentence_starts: the row of `sentences` at which each paragraph begins.
    """

    keys: tuple[int, ...]
    words: tuple[int, ...]
    chunks: npt.NDArray[np.float32]
    chunk_starts: npt.NDArray[np.int64]
    sentences: npt.NDArray[np.float32]
    sentence_starts: npt.NDArray[np.int64]


class _Held:
    """A connection that is closed with its last holder: the thread it belongs to, or a query that is still reading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        # A connection refers to itself through its statement cache; left alone it waits for the garbage collector.
        self.connection.close()


class Catalog:
    """Reads the catalog of an index folder; safe for several threads, each of which has a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self._local = threading.local()
        self._identity = self._stat()

    def close(self) -> None:
        """Closes the connections of all threads, those in use when they are done; asked again, it opens new ones."""
        self._local = threading.local()

    def state(self) -> State:
        """The state now: one small read.

        Raises:
            IndexMissing: there is no index, or none was ever finished.
            IndexMismatch: another version of Pilcrow wrote it.
            IndexDamaged: the file cannot be read.
        """
        if self._stat() != self._identity:
            self._identity = self._stat()
            self._local = threading.local()
        if self._identity is None:
            raise self._missing()
        with reading(self.file):
            try:
                meta = dict(self._rows("SELECT name, value FROM meta"))
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    raise
                mend = update_command(self.file.parent, rebuild=True)
                raise IndexDamaged(f"The catalog {self.file} is incomplete.", mend=mend) from None
        if int(meta.get("format", FORMAT)) != FORMAT:
            raise IndexMismatch(
                f"The index in {self.file.parent} has format {meta['format']}, this Pilcrow reads format {FORMAT}.",
                mend=update_command(self.file.parent, rebuild=True),
            )
        if int(meta.get("generation", 0)) < 1:
            raise self._missing()
        return state_of(meta)

    def document(self, document: str) -> Document | None:
        """The whole document of that id, None when there is none."""
        with reading(self.file):
            row = self._one(
                f"SELECT {INFO}, t.text, d.source, d.digest, d.key FROM documents d JOIN texts t ON t.document = d.key"
                " WHERE d.id = ? AND d.live = 1",
                (document,),
            )
            if row is None:
                return None
            paragraphs = self._rows(
                "SELECT number, start, end, text FROM paragraphs WHERE document = ? ORDER BY number", (row[13],)
            )
        return Document(
            info=info_of(row),
            text=row[10],
            paragraphs=tuple(
                Paragraph(document=document, number=number, start=start, end=end, text=text)
                for number, start, end, text in paragraphs
            ),
            source=row[11],
            digest=row[12],
        )

    def paragraph(self, ref: str) -> Paragraph | None:
        """The paragraph cited as `ref` (`DOCUMENT#pN`), None when there is none."""
        document, _, number = ref.rpartition("#p")
        with reading(self.file):
            row = self._one(
                "SELECT p.number, p.start, p.end, p.text FROM paragraphs p JOIN documents d ON d.key = p.document"
                " WHERE d.id = ? AND d.live = 1 AND p.number = ?",
                (document, _number(number)),
            )
        if row is None:
            return None
        return Paragraph(document=document, number=row[0], start=row[1], end=row[2], text=row[3])

    def has_document(self, document: str) -> bool:
        """Whether there is a live document of that id."""
        with reading(self.file):
            return self._one("SELECT 1 FROM documents WHERE id = ? AND live = 1", (document,)) is not None

    def document_ids(self) -> tuple[str, ...]:
        """The ids of all live documents, in order."""
        with reading(self.file):
            return tuple(row[0] for row in self._rows("SELECT id FROM documents WHERE live = 1 ORDER BY id"))

    def digests(self) -> dict[str, str]:
        """The digest of every live document, by id."""
        with reading(self.file):
            return dict(self._rows("SELECT id, digest FROM documents WHERE live = 1"))

    def issuers(self) -> tuple[str, ...]:
        """Every issuer of a live document, in order."""
        query = "SELECT DISTINCT issuer FROM documents WHERE live = 1 AND issuer IS NOT NULL ORDER BY issuer"
        with reading(self.file):
            return tuple(row[0] for row in self._rows(query))

    def publishers(self) -> tuple[str, ...]:
        """Every publisher of a live document, in order."""
        query = "SELECT DISTINCT publisher FROM documents WHERE live = 1 AND publisher IS NOT NULL ORDER BY publisher"
        with reading(self.file):
            return tuple(row[0] for row in self._rows(query))

    def speakers(self) -> tuple[str, ...]:
        """Every speaker that the metadata of a live document names, in order."""
        query = (
            "SELECT DISTINCT json_extract(metadata, '$.speaker') AS speaker FROM documents"
            " WHERE live = 1 AND json_type(metadata, '$.speaker') = 'text' ORDER BY speaker"
        )
        with reading(self.file):
            return tuple(row[0] for row in self._rows(query))

    def spoken_by(self, speakers: Sequence[str]) -> npt.NDArray[np.int64]:
        """The keys of the live documents by one of those speakers."""
        query = "SELECT key, json_extract(metadata, '$.speaker') FROM documents WHERE live = 1"
        with reading(self.file):
            return np.array([row[0] for row in self._rows(query) if row[1] in speakers], np.int64)

    def corpus_digest(self) -> str:
        """A digest of all live documents."""
        return self.state().corpus[:12]

    def info(self, document: str) -> DocumentInfo | None:
        """What is known about the document, None when there is none of that id."""
        with reading(self.file):
            row = self._one(f"SELECT {INFO} FROM documents d WHERE d.id = ? AND d.live = 1", (document,))
        return info_of(row) if row else None

    def documents(self, filters: Filters = _NO_FILTERS) -> tuple[DocumentInfo, ...]:
        """All live documents the filters let through, newest first."""
        where, values = condition(filters)
        with reading(self.file):
            rows = self._rows(
                f"SELECT {INFO} FROM documents d WHERE d.live = 1{where}"
                " ORDER BY d.first_day IS NULL, d.first_day DESC, d.id",
                values,
            )
        return tuple(info_of(row) for row in rows)

    def document_keys(self, filters: Filters) -> npt.NDArray[np.int64]:
        """The keys of the live documents the filters let through, in order."""
        where, values = condition(filters)
        with reading(self.file):
            rows = self._rows(f"SELECT d.key FROM documents d WHERE d.live = 1{where} ORDER BY d.key", values)
        return np.array([row[0] for row in rows], np.int64)

    def paragraph_keys(self, document: str) -> tuple[int, ...]:
        """The keys of a live document's paragraphs, in order; none when there is no such document."""
        with reading(self.file):
            rows = self._rows(
                "SELECT p.key FROM paragraphs p JOIN documents d ON d.key = p.document"
                " WHERE d.id = ? AND d.live = 1 ORDER BY p.number",
                (document,),
            )
        return tuple(row[0] for row in rows)

    def wordings(self) -> tuple[Wordings, npt.NDArray[np.int64]]:
        """All live paragraphs, grouped by their words, and the key of each one's document."""
        with reading(self.file):
            rows = self._rows(
                f"SELECT p.key, p.words, d.place, p.document FROM paragraphs p JOIN {DOCUMENTS} d ON d.key = p.document"
                " WHERE d.live = 1 ORDER BY p.key"
            )
        keys, words, places, documents = np.array(rows, np.int64).reshape(-1, 4).T.copy()
        return Wordings(keys, words, places), documents

    def unreachable(self) -> npt.NDArray[np.int64]:
        """Keys of paragraphs that the sealed collection should hold but does not give back."""
        with reading(self.file):
            rows = self._rows("SELECT paragraph FROM unreachable ORDER BY paragraph")
        return np.array([row[0] for row in rows], np.int64)

    def chunk_vectors(
        self, *, after: int = 0, through: int = 2**62, only: Sequence[int] | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Paragraph key and the fp16 bytes of its chunks, for the live ones in a range of keys or in `only`."""
        query = (
            "SELECT p.key, v.chunks FROM paragraphs p JOIN documents d ON d.key = p.document"
            " JOIN vectors v ON v.key = p.vector WHERE d.live = 1"
        )
        with reading(self.file):
            if only is None:
                held = self._held()
                yield from held.connection.execute(
                    query + " AND p.key > ? AND p.key <= ? ORDER BY p.key", (after, through)
                )
                return
            for part in batches(only):
                marks = ",".join("?" * len(part))
                yield from self._rows(f"{query} AND p.key IN ({marks}) ORDER BY p.key", part)

    def entries(self, keys: Sequence[int]) -> Iterator[tuple[int, str, str]]:
        """Key, heading and text of those paragraphs: what the lexical index is made of."""
        with reading(self.file):
            for part in batches(keys):
                rows = self._rows(
                    "SELECT p.key, d.title, d.issuer, d.date, p.text FROM paragraphs p"
                    f" JOIN documents d ON d.key = p.document WHERE p.key IN ({','.join('?' * len(part))})",
                    part,
                )
                for key, title, issuer, date, text in rows:
                    yield key, heading(title=title, issuer=issuer, date=date), text

    def compare(self, keys: Sequence[int], *, dimension: int) -> Comparable:
        """The vectors of those of `keys` that are there, in the same order."""
        found: dict[int, tuple[int, bytes, bytes]] = {}
        with reading(self.file):
            for part in batches(keys):
                rows = self._rows(
                    "SELECT p.key, p.words, v.chunks, s.vectors FROM paragraphs p JOIN vectors v ON v.key = p.vector"
                    f" JOIN sentence_vectors s ON s.key = p.vector WHERE p.key IN ({','.join('?' * len(part))})",
                    part,
                )
                found.update((key, (words, chunks, sentences)) for key, words, chunks, sentences in rows)
        there = [key for key in keys if key in found]
        chunks, chunk_starts = _stacked([found[key][1] for key in there], dimension)
        sentences, sentence_starts = _stacked([found[key][2] for key in there], dimension)
        return Comparable(
            keys=tuple(there),
            words=tuple(found[key][0] for key in there),
            chunks=chunks,
            chunk_starts=chunk_starts,
            sentences=sentences,
            sentence_starts=sentence_starts,
        )

    def load(self, keys: Sequence[int], *, dimension: int) -> dict[int, Stored]:
        """The live paragraphs among `keys`, with their vectors."""
        found: dict[int, Stored] = {}
        with reading(self.file):
            for part in batches(keys):
                rows = self._rows(
                    f"SELECT {INFO}, p.key, p.number, p.start, p.end, p.text, p.words, p.sentences,"
                    " v.chunks, s.vectors"
                    " FROM paragraphs p JOIN documents d ON d.key = p.document"
                    " JOIN vectors v ON v.key = p.vector JOIN sentence_vectors s ON s.key = p.vector"
                    f" WHERE d.live = 1 AND p.key IN ({','.join('?' * len(part))})",
                    part,
                )
                infos: dict[str, DocumentInfo] = {}
                for row in rows:
                    info = infos.get(row[0]) or infos.setdefault(row[0], info_of(row))
                    found[row[10]] = _stored(row, info, dimension)
        return found

    def same_words(self, words: Sequence[int]) -> dict[int, tuple[tuple[int, str], ...]]:
        """For each hash of a whole paragraph's words: the (key, reference) of every live paragraph that has it."""
        found: dict[int, list[tuple[int, str]]] = {}
        with reading(self.file):
            for part in batches(words):
                rows = self._rows(
                    "SELECT p.words, p.key, d.id, p.number FROM paragraphs p JOIN documents d ON d.key = p.document"
                    f" WHERE d.live = 1 AND p.words IN ({','.join('?' * len(part))}) ORDER BY p.key",
                    part,
                )
                for value, key, document, number in rows:
                    found.setdefault(value, []).append((key, f"{document}#p{number}"))
        return {value: tuple(refs) for value, refs in found.items()}

    def copies(self, ref: str, span: Span) -> tuple[str, ...]:
        """Paragraphs of other documents that carry every sentence the span of `ref` touches, at most fifty."""
        document, _, number = ref.rpartition("#p")
        with reading(self.file):
            row = self._one(
                "SELECT p.text, p.sentences, p.document FROM paragraphs p JOIN documents d ON d.key = p.document"
                " WHERE d.id = ? AND d.live = 1 AND p.number = ?",
                (document, _number(number)),
            )
            if row is None:
                return ()
            touched = [s for s in spans_of(row[1]) if s.start < span.end and s.end > span.start]
            if not touched:
                return ()
            hashes = {words_hash(row[0][s.start : s.end]) for s in touched}
            whole = words_hash(row[0][touched[0].start : touched[-1].end])
            marks = ",".join("?" * len(hashes))
            rows = self._rows(
                "SELECT d.id, p.number FROM paragraphs p JOIN documents d ON d.key = p.document WHERE d.live = 1"
                " AND d.key <> ? AND p.key IN ("
                f"SELECT paragraph FROM wordings WHERE words IN ({marks}) GROUP BY paragraph HAVING count(*) = ?"
                " UNION SELECT paragraph FROM wordings WHERE words = ?)"
                " ORDER BY d.id, p.number LIMIT ?",
                (row[2], *hashes, len(hashes), whole, _MOST_COPIES),
            )
        return tuple(f"{other}#p{n}" for other, n in rows)

    def _held(self) -> _Held:
        """The connection of this thread; whoever reads from it keeps what is returned until the last row."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(connect(self.file))
        return held

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        held = self._held()
        return held.connection.execute(query, tuple(values)).fetchall()

    def _one(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        held = self._held()
        row: tuple[Any, ...] | None = held.connection.execute(query, tuple(values)).fetchone()
        return row

    def _stat(self) -> tuple[int, int] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _missing(self) -> IndexMissing:
        return IndexMissing(f"There is no index in {self.file.parent}.", mend=update_command(self.file.parent))


def _stacked(blobs: Sequence[bytes], dimension: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    counts = [len(blob) // (2 * dimension) for blob in blobs]
    rows = np.frombuffer(b"".join(blobs), np.float16).reshape(-1, dimension).astype(np.float32)
    return rows, np.cumsum([0, *counts[:-1]], dtype=np.int64)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _stored(row: Sequence[Any], info: DocumentInfo, dimension: int) -> Stored:
    key, number, start, end, text, words, sentences, chunks, vectors = row[10:19]
    return Stored(
        key=key,
        paragraph=Paragraph(document=info.id, number=number, start=start, end=end, text=text),
        document=info,
        words=words,
        sentences=spans_of(sentences),
        chunk_vectors=np.frombuffer(chunks, np.float16).reshape(-1, dimension).astype(np.float32),
        sentence_vectors=np.frombuffer(vectors, np.float16).reshape(-1, dimension).astype(np.float32),
    )
