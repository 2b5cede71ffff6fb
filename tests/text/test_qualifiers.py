from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.antonyms import are_contrary
from rag.text.qualifiers import find_conditions, find_qualifiers
from rag.text.terms import stem


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("it may have killed up to 15", ["may", "upper"]),
        ("no more than 15 but at least 5, over 7 and under 9", ["upper", "lower", "above", "below"]),
        ("not later than 1 June, after May, until then", ["by", "after", "until"]),
        ("In May 2021", []),
    ],
)
def test_qualifiers(text: str, kinds: list[str]) -> None:
    assert [found.kind for found in find_qualifiers(text)] == kinds


@pytest.mark.parametrize(
    ("text", "under_condition"),
    [
        ("If Iran signs, they will lift it; the rest stays.", ["If Iran signs, they will lift it"]),
        ("It was founded in 1990, and they will lift it if Iran signs, he said.", [" they will lift it if Iran signs"]),
        ("Call us if necessary, even if it is late.", []),
    ],
)
def test_conditions(text: str, under_condition: list[str]) -> None:
    assert [text[start:end] for start, end in find_conditions(text)] == under_condition


def test_contraries_go_both_ways() -> None:
    assert are_contrary(stem("condemned"), stem("welcomes"))
    assert are_contrary(stem("welcomes"), stem("condemned"))
    assert not are_contrary(stem("rise"), stem("increased"))


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert all(0 <= found.start < found.end <= len(text) for found in find_qualifiers(text))
    assert all(0 <= start <= end <= len(text) for start, end in find_conditions(text))


def test_conditions_are_found_in_linear_time() -> None:
    begun = time.perf_counter()
    list(find_conditions("and if it, " * 5_000))
    assert time.perf_counter() - begun < 5
