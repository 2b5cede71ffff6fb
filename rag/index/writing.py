"""The writer's side of the catalog: documents are staged first, and become live together in one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, IndexMismatch, update_command
from rag.index.embedding import Passage, PassageVectors
from rag.index.periods import period
from rag.index.schema import (
    FILE,
    FORMAT,
    SCHEMA,
    Seal,
    State,
    batches,
    connect,
    damage,
    folded,
    heading,
    refuse_folder,
    spans_of,
    state_of,
)
from rag.index.wordings import DOCUMENTS, Wordings
from rag.text.normalize import words_hash
from rag.text.sentences import split_sentences
from rag.types import Document, Paragraph, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A staged paragraph that has no vector yet."""

    key: int
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the lexical index is told of a paragraph."""

    key: int
    heading: str
    text: str


class CatalogWriter:
    """One process at a time may hold one, under the index folder's lock."""

    def __init__(self, folder: Path, *, afresh: bool = False) -> None:
        """Opens the catalog of `folder`, or makes an empty one.

        Args:
            folder: the index folder.
            afresh: throw away a catalog that cannot be read or has another format.

        Raises:
            IndexMismatch: the catalog has another format and `afresh` is not set.
            IndexDamaged: it cannot be read and `afresh` is not set.
        """
        self.folder = folder
        self._file = folder / FILE
        self._rebuild = update_command(folder, rebuild=True)
        refuse_folder(self._file)
        try:
            self._open()
            if afresh and damage(self._connection):
                raise IndexDamaged(f"The catalog {self._file} is damaged.", mend=self._rebuild)
        except (IndexMismatch, IndexDamaged):
            if not afresh:
                raise
            self.close()
            for ending in ("", "-wal", "-shm"):
                self._file.with_name(FILE + ending).unlink(missing_ok=True)
            self._open()

    def _open(self) -> None:
        if not self._file.exists():
            half = self._file.with_name(f"{FILE}.new")
            for ending in ("", "-wal", "-shm"):
                half.with_name(half.name + ending).unlink(missing_ok=True)
            fresh = sqlite3.connect(half)
            fresh.execute("PRAGMA journal_mode = WAL")
            fresh.executescript(SCHEMA)
            fresh.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
            fresh.commit()
            fresh.close()
            half.replace(self._file)
        with self._guarded():
            self._connection = connect(self._file)
            tables = {row[0] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"meta", "documents", "paragraphs"} <= tables:
                raise IndexDamaged(f"The catalog {self._file} is incomplete.", mend=self._rebuild)
            found = self.state().format
        if found != FORMAT:
            raise IndexMismatch(
                f"The index in {self.folder} has format {found}, this Pilcrow writes format {FORMAT}.",
                mend=self._rebuild,
            )

    def close(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()

    def state(self) -> State:
        """The state, also of a catalog that has no generation yet."""
        return state_of(dict(self._all("SELECT name, value FROM meta")))

    def digests(self) -> dict[str, str]:
        """The digest of every live document, by id."""
        return dict(self._all("SELECT id, digest FROM documents WHERE live = 1"))

    def sources(self) -> dict[str, str]:
        """The file of every live document, by id."""
        return dict(self._all("SELECT id, source FROM documents WHERE live = 1"))

    def set_sources(self, sources: Mapping[str, str]) -> None:
        """Gives live documents, by id, the file in which they stand now."""
        with self._transaction():
            self._connection.executemany(
                "UPDATE documents SET source = ? WHERE live = 1 AND id = ?",
                [(source, document) for document, source in sources.items()],
            )

    def staged(self) -> dict[str, str]:
        """The digest of every document that an earlier, unfinished run staged, by id."""
        return dict(self._all("SELECT id, digest FROM documents WHERE live = 0"))

    def stage(self, documents: Iterable[Document]) -> None:
        """Adds documents that are not live yet, in one transaction."""
        with self._transaction():
            for document in documents:
                self._forget("live = 0 AND id = ?", (document.id,))
                self._add(document)

    def unstage(self, ids: Sequence[str]) -> None:
        """Forgets staged documents that are no longer wanted."""
        with self._transaction():
            for document in ids:
                self._forget("live = 0 AND id = ?", (document,))

    def count_pending(self) -> int:
        row = self._all(
            "SELECT count(*) FROM paragraphs p JOIN documents d ON d.key = p.document"
            " WHERE d.live = 0 AND p.vector IS NULL"
        )
        return int(row[0][0])

    def pending(self, *, limit: int) -> list[Pending]:
        """The next staged paragraphs without a vector."""
        rows = self._all(
            "SELECT p.key, d.title, d.issuer, d.date, p.text, p.sentences FROM documents d"
            " JOIN paragraphs p ON d.key = p.document WHERE d.live = 0 AND p.vector IS NULL ORDER BY p.key LIMIT ?",
            (limit,),
        )
        return [
            Pending(
                key=key,
                passage=Passage(
                    heading=heading(title=title, issuer=issuer, date=date), text=text, sentences=spans_of(blob)
                ),
            )
            for key, title, issuer, date, text, blob in rows
        ]

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """The keys of the vectors that are there already, by hash of the embedded text."""
        found: dict[bytes, int] = {}
        for at in range(0, len(hashes), 500):
            part = hashes[at : at + 500]
            found.update(self._all(f"SELECT hash, key FROM vectors WHERE hash IN ({','.join('?' * len(part))})", part))
        return found

    def add_vectors(self, vectors: dict[bytes, PassageVectors]) -> dict[bytes, int]:
        """Keeps vectors under the hash of what was embedded; gives their keys."""
        keys: dict[bytes, int] = {}
        with self._transaction():
            for hashed, value in vectors.items():
                chunks = value.chunks.astype(np.float16).tobytes()
                key = self._connection.execute(
                    "INSERT INTO vectors (hash, chunks) VALUES (?, ?)", (hashed, chunks)
                ).lastrowid
                assert key is not None
                sentences = value.sentences.astype(np.float16).tobytes()
                self._connection.execute("INSERT INTO sentence_vectors VALUES (?, ?)", (key, sentences))
                keys[hashed] = key
        return keys

    def set_vectors(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Gives paragraphs their vectors: pairs of paragraph key and vector key."""
        with self._transaction():
            self._connection.executemany(
                "UPDATE paragraphs SET vector = ? WHERE key = ?", [(vector, key) for key, vector in pairs]
            )

    def unset_vectors(self) -> None:
        """Takes the vectors from the staged paragraphs again."""
        with self._transaction():
            self._connection.execute(
                "UPDATE paragraphs SET vector = NULL WHERE document IN (SELECT key FROM documents WHERE live = 0)"
            )

    def firsts(self, *, gone: Collection[str] = (), staged: bool = False) -> npt.NDArray[np.int64]:
        """The keys of the paragraphs that stand for a wording, among those of live documents that are not `gone`.

        Args:
            gone: ids of live documents that are left out.
            staged: whether the staged documents count too.
        """
        rows = self._all(
            f"SELECT p.key, p.words, d.place, p.document, d.live FROM paragraphs p JOIN {DOCUMENTS} d"
            " ON d.key = p.document ORDER BY p.key"
        )
        keys, words, places, documents, live = np.array(rows, np.int64).reshape(-1, 5).T
        left_out = [key for name, key in self._all("SELECT id, key FROM documents WHERE live = 1") if name in gone]
        kept = (live == 1) & ~np.isin(documents, left_out)
        if staged:
            kept |= live == 0
        standing = Wordings(keys[kept], words[kept], places[kept])
        return np.sort(standing.keys[standing.firsts])

    def entries(self, keys: Sequence[int]) -> Iterator[Entry]:
        """What the lexical index is told of those paragraphs."""
        for part in batches(keys):
            rows = self._all(
                "SELECT p.key, d.title, d.issuer, d.date, p.text FROM paragraphs p JOIN documents d"
                f" ON d.key = p.document WHERE p.key IN ({','.join('?' * len(part))}) ORDER BY p.key",
                part,
            )
            for key, title, issuer, date, text in rows:
                yield Entry(key=key, heading=heading(title=title, issuer=issuer, date=date), text=text)

    def count(self, *, live: int) -> int:
        """How many paragraphs are live, or staged."""
        query = "SELECT count(*) FROM paragraphs p JOIN documents d ON d.key = p.document WHERE d.live = ?"
        return int(self._all(query, (live,))[0][0])

    def swap(self, *, removed: Sequence[str], embedding: str, digest: str, dimension: int, words: str) -> None:
        """Makes the staged documents live and `removed` and replaced ones vanish: the next generation."""
        with self._transaction():
            gone = [*removed, *self.staged()]
            for document in gone:
                self._forget("live = 1 AND id = ?", (document,))
            self._connection.execute("UPDATE documents SET live = 1 WHERE live = 0")
            corpus = hashlib.sha256()
            for row in self._all("SELECT id, digest FROM documents WHERE live = 1 ORDER BY id"):
                corpus.update(f"{row[0]}\x00{row[1]}\n".encode())
            self._set(
                embedding=embedding,
                digest=digest,
                dimension=str(dimension),
                words=words,
                corpus=corpus.hexdigest(),
                generation=str(self.state().generation + 1),
            )

    def begin_seal(self, name: str) -> None:
        """Remembers a collection that is being written, so that the next run can clear it away after a kill."""
        with self._transaction():
            self._set(sealing=name)

    def unfinished_seal(self) -> str:
        """The collection that a killed run may have left, empty when there is none."""
        state = self.state()
        rows = self._all("SELECT value FROM meta WHERE name = 'sealing'")
        return str(rows[0][0]) if rows and (state.seal is None or rows[0][0] != state.seal.name) else ""

    def sealed(self, seal: Seal, *, unreachable: Sequence[int]) -> None:
        """Records a newly sealed collection of vectors, as a generation of its own."""
        with self._transaction():
            self._connection.execute("DELETE FROM unreachable")
            self._connection.executemany("INSERT INTO unreachable VALUES (?)", [(int(key),) for key in unreachable])
            self._set(seal=json.dumps(asdict(seal)), generation=str(self.state().generation + 1))

    def set_words(self, words: str) -> None:
        """Records another folder of the lexical index, as a generation of its own."""
        with self._transaction():
            self._set(words=words, generation=str(self.state().generation + 1))

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Key and fp16 chunk vectors of every live paragraph, in order."""
        with self._guarded():
            yield from self._connection.execute(
                "SELECT p.key, v.chunks FROM paragraphs p JOIN documents d ON d.key = p.document"
                " JOIN vectors v ON v.key = p.vector WHERE d.live = 1 ORDER BY p.key"
            )

    def count_chunks(self) -> tuple[int, int]:
        """How many live chunks there are, and the highest key of a live paragraph."""
        size, last = self._all(
            "SELECT coalesce(sum(length(v.chunks)), 0), coalesce(max(p.key), 0) FROM paragraphs p"
            " JOIN documents d ON d.key = p.document JOIN vectors v ON v.key = p.vector WHERE d.live = 1"
        )[0]
        return int(size) // (2 * max(self.state().dimension, 1)), int(last)

    def count_unsealed(self, through: int) -> int:
        """How many live chunks came after the seal."""
        row = self._all(
            "SELECT coalesce(sum(length(v.chunks)), 0) FROM paragraphs p JOIN documents d ON d.key = p.document"
            " JOIN vectors v ON v.key = p.vector WHERE d.live = 1 AND p.key > ?",
            (through,),
        )
        return int(row[0][0]) // (2 * max(self.state().dimension, 1))

    def tidy(self) -> None:
        """Drops vectors nobody uses, and gives the space back when it is a quarter of the file or more."""
        with self._transaction():
            unused = "SELECT key FROM vectors WHERE key NOT IN (SELECT vector FROM paragraphs WHERE vector IS NOT NULL)"
            self._connection.execute(f"DELETE FROM sentence_vectors WHERE key IN ({unused})")
            self._connection.execute(f"DELETE FROM vectors WHERE key IN ({unused})")
        free, pages = (self._all(f"PRAGMA {name}")[0][0] for name in ("freelist_count", "page_count"))
        if free * 4 > pages:
            self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _add(self, document: Document) -> None:
        info = document.info
        days = period(info.date)
        key = self._connection.execute(
            "INSERT INTO documents (live, id, digest, source, title, date, issuer, publisher, url, language, kind,"
            " retrieved, metadata, issuer_folded, first_day, last_day)"
            " VALUES (0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                info.id,
                document.digest,
                document.source,
                info.title,
                info.date,
                info.issuer,
                info.publisher,
                info.url,
                info.language,
                info.kind,
                info.retrieved,
                json.dumps(dict(info.metadata), ensure_ascii=False, default=str),
                folded(info.issuer) if info.issuer else None,
                days[0] if days else None,
                days[1] if days else None,
            ),
        ).lastrowid
        self._connection.execute("INSERT INTO texts VALUES (?, ?)", (key, document.text))
        for paragraph in document.paragraphs:
            self._add_paragraph(key, paragraph)

    def _add_paragraph(self, document: int | None, paragraph: Paragraph) -> None:
        spans = split_sentences(paragraph.text) or (Span(start=0, end=len(paragraph.text)),)
        blob = np.array([(span.start, span.end) for span in spans], np.int32).tobytes()
        words = words_hash(paragraph.text)
        key = self._connection.execute(
            "INSERT INTO paragraphs (document, number, start, end, words, sentences, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (document, paragraph.number, paragraph.start, paragraph.end, words, blob, paragraph.text),
        ).lastrowid
        hashes = {words, *(words_hash(paragraph.text[span.start : span.end]) for span in spans)}
        self._connection.executemany("INSERT INTO wordings VALUES (?, ?)", [(value, key) for value in hashes])

    def _forget(self, where: str, values: Sequence[Any]) -> None:
        documents = [row[0] for row in self._all(f"SELECT key FROM documents WHERE {where}", values)]
        for document in documents:
            keys = [row[0] for row in self._all("SELECT key FROM paragraphs WHERE document = ?", (document,))]
            for part in batches(keys):
                marks = ",".join("?" * len(part))
                self._connection.execute(f"DELETE FROM wordings WHERE paragraph IN ({marks})", part)
            self._connection.execute("DELETE FROM paragraphs WHERE document = ?", (document,))
            self._connection.execute("DELETE FROM texts WHERE document = ?", (document,))
            self._connection.execute("DELETE FROM documents WHERE key = ?", (document,))

    def _set(self, **values: str) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def _all(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._guarded():
            return self._connection.execute(query, tuple(values)).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"The catalog {self._file} cannot be written: {error}.", mend=self._rebuild) from error
