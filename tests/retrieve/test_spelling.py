from __future__ import annotations

import pytest

from rag.retrieve.spelling import mended, one_letter_apart

TEXT = "Azerbaijan releases 32 Armenian servicemen; the conference in Baku was told by Petersen. The landlines work."
KNOWN = {"which", "about", "landline", "wrote", "release"}


def read(question: str) -> str:
    stems = {"azerbaijan", "releas", "armenia", "servicemen", "confer", "baku", "told", "petersen", "landlin", "work"}
    return mended(question, stands=stems.__contains__, near=lambda stem: [TEXT], known=KNOWN.__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How many Armenian servicmen?", "How many Armenian servicemen?"),
        ("How many servicmeen does Azerbajan relase?", "How many servicemen does Azerbaijan releases?"),
        ("what did azerbajan do", "what did azerbaijan do"),
        ("the confrence", "the conference"),
        ("Armennian", "Armenian"),
    ],
)
def test_a_word_one_letter_away_is_spelt_as_the_paragraphs_have_it(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "How many Armenian servicemen?",
        "What did Peterson say?",
        "Which landline?",
        "the wrote",
        "Iraq",
        "lnadliens",
        "aservicemen",
        "pre-relase",
        "",
    ],
)
def test_names_known_words_and_what_is_farther_away_stay(question: str) -> None:
    assert read(question) == question


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("release", "relase", True),
        ("release", "releaase", True),
        ("release", "releese", True),
        ("release", "relaese", True),
        ("release", "release", False),
        ("release", "relas", False),
        ("release", "lease", False),
        ("release", "", False),
    ],
)
def test_one_letter_more_one_less_another_or_two_swapped(one: str, other: str, apart: bool) -> None:
    assert one_letter_apart(one, other) is one_letter_apart(other, one) is apart
