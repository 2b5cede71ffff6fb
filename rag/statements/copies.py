"""Which texts carry the same words, decided on the hashes of `rag.text.normalize.words_hash`.

Exact by design: one changed word makes another text. Near-copies belong to the alignment of versions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from rag.text.normalize import words_hash

Item = TypeVar("Item", bound=Hashable)
NO_WORDS = words_hash("")
"""The hash of a text without a word ("***", "—"): such texts are no copies of each other."""


def group_copies(hashes: Iterable[tuple[Item, int]]) -> tuple[tuple[Item, ...], ...]:
    """Groups of items with the same words, each in the order given, groups by their first item."""
    groups: dict[int, list[Item]] = {}
    alone: list[tuple[int, Item]] = []
    order: dict[int, int] = {}
    for place, (item, words) in enumerate(hashes):
        if words == NO_WORDS:
            alone.append((place, item))
            continue
        groups.setdefault(words, []).append(item)
        order.setdefault(words, place)
    ordered = [(order[words], tuple(items)) for words, items in groups.items()]
    ordered.extend((place, (item,)) for place, item in alone)
    return tuple(items for _, items in sorted(ordered, key=lambda group: group[0]))


def first_of_copies(hashes: Sequence[tuple[Item, int]]) -> Mapping[Item, tuple[Item, ...]]:
    """The first item of every group of copies, in order, with the others of its group."""
    return {group[0]: group[1:] for group in group_copies(hashes)}


def find_run(wanted: Sequence[int], sentences: Sequence[int]) -> int | None:
    """Where a run of sentence hashes stands in another text's sentences; None when it does not, or has no word."""
    if not wanted or all(words == NO_WORDS for words in wanted):
        return None
    for start in range(len(sentences) - len(wanted) + 1):
        if all(sentences[start + place] == words for place, words in enumerate(wanted)):
            return start
    return None


def share_of_words(wanted: Sequence[int], sentences: Iterable[int]) -> float:
    """The share, in [0, 1], of the wanted sentences that stand anywhere among the others."""
    counted = [words for words in wanted if words != NO_WORDS]
    there = set(sentences)
    return sum(words in there for words in counted) / len(counted) if counted else 0.0
