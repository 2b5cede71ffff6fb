from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index.chunks import pieces


@given(
    lengths=st.lists(st.integers(min_value=0, max_value=90), max_size=40), room=st.integers(min_value=1, max_value=50)
)
def test_pieces_hold_every_unit_once_and_fit(lengths: list[int], room: int) -> None:
    covered: list[tuple[int, int]] = []
    for piece in pieces(lengths, room):
        units = [
            (sentence, unit)
            for sentence in range(piece.first, piece.last + 1)
            for unit in range(piece.skip if sentence == piece.first else 0, lengths[sentence])
        ][:room]
        assert units or not any(lengths)
        covered.extend(units)
    assert covered == [(sentence, unit) for sentence, length in enumerate(lengths) for unit in range(length)]


def test_pieces_are_about_equally_long() -> None:
    assert [(piece.first, piece.last) for piece in pieces([10] * 12, 100)] == [(0, 5), (6, 11)]


def test_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        list(pieces([1], 0))
