from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.values import find_negations, find_values


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("Azerbaijan does not release them", ["not"]),
        ("it isn’t and won't", ["not", "not"]),
        ("They cannot, and never did", ["cannot", "never"]),
        ("neither side, nor anyone, without a word", ["neither", "neither", "without"]),
        ("Armenia refused to sign and failed to appear", ["refuse", "fail"]),
        ("no prisoners; none", ["no", "no"]),
        ("not only Armenia but also No. 5, no doubt", []),
        ("it is no longer a party, nor is it any longer", ["not", "neither"]),
        ("they don't want it any longer", ["not"]),
        ("it hardly stopped shelling; it is false that it ceased to", ["hardly", "stop", "false", "stop"]),
        ("held with no guests; no more than 15", ["without"]),
        ("a knot, a note, nobles, another", []),
    ],
)
def test_negations(text: str, cues: list[str]) -> None:
    assert [negation.cue for negation in find_negations(text)] == cues


def test_everything_checkable_of_one_sentence() -> None:
    values = find_values("On December 7, 2023 Azerbaijan did not release 32 Armenian servicemen.")
    assert [date.key for date in values.dates] == [(2023, 12, 7)]
    assert [number.surface for number in values.numbers] == ["32"]
    assert [name.surface for name in values.names] == ["Azerbaijan", "Armenian"]
    assert [negation.surface for negation in values.negations] == ["not"]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    values = find_values(text)
    for found in (*values.numbers, *values.dates, *values.names, *values.negations):
        assert text[found.start : found.end] == found.surface
