from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import MONTHS, find_dates

Key = tuple[int | None, int | None, int | None]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("on December 7, 2023,", [(2023, 12, 7)]),
        ("Dec 7 2023", [(2023, 12, 7)]),
        ("on 7 December 2023", [(2023, 12, 7)]),
        ("the 7th of December, 2023", [(2023, 12, 7)]),
        ("2023-12-07", [(2023, 12, 7)]),
        ("07.12.2023", [(2023, 12, 7)]),
        ("12/07/2023", [(2023, 12, 7)]),
        ("25/12/2023", [(2023, 12, 25)]),
        ("on Dec. 7 and Sept. 8th", [(None, 12, 7), (None, 9, 8)]),
        ("BAKU, Azerbaijan, December 8.", [(None, 12, 8)]),
        ("7-9 December 2023", [(2023, 12, 7), (2023, 12, 9)]),
        ("December 7 to 9, 2023", [(2023, 12, 7), (2023, 12, 9)]),
        ("in May 1992", [(1992, 5, None)]),
        ("in May", [(None, 5, None)]),
        ("by December", [(None, 12, None)]),
        ("in 2023", [(2023, None, None)]),
        ("2023-2024", [(2023, None, None), (2024, None, None)]),
        ("(2006)", [(2006, None, None)]),
        ("the 2020 war", [(2020, None, None)]),
        ("7 dec 2023, 3 march 2022, may 1992", [(2023, 12, 7), (2022, 3, 3), (1992, 5, None)]),
        ("it may 7 times march 3 miles", []),
        ("May I ask? They march on.", []),
        ("2000 soldiers", []),
        ("Resolution 1701 and No. 1500", []),
        ("1,992 men, $2023, 2023% and 20231", []),
        ("the December 7, 12:30 meeting", [(None, 12, 7)]),
        ("32 March St", []),
    ],
)
def test_forms(text: str, keys: list[Key]) -> None:
    assert [date.key for date in find_dates(text)] == keys


@given(st.integers(1400, 2199), st.integers(1, 12), st.integers(1, 31))
def test_every_form_means_the_same_day(year: int, month: int, day: int) -> None:
    name = MONTHS[month - 1].capitalize()
    for written in (
        f"{name} {day}, {year}", f"{name} {day} {year}", f"{day} {name} {year}", f"{year}-{month:02}-{day:02}",
        f"{day}.{month}.{year}", f"{name[:3]}. {day}, {year}", f"the {day}th of {name} {year}",
        f"{name.upper()} {day}, {year}",
    ):  # fmt: skip
        assert [date.key for date in find_dates(f"signed on {written} in Baku")] == [(year, month, day)], written


@given(st.text(alphabet=st.sampled_from("0123456789 ./-,:MayDec7thof2023 "), max_size=60))
def test_surfaces_are_slices(text: str) -> None:
    for date in find_dates(text):
        assert text[date.start : date.end] == date.surface


def test_agreement_and_precision() -> None:
    day, year, other, month_day = (
        find_dates(text)[0] for text in ("7 December 2023", "in 2023", "8 December 2023", "Dec. 7")
    )
    assert day.agrees(year)
    assert day.agrees(month_day)
    assert not day.agrees(other)
    assert not year.agrees(month_day)
    assert day.is_within(year)
    assert not year.is_within(day)


@pytest.mark.parametrize(
    "text", ["2023-" * 20_000, "December 7, 2023 " * 6_000, "May " * 25_000, "7 " * 50_000, "1" * 100_000]
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    find_dates(text)
    assert time.process_time() - began < 5
