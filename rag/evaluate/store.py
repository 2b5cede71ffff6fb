"""A run on disk: `manifest.json`, `questions.jsonl`, `results.jsonl`, `seconds.jsonl`, then its scores and summary.

`results.jsonl` grows by one whole line a question, so that a killed run goes on where it stopped. It, the scores and
the summary but for its `seconds` are the same, byte for byte, for two runs of the same system on the same questions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.evaluate.metrics import Scored
from rag.evaluate.questions import Question, Selected, question_to_json
from rag.evaluate.record import Record, record_of
from rag.evaluate.summary import FORMAT
from rag.types import Turn

MANIFEST, QUESTIONS, RESULTS = "manifest.json", "questions.jsonl", "results.jsonl"
SECONDS, SCORES, SUMMARY, REPORT = "seconds.jsonl", "scores.jsonl", "summary.json", "report.html"
KEPT_AS_BASELINE = (MANIFEST, QUESTIONS, RESULTS, SECONDS, SCORES, SUMMARY)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().name

    def manifest(self) -> dict[str, Any]:
        """What the run was made of.

        Raises:
            InputError: the folder holds no run, or one of another format.
        """
        try:
            manifest: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise InputError(
                f"{str(self.path)!r} holds no run.", mend="Name a folder of eval/runs/ or eval/baselines/."
            ) from None
        if manifest.get("format") != FORMAT:
            raise InputError(
                f"The run {str(self.path)!r} has format {manifest.get('format')!r}; this version reads {FORMAT}.",
                mend="Run `pilcrow eval` anew.",
            )
        return manifest

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        write_atomically(self.path / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")

    def questions(self) -> tuple[Selected, ...]:
        """The questions of the run, in the order they are asked."""
        return tuple(
            Selected(row["set"], question_from_json(row["question"], grades=row.get("grades", ())))
            for row in self._rows(QUESTIONS)
        )

    def write_questions(self, asked: Sequence[Selected]) -> None:
        rows = (
            {"set": one.set, "question": question_to_json(one.question)}
            | ({"grades": list(one.question.grades)} if one.question.grades else {})
            for one in asked
        )
        write_atomically(self.path / QUESTIONS, _lines(rows))

    def results(self) -> dict[str, dict[str, Any]]:
        """The lines of the run so far, by key; a torn last line is passed over."""
        return {f"{row['set']}/{row['id']}": row for row in self._rows(RESULTS)}

    def seconds(self) -> dict[str, dict[str, float]]:
        """How long each answer took, by key."""
        rows = self._rows(SECONDS)
        return {
            f"{row['set']}/{row['id']}": {name: row[name] for name in row if name not in ("set", "id")} for row in rows
        }

    def append(self, line: Mapping[str, Any], seconds: Mapping[str, float]) -> None:
        """Adds one answered question; its seconds first, so that a line in the results is a finished question."""
        _append(self.path / SECONDS, {"set": line["set"], "id": line["id"], **seconds})
        _append(self.path / RESULTS, line)

    def scores(self) -> dict[str, dict[str, Any]]:
        """The scores as they were last written, by key; empty when there are none."""
        return {f"{row['set']}/{row['id']}": row for row in self._rows(SCORES)}

    def rewrite(self, asked: Sequence[Selected], results: Mapping[str, Mapping[str, Any]]) -> None:
        """Puts the lines there are into the order of the questions, without torn or repeated ones."""
        seconds = self.seconds()
        keys = [one.key for one in asked if one.key in results]
        times = [
            {"set": results[key]["set"], "id": results[key]["id"], **seconds[key]} for key in keys if key in seconds
        ]
        write_atomically(self.path / RESULTS, _lines(results[key] for key in keys))
        write_atomically(self.path / SECONDS, _lines(times))

    def records(self) -> tuple[tuple[Question, ...], tuple[Record, ...]]:
        """Every question with its answer.

        Raises:
            InputError: the run is not finished.
        """
        asked, results, seconds = self.questions(), self.results(), self.seconds()
        if missing := [one.key for one in asked if one.key not in results]:
            raise InputError(
                f"The run {str(self.path)!r} is not finished: {len(missing)} of {len(asked)} questions are open.",
                mend=f"Finish it: pilcrow eval --resume {self.path}",
            )
        try:
            records = tuple(record_of(results[one.key], seconds.get(one.key)) for one in asked)
        except (KeyError, TypeError) as error:
            raise InputError(
                f"{str(self.path / RESULTS)!r} holds a line that is no result ({error}).",
                mend="Run `pilcrow eval` anew.",
            ) from None
        return tuple(one.question for one in asked), records

    def write_scores(self, scored: Sequence[Scored], summary: Mapping[str, Any]) -> None:
        rows = (
            {"set": each.record.set, "id": each.record.id, "right": each.right}
            | {name: None if value is None else round(value, 6) for name, value in each.scores.items()}
            for each in scored
        )
        write_atomically(self.path / SCORES, _lines(rows))
        write_atomically(self.path / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=2) + "\n")

    def _rows(self, name: str) -> list[dict[str, Any]]:
        path = self.path / name
        if not path.exists():
            return []
        rows = []
        lines = path.read_bytes().split(b"\n")
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                rows.append(json.loads(raw))
            except ValueError:
                # Only the last line can be torn by a kill; a broken one before it was edited by hand.
                if number < len(lines) - 1:
                    raise InputError(f"{path}:{number}: is not JSON.", mend="Run `pilcrow eval` anew.") from None
        return rows


def new_run(runs: Path) -> RunFolder:
    """An empty folder for a run, named by the time in UTC."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    for attempt in range(1, 1000):
        path = runs / (stamp if attempt == 1 else f"{stamp}-{attempt}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return RunFolder(path)
    raise InputError(f"Cannot make a folder for the run in {str(runs)!r}.", mend="Name another with --out.")


def question_from_json(line: Mapping[str, Any], *, grades: Sequence[int] = ()) -> Question:
    """A question as `question_to_json` wrote it."""
    return Question(
        id=line["id"],
        question=line["question"],
        kind=line["kind"],
        history=tuple(Turn(role=turn["role"], content=turn["content"]) for turn in line["history"]),
        answerable=line["answerable"],
        gold=tuple(tuple(group) for group in line["gold"]),
        facts=tuple(line["facts"]),
        answers=tuple(line.get("answers", ())),
        grades=tuple(grades),
        split=line.get("split", ""),
        note=line.get("note", ""),
    )


def write_atomically(path: Path, text: str) -> None:
    """Replaces a file by a whole new one.

    Raises:
        InputError: it cannot be written there.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", mend="Name a file in a folder that is there and has room."
        ) from None


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _append(path: Path, row: Mapping[str, Any]) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
