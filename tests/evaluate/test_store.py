from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.evaluate.store import RESULTS, RunFolder, new_run
from tests.evaluate.test_metrics import QUESTION


def test_two_runs_of_the_same_second_have_folders_of_their_own(tmp_path: Path) -> None:
    first, second = new_run(tmp_path), new_run(tmp_path)
    assert first.path != second.path
    assert second.path.is_dir()


def test_a_torn_last_line_is_passed_over_and_a_broken_one_before_it_is_said(tmp_path: Path) -> None:
    whole = json.dumps({"set": "s", "id": "q"})
    (tmp_path / RESULTS).write_text(whole + "\n" + whole[:9])
    assert list(RunFolder(tmp_path).results()) == ["s/q"]
    (tmp_path / RESULTS).write_text(whole[:9] + "\n" + whole + "\n")
    with pytest.raises(InputError, match=r"results\.jsonl:1: is not JSON"):
        RunFolder(tmp_path).results()


@pytest.mark.parametrize(
    ("manifest", "what"),
    [(None, "holds no run"), ("{", "holds no run"), ('{"format": 99}', "has format 99; this version reads 1")],
)
def test_a_folder_that_is_no_run_is_said(tmp_path: Path, manifest: str | None, what: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=what):
        RunFolder(tmp_path).manifest()


def test_a_line_that_is_no_result_is_said(tmp_path: Path) -> None:
    from rag.evaluate.questions import Selected

    folder = RunFolder(tmp_path)
    folder.write_questions([Selected("s", QUESTION)])
    (tmp_path / RESULTS).write_text(json.dumps({"set": "s", "id": "q"}) + "\n")
    with pytest.raises(InputError, match="holds a line that is no result"):
        folder.records()
