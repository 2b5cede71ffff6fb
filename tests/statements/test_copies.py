from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.statements.copies import NO_WORDS, find_run, first_of_copies, group_copies, share_of_words
from rag.text.normalize import words_hash

HASHES = st.lists(st.sampled_from([NO_WORDS, 1, 2, 3]))


@given(HASHES)
def test_groups_hold_every_item_once_in_order(hashes: list[int]) -> None:
    groups = group_copies(enumerate(hashes))
    assert sorted(item for group in groups for item in group) == list(range(len(hashes)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    for group in groups:
        assert list(group) == sorted(group)
        assert len({hashes[item] for item in group}) == 1
    assert len(groups) == len(set(hashes) - {NO_WORDS}) + hashes.count(NO_WORDS)


def test_the_same_words_in_two_documents() -> None:
    one = words_hash("Azerbaijan releases 32 servicemen.")
    rows = [
        ("jam#p9", one),
        ("jam#p10", words_hash("…")),
        ("trend#p4", words_hash("azerbaijan releases 32 servicemen")),
    ]
    assert first_of_copies([*rows, ("trend#p5", words_hash("—"))]) == {
        "jam#p9": ("trend#p4",),
        "jam#p10": (),
        "trend#p5": (),
    }


@given(HASHES, st.data())
def test_a_run_is_found_where_it_stands(hashes: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(hashes)))
    wanted = hashes[start : data.draw(st.integers(start, len(hashes)))]
    place = find_run(wanted, hashes)
    if set(wanted) <= {NO_WORDS}:
        assert place is None
    else:
        assert place is not None
        assert place <= start
        assert hashes[place : place + len(wanted)] == wanted


def test_a_run_must_stand_together() -> None:
    assert find_run([1, 2], [1, 3, 2]) is None
    assert find_run([1, 2], [3, 1, 2]) == 1
    assert find_run([1], []) is None


def test_share_of_words() -> None:
    assert share_of_words([1, 2, NO_WORDS], [2, 9]) == 0.5
    assert share_of_words([], [1]) == 0.0
    assert share_of_words([NO_WORDS], [NO_WORDS]) == 0.0
