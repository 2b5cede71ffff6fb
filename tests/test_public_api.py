from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import rag
from rag import errors
from tests.conftest import ROOT


@pytest.mark.parametrize("name", rag.__all__)
def test_every_offered_name_exists_and_is_documented(name: str) -> None:
    assert inspect.getdoc(getattr(rag, name))


def test_names_not_offered_are_refused() -> None:
    with pytest.raises(AttributeError):
        _ = rag.nonsense  # type: ignore[attr-defined]


def test_the_drawn_error_tree_is_the_real_one() -> None:
    drawn = errors.__doc__ or ""
    classes = [
        value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.PilcrowError)
    ]
    assert [value.__name__ for value in classes if value.__name__ not in drawn] == []
    assert all(issubclass(value, errors.PilcrowError) for value in classes)


def test_every_error_is_one_line() -> None:
    problems = [errors.Problem(path=f"file{number}", what="bad", line=number) for number in range(9)]
    message = str(errors.CorpusError(problems, mend="Mend them."))
    assert message == "file0: bad; file1:1: bad; file2:2: bad; and 6 more. Mend them."


def test_importing_does_nothing_to_the_environment() -> None:
    code = (
        "import os, logging, warnings, numpy\n"
        "before = dict(os.environ), list(logging.root.handlers), list(warnings.filters)\n"
        "import rag, rag.cli, rag.assistant, rag.chat, rag.evaluate, rag.index, rag.retrieve, rag.answer\n"
        "print(before == (dict(os.environ), list(logging.root.handlers), list(warnings.filters)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "True"
