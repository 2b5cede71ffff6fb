"""Folders and files to documents, in a fixed order, one at a time.

Every problem of every file comes out beside the documents; none stops the others. Nothing is held but the ids seen.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.readers import READERS, File
from rag.errors import CorpusError, Problem
from rag.types import Document

_NOT_A_DOCUMENT = "readme.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Documents and problems of one scan, held whole: for small corpora and tests."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]

    def expect(self) -> tuple[Document, ...]:
        """The documents.

        Raises:
            CorpusError: anything was wrong; carries every problem.
        """
        if self.problems:
            raise CorpusError(self.problems, mend="Mend these files and run again: pilcrow index")
        return self.documents


def scan(paths: Sequence[Path], *, root: Path | None = None) -> Iterator[Document | Problem]:
    """Every document and every problem under the paths.

    Folders are walked in sorted order; hidden files, `README.md` and forms without a reader are passed over. A file
    that is named itself and cannot be read is a problem. Ids are unique: the second document of an id is a problem.

    Args:
        paths: files and folders.
        root: sources are named relative to it where they lie under it.
    """
    seen: dict[str, str] = {}
    read: set[Path] = set()
    for path in paths:
        for found in _files(path, root):
            if isinstance(found, Problem):
                yield found
                continue
            resolved = found.path.resolve()
            if resolved in read:
                continue
            read.add(resolved)
            for item in _read(found):
                yield _unique(item, seen) if isinstance(item, Document) else item


def read_all(paths: Sequence[Path], *, root: Path | None = None) -> Reading:
    """What `scan` yields, gathered."""
    items = list(scan(paths, root=root))
    return Reading(
        documents=tuple(item for item in items if isinstance(item, Document)),
        problems=tuple(item for item in items if isinstance(item, Problem)),
    )


def _unique(document: Document, seen: dict[str, str]) -> Document | Problem:
    first = seen.setdefault(document.id, document.source)
    if first == document.source:
        return document
    path, line = _place(document.source)
    return Problem(path=path, line=line, what=f"id {document.id!r} is already used in {first}")


def _place(source: str) -> tuple[str, int]:
    path, mark, line = source.rpartition(":")
    return (path, int(line)) if mark and line.isdecimal() and path.lower().endswith(".jsonl") else (source, 0)


def _read(file: File) -> Iterator[Document | Problem]:
    reader = READERS[file.path.suffix.lower()]
    try:
        yield from reader(file)
    except OSError as error:
        yield Problem(path=file.source, what=f"cannot be read: {error.strerror or type(error).__name__}")


def _files(path: Path, root: Path | None) -> Iterator[File | Problem]:
    source = _source(path, root)
    problem = _name_problem(source)
    if problem is not None:
        yield problem
    elif path.is_dir():
        empty = True
        for found in _walk(path, path, path.resolve(), root):
            empty = False
            yield found
        if empty:
            yield Problem(path=source, what=f"holds no document; documents are {_forms()} files")
    elif not path.exists():
        yield Problem(path=source, what="does not exist" if not path.is_symlink() else "is a link to nothing")
    elif path.suffix.lower() not in READERS:
        yield Problem(path=source, what=f"cannot be read: {path.suffix or 'no suffix'} is not one of {_forms()}")
    elif not path.is_file():
        yield Problem(path=source, what="is no ordinary file")
    else:
        yield File(path=path, source=source, names=(path.stem,))


def left_out(paths: Sequence[Path]) -> Mapping[str, int]:
    """How many files of each form without a reader the folders hold, the most frequent first.

    Hidden files and `README.md` do not count, nor does a sidecar beside its document.
    """
    files = {file for path in paths if path.is_dir() for file in _unread(path.resolve())}
    return dict(Counter(file.suffix.lower() or "without a suffix" for file in sorted(files)).most_common())


def _unread(folder: Path) -> Iterator[Path]:
    paths = _listed(folder)
    if isinstance(paths, str):
        return
    described = Counter(path.stem for path in paths)
    for path in paths:
        if _is_passed_over(path.name) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _unread(path)
        elif path.suffix.lower() not in READERS and not (path.suffix == ".yaml" and described[path.stem] > 1):
            yield path


def is_closed(path: Path) -> bool:
    """Whether it is a folder that cannot be looked into: what it holds is not known, and not gone."""
    return os.path.isdir(path) and isinstance(_listed(path), str)  # noqa: PTH112 - it says no where it may not look


def _listed(folder: Path) -> list[Path] | str:
    """What a folder holds, in order, or why that cannot be known."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return error.strerror or type(error).__name__
    return paths if os.access(folder, os.X_OK) else "Permission denied"


def _walk(folder: Path, top: Path, resolved_top: Path, root: Path | None) -> Iterator[File | Problem]:
    paths = _listed(folder)
    if isinstance(paths, str):
        yield Problem(path=_source(folder, root), what=f"cannot be looked into: {paths}")
        return
    for path in paths:
        if _is_passed_over(path.name) or not (path.is_dir() or path.suffix.lower() in READERS):
            continue
        source, is_link = _source(path, root), path.is_symlink()
        problem = _name_problem(source) or (_link_problem(path, source, resolved_top) if is_link else None)
        if problem is not None:
            yield problem
        elif is_link and (path.is_dir() or _is_walked(path.resolve(), resolved_top)):
            continue
        elif path.is_dir():
            yield from _walk(path, top, resolved_top, root)
        elif path.is_file():
            yield _file(path, top, root)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() == _NOT_A_DOCUMENT


def _is_walked(target: Path, resolved_top: Path) -> bool:
    """Whether the walk comes to the file without a link, under the name that its id goes by."""
    within = target.relative_to(resolved_top)
    return target.suffix.lower() in READERS and not any(_is_passed_over(part) for part in within.parts)


def _name_problem(source: str) -> Problem | None:
    """What is wrong with a name: the catalog and the terminal take text only."""
    shown = os.fsencode(source).decode("utf-8", "backslashreplace")
    return Problem(path=shown, what="has a name that is not UTF-8; rename it") if shown != source else None


def _link_problem(path: Path, source: str, resolved_top: Path) -> Problem | None:
    """What is wrong with a link."""
    # First, since a link to itself cannot be resolved.
    if not path.exists():
        return Problem(path=source, what="is a link to nothing; remove it or copy the file there")
    if not path.resolve().is_relative_to(resolved_top):
        return Problem(path=source, what="is a link that leaves the folder; copy the file into it")
    return None


def _file(path: Path, top: Path, root: Path | None) -> File:
    within = path.relative_to(top).with_suffix("").as_posix()
    return File(path=path, source=_source(path, root), names=tuple(dict.fromkeys((path.stem, within))))


def _source(path: Path, root: Path | None) -> str:
    if root is not None and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return path.as_posix()


def _forms() -> str:
    return ", ".join(READERS)
