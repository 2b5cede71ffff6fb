from __future__ import annotations

import pytest

from rag.corpus.dates import check_date, is_date
from rag.errors import InputError


@pytest.mark.parametrize("value", ["2023-12-07", "2023-12", "1992", "2024-02-29", " 2023 "])
def test_dates(value: str) -> None:
    assert check_date(value) == value.strip()


@pytest.mark.parametrize(
    "value",
    [
        "2023-02-29",
        "2023-13",
        "0000",
        "2023-1-2",
        "Dec 7 2023",
        "",
        "2023-12-07T10:00",
        "٢٠٢٣",
        "20231207",
        "2023-12-07\n2",
    ],
)
def test_no_dates(value: str) -> None:
    assert not is_date(value)
    with pytest.raises(InputError, match=r"since .* is no date\. Write it as"):
        check_date(value, name="since")
