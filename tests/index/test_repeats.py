"""A copy adds nothing to the statistics of words, however documents come and go."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from rag.index.repeats import ALL
from rag.text.normalize import words_hash
from rag.text.terms import terms
from rag.types import Document
from tests.index.conftest import index_of, make_document, opened

TEXTS = ("Azerbaijan releases 32 servicemen.", "Armenia releases 2 servicemen.", "The council welcomes it.")


def expected(documents: list[Document]) -> dict[str, int]:
    """Counted afresh: every paragraph of a wording beyond the first."""
    carried: dict[int, list[str]] = {}
    for document in documents:
        for paragraph in document.paragraphs:
            carried.setdefault(words_hash(paragraph.text), []).append(paragraph.text)
    found = Counter[str]()
    for texts in carried.values():
        for word in {ALL, *(term.text for term in terms(texts[0]))}:
            found[word] += len(texts) - 1
    return {word: times for word, times in found.items() if times}


def test_repeats_follow_any_additions_changes_and_removals(tmp_path: Path) -> None:
    chance = random.Random(7)
    words = [ALL, *{term.text for text in TEXTS for term in terms(text)}]
    for _ in range(12):
        documents = [
            make_document(f"d{number}", *chance.choices(TEXTS, k=chance.randint(1, 3)))
            for number in range(chance.randint(1, 5))
        ]
        index_of(tmp_path, documents)
        assert opened(tmp_path).catalog.repeats(words) == expected(documents)
    index_of(tmp_path, documents, rebuild=True)
    assert opened(tmp_path).catalog.repeats(words) == expected(documents)
