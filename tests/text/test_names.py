from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.names import acronym_pairs, expands, find_names, initials, name_key


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the Republic of Armenia and the Republic of Azerbaijan", ["Republic of Armenia", "Republic of Azerbaijan"]),
        ("met H.E. Mr. Ilham Aliyev in Baku", ["Ilham Aliyev", "Baku"]),
        ("the U.S. Congress and the OTS", ["U.S. Congress", "OTS"]),
        ("Azerbaijan's bid to host COP29", ["Azerbaijan", "COP29"]),
        ("the UN Framework Convention on Climate Change", ["UN Framework Convention on Climate Change"]),
        ("Does Georgia host it?", ["Georgia"]),
        ("Following the talks, in its turn, driven by values", []),
        ("Specifically, both countries agreed in December on Monday.", []),
        ("I think No. 5 and Art. 3 apply.", []),
        ("WASHINGTON WILL SEND ARMS TO KYIV", []),
        ("in İstanbul and Şuşa", ["İstanbul", "Şuşa"]),
    ],
)
def test_what_is_a_name(text: str, names: list[str]) -> None:
    assert [name.surface for name in find_names(text)] == names


def test_a_lone_opening_word_is_marked_as_uncertain() -> None:
    baku, armenia = find_names("Baku agreed with Armenia.")
    assert baku.initial
    assert not armenia.initial


@pytest.mark.parametrize(
    ("one", "other"),
    [("Armenian", "Armenia"), ("Azerbaijani", "Azerbaijan"), ("Georgians", "Georgia"), ("Turkish", "Türkiye"),
     ("U.S.", "American"), ("Iranian", "Iran's"), ("Russian", "Russia"), ("French", "France"), ("UK", "British"),
     ("Pakistani", "Pakistan"), ("European", "Europe"), ("Ukrainian", "Ukraine")],
)  # fmt: skip
def test_a_people_and_its_country_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("the U.S.", "the United States"), ("the USA", "the United States of America"), ("the UN", "the United Nations"),
     ("the EU", "the European Union"), ("the UAE", "the United Arab Emirates")],
)  # fmt: skip
def test_short_and_long_names_of_one_body_share_parts(one: str, other: str) -> None:
    assert [name.parts for name in find_names(one)] == [name.parts for name in find_names(other)]


def test_different_countries_do_not() -> None:
    keys = [
        name_key(word)
        for word in ("Armenia", "Azerbaijan", "Georgia", "Turkey", "Russia", "Iran", "Iraq", "Austria", "Australia")
    ]
    assert len(set(keys)) == len(keys)


def test_acronyms_and_what_they_stand_for() -> None:
    assert initials("Organization of Turkic States") == "OTS"
    assert expands("OTS", "Organization of Turkic States")
    assert expands("U.S.", "United States")
    assert expands("COP29", "Conference of Parties")
    assert not expands("OTS", "Organization of American States")
    text = (
        "The Organization of Turkic States (OTS), the EU (European Union) and "
        "the Agency for International Work (“AIW”) met (today)."
    )
    assert acronym_pairs(text) == {
        "OTS": "Organization of Turkic States",
        "EU": "European Union",
        "AIW": "Agency for International Work",
    }


@given(st.text(alphabet=st.sampled_from("AaBb .,-'’&()ofthe\nÉéİı"), max_size=80))
def test_surfaces_are_slices_in_order(text: str) -> None:
    at = 0
    for name in find_names(text):
        assert text[name.start : name.end] == name.surface
        assert at <= name.start < name.end
        at = name.end


@pytest.mark.parametrize(
    "text", ["Abc " * 25_000, "OTS (OTS) " * 10_000, "A." * 50_000, "(a" * 50_000, "Of of " * 15_000]
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    find_names(text)
    acronym_pairs(text)
    assert time.process_time() - began < 8
