from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.words import LexicalIndex, WordQuery, searchable

ENTRIES = (
    (1, "Joint statement. 2023-12-07.", "Azerbaijan releases 32 Armenian servicemen."),
    (2, "Joint statement. 2023-12-07.", "Armenia releases 2 Azerbaijani servicemen."),
    (3, "Budget.", "The budget of the United States grew."),
)


@pytest.fixture(params=["folder", "memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> LexicalIndex:
    if request.param == "memory":
        return LexicalIndex.in_memory(ENTRIES)
    made = LexicalIndex.create(tmp_path / "words")
    made.change(remove=(), add=ENTRIES)
    return made


def ask(*words: str, phrases: tuple[tuple[str, ...], ...] = ()) -> WordQuery:
    return WordQuery(words=tuple(searchable(word) for word in words), phrases=phrases)


def keys(index: LexicalIndex, query: WordQuery, limit: int = 10) -> list[int]:
    return [found.key for found in index.search(query, limit=limit)]


def test_words_are_found_in_any_form_and_in_headings(index: LexicalIndex) -> None:
    assert keys(index, ask("release", "32")) == [1, 2]
    assert set(keys(index, ask("statements"))) == {1, 2}
    assert keys(index, ask("volcano")) == []
    assert keys(index, ask()) == []


def test_stems_one_letter_away_are_found_and_those_that_begin_so(index: LexicalIndex) -> None:
    assert set(index.near(searchable("servicmen"), limit=10)) == {1, 2}
    assert set(index.near("relaes", limit=10)) == {1, 2}
    assert index.near("azerb", limit=10) == ()
    assert set(index.near("azerb", limit=10, begins=True)) == {1, 2}
    assert index.near("volcano", limit=10) == ()
    assert len(index.near("relaes", limit=1)) == 1


def test_a_phrase_must_stand_in_that_order(index: LexicalIndex) -> None:
    united = tuple(searchable("United States").split())
    assert keys(index, ask(phrases=(united,))) == [3]
    assert keys(index, ask("budget", phrases=(united[::-1],))) == []


def test_scores_of_chosen_keys_are_those_of_the_search(index: LexicalIndex) -> None:
    query = ask("release", "servicemen", "32")
    searched = dict(index.search(query, limit=10))
    chosen = dict(index.score(query, [2, 3]))
    assert chosen.keys() == {2}
    assert chosen[2] == pytest.approx(searched[2], rel=1e-5)


def test_a_paragraph_with_all_rare_words_comes_before_one_that_repeats_a_single_one() -> None:
    often, all_words = "Harvard, Harvard and Harvard again.", "A count whose school was Harvard " + "and so on " * 60
    index = LexicalIndex.in_memory([(1, "", often), (2, "", all_words), *((n, "", "Nothing.") for n in range(3, 40))])
    query = WordQuery(words=("count", "harvard"), content=frozenset({"count", "harvard"}))
    plain = WordQuery(words=query.words)
    assert [found.key for found in index.score(plain, [1, 2])] == [1, 2]
    assert [found.key for found in index.score(query, [1, 2])] == [2, 1]
