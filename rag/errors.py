"""Every error Pilcrow raises on purpose.

    PilcrowError
     ├── InputError              a question, a reference or an option is wrong           exit 2
     ├── ConfigurationError      a setting, a prompt file or an installed extra          exit 2
     ├── ProblemsError           carries every Problem found, not only the first         exit 2
     │    ├── CorpusError        documents that cannot be read
     │    └── QuestionsError     question files that cannot be used
     ├── StoreError              the index folder cannot serve                           exit 2
     │    ├── IndexMissing       there is no index where one was looked for              exit 2
     │    ├── IndexMismatch      made by another version or another embedding model      exit 2
     │    ├── IndexDamaged       cannot be read, or a reachability check failed          exit 2
     │    └── IndexLocked        another process is writing                              exit 2
     └── ModelError              the language model could not answer                     exit 3

A message is one line that says what is wrong and where; `mend` is the command or change that puts it right.
No error of a library leaves the module that imports that library.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = Path(".pilcrow")
_LONGEST_ECHO = 100


def command(*words: str, index: Path) -> str:
    """The command line `pilcrow WORDS` for that index folder, as a mend names it."""
    named = [] if index == DEFAULT_INDEX else ["--index", shlex.quote(str(index))]
    return " ".join(["pilcrow", *words, *named])


def update_command(index: Path, *, rebuild: bool = False) -> str:
    """The mend of whatever an update of that index puts right, or only building it anew."""
    return f"Run: {command('index', *(['--rebuild'] if rebuild else []), index=index)}"


def shortened(text: str) -> str:
    """What was typed, as much of it as a message can hold."""
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}…"


class PilcrowError(Exception):
    """Base of all: `str(error)` is one line, what and where, followed by the mend."""

    exit_code = 2

    def __init__(self, what: str, *, mend: str = "") -> None:
        super().__init__(f"{what} {mend}".strip())
        self.what = what
        self.mend = mend


class InputError(PilcrowError):
    """A question, a reference or an option that cannot be used."""


class ConfigurationError(PilcrowError):
    """A setting, a prompt file or a missing optional package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in one input file; `line` counts from 1, 0 when it concerns the whole file."""

    path: str
    what: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" if self.line else f"{self.path}: {self.what}"


class ProblemsError(PilcrowError):
    """Several problems found in one go, so that they can be mended in one go."""

    def __init__(self, problems: Sequence[Problem], *, mend: str) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(str(problem) for problem in self.problems[:3])
        more = len(self.problems) - 3
        super().__init__(shown + (f"; and {more} more." if more > 0 else "."), mend=mend)


class CorpusError(ProblemsError):
    """Documents that cannot be read."""


class QuestionsError(ProblemsError):
    """Question files that cannot be used."""


class StoreError(PilcrowError):
    """The index folder cannot serve: base of the four below."""


class IndexMissing(StoreError):
    """There is no index where one was looked for."""


class IndexMismatch(StoreError):
    """The index was made by another version or with another embedding model."""


class IndexDamaged(StoreError):
    """The index cannot be read, or does not hold what its catalog says."""


class IndexLocked(StoreError):
    """Another process is writing to the index."""


class ModelError(PilcrowError):
    """The language model could not be reached, or what it sent cannot be used.

    `retryable` says whether the same request may succeed later (429, 5xx, a dropped connection).
    """

    exit_code = 3

    def __init__(self, what: str, *, mend: str = "", retryable: bool = False) -> None:
        super().__init__(what, mend=mend)
        self.retryable = retryable
