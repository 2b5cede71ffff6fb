"""What the README says is what the program does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rag.cli import run
from rag.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line for block in blocks("console") if not block.startswith("$") for line in block.splitlines()]


def test_every_setting_is_listed_with_its_default() -> None:
    listed = re.findall(r"^\| `PILCROW_(\w+)` \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    shown = {None: "off", False: "off", True: "on"}
    assert listed == [
        (name.upper(), shown[field.default] if field.default in (None, False, True) else f"`{field.default}`",
         field.description)
        for name, field in Settings.model_fields.items()
    ]  # fmt: skip


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_named_exists(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = line.partition("#")[0].split()
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    else:
        assert run([words[1], "--help"]) == 0


def test_the_shown_answer_is_the_real_one(
    index_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(index_folder))
    shown = next(block for block in blocks("console") if block.startswith("$ pilcrow ask"))
    command, _, expected = shown.partition("\n")
    question = re.fullmatch(r'\$ pilcrow ask "(.*)"', command)
    assert question is not None
    assert run(["ask", question[1]]) == 0
    printed = capsys.readouterr().out

    def squeezed(text: str) -> list[str]:
        return text.split()

    assert squeezed(expected) == squeezed(printed)


def test_the_python_example_runs(index_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".pilcrow").symlink_to(index_folder)
    monkeypatch.chdir(tmp_path)
    (example,) = blocks("python")
    shown: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), shown)  # the project's own text
    assert shown["answer"].citations


def test_every_file_named_is_there() -> None:
    for name in re.findall(r"\]\((?!http)([^)#]+)\)", README) + re.findall(r"`([a-z]+/|[A-Z]+\.md)`", README):
        assert (ROOT / name).exists(), name


def test_nothing_is_left_to_fill_in() -> None:
    assert "@@" not in README
