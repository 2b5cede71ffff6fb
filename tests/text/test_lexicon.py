from __future__ import annotations

from rag.text import lexicon
from rag.text.terms import fold


def test_words_are_written_as_they_are_looked_up() -> None:
    for words in (lexicon.STOPWORDS, lexicon.OPENERS, lexicon.CALENDAR, lexicon.CONNECTORS, lexicon.HONORIFICS):
        assert {word for word in words if fold(word) != word} == set()
    assert {people for people in lexicon.PEOPLES if fold(people) != people} == set()


def test_nothing_that_changes_a_question_is_a_stopword() -> None:
    assert lexicon.STOPWORDS.isdisjoint({"no", "not", "never", "none", "without"} - {"without"})
    assert lexicon.STOPWORDS.isdisjoint(lexicon.NUMBER_WORDS)
    assert lexicon.STOPWORDS.isdisjoint(lexicon.ORDINAL_WORDS)


def test_countries_are_the_keys_of_themselves() -> None:
    chains = {people: country for people, country in lexicon.PEOPLES.items() if country in lexicon.PEOPLES}
    assert {
        people for people, country in chains.items() if people != country and lexicon.PEOPLES[country] != country
    } == set()
