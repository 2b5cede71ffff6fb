"""The documents an index holds: where they came from, taking more in, taking them out again.

An index remembers the paths it was made of, so that documents can be added to it later (from the chat, say) without
losing the others. What is added is copied to `uploads/` in the index folder and belongs to every later update.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import CorpusError, IndexDamaged, InputError, Problem, command
from rag.resources import bundled_corpus
from rag.settings import Settings
from rag.types import Document

if TYPE_CHECKING:
    from rag.corpus import Reading
    from rag.index import Changes, ProgressReport

SOURCES = "sources.json"
UPLOADS = "uploads"


def update_index(
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    rebuild: bool = False,
    progress: ProgressReport | None = None,
) -> Changes:
    """Bring the index up to date with the documents under `paths`: adds, changes, and removes what is gone.

    Without paths what `next_sources` gives is read. Documents that were added from the chat stay.

    Raises:
        InputError: a path does not exist, or not one document was found.
        StoreError: the index is locked, damaged, was made by something else or does not know of what.
    """
    from rag.corpus import scan
    from rag.index import load_embedder, update
    from rag.index.build import quiet

    for path in paths:
        if not path.exists():
            raise InputError(f"There is no {path}.", mend="Name a folder or file with documents.")
    paths = tuple(paths) or _that_are_there(settings.index, next_sources(settings.index))
    uploads = settings.index / UPLOADS
    added = (uploads,) if uploads.is_dir() and any(uploads.iterdir()) else ()
    changes = update(
        settings.index,
        scan([*paths, *added]),
        load_embedder(settings.embedding, cache=settings.index / "models"),
        chroma_url=settings.chroma_url,
        rebuild=rebuild,
        progress=progress or quiet,
    )
    _remember(settings.index, paths)
    return changes


def _here() -> tuple[Path, ...]:
    """`corpus/` in the current folder, if there is one."""
    here = Path("corpus")
    return (here,) if here.is_dir() else ()


def sources(index: Path) -> tuple[Path, ...]:
    """The paths the index was last made of, the default ones if it does not know; they may be gone since."""
    return _remembered(index) or _here() or (bundled_corpus(),)


def next_sources(index: Path) -> tuple[Path, ...]:
    """What an update without paths reads: `corpus/`, and what else the index was made of, so that nothing is lost.

    Where there is no `corpus/` the two documents Pilcrow comes with stand in for it, until there is one.
    """
    here, remembered = _here(), _remembered(index)
    if remembered in ((), (bundled_corpus(),)):
        return here or (bundled_corpus(),)
    known = [path.resolve() for path in remembered]
    return (*remembered, *(path for path in here if not any(path.resolve().is_relative_to(one) for one in known)))


def named(paths: Sequence[Path]) -> str:
    """The paths as a reader knows them."""
    return ", ".join("the bundled documents" if path == bundled_corpus() else str(path) for path in paths)


def left_out(paths: Sequence[Path]) -> str:
    """How many files of which forms an update passes over under these paths; empty when there are none."""
    from rag.corpus import left_out
    from rag.corpus.readers import READERS
    from rag.text.counts import counted

    counts = left_out(paths)
    if not counts:
        return ""
    files = counted(sum(counts.values()), "file")
    forms = ", ".join(f"{count:,} {form}" for form, count in counts.items())
    return f"{files} of forms that are not read ({forms}); documents are {', '.join(READERS)}."


def _that_are_there(index: Path, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The same, where an update would not take the documents of one that is gone for removed."""
    for path in paths:
        if not path.exists():
            raise InputError(
                f"There is no {path}, of which the index was made.",
                mend=f"Bring it back, or name what is to be indexed instead: {command('index', 'FOLDER', index=index)}",
            )
    return paths


def _remembered(index: Path) -> tuple[Path, ...]:
    """What `_remember` wrote down; empty when it never did.

    Raises:
        IndexDamaged: the file cannot be read, or says something else.
    """
    file = index / SOURCES
    try:
        remembered = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, RecursionError):
        remembered = None
    if not isinstance(remembered, list) or not remembered or not all(map(_is_source, remembered)):
        raise IndexDamaged(
            f"{file} does not say what the index was made of.",
            mend=f"Name the documents: {command('index', 'PATH…', index=index)}",
        )
    return tuple(index.resolve().parent / path if path else bundled_corpus() for path in remembered)


