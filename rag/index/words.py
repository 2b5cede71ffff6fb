"""The lexical index (tantivy): which paragraphs hold the words of a question, by BM25.

It is a cache keyed by paragraph: every word is folded and stemmed by `rag.text.terms` before it comes here, so that
the same rules hold for questions, documents and everything else that compares words.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rag.errors import IndexDamaged, update_command
from rag.text.terms import terms

if TYPE_CHECKING:
    import tantivy

_MEMORY = 64_000_000


LEAST = 1.5
"""What a content word counts by standing there at all, in parts of its rarity; fitted on half of squad2, alone and
buried in a large corpus, clapnq and mtrag."""


class Found(NamedTuple):
    """A paragraph's key and its score."""

    key: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordQuery:
    """Words, of which any may match (one that comes twice counts twice), and phrases, which must.

    `content` are those of the words that carry meaning.
    """

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    content: frozenset[str] = frozenset()


class LexicalIndex:
    """One folder of tantivy; a reader keeps the commit it was opened on until `reload`."""

    def __init__(self, folder: Path) -> None:
        """Opens the index in `folder`.

        Raises:
            IndexDamaged: there is none, or it cannot be read.
        """
        import tantivy

        self._mend = update_command(folder.parent)
        if folder.is_dir() and not os.access(folder, os.W_OK):
            self._mend = f"Let {folder} be written to: tantivy opens nothing where it can make no lock."
        try:
            self._index = tantivy.Index.open(str(folder))
            self._schema = self._index.schema
            self._searcher = self._index.searcher()
        except (ValueError, OSError, RuntimeError) as error:
            raise IndexDamaged(
                f"The lexical index in {folder} cannot be opened: {str(error).rstrip('.')}.", mend=self._mend
            ) from error

    @classmethod
    def create(cls, folder: Path) -> LexicalIndex:
        """An empty index in a new folder."""
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        tantivy.Index(_schema(), path=str(folder), reuse=False)
        return cls(folder)

    @classmethod
    def in_memory(cls, entries: Iterable[tuple[int, str, str]]) -> LexicalIndex:
        """An index of (key, heading, text) that no folder holds."""
        import tantivy

        made = cls.__new__(cls)
        made._mend = ""
        made._schema = _schema()
        made._index = tantivy.Index(made._schema)
        made.change(remove=(), add=entries)
        return made

    def change(self, *, remove: Iterable[int], add: Iterable[tuple[int, str, str]]) -> None:
        """Takes out keys and puts in (key, heading, text), in one commit."""
        import tantivy

        try:
            writer = self._index.writer(heap_size=_MEMORY, num_threads=1)
            for key in remove:
                writer.delete_documents_by_term("key", int(key))
            for key, heading, text in add:
                document = tantivy.Document()
                document.add_integer("key", int(key))
                document.add_text("words", f"{searchable(heading)} {searchable(text)}")
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError, RuntimeError) as error:
            raise IndexDamaged(f"The lexical index cannot be written: {error}.", mend=self._mend) from error
        self.reload()

    def reload(self) -> None:
        """Sees what was committed since."""
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def count(self) -> int:
        """How many paragraphs it holds."""
        return int(self._searcher.num_docs)

    def paragraphs_with(self, word: str) -> int:
        """In how many paragraphs (or their headings) the folded, stemmed word stands."""
        import tantivy

        # Not `doc_freq`, which still counts what was taken out.
        query = tantivy.Query.term_query(self._schema, "words", word, "freq")
        return int(self._searcher.search(query, 1, count=True).count or 0)

    def near(self, word: str, *, limit: int, begins: bool = False) -> tuple[int, ...]:
        """Paragraphs that hold a stem one letter away from this one (or two letters are swapped), or that begins so."""
        import tantivy

        query = tantivy.Query.fuzzy_term_query(
            self._schema, "words", word, distance=1, transposition_cost_one=True, prefix=begins
        )
        return tuple(found.key for found in self._found(query, limit))

    def search(self, query: WordQuery, *, limit: int) -> tuple[Found, ...]:
        """The best paragraphs, best first."""
        built = self._query(query)
        if built is None or limit < 1:
            return ()
        return self._found(built, limit)

    def score(self, query: WordQuery, keys: Sequence[int]) -> tuple[Found, ...]:
        """The scores of those of `keys` that match, by BM25+ (Lv and Zhai 2011, https://doi.org/10.1145/2063576.2063584).

        Every content word counts for something wherever it stands, however long the paragraph: in a large corpus
        paragraphs that repeat one word of the question else push aside those that hold all of its rare ones.
        """
        built = self._query(query, least=LEAST)
        if built is None or not keys:
            return ()
        import tantivy

        chosen = tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._schema, "key", [int(key) for key in keys]), 0.0
        )
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, chosen), (tantivy.Occur.Must, built)])
        return self._found(both, len(keys))

    def keys(self) -> npt.NDArray[np.int64]:
        """Every key it holds, in order; twice when it stands there twice."""
        import tantivy

        found = self._searcher.search(tantivy.Query.all_query(), max(self.count, 1), count=False)
        keys = self._searcher.fast_field_values("key", [address for _, address in found.hits])
        return np.sort(np.array(keys, np.int64))

    def _rarity(self, word: str) -> float:
        """Inverse document frequency, as BM25 has it."""
        held = self.paragraphs_with(word)
        return math.log(1 + (max(self.count - held, 0) + 0.5) / (held + 0.5))

    def _found(self, query: tantivy.Query, limit: int) -> tuple[Found, ...]:
        hits = self._searcher.search(query, limit, count=False).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        return tuple(Found(int(key or 0), float(score)) for key, (score, _) in zip(keys, hits, strict=True))

    def _query(self, query: WordQuery, *, least: float = 0.0) -> tantivy.Query | None:
        from tantivy import Occur, Query

        def term(word: str) -> tantivy.Query:
            return Query.term_query(self._schema, "words", word, "freq")

        any_of = [(Occur.Should, term(word)) for word in query.words]
        if least:
            # Only here: tantivy skips what cannot win (block-max WAND) only over plain terms.
            any_of += [
                (Occur.Should, Query.const_score_query(term(word), least * self._rarity(word)))
                for word in sorted(query.content)
            ]
        phrases = [
            Query.phrase_query(self._schema, "words", list(phrase))
            if len(phrase) > 1
            else Query.term_query(self._schema, "words", phrase[0], "freq")
            for phrase in query.phrases
            if phrase
        ]
        must = [(Occur.Must, phrase) for phrase in phrases]
        if not any_of and not must:
            return None
        return Query.boolean_query([*any_of, *must])


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace")
    return builder.build()


def searchable(text: str) -> str:
    """The text as its folded, stemmed words between blanks."""
    return " ".join(term.text for term in terms(text) if term.text)
