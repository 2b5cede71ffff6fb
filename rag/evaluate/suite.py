"""The commands of `pilcrow eval`: run, score again, compare, report, keep as a baseline.

An assistant comes in as a function that opens one, so that nothing here knows the settings.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import InputError, QuestionsError
from rag.evaluate.compare import Comparison, compare, comparison_to_json
from rag.evaluate.entailment import Entailment, by_support_check
from rag.evaluate.figures import METRICS, Prices
from rag.evaluate.manifest import check_resumable, make_manifest, now, prices_of
from rag.evaluate.metrics import Scored, score
from rag.evaluate.public_sets import export_documents, load_set
from rag.evaluate.questions import MEND, QuestionSet, Selected, check_questions, select
from rag.evaluate.run import Asks, Corpus, Report, ask_all, no_report
from rag.evaluate.store import KEPT_AS_BASELINE, REPORT, RunFolder, new_run, write_atomically
from rag.evaluate.summary import Summary, summarize, summary_to_json

JUDGED = ("alce_recall", "alce_precision")
"""The scores that rest on a judge of entailment."""

OpenAssistant = Callable[[Path | None], AbstractContextManager[Asks]]
"""Opens an assistant over the user's index, or over an index of its own made of the documents at a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A finished run with its figures; `exit_code` is 1 when a gate is broken or a comparison regressed."""

    folder: RunFolder
    manifest: Mapping[str, Any]
    scored: tuple[Scored, ...]
    summary: Summary
    comparison: Comparison | None = None
    report: Path | None = None

    @property
    def broken_gates(self) -> tuple[str, ...]:
        """Hard gates that are not 1."""
        values = {metric.name: self.summary.value(metric.name) for metric in METRICS if metric.gate}
        return tuple(name for name, value in values.items() if value is not None and value < 1)

    @property
    def exit_code(self) -> int:
        return 1 if self.broken_gates or (self.comparison is not None and self.comparison.regressed) else 0

    def to_json(self) -> dict[str, Any]:
        """What `pilcrow eval --json` prints."""
        return {
            "run": self.folder.name,
            "report": str(self.report) if self.report else None,
            "broken_gates": list(self.broken_gates),
            **summary_to_json(self.summary),
            "comparison": comparison_to_json(self.comparison) if self.comparison else None,
        }


def run(
    questions: Sequence[Path],
    *,
    open_assistant: OpenAssistant,
    out: Path,
    settings: Mapping[str, Any],
    documents: Path | None = None,
    baseline: Path | None = None,
    split: str | None = None,
    kind: str | None = None,
    k: int | None = None,
    workers: int = 1,
    entailment: Entailment | None = None,
    prices: Prices | None = None,
    report: Report = no_report,
) -> Evaluation:
    """Asks the questions, scores the answers and writes the run folder with its report.

    Raises:
        InputError, QuestionsError: a file, an option or a question cannot be used; nothing was asked.
    """
    before = _read(baseline) if baseline else None
    sets = tuple(load_set(path) for path in questions)
    asked = select(sets, split=split, kind=kind)
    if before is not None:
        _refuse_other_questions(before, asked)
    with _opened(sets, documents, open_assistant, keep=out) as (assistant, brought):
        if brought is None:
            check_against(sets, assistant)
        folder = new_run(out)
        manifest = make_manifest(
            sets,
            asked,
            name=folder.name,
            fingerprint=assistant.fingerprint,
            settings=settings,
            options={
                "split": split,
                "kind": kind,
                "k": k,
                "documents": str(documents or brought or "") or None,
                "entailment": (entailment or by_support_check()).name,
                "prices": list(prices) if prices else None,
            },
        )
        folder.write_questions(asked)
        folder.write_manifest(manifest)
        ask_all(folder, asked, assistant, k=k, workers=workers, report=report)
    return _finished(folder, manifest, entailment=entailment, before=before, report=report)


def resume(
    path: Path,
    *,
    open_assistant: OpenAssistant,
    baseline: Path | None = None,
    workers: int = 1,
    entailment: Entailment | None = None,
    report: Report = no_report,
) -> Evaluation:
    """Goes on with a run that was stopped.

    Raises:
        InputError: there is no such run, or what could change its answers differs from when it began.
    """
    before = _read(baseline) if baseline else None
    folder = RunFolder(path)
    manifest = folder.manifest()
    where = Path(manifest["documents"]) if manifest["documents"] else None
    sets = (load_set(where),) if where and _is_public(where) else ()
    asked = folder.questions()
    with _opened(sets, None if sets else where, open_assistant, keep=path.parent) as (assistant, _):
        check_resumable(manifest, assistant.fingerprint, name=folder.name)
        ask_all(folder, asked, assistant, k=manifest["k"], workers=workers, report=report)
    return _finished(folder, manifest, entailment=entailment, before=before, report=report)


def rescore(path: Path, *, entailment: Entailment | None = None) -> Evaluation:
    """Scores a run again from its lines, without asking anything.

    Raises:
        InputError: there is no such run, or it is not finished.
    """
    folder = RunFolder(path)
    return _finished(folder, folder.manifest(), entailment=entailment)


def load(path: Path, *, entailment: Entailment | None = None) -> Evaluation:
    """A finished run with its figures; nothing is written.

    Raises:
        InputError: there is no such run, or it is not finished.
    """
    run = _read(path, entailment=entailment)
    summary = summarize(run.scored, prices=prices_of(run.manifest))
    return Evaluation(folder=run.folder, manifest=run.manifest, scored=run.scored, summary=summary)


def compare_runs(before: Path, after: Path, *, report: Path | None = None) -> Evaluation:
    """The second run, compared with the first; the report shows both.

    Raises:
        InputError: a run is missing or not finished, or they share no question.
    """
    evaluation = _compared(load(after), _read(before))
    return _reported(evaluation, report) if report else evaluation


