"""Brings an index up to date with the documents that were read.

Order of work, so that a kill at any moment leaves the last whole generation readable and the next run goes on:
new documents are staged in the catalog; what is new in them is embedded, and vectors are kept as they come; new
wordings are added to the lexical index; one transaction makes the staged live; then the lexical index is cleared of the
dead and the vectors are sealed anew when too many came or went.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from rag.corpus.scan import is_closed
from rag.errors import IndexDamaged, IndexLocked, IndexMismatch, InputError, Problem, update_command
from rag.index.catalog import Catalog
from rag.index.embedding import Embedder, Passage, PassageVectors
from rag.index.schema import State
from rag.index.seal import reseal
from rag.index.vectors import ChromaStore, VectorStore
from rag.index.words import LexicalIndex
from rag.index.writing import CatalogWriter, Pending
from rag.text.counts import counted
from rag.types import Document

Phase = Literal["read", "embed", "words", "vectors", "check"]
_STAGED_AT_ONCE = 100
_EMBEDDED_AT_ONCE = 512
_WORDS = re.compile(r"words-[0-9]+-[0-9a-f]{16}")
"""Folders that `_Update` makes, and may remove: the index may lie in a folder that holds the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a phase is; `total` is None while it is not known."""

    phase: Phase
    done: int
    total: int | None


ProgressReport = Callable[[Step], None]
"""What is told of each step; it must be quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an update did: ids of documents, problems of files, and how long it took."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    documents: int
    paragraphs: int
    embedded: int
    """How many paragraphs were embedded; the others had their vectors already."""
    mended: tuple[str, ...]
    """Caches that were made anew."""
    generation: int
    seconds: float

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        parts = [
            f"{len(names)} {word}"
            for names, word in ((self.added, "added"), (self.changed, "changed"), (self.removed, "removed"))
            if names
        ]
        done = ", ".join(parts) or "Nothing has changed"
        mended = f" Made anew: {', '.join(self.mended)}." if self.mended else ""
        return (
            f"{done}: the index holds {counted(self.documents, 'document')} with"
            f" {counted(self.paragraphs, 'paragraph')}"
            f" ({self.embedded:,} embedded, {self.seconds:.1f} s).{mended}"
        )


def quiet(step: Step) -> None:
    """A progress that shows nothing."""


def update(
    folder: Path,
    scanned: Iterable[Document | Problem],
    embedder: Embedder,
    *,
    chroma_url: str | None = None,
    rebuild: bool = False,
    progress: ProgressReport = quiet,
) -> Changes:
    """Makes the index of `folder` hold exactly the documents of `scanned`; says what changed.

    A document whose file has a problem now is kept as it was. `scanned` is consumed as it comes and never held whole.

    Args:
        folder: where the index is, or will be.
        scanned: every document the index shall hold, and the problems met on the way.
        embedder: what makes the vectors.
        chroma_url: a Chroma server for the vectors instead of the embedded store.
        rebuild: embed and index everything anew; also mends a catalog that cannot be read.
        progress: is told of each step.

    Raises:
        IndexLocked: another process is writing.
        IndexMismatch: the index was made with another embedding model or by another version; `rebuild` mends it.
        IndexDamaged: the catalog cannot be read; `rebuild` mends it.
        InputError: there was not one document, or nothing can be written to the folder.
    """
    began = time.perf_counter()
    with locked(folder):
        writer = CatalogWriter(folder, afresh=rebuild)
        store = ChromaStore(chroma_url or folder / "vectors", index=folder)
        try:
            return _Update(folder, writer, store, chroma_url or "", embedder, rebuild, progress).run(scanned, began)
        finally:
            store.close()
            writer.close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes the folder and keeps other writers out; a killed process gives the lock back.

    Raises:
        IndexLocked: another process holds it.
        InputError: nothing can be written there.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            f"Another process is writing to the index in {folder}.", mend="Wait for it to end, then try again."
        ) from None
    except OSError as error:
        raise InputError(
            f"No index can be written to {folder}: {error.filename or folder}: {error.strerror}.",
            mend="Let it be written to, move away what lies there, or name another folder: --index DIR",
        ) from None
    try:
        yield
    finally:
        lock.release()


