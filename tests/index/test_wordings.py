"""Paragraphs with the same words are one to the search, however documents come and go."""

from __future__ import annotations

import random
from pathlib import Path

from rag.index import Index
from rag.index.words import WordQuery
from rag.text.normalize import words_hash
from rag.types import Document, Filters
from tests.index.conftest import index_of, kept_by, make_document, opened

TEXTS = (
    "Azerbaijan releases 32 servicemen.",
    "Armenia releases 2 servicemen.",
    "The council welcomes it.",
    "Two eggs.",
)
DATES = (None, "2023", "2023-12-07", "2023-12-08", "2024-01")
EVERYTHING = WordQuery(words=("azerbaijan", "armenia", "council", "egg"))


def first_of_each(documents: list[Document]) -> set[str]:
    """Of each wording the paragraph of the earliest date; of one date, the first in the order of ids."""
    found: dict[int, str] = {}
    for document in sorted(documents, key=lambda one: (one.info.date or "9999", one.info.id)):
        for paragraph in document.paragraphs:
            found.setdefault(words_hash(paragraph.text), paragraph.ref)
    return set(found.values())


def found_by_words(index: Index, filters: Filters = Filters()) -> list[str]:  # noqa: B008 - frozen
    snapshot = index.snapshot()
    stored = index.load(snapshot.keys.tolist(), dimension=64)
    found = snapshot.search_words(EVERYTHING, 100, snapshot.scope(filters))
    assert {hit.key for hit in found} == snapshot.score_words(
        EVERYTHING, snapshot.keys.tolist(), snapshot.scope(filters)
    ).keys()
    return [stored[hit.key].paragraph.ref for hit in found]


def test_the_first_of_each_wording_is_found_after_any_additions_changes_and_removals(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(15):
        documents = [
            make_document(f"d{number}", *chance.choices(TEXTS, k=chance.randint(1, 3)), date=chance.choice(DATES))
            for number in range(chance.randint(1, 6))
        ]
        index_of(tmp_path, documents)
        index = opened(tmp_path)
        found = found_by_words(index)
        assert sorted(found) == sorted(first_of_each(documents))
        assert index.snapshot().words.count == len(found)
        assert kept_by(index) == {p.ref for document in documents for p in document.paragraphs}
        assert not index.warnings
        for document in documents:
            only = Filters(documents=(document.info.id,))
            assert {words_hash(text) for text in (p.text for p in document.paragraphs)} == {
                words_hash(p.text) for p in document.paragraphs if p.ref in found_by_words(index, only)
            }, "a filter finds the carrier that it lets through"


def test_words_are_counted_among_what_is_there_now(tmp_path: Path) -> None:
    later = [make_document(f"b{n}", f"The river rose in place {n}.", date="2023-02-01") for n in range(30)]
    earlier = [make_document(f"a{n}", f"The river rose in place {n}.", date="2023-01-01") for n in range(30)]
    index_of(tmp_path, later)
    index_of(tmp_path, [*later, *earlier])
    words = opened(tmp_path).snapshot().words
    assert (words.count, words.paragraphs_with("river")) == (30, 30)


def test_copies_leave_every_score_as_it_was(tmp_path: Path) -> None:
    documents = [make_document("a", *TEXTS, date="2023-12-07")]
    copies = [make_document(f"b{n}", *TEXTS[:2], date="2023-12-08", title="Servicemen") for n in range(5)]
    scores = []
    for name, held in (("alone", documents), ("copied", [*documents, *copies]), ("again", documents)):
        folder = tmp_path / ("alone" if name == "alone" else "copied")
        index_of(folder, held)
        snapshot = opened(folder).snapshot()
        scores.append([hit.score for hit in snapshot.search_words(EVERYTHING, 100, snapshot.scope(Filters()))])
    assert scores[0] == scores[1] == scores[2]
