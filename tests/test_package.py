"""Pilcrow from a wheel, outside the checkout: prompts, documents and questions travel with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, SERVICEMEN


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def pilcrow(site: Path, work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "rag", *arguments],
        capture_output=True, text=True, cwd=work, env={**os.environ, "PYTHONPATH": str(site)},
    )  # fmt: skip


def test_the_wheel_holds_what_the_program_reads(installed: Path) -> None:
    data = installed / "rag" / "_data"
    assert sorted(path.name for path in (data / "corpus").glob("*.md")) == sorted(
        path.name for path in (ROOT / "corpus").glob("*.md")
    )
    assert (data / "questions" / "statements.jsonl").is_file()
    assert list((data / "prompts").glob("*.md"))


def test_it_indexes_and_answers_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    indexed = pilcrow(installed, tmp_path, "index")
    assert indexed.returncode == 0, indexed.stderr
    assert "2 added" in indexed.stdout
    asked = pilcrow(installed, tmp_path, "ask", SERVICEMEN, "--json")
    assert asked.returncode == 0, asked.stderr
    assert "32" in json.loads(asked.stdout)["text"]
