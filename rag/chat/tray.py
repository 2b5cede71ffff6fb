"""A tray: files a person handed over, read and shown before any of them is taken.

The files lie in a folder of their own under their own names, so that `NAME.yaml` is found beside `NAME.txt`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from rag.chat import texts
from rag.chat.limits import Limits
from rag.errors import InputError, Problem
from rag.types import DocumentInfo

_DESCRIPTION = ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """The folder with the files; gone after `clear`."""

    folder: Path
    given: Mapping[str, str] = field(default_factory=dict)
    """What a person called a file, where it lies here under another name."""

    def files(self) -> tuple[Path, ...]:
        """The files that hold documents, by name; descriptions beside them are not among them."""
        return tuple(sorted(path for path in self.folder.iterdir() if path.suffix.lower() != _DESCRIPTION))

    def name(self, file: str) -> str:
        """The name a person knows a file by."""
        return self.given.get(file, file)

    def sound(self, problems: Sequence[Problem]) -> tuple[Path, ...]:
        """The files in which nothing is wrong."""
        faulty = {Path(problem.path).name for problem in problems} | {
            Path(problem.path).with_suffix("").name for problem in problems if problem.path.endswith(".yaml")
        }
        return tuple(path for path in self.files() if path.name not in faulty and path.stem not in faulty)

    def undescribed(self, problems: Sequence[Problem]) -> tuple[Path, ...]:
        """The files that lack nothing but what says what they are."""
        lacking = {Path(problem.path).name for problem in problems if _lacks_description(problem)}
        return tuple(path for path in self.files() if path.name in lacking)

    def faults(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The problems under the names a person knows, without those that a description mends."""
        return tuple(
            Problem(path=self.name(Path(problem.path).name), what=problem.what, line=problem.line)
            for problem in problems
            if not _lacks_description(problem)
        )

    def leave_out(self, problems: Sequence[Problem]) -> None:
        """Takes the faulty lines out of files that hold a document a line, so that the others can be taken."""
        faulty: dict[str, set[int]] = {}
        for problem in problems:
            faulty.setdefault(Path(problem.path).name, set()).add(problem.line)
        for path in self.files():
            lines = faulty.get(path.name, {0})
            # A problem without a line concerns the whole file.
            if path.suffix.lower() == ".jsonl" and 0 not in lines:
                kept = [line for at, line in enumerate(_lines(path), start=1) if at not in lines and line.strip()]
                path.write_bytes(b"".join(kept))
                if not kept:
                    path.unlink()

    def describe(self, file: str, description: Mapping[str, str]) -> None:
        """Writes what a file is beside it; empty values are left out.

        Raises:
            InputError: there is no title, a value is faulty, or no such file is here; nothing was written.
        """
        from rag.corpus import check_metadata

        path = next((known for known in self.files() if known.name == file), None)
        given = {key: value.strip() for key, value in description.items() if value and value.strip()}
        if path is None or not given.get("title"):
            raise InputError(texts.NEEDS_TITLE)
        checked = check_metadata({**given, "id": path.stem})
        if not isinstance(checked, DocumentInfo):
            raise InputError("; ".join(what[:1].upper() + what[1:] for _, what in checked) + ".")
        written = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
        path.with_suffix(_DESCRIPTION).write_text(written, encoding="utf-8")

    def clear(self) -> None:
        """Throws the copies away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def fill_tray(paths: Sequence[Path], limits: Limits) -> tuple[Tray, tuple[Problem, ...]]:
    """A tray with copies of the files, and what could not be put on it.

    Raises:
        InputError: there are too many files.
    """
    if len(paths) > limits.uploads_at_once:
        raise InputError(texts.TOO_MANY_FILES.format(count=len(paths), limit=limits.uploads_at_once))
    given: dict[str, str] = {}
    tray = Tray(folder=Path(tempfile.mkdtemp(prefix="pilcrow-tray-")), given=given)
    problems = []
    for path in paths:
        target = tray.folder / _name(path)
        if target.exists():
            problems.append(Problem(path=path.name, what=texts.SAME_NAME))
        elif path.stat().st_size > limits.upload_bytes:
            problems.append(Problem(path=path.name, what=texts.TOO_LARGE.format(limit=limits.upload_bytes // 10**6)))
        else:
            shutil.copyfile(path, target)
            given[target.name] = path.name
    described = {path.stem for path in tray.files()}
    problems += [
        Problem(path=path.name, what=texts.DESCRIBES_NOTHING)
        for path in sorted(tray.folder.glob(f"*{_DESCRIPTION}"))
        if path.stem not in described
    ]
    return tray, tuple(problems)


def _lacks_description(problem: Problem) -> bool:
    """Whether it is the one that the reader of plain text has with a file that has nothing beside it."""
    return problem.what.startswith(f"needs {Path(problem.path).with_suffix(_DESCRIPTION).name} ")


def _lines(path: Path) -> Sequence[bytes]:
    with path.open("rb") as file:
        return file.readlines()


def _name(path: Path) -> str:
    """Markdown without front matter says nothing of itself; it is read as text, and its description asked for."""
    if path.suffix.lower() != ".md":
        return path.name
    with path.open("rb") as file:
        return path.name if file.read(4).removeprefix(b"\xef\xbb\xbf").startswith(b"-") else f"{path.stem}.txt"
