"""Each wording once: of the paragraphs with the same words, the one that was published first stands for all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DOCUMENTS = "(SELECT key, id, live, row_number() OVER (ORDER BY coalesce(first_day, '~'), id) AS place FROM documents)"
"""In SQL: the documents with their place in the order of publication; those without a date come last."""


class Wordings:
    """Paragraphs grouped by their words.

    Attributes:
        keys: the paragraphs, in ascending order; the other arrays speak of them by their place here.
        groups: each paragraph's wording, a number from 0 on.
        firsts: for each wording the place of its paragraph that was published first.
    """

    def __init__(self, keys: Integers, words: Integers, documents: Integers) -> None:
        """Takes for each paragraph its key, the hash of its words, and its document's place in the order."""
        self.keys = keys
        self.groups: Integers = np.unique(words, return_inverse=True)[1].reshape(-1)
        self._order = np.lexsort((keys, documents))
        self.firsts = self.chosen(None)

    def chosen(self, among: Mask | None) -> Integers:
        """For each wording the place of the paragraph that stands for it among those of the mask; -1 for none."""
        order = self._order if among is None else self._order[among[self._order]]
        groups, at = np.unique(self.groups[order], return_index=True)
        found = np.full(int(self.groups.max(initial=-1)) + 1, -1, np.int64)
        found[groups] = order[at]
        return found

    def places(self, keys: Integers) -> tuple[Integers, Mask]:
        """The place of each key, and whether it is there at all."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return at, self.keys[at] == keys
