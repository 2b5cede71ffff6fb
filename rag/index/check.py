"""Proof that an index serves: each live paragraph is found by its vector, each wording by its words, nothing dead is.

A finding says what was looked at, whether it is well, and the command that mends it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import IndexDamaged, update_command
from rag.index.catalog import Catalog
from rag.index.embedding import load_embedder
from rag.index.schema import State, connect, damage, reading
from rag.index.seal import unreached
from rag.index.vectors import ChromaStore
from rag.index.wordings import Wordings
from rag.index.words import LexicalIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: `ok`, or what is wrong and the command that mends it."""

    ok: bool
    what: str
    mend: str = ""


def verify(folder: Path, *, embedding: str, chroma_url: str | None = None) -> tuple[Finding, ...]:
    """Looks at catalog, embedding model, words and vectors.

    Raises:
        StoreError: there is no index, or its catalog cannot be read.
        ConfigurationError: the embedding model cannot be loaded.
    """
    catalog, rebuild = Catalog(folder), update_command(folder, rebuild=True)
    state = catalog.state()
    with reading(catalog.file), closing(connect(catalog.file)) as connection:
        found = damage(connection)
    if found:
        return (Finding(ok=False, what=f"the catalog {catalog.file} is damaged: {found}.", mend=rebuild),)
    embedder = load_embedder(embedding, cache=folder / "models")
    if embedder.digest != state.digest:
        what = f"made with the embedding model {state.embedding!r}, but {embedder.name!r} is set."
        return (Finding(ok=False, what=what, mend=rebuild),)
    wordings, _ = catalog.wordings()
    held = Finding(ok=True, what=f"{len(wordings.keys):,} paragraphs, generation {state.generation}.")
    if not os.access(folder, os.W_OK):
        # Neither tantivy nor Chroma opens where it can make no lock.
        what = f"{folder} is read-only: words and vectors are made from the catalog in memory, at every start."
        return (held, Finding(ok=True, what=what, mend="To start faster, let it be written to."))
    return (
        held,
        *_words(folder, state, wordings),
        *_vectors(folder, chroma_url, state, catalog),
    )


def _words(folder: Path, state: State, wordings: Wordings) -> Iterator[Finding]:
    keys = wordings.keys[wordings.firsts]
    try:
        found = LexicalIndex(folder / (state.words or "words")).keys()
    except IndexDamaged as error:
        yield Finding(ok=False, what=error.what, mend=error.mend)
        return
    missing, surplus = np.setdiff1d(keys, found), np.setdiff1d(found, keys)
    twice = len(found) - len(np.unique(found))
    if len(missing) or len(surplus) or twice:
        what = f"words: {len(missing):,} wordings missing, {len(surplus):,} dead, {twice:,} twice."
        yield Finding(ok=False, what=what, mend=update_command(folder))
    else:
        yield Finding(ok=True, what=f"words: each of {len(keys):,} wordings is there, nothing dead is.")


def _vectors(folder: Path, chroma_url: str | None, state: State, catalog: Catalog) -> Iterator[Finding]:
    seal = state.seal
    store = ChromaStore(chroma_url or folder / "vectors", index=folder)
    try:
        if seal is None or seal.place != (chroma_url or ""):
            store.names()  # whether it serves at all
            yield Finding(ok=False, what="vectors: none in Chroma.", mend=update_command(folder))
            return
        held = store.count(seal.name)
        if held != seal.chunks:
            yield Finding(
                ok=False, what=f"vectors: Chroma holds {held:,} of {seal.chunks:,} chunks.", mend=update_command(folder)
            )
            return
        known = set(catalog.unreachable().tolist())
        probes = [
            (key, np.frombuffer(blob, np.float16).reshape(-1, state.dimension).astype(np.float32))
            for key, blob in catalog.chunk_vectors(through=seal.through)
            if key not in known
        ]
        lost = unreached(store, seal.name, probes)
    except IndexDamaged as error:
        yield Finding(ok=False, what=error.what, mend=error.mend)
        return
    finally:
        store.close()
    if lost:
        what = f"vectors: {len(lost):,} live paragraphs are not found by their own vector."
        yield Finding(ok=False, what=what, mend=update_command(folder, rebuild=True))
    else:
        yield Finding(ok=True, what=f"vectors: each of {len(probes):,} sealed paragraphs is found by its own vector.")