def _is_source(value: object) -> bool:
    return value is None or (isinstance(value, str) and value != "" and "\0" not in value)


def preview(files: Sequence[Path]) -> Reading:
    """The documents that files hold and every problem in them."""
    from rag.corpus import read_all

    return read_all(files)


def add_documents(settings: Settings, files: Sequence[Path], *, progress: ProgressReport | None = None) -> Changes:
    """Copy files into the index folder and index them.

    Raises:
        CorpusError: with every problem of every file, among them ids that the index holds already; nothing was taken.
        InputError: a folder that the index was made of is gone; nothing was taken.
        StoreError: the index is locked, damaged or was made by something else.
    """
    from rag.index import Catalog

    paths = _that_are_there(settings.index, sources(settings.index))
    uploads = settings.index / UPLOADS
    catalog = Catalog(settings.index)
    reading = preview(files)
    problems = [*reading.problems, *_names_in_use(files, reading, uploads)]
    for document in reading.documents:
        known = catalog.document(document.id)
        if known is not None and _file_of(known) != (uploads / _file_of(document).name).resolve():
            what = f"id {document.id!r} is already used in {known.source}"
            problems.append(Problem(path=document.source, what=what))
    if problems or not reading.documents:
        raise CorpusError(
            problems or [Problem(path=str(file), what="holds no document") for file in files],
            mend="Mend these files and add them again.",
        )
    uploads.mkdir(parents=True, exist_ok=True)
    for file in files:
        for part in (file, file.with_suffix(".yaml")):
            if part.is_file():
                _copy(part, uploads / part.name)
    return update_index(settings, paths, progress=progress)


def _names_in_use(files: Sequence[Path], reading: Reading, uploads: Path) -> Iterator[Problem]:
    """Files that would take the place of another that holds other documents."""
    taken: dict[str, Path] = {}
    for file in files:
        if (other := taken.setdefault(file.name, file)) != file:
            yield Problem(path=str(file), what=f"has the name of {other}, which is added with it; name it otherwise")
        before = uploads / file.name
        if before.is_file():
            held = {document.id for document in preview([before]).documents}
            if lost := held - {document.id for document in reading.documents}:
                ids = ", ".join(map(repr, sorted(lost)))
                what = f"has the name of a file with {ids} that was added before; name it otherwise"
                yield Problem(path=str(file), what=what)


def remove_document(settings: Settings, document: Document) -> Changes:
    """Delete the uploaded file that holds a document and bring the index up to date.

    Raises:
        InputError: the document was not added but indexed from a folder, or its file holds others too, or a folder
            that the index was made of is gone.
    """
    file = _file_of(document)
    paths = _that_are_there(settings.index, sources(settings.index))
    if not file.is_relative_to((settings.index / UPLOADS).resolve()):
        raise InputError(
            f"{document.id!r} was indexed from {document.source}.",
            mend=f"Delete it there, then run: {command('index', index=settings.index)}",
        )
    held = preview([file]).documents
    if len(held) > 1:
        raise InputError(f"{file.name} holds {len(held)} documents.", mend="Take its line out and add the file again.")
    file.unlink(missing_ok=True)
    file.with_suffix(".yaml").unlink(missing_ok=True)
    return update_index(settings, paths)


def _file_of(document: Document) -> Path:
    """The file of a document: the documents of a `.jsonl` have `:LINE` behind its name."""
    name, mark, line = document.source.rpartition(":")
    return Path(name if mark and line.isdecimal() and name.endswith(".jsonl") else document.source).resolve()


def _remember(index: Path, paths: Sequence[Path]) -> None:
    beside = index.resolve().parent

    def kept(path: Path) -> str | None:
        # The bundled documents lie elsewhere once Pilcrow is installed anew, and what lies beside the index moves
        # with it.
        if path == bundled_corpus():
            return None
        resolved = path.resolve()
        return str(resolved.relative_to(beside) if resolved.is_relative_to(beside) else resolved)

    _replace(index / SOURCES, json.dumps([kept(path) for path in paths]).encode())


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