def write_report(path: Path, *, target: Path | None = None) -> Evaluation:
    """Writes the report of a finished run, by default into its folder."""
    evaluation = load(path)
    return _reported(evaluation, target or path / REPORT)


def keep_as_baseline(path: Path, target: Path) -> Path:
    """Copies what a comparison needs of a finished run to a folder of baselines.

    Raises:
        InputError: the run is missing or not finished, or the target cannot be a folder; nothing was changed.
    """
    folder = RunFolder(path)
    manifest = folder.manifest()
    folder.records()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot keep a run in {str(target)!r}: {error.strerror}.", mend="Name a folder.") from None
    evaluation = _finished(folder, manifest, entailment=None)
    for name in KEPT_AS_BASELINE:
        shutil.copyfile(evaluation.folder.path / name, target / name)
    return target


def check_files(
    questions: Sequence[Path], *, open_assistant: OpenAssistant, documents: Path | None = None
) -> tuple[QuestionSet, ...]:
    """The question sets of these files, checked against the documents.

    Raises:
        InputError, QuestionsError: what is wrong with them, all of it.
    """
    sets = tuple(load_set(path) for path in questions)
    select(sets, split=None, kind=None)
    with _opened(sets, documents, open_assistant) as (assistant, _):
        check_against(sets, assistant)
    return sets


def check_against(sets: Sequence[QuestionSet], assistant: Asks) -> None:
    """Raises what is wrong with the questions in the light of the documents.

    Raises:
        QuestionsError: every gold paragraph that is not there and every fact that none states.
    """
    text_of = Corpus(assistant).text
    if problems := [problem for each in sets for problem in check_questions(each, text_of)]:
        raise QuestionsError(problems, mend=MEND)


class _Run(NamedTuple):
    """A finished run, scored."""

    folder: RunFolder
    manifest: Mapping[str, Any]
    scored: tuple[Scored, ...]


def _read(path: Path, *, entailment: Entailment | None = None) -> _Run:
    folder = RunFolder(path)
    manifest = folder.manifest()
    questions, records = folder.records()
    judge = entailment or by_support_check()
    scored = score(questions, records, entails=judge.entails)
    if entailment is None and manifest["entailment"] != judge.name:
        # Another judge was asked when the run was scored; what it said stands.
        kept = folder.scores()
        scored = tuple(_with(each, {name: kept.get(each.key, {}).get(name) for name in JUDGED}) for each in scored)
    return _Run(folder, manifest, scored)


def _refuse_other_questions(before: _Run, asked: Sequence[Selected]) -> None:
    """Refuses, before anything is asked, a baseline that nothing could be compared with."""
    kept = {each.key: each.question.question for each in before.scored}
    if all(kept.get(one.key) != one.question.question for one in asked):
        raise InputError(
            f"The baseline {before.folder.path.name!r} holds none of these questions.",
            mend="Name a run of the same questions.",
        )


def _with(each: Scored, scores: Mapping[str, float | None]) -> Scored:
    return replace(each, scores={**each.scores, **scores})


@contextmanager
def _opened(
    sets: Sequence[QuestionSet], documents: Path | None, open_assistant: OpenAssistant, *, keep: Path | None = None
) -> Iterator[tuple[Asks, Path | None]]:
    """An assistant over the documents that go with the questions, and the public set that brought them, if one did.

    What a set brings is written under `keep`, always at the same place, so that it need not be indexed twice.
    """
    brought = next((each.path for each in sets if each.brings_documents), None) if documents is None else None
    if brought is not None and len(sets) > 1:
        raise InputError(
            f"{str(brought)!r} brings its own documents.",
            mend="Evaluate it apart, or name the documents: --documents PATH.",
        )
    with tempfile.TemporaryDirectory(prefix="pilcrow-eval-") as temporary:
        exported = documents
        if brought is not None:
            exported = export_documents(brought, keep / ".documents" / sets[0].digest[:12] if keep else Path(temporary))
        with open_assistant(exported) as assistant:
            yield assistant, brought


def _is_public(path: Path) -> bool:
    return path.suffix == ".json" or (path / "qrels").is_dir()


def _finished(
    folder: RunFolder,
    manifest: Mapping[str, Any],
    *,
    entailment: Entailment | None,
    before: _Run | None = None,
    report: Report = no_report,
) -> Evaluation:
    report("scoring", 0, 0)
    evaluation = load(folder.path, entailment=entailment)
    folder.write_scores(evaluation.scored, summary_to_json(evaluation.summary))
    done = {**manifest, "finished": manifest["finished"] or now()}
    if entailment is not None:
        done["entailment"] = entailment.name
    folder.write_manifest(done)
    evaluation = replace(evaluation, manifest=done)
    if before is not None:
        evaluation = _compared(evaluation, before)
    return _reported(evaluation, folder.path / REPORT)


def _compared(after: Evaluation, before: _Run) -> Evaluation:
    old, new = before.scored, after.scored
    if before.manifest["entailment"] != after.manifest["entailment"]:
        # What two judges say of two runs tells nothing about the runs.
        old, new = (tuple(_with(each, dict.fromkeys(JUDGED)) for each in side) for side in (old, new))
    comparison = compare(
        old,
        new,
        names=(before.folder.name, after.folder.name),
        prices=(prices_of(before.manifest), prices_of(after.manifest)),
    )
    return replace(after, comparison=comparison)


def _reported(evaluation: Evaluation, target: Path) -> Evaluation:
    from rag.evaluate.report import render_report

    page = render_report(evaluation.manifest, evaluation.scored, evaluation.summary, evaluation.comparison)
    write_atomically(target, page)
    return replace(evaluation, report=target)
