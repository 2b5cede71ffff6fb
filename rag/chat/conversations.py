"""Conversations kept in their own SQLite file, so that they outlive the page and the process.

Invariant: every reading and writing names the owner, and sees nothing of anybody else's. The file is apart from the
catalog: rebuilding an index never touches what people said.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.chat.exchanges import Conversation, Exchange, exchange_from_json, exchange_to_json, new_id, now
from rag.errors import InputError, StoreError

FILE_NAME = "conversations.sqlite3"
_TITLE_LENGTH = 80

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, started TEXT NOT NULL, touched TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_of_owner ON conversations (owner, touched DESC);
CREATE TABLE IF NOT EXISTS exchanges (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (conversation, position)
) STRICT;
"""


class Conversations:
    """The store; safe for several threads, since each call opens its own connection."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        with self._open() as database:
            database.executescript("PRAGMA journal_mode = WAL;" + _SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as database:
                database.execute("PRAGMA foreign_keys = ON")
                with database:
                    yield database
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"Conversations cannot be kept in {str(self._path)!r}: {error}.",
                mend=f"Move {FILE_NAME} away or make the folder writable.",
            ) from None

    def start(self, owner: str, title: str) -> Conversation:
        """A new conversation named after its first question."""
        time = now()
        conversation = Conversation(id=new_id(), title=_short(title), started=time, touched=time)
        with self._open() as database:
            database.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (conversation.id, owner, conversation.title, time, time),
            )
        return conversation

    def list(self, owner: str) -> tuple[Conversation, ...]:
        """The owner's conversations, the one used last first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT id, title, started, touched,"
                " (SELECT count(*) FROM exchanges WHERE conversation = conversations.id)"
                " FROM conversations WHERE owner = ? ORDER BY touched DESC, rowid DESC",
                (owner,),
            ).fetchall()
        return tuple(
            Conversation(id=row[0], title=row[1], started=row[2], touched=row[3], exchanges=row[4]) for row in rows
        )

    def find(self, owner: str, conversation: str) -> Conversation | None:
        """The conversation when it is the owner's."""
        return next((known for known in self.list(owner) if known.id == conversation), None)

    def exchanges(self, owner: str, conversation: str | None) -> tuple[Exchange, ...]:
        """All exchanges in order; none when the conversation is not the owner's."""
        with self._open() as database:
            rows = database.execute(
                "SELECT data FROM exchanges JOIN conversations ON conversations.id = conversation"
                " WHERE conversation = ? AND owner = ? ORDER BY position",
                (conversation, owner),
            ).fetchall()
        return tuple(exchange_from_json(json.loads(row[0])) for row in rows)

    def keep(self, owner: str, conversation: str, exchange: Exchange) -> None:
        """Adds the exchange at the end, or writes it anew in its place when its id is known."""
        data = json.dumps(exchange_to_json(exchange), ensure_ascii=True)
        with self._open() as database:
            self._require(database, owner, conversation)
            database.execute(
                "INSERT INTO exchanges VALUES (?1, ?2,"
                " (SELECT coalesce(max(position), 0) + 1 FROM exchanges WHERE conversation = ?2), ?3)"
                " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
                (exchange.id, conversation, data),
            )
            database.execute("UPDATE conversations SET touched = ? WHERE id = ?", (now(), conversation))

    def drop(self, owner: str, conversation: str, exchange: str) -> None:
        """Removes one exchange, because it is asked again."""
        with self._open() as database:
            self._require(database, owner, conversation)
            database.execute("DELETE FROM exchanges WHERE id = ? AND conversation = ?", (exchange, conversation))

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Gives the conversation another name; an empty one is refused."""
        if not title.strip():
            raise InputError("A conversation needs a name.", mend="Write one.")
        with self._open() as database:
            self._require(database, owner, conversation)
            database.execute("UPDATE conversations SET title = ? WHERE id = ?", (_short(title), conversation))

    def delete(self, owner: str, conversation: str) -> None:
        """Removes the conversation and everything said in it."""
        with self._open() as database:
            self._require(database, owner, conversation)
            database.execute("DELETE FROM conversations WHERE id = ?", (conversation,))

    def _require(self, database: sqlite3.Connection, owner: str, conversation: str) -> None:
        row = database.execute("SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation, owner))
        if row.fetchone() is None:
            raise InputError("There is no such conversation.", mend="Start a new one.")


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
