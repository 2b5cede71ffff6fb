from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.numbers import find_numbers


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("releases 32 men and 2 women", [("32", ""), ("2", "")]),
        ("thirty-two men, thirty two men", [("32", ""), ("32", "")]),
        ("two hundred and five thousand", [("205000", "")]),
        ("one hundred twenty-three thousand four hundred dollars", [("123400", "USD")]),
        ("$2.5 billion, $2.5bn, 2.5 billion dollars, US$2,500m", [("2500000000", "USD")] * 4),
        ("5 mln. manats were paid, 5 million manats", [("5000000", "AZN")] * 2),
        ("45 billion tenge, 3 pounds, 7 yuan", [("45000000000", "KZT"), ("3", "GBP"), ("7", "CNY")]),
        ("€5m and 5 million euros", [("5000000", "EUR")] * 2),
        ("3.5%, 3.5 percent, 3.5 per cent", [("3.5", "percent")] * 3),
        ("-3.5%, −3.5% and minus 3.5 percent", [("-3.5", "percent")] * 3),
        ("1,200.5 km and 1200.5 kilometres", [("1200.5", "km")] * 2),
        ("€10–20 million", [("10000000", "EUR"), ("20000000", "EUR")]),
        ("between 10 and 20 percent", [("10", "percent"), ("20", "percent")]),
        ("five six", [("5", ""), ("6", "")]),
        ("three and four", [("3", ""), ("4", "")]),
        ("the 29th Session, the twenty-ninth", [("29", ""), ("29", "")]),
        ("a dozen; two dozen", [("12", ""), ("2", ""), ("12", "")]),
        ("at 9 a.m. and 21:30", [("900", "clock"), ("2130", "clock")]),
        ("in the 1990s", [("1990", "decade")]),
        ("five-year plan, 30 days", [("5", "year"), ("30", "day")]),
        ("COP29, F-16 and COVID-19", []),
        ("signed on December 7, 2023", []),
        ("call 202-456-1414 or see 1.2.3", []),
        ("someone tonight, often, weight, attend", []),
        ("ONE HUNDRED men", [("100", "")]),
        ("between 5 and 10 men", [("5", ""), ("10", "")]),
        (
            "10 000 men, 2 000 tents, 1 250 000 manats, 12 345.5 km",
            [
                ("10000", ""),
                ("2000", ""),
                ("1250000", "AZN"),
                ("12345.5", "km"),
            ],
        ),
        ("On July 26 150 men and 7 100 boys", [("150", ""), ("7", ""), ("100", "")]),
        ("call 555 123 4567", [("555", ""), ("123", ""), ("4567", "")]),
    ],
)
def test_forms(text: str, keys: list[tuple[str, str]]) -> None:
    assert [(number.value, number.unit) for number in find_numbers(text)] == [
        (Decimal(value), unit) for value, unit in keys
    ]


@given(st.integers(0, 999_999_999))
def test_grouping_changes_no_value(value: int) -> None:
    for written in (f"{value}", f"{value:,}", f"{value:,}".replace(",", "\u202f"), f"{value:,}.50"):
        found = find_numbers(f"exactly {written} tonnes of it", dates=())
        assert [number.value for number in found] == [Decimal(value) + (Decimal("0.5") if "." in written else 0)]
        assert found[0].unit == "tonne"


@given(st.text(alphabet=st.sampled_from("0123456789.,-%$€ kmonetwothirty–\u00a0:ap"), max_size=60))
def test_surfaces_are_slices_in_order(text: str) -> None:
    at = 0
    for number in find_numbers(text):
        assert text[number.start : number.end] == number.surface
        assert at <= number.start < number.end
        at = number.end


def test_words_that_often_count_nothing_are_marked() -> None:
    weak = {number.surface: number.weak for number in find_numbers("one of them, the first time, 32 men, one percent")}
    assert weak == {"one": True, "first": True, "32": False, "one percent": False}


@pytest.mark.parametrize(
    "text",
    ["1" * 100_000, "1 " * 50_000, "1,111," * 16_000, "1." * 50_000, "one hundred " * 8_000, "$ " * 50_000,
     "twenty-" * 14_000, "1:1" * 33_000, "1-" * 50_000, " " * 100_000],
    ids=range(10),
)  # fmt: skip
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    find_numbers(text)
    assert time.process_time() - began < 8


def test_halves_and_quarters() -> None:
    assert [(n.value, n.unit) for n in find_numbers("It lasted two and a half hours.")] == [(Decimal("2.5"), "hour")]
    assert [n.value for n in find_numbers("two and a half million people")] == [Decimal(2_500_000)]
    (half,) = find_numbers("Half of the fleet was sold.")
    assert (half.surface, half.value, half.unit, half.weak) == ("Half", Decimal(50), "percent", True)
    assert [n.value for n in find_numbers("a quarter of the members, in the first half, half-heartedly")] == [25, 1]
