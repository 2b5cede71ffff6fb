from __future__ import annotations

from pathlib import Path

import pytest

from rag.chat.limits import Limits
from rag.chat.tray import fill_tray
from rag.corpus import read_all
from rag.errors import InputError


def handed_in(folder: Path, **files: str) -> list[Path]:
    paths = []
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        path = folder / name / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def test_files_lie_together_whatever_folder_they_came_from(tmp_path: Path) -> None:
    tray, problems = fill_tray(handed_in(tmp_path, note_txt="Text.", note_yaml="title: A note\n"), Limits())
    assert problems == ()
    assert [path.name for path in tray.files()] == ["note.txt"]
    assert [document.info.title for document in read_all(tray.files()).documents] == ["A note"]
    tray.clear()
    assert not tray.folder.exists()


def test_what_says_nothing_of_itself_is_asked_for(tmp_path: Path) -> None:
    tray, _ = fill_tray(handed_in(tmp_path, plain_md="# Only text\n", broken_jsonl="{"), Limits())
    problems = read_all(tray.files()).problems
    assert [path.name for path in tray.undescribed(problems)] == ["plain.txt"]
    assert tray.name("plain.txt") == "plain.md"
    # What is asked for is no fault, and where the copies lie is nobody's business.
    assert [(problem.path, problem.line) for problem in tray.faults(problems)] == [("broken.jsonl", 1)]
    with pytest.raises(InputError, match="title"):
        tray.describe("plain.txt", {"title": " "})
    with pytest.raises(InputError):
        tray.describe("../plain.txt", {"title": "x"})
    with pytest.raises(InputError, match=r"Date '3 May' is no date; .*; Url 'x' is no http"):
        tray.describe("plain.txt", {"title": "A", "date": "3 May", "url": "x"})
    assert [path.name for path in tray.undescribed(read_all(tray.files()).problems)] == ["plain.txt"]
    tray.describe("plain.txt", {"title": "A: title", "date": "2024-05-03", "issuer": ""})
    reading = read_all(tray.files())
    assert [(document.id, document.info.title, document.info.date) for document in reading.documents] == [
        ("plain", "A: title", "2024-05-03")
    ]
    assert tray.undescribed(reading.problems) == ()
    assert [path.name for path in tray.sound(reading.problems)] == ["plain.txt"]


def test_limits_are_said_for_each_file(tmp_path: Path) -> None:
    files = handed_in(tmp_path, small_txt="x", large_txt="x" * 2_000_001)
    twice = [*files, *handed_in(tmp_path / "again", small_txt="y")]
    tray, problems = fill_tray(twice, Limits(upload_bytes=2_000_000))
    assert sorted(str(problem) for problem in problems) == [
        "large.txt: is larger than 2 MB",
        "small.txt: another file of this name was handed over with it",
    ]
    assert [path.name for path in tray.files()] == ["small.txt"]
    with pytest.raises(InputError, match="3 files at once"):
        fill_tray(twice, Limits(uploads_at_once=2))


def test_a_file_nothing_can_read_is_not_asked_about(tmp_path: Path) -> None:
    tray, _ = fill_tray(handed_in(tmp_path, scan_exe="x", faulty_md="---\nid: other\n---\nText."), Limits())
    problems = read_all(tray.files()).problems
    assert tray.undescribed(problems) == ()
    assert {problem.path for problem in tray.faults(problems)} == {"scan.exe", "faulty.md"}


def test_the_good_lines_of_a_file_are_taken_without_the_others(tmp_path: Path) -> None:
    good = '{"id": "%s", "title": "T", "paragraphs": ["\N{LATIN SMALL LETTER E WITH ACUTE}."]}'
    rows = [good % "a", "", "{no json", good % "a", good % "b"]
    tray, _ = fill_tray(handed_in(tmp_path, rows_jsonl="\n".join(rows), none_jsonl="{\n"), Limits())
    tray.leave_out(read_all(tray.files()).problems)
    reading = read_all(tray.files())
    assert reading.problems == ()
    assert [(document.id, document.text) for document in reading.documents] == [("a", "\u00e9."), ("b", "\u00e9.")]
    assert [path.name for path in tray.sound(reading.problems)] == ["rows.jsonl"]


def test_a_description_of_nothing_is_mentioned(tmp_path: Path) -> None:
    _, problems = fill_tray(handed_in(tmp_path, note_yaml="title: A note\n"), Limits())
    assert [str(problem) for problem in problems] == ["note.yaml: describes no file that was handed over with it"]
