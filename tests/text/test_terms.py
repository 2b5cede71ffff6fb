from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from rag.text.terms import STOPWORDS, content_terms, fold, is_stopword, stem, terms


@given(st.text(max_size=120))
def test_surfaces_are_slices_in_order(text: str) -> None:
    at = 0
    for term in terms(text):
        assert text[term.start : term.end] == term.surface
        assert at <= term.start < term.end
        at = term.end


def test_folding_drops_case_and_diacritics_only() -> None:
    assert fold("Şuşa") == "susa"
    assert fold("Əliyev") == "aliyev"
    assert fold("İstanbul") == fold("Istanbul") == "istanbul"
    assert fold("Ağrı") == "agri"
    assert fold("Straße") == "strasse"
    assert fold("Şuşa") != fold("Shusha")


def test_terms_are_stemmed_and_numbers_kept() -> None:
    found = {term.surface: term.text for term in terms("Azerbaijan’s releases of 1,200.5 at the 29th COP29, U.S. 3.5")}
    assert found["Azerbaijan’s"] == "azerbaijan"
    assert found["releases"] == stem("release")
    assert found["1,200.5"] == "1200.5"
    assert found["29th"] == "29"
    assert found["COP29"] == "cop29"
    assert found["U.S."] == "us"
    assert found["3.5"] == "3.5"


def test_content_terms_leave_function_words_out() -> None:
    question = "How many Armenian servicemen does the U.S. tell us that WHO did not release in May?"
    assert [term.surface for term in content_terms(question)] == [
        "many", "Armenian", "servicemen", "U.S.", "WHO", "not", "release", "May",
    ]  # fmt: skip
    assert is_stopword("don’t")
    assert "not" not in STOPWORDS
    assert "no" not in STOPWORDS


def test_stemming_is_safe_in_threads() -> None:
    alone = snowballstemmer.stemmer("english")
    words = [
        f"{word}{letter}{ending}"
        for word in ("releas", "negotiat", "agre")
        for letter in "bdfgklmnprstvz"
        for ending in ("es", "ing", "ed")
    ]
    expected = [alone.stemWord(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda turn: [stem(word) for word in words[turn:] + words[:turn]], range(40)))
    assert all(result == expected[turn:] + expected[:turn] for turn, result in enumerate(results))


def test_long_words_stay_as_they_are() -> None:
    assert [term.text for term in terms("Releases" * 10_000)] == ["releases" * 10_000]
