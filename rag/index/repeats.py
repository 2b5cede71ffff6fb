"""What copies add to the statistics of words: how many paragraphs hold a word beyond one for each wording.

A word's rarity is judged over distinct wordings, so that a text carried by five documents weighs as one. Kept in the
table `repeated`; the row of the empty word counts the paragraphs themselves.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rag.text.terms import terms

ALL = ""
"""Stands for the paragraphs themselves."""

_TOUCHED = (
    "INSERT OR IGNORE INTO temp.touched SELECT p.words FROM paragraphs p JOIN documents d ON d.key = p.document"
    " WHERE d.live = 0 OR d.id IN (SELECT id FROM temp.gone)"
)
_REPEATED = (
    "SELECT p.words, count(*) - 1 AS times, min(p.key) AS key"
    " FROM temp.touched t JOIN paragraphs p ON p.words = t.words"
    " JOIN documents d ON d.key = p.document WHERE d.live = 1 GROUP BY p.words HAVING count(*) > 1"
)


@contextmanager
def counted(connection: sqlite3.Connection, gone: list[str]) -> Iterator[None]:
    """Brings `repeated` up to date with what happens inside: staged documents become live, `gone` ones vanish.

    To be used within the transaction that does it.
    """
    for table, column in (("gone", "id TEXT"), ("touched", "words INTEGER")):
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({column} PRIMARY KEY)")
        connection.execute(f"DELETE FROM temp.{table}")
    connection.executemany("INSERT OR IGNORE INTO temp.gone VALUES (?)", [(document,) for document in gone])
    connection.execute(_TOUCHED)
    before = _repeated(connection)
    yield
    change = Counter[str]()
    for sign, repeated in ((-1, before), (1, _repeated(connection))):
        for times, text in repeated.values():
            for word in {ALL, *(term.text for term in terms(text))}:
                change[word] += sign * times
    connection.executemany(
        "INSERT INTO repeated VALUES (?, ?)"
        " ON CONFLICT (word) DO UPDATE SET paragraphs = paragraphs + excluded.paragraphs",
        [(word, times) for word, times in change.items() if times],
    )
    connection.execute("DELETE FROM repeated WHERE paragraphs = 0")


def _repeated(connection: sqlite3.Connection) -> dict[int, tuple[int, str]]:
    """For each touched wording that several live paragraphs have: how many beyond the first, and a text."""
    rows = connection.execute(
        f"SELECT r.words, r.times, p.text FROM ({_REPEATED}) r JOIN paragraphs p ON p.key = r.key"
    ).fetchall()
    return {words: (times, text) for words, times, text in rows}
