"""A tray: files a person handed over, read and shown before any of them is taken.

The files lie in a folder of their own under their own names, so that `NAME.yaml` is found beside `NAME.txt`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from rag.chat import texts
from rag.chat.limits import Limits
from rag.errors import InputError, Problem

_DESCRIBED_INSIDE = frozenset({".md", ".jsonl", ".yaml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """The folder with the files; gone after `clear`."""

    folder: Path

    def files(self) -> tuple[Path, ...]:
        """The files that hold documents, by name; descriptions beside them are not among them."""
        return tuple(sorted(path for path in self.folder.iterdir() if path.suffix.lower() != ".yaml"))

    def sound(self, problems: Sequence[Problem]) -> tuple[Path, ...]:
        """The files in which nothing is wrong."""
        faulty = {Path(problem.path).name for problem in problems} | {
            Path(problem.path).with_suffix("").name for problem in problems if problem.path.endswith(".yaml")
        }
        return tuple(path for path in self.files() if path.name not in faulty and path.stem not in faulty)

    def undescribed(self, problems: Sequence[Problem]) -> Path | None:
        """The first file that could not be read and has nothing beside it that says what it is."""
        faulty = {Path(problem.path).name for problem in problems}
        return next(
            (
                path
                for path in self.files()
                if path.name in faulty
                and path.suffix.lower() not in _DESCRIBED_INSIDE
                and not path.with_suffix(".yaml").exists()
            ),
            None,
        )

    def describe(self, file: str, description: Mapping[str, str]) -> None:
        """Writes what a file is beside it; empty values are left out.

        Raises:
            InputError: there is no title, or no such file here.
        """
        path = next((known for known in self.files() if known.name == file), None)
        given = {key: value.strip() for key, value in description.items() if value and value.strip()}
        if path is None or not given.get("title"):
            raise InputError(texts.NEEDS_TITLE)
        written = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
        path.with_suffix(".yaml").write_text(written, encoding="utf-8")

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
    tray = Tray(folder=Path(tempfile.mkdtemp(prefix="pilcrow-tray-")))
    problems = []
    for path in paths:
        target = tray.folder / _name(path)
        if target.exists():
            problems.append(Problem(path=path.name, what=texts.SAME_NAME))
        elif path.stat().st_size > limits.upload_bytes:
            problems.append(Problem(path=path.name, what=texts.TOO_LARGE.format(limit=limits.upload_bytes // 10**6)))
        else:
            shutil.copyfile(path, target)
    return tray, tuple(problems)


def _name(path: Path) -> str:
    """Markdown without front matter says nothing of itself; it is read as text, and its description asked for."""
    if path.suffix.lower() != ".md":
        return path.name
    with path.open("rb") as file:
        return path.name if file.read(4).removeprefix(b"\xef\xbb\xbf").startswith(b"-") else f"{path.stem}.txt"
