from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.terms import terms
from rag.text.thesaurus import parse, same_sense, senses


def _package_text() -> str:
    return files("rag.text").joinpath("thesaurus.txt").read_text(encoding="utf-8")


def test_the_file_has_no_faults() -> None:
    thesaurus = parse(_package_text())
    assert thesaurus.faults == ()
    assert len(thesaurus.groups) > 300


def test_the_file_has_no_group_twice_and_none_within_another() -> None:
    thesaurus = parse(_package_text())
    groups = [frozenset(map(thesaurus.key, group)) for group in thesaurus.groups]
    within = [
        thesaurus.groups[at]
        for at, group in enumerate(groups)
        if any(group <= other for place, other in enumerate(groups) if place != at)
    ]
    assert within == []


def test_the_file_names_no_one() -> None:
    groups = [line for line in _package_text().splitlines() if not line.startswith("#")]
    assert [line for line in groups if line != line.lower()] == []


def test_every_irregular_form_stems_otherwise_than_its_base() -> None:
    regular = parse("")
    idle = [form for form, base in parse(_package_text()).base_of.items() if regular.key(form) == (base,)]
    assert idle == []


def test_faults_of_a_file_are_named_with_their_line() -> None:
    alone, twice, empty = parse("# heading\n\nrelease\n"), parse("release, free, released\n"), parse("release, \n")
    assert alone.faults == ("line 3: “release” is alone in its group",)
    assert twice.faults == ("line 1: “released” and “release” are one word",)
    assert empty.faults == ("line 1: a member without words",)
    assert parse("a, b\na, c\na, d\n").faults == ()
    assert parse("a, b\na, c\na, d\na, e\n").faults == ("“a” stands in 4 groups",)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("set free", "released"),
        ("captured soldiers", "prisoners of war"),
        ("stepped aside", "withdrew a candidacy"),
        ("turned down", "Refused"),
        ("premier", "Prime Minister"),
        ("truce", "cease-fire"),
        ("ceasefire", "cease-fire"),
        ("gave", "provided"),
        ("told", "said"),
        ("grew", "increasing"),
        ("founded", "established"),
        ("held", "hosted"),
        ("organised", "organization"),
        ("resigning", "resignations"),
        ("boycotting", "shunned"),
    ],
)
def test_words_of_one_sense(asked: str, written: str) -> None:
    assert same_sense(asked, written)
    assert same_sense(written, asked)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("army", "soldier"),
        ("increase", "decrease"),
        ("accept", "refuse"),
        ("welcome", "condemn"),
        ("arrest", "release"),
        ("buy", "sell"),
        ("lend", "borrow"),
        ("start", "end"),
        ("support", "oppose"),
        ("win", "lose"),
        ("war", "peace"),
        ("president", "prime minister"),
        ("kill", "wound"),
        ("attack", "defend"),
        ("deploy", "withdraw"),
        ("impose", "lift"),
        ("legal", "illegal"),
        ("majority", "minority"),
        ("arrive", "leave"),
        ("maximum", "minimum"),
        ("at least", "at most"),
        ("phase out", "phase down"),
        ("found", "established"),
        ("zebra", "giraffe"),
        ("", ""),
        ("?", "!"),
    ],
)
def test_words_of_different_senses(one: str, other: str) -> None:
    assert not same_sense(one, other)
    assert not same_sense(other, one)


def test_the_longest_phrase_wins_its_place() -> None:
    text = "All prisoners of war were freed; the Prime Minister turned the offer down."
    surfaces = [sense.surface for sense in senses(text)]
    assert "prisoners of war" in surfaces
    assert "Prime Minister" in surfaces
    assert "war" not in surfaces
    assert "freed" in surfaces


def test_a_phrase_ends_with_its_sentence() -> None:
    assert [sense.surface for sense in senses("they turned down it")] == ["turned down"]
    assert "turned. Down" not in [sense.surface for sense in senses("they turned. Down it")]
    assert [sense.surface for sense in senses("a cease-fire")] == ["cease-fire"]
    assert "cease, fire" not in [sense.surface for sense in senses("a cease, fire")]


def test_irregular_forms_are_told_by_their_spelling() -> None:
    assert same_sense("found", "find")
    assert not same_sense("founded", "find")


@given(st.one_of(st.text(max_size=80), st.sampled_from(_package_text().splitlines())))
def test_senses_are_slices_in_order_on_whole_words(text: str) -> None:
    starts, ends = {term.start for term in terms(text)}, {term.end for term in terms(text)}
    at = 0
    for sense in senses(text):
        assert text[sense.start : sense.end] == sense.surface
        assert at <= sense.start < sense.end
        assert sense.start in starts
        assert sense.end in ends
        assert sense.groups
        at = sense.end


def test_every_member_is_found_where_it_stands_alone() -> None:
    thesaurus = parse(_package_text())
    for at, group in enumerate(thesaurus.groups):
        for member in group:
            (sense,) = senses(member)
            assert sense.surface == member
            assert at in sense.groups


def test_many_threads_see_the_same() -> None:
    text = "They held talks, signed the accord and set the captives free."
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(senses, [text] * 64))
    assert len(set(answers)) == 1
