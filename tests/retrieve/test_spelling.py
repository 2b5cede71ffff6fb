from __future__ import annotations

import pytest

from rag.retrieve.spelling import LONGEST_QUESTION, MOST_WORDS, called, is_slip, mended

TEXT = (
    "Azerbaijan releases 32 Armenian servicemen; the conference in Baku was told by Petersen. The leader of France "
    "will defend Meloni against the vessels."
)
STEMS = {"azerbaijan", "releas", "armenia", "servicemen", "confer", "baku", "told", "petersen", "leader", "vessel"}


def read(question: str) -> str:
    return mended(question, stands=STEMS.__contains__, near=lambda stem: [TEXT])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How many Armenian servicmen?", "How many Armenian servicemen?"),
        ("How many servicmeen does Azerbajan release?", "How many servicemen does Azerbaijan release?"),
        ("what did azerbajan do", "what did azerbaijan do"),
        ("the confrence", "the conference"),
        ("Azerbajan's servicmen", "Azerbaijan's servicemen"),
        ("Armennian", "Armenian"),
        ("how is it descrbied", "how is it described"),
        ("how is it remembared", "how is it remembered"),
    ],
)
def test_a_slip_of_the_pen_is_spelt_as_the_paragraphs_have_it_or_as_everybody_does(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "How many Armenian servicemen?",
        "What did Peterson say?",
        "what did petersan say",
        "what did melonie say",
        "What did Franck say?",
        "Who is Levinsen? levinsen?",
        "Which lenders and dividends?",
        "vesicles, defund, herat, Iraq",
        "aservicemen",
        "shouldn't",
        "pre-servicmen",
        "me@servicmen.org",
        "Descrbied",
        'Who said "servicmen"?',
        "",
        "confrence " * LONGEST_QUESTION,
    ],
)
def test_names_known_words_quotations_and_what_is_farther_away_stay(question: str) -> None:
    assert read(question) == question


def test_more_than_a_few_words_are_no_slip() -> None:
    looked_up: list[str] = []

    def near(stem: str) -> list[str]:
        looked_up.append(stem)
        return []

    words = [f"qzx{letter}qzxw" for letter in "abcdefghij"]
    mended(" ".join(words * 3), stands=lambda stem: False, near=near)
    assert len(looked_up) == MOST_WORDS


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("relase", "release", True),
        ("releaase", "release", True),
        ("relaese", "release", True),
        ("releese", "release", False),
        ("confarence", "conference", True),
        ("release", "release", False),
        ("relas", "release", False),
        ("release", "lease", False),
        ("eleaser", "releaser", False),
        ("", "release", False),
    ],
)
def test_one_letter_more_one_less_another_or_two_swapped(typed: str, meant: str, slip: bool) -> None:
    assert is_slip(typed, meant) is slip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Did the UK and Great Britain sign?", "Did the United Kingdom and United Kingdom sign?"),
        ("What does the U.K. say?", "What does the United Kingdom say?"),
        ("Did Burma sign?", "Did Myanmar sign?"),
        ("Did the EU sign?", "Did the EU sign?"),
        ("Did the UN sign?", "Did the UN sign?"),
        ("the UK-based group of UKs, uk", "the UK-based group of UKs, uk"),
    ],
)
def test_a_country_is_called_as_the_paragraphs_call_it_where_its_name_stands_in_none(typed: str, meant: str) -> None:
    stems = {"unit", "kingdom", "myanmar", "eu", "european", "union"}
    assert called(typed, stands=stems.__contains__) == meant
