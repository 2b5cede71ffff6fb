from __future__ import annotations

import pytest

from rag.errors import InputError
from rag.index.periods import bounds, period


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2023-12-07", ("2023-12-07", "2023-12-07")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("1992", ("1992-01-01", "1992-12-31")),
        ("2023-12-07T10:00:00", ("2023-12-07", "2023-12-07")),
        ("2023-13", None),
        ("2023-02-30", None),
        ("soon", None),
        ("0000", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_the_days_it_can_mean(date: str | None, days: tuple[str, str] | None) -> None:
    assert period(date) == days


def test_bounds_take_the_outer_days() -> None:
    assert bounds("2023", "2023-06") == ("2023-01-01", "2023-06-30")
    assert bounds(None, None) == (None, None)


@pytest.mark.parametrize(("since", "until"), [("then", None), (None, "2023-02-31"), ("2024", "2023")])
def test_a_filter_that_cannot_be_used_is_refused(since: str | None, until: str | None) -> None:
    with pytest.raises(InputError):
        bounds(since, until)