class _Update:
    """One run of `update`, under the lock."""

    def __init__(
        self,
        folder: Path,
        writer: CatalogWriter,
        store: VectorStore,
        place: str,
        embedder: Embedder,
        rebuild: bool,
        progress: ProgressReport,
    ) -> None:
        self.folder, self.writer, self.store, self.place = folder, writer, store, place
        self.embedder, self.rebuild, self.progress = embedder, rebuild, progress
        self.mended: list[str] = []
        self.embedded = 0

    def run(self, scanned: Iterable[Document | Problem], began: float) -> Changes:
        before = self.writer.state()
        self._refuse_other_embedding(before)
        live = self.writer.digests()
        seen, problems = self._stage(scanned, {} if self.rebuild else live)
        kept = self._kept(live, seen, problems)
        if not seen and not kept:
            raise InputError("No document was found; the index stays as it was.", mend=_first(problems))
        if self.rebuild:
            self._stage_again(kept)
            seen |= {name: live[name] for name in kept}
        self._unstage_unwanted(seen)
        fresh = sorted(self.writer.staged())
        removed = sorted(set(live) - set(seen) - kept)
        words = self._words(before)
        if fresh:
            self._embed()
        wanted = self.writer.firsts(gone={*removed, *fresh}, staged=True)
        self._add_words(words, wanted)
        if fresh or removed or before.generation == 0:
            self.writer.swap(
                removed=removed,
                embedding=self.embedder.name,
                digest=self.embedder.digest,
                dimension=self.embedder.dimension,
                words=words.name,
            )
        elif self.mended:
            self.writer.set_words(words.name)
        self._clear_words(words, wanted)
        if reseal(self.writer, self.store, place=self.place, force=self.rebuild, progress=self._sealing):
            self.mended.append("vectors")
        if fresh or removed:
            self.writer.tidy()
        return Changes(
            added=tuple(name for name in fresh if name not in live),
            changed=tuple(name for name in fresh if name in live),
            removed=tuple(removed),
            unchanged=len(live) - len(removed) - sum(name in live for name in fresh),
            problems=problems,
            documents=len(self.writer.digests()),
            paragraphs=self.writer.count(live=1),
            embedded=self.embedded,
            mended=tuple(self.mended) if before.generation else (),
            generation=self.writer.state().generation,
            seconds=time.perf_counter() - began,
        )

    def _refuse_other_embedding(self, state: State) -> None:
        if state.generation and not self.rebuild and state.digest != self.embedder.digest:
            raise IndexMismatch(
                f"The index in {self.folder} was made with the embedding model {state.embedding!r}"
                f" ({state.digest[:8]}), not {self.embedder.name!r} ({self.embedder.digest[:8]}).",
                mend=update_command(self.folder, rebuild=True),
            )

    def _stage(
        self, scanned: Iterable[Document | Problem], live: dict[str, str]
    ) -> tuple[dict[str, str], tuple[Problem, ...]]:
        """Stages what is new or changed; gives the digests of all that was read, and the problems."""
        staged, sources = self.writer.staged(), self.writer.sources()
        seen: dict[str, str] = {}
        moved: dict[str, str] = {}
        problems: list[Problem] = []
        waiting: list[Document] = []
        for item in scanned:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            if item.id in seen:
                problems.append(Problem(path=item.source, what=f"a second document with the id {item.id!r}"))
                continue
            seen[item.id] = item.digest
            if item.digest not in (live.get(item.id), staged.get(item.id)):
                waiting.append(item)
            elif item.digest == live.get(item.id) and item.source != sources[item.id]:
                moved[item.id] = item.source
            if len(waiting) >= _STAGED_AT_ONCE:
                self.writer.stage(waiting)
                waiting = []
            self.progress(Step(phase="read", done=len(seen), total=None))
        self.writer.stage(waiting)
        self.writer.set_sources(moved)
        return seen, tuple(problems)

    def _kept(self, live: dict[str, str], seen: dict[str, str], problems: Sequence[Problem]) -> set[str]:
        """Live documents that were not read this time because their file or a folder above it has a problem now."""
        if not problems:
            return set()
        troubled = {os.path.realpath(problem.path) for problem in problems}
        closed = tuple(Path(path) for path in troubled if is_closed(Path(path)))
        sources = self.writer.sources()
        return {
            document
            for document in set(live) - set(seen)
            for file, sidecar in [_files_of(sources[document])]
            if not troubled.isdisjoint((file, sidecar)) or any(folder in Path(file).parents for folder in closed)
        }

    def _stage_again(self, kept: set[str]) -> None:
        """Stages live documents as the catalog holds them, to be embedded anew."""
        catalog = Catalog(self.folder)
        documents = (catalog.document(name) for name in sorted(kept))
        self.writer.stage(document for document in documents if document is not None)
        catalog.close()

    def _unstage_unwanted(self, seen: dict[str, str]) -> None:
        live = {} if self.rebuild else self.writer.digests()
        self.writer.unstage(
            [
                name
                for name, digest in self.writer.staged().items()
                if seen.get(name) != digest or live.get(name) == digest
            ]
        )

    def _embed(self) -> None:
        # What an unfinished run embedded may be another model's; this model's vectors are found by their hash.
        self.writer.unset_vectors()
        total = self.writer.count_pending()
        done = 0
        self.progress(Step(phase="embed", done=0, total=total))
        while pending := self.writer.pending(limit=_EMBEDDED_AT_ONCE):
            self._embed_part(pending)
            done += len(pending)
            self.progress(Step(phase="embed", done=done, total=total))

    def _embed_part(self, pending: Sequence[Pending]) -> None:
        hashes = {item.key: _hash(self.embedder.digest, item.passage) for item in pending}
        keys = self.writer.known_vectors(list(set(hashes.values())))
        new: dict[bytes, Passage] = {hashes[item.key]: item.passage for item in pending if hashes[item.key] not in keys}
        if new:
            vectors = self.embedder.encode_passages(list(new.values()))
            kept: dict[bytes, PassageVectors] = dict(zip(new, vectors, strict=True))
            keys |= self.writer.add_vectors(kept)
            self.embedded += len(new)
        self.writer.set_vectors((key, keys[hashed]) for key, hashed in hashes.items())

    def _words(self, state: State) -> _Words:
        """The lexical index, an empty one when the old one cannot serve."""
        if state.words and not self.rebuild:
            try:
                index = LexicalIndex(self.folder / state.words)
                held = index.keys()
                if len(held) == len(np.unique(held)) and np.isin(self.writer.firsts(), held).all():
                    return _Words(state.words, index)
            except IndexDamaged:
                pass
        if state.generation:
            self.mended.append("words")
        name = f"words-{state.generation + 1}-{time.time_ns():x}"
        return _Words(name, LexicalIndex.create(self.folder / name))

    def _add_words(self, words: _Words, wanted: npt.NDArray[np.int64]) -> None:
        """Adds those of the wanted paragraphs that are not there yet."""
        missing = np.setdiff1d(wanted, words.index.keys()).tolist()
        total = len(missing)
        self.progress(Step(phase="words", done=0, total=total))

        def entries() -> Iterator[tuple[int, str, str]]:
            for number, entry in enumerate(self.writer.entries(missing), start=1):
                if number % 1000 == 0:
                    self.progress(Step(phase="words", done=number, total=total))
                yield entry.key, entry.heading, entry.text

        if missing:
            words.index.change(remove=(), add=entries())
        self.progress(Step(phase="words", done=total, total=total))

    def _clear_words(self, words: _Words, wanted: npt.NDArray[np.int64]) -> None:
        """Takes out what is dead, or stands for its wording no longer."""
        surplus = np.setdiff1d(words.index.keys(), wanted).tolist()
        if surplus:
            words.index.change(remove=surplus, add=())
        for folder in self.folder.glob("words-*"):
            if folder.name != words.name and _WORDS.fullmatch(folder.name):
                _remove(folder)

    def _sealing(self, done: int, total: int) -> None:
        self.progress(Step(phase="vectors", done=done, total=total))


@dataclass(frozen=True, slots=True)
class _Words:
    name: str
    index: LexicalIndex


def _hash(digest: str, passage: Passage) -> bytes:
    return hashlib.sha256(f"{digest}\x00{passage.heading}\x00{passage.text}".encode()).digest()[:16]


def _files_of(source: str) -> tuple[str, str]:
    """The file of a document and its sidecar; the documents of a `.jsonl` have `:LINE` behind its name."""
    name, mark, line = source.rpartition(":")
    file = os.path.realpath(name if mark and line.isdecimal() and name.lower().endswith(".jsonl") else source)
    return file, str(Path(file).with_suffix(".yaml"))


def _first(problems: Sequence[Problem]) -> str:
    return f"First problem: {problems[0]}." if problems else "Name a folder or file with documents."


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
