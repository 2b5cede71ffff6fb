"""`pilcrow eval` and what belongs to it: runs, comparisons, reports, questions from the chat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli_options import CountOption, IndexOption, JsonOption, load_settings, opened, path_for, print_json
from rag.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rag.assistant import Assistant
    from rag.evaluate import Entailment, Evaluation, Prices
    from rag.settings import Settings

RUNS = Path("eval/runs")

evaluation = typer.Typer(
    help="Ask fixed questions, score the answers, write a report; exit 1 on a regression.",
    epilog="Example: pilcrow eval --baseline quote",
    invoke_without_command=True,
    rich_markup_mode=None,
)
questions = typer.Typer(help="Check question files, or make questions of rated answers.", rich_markup_mode=None)
evaluation.add_typer(questions, name="questions")

RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", parser=path_for("RUN"), help="A run's folder, or its name in eval/runs.")
]
QuestionsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--questions",
        metavar="FILE",
        parser=path_for("--questions"),
        help="Questions (.jsonl, a BEIR folder, SQuAD .json); repeatable.",
    ),
]
NliOption = Annotated[
    str | None, typer.Option("--nli", metavar="MODEL", help="Judge ALCE's entailment by this CrossEncoder too.")
]
JudgeOption = Annotated[
    str | None, typer.Option("--judge", metavar="PROVIDER:MODEL", help="Judge it by this language model too.")
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        "--documents", metavar="PATH", parser=path_for("--documents"), help="Documents to ask instead of the index's."
    ),
]


@evaluation.callback()
def run(
    context: typer.Context,
    files: QuestionsOption = None,
    documents: DocumentsOption = None,
    baseline: Annotated[str | None, typer.Option(metavar="NAME", help="Compare with this baseline or run.")] = None,
    split: Annotated[str | None, typer.Option(help="Only this half: dev or test.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only questions of this kind.")] = None,
    k: CountOption = None,
    out: Annotated[Path, typer.Option(metavar="DIR", parser=path_for("--out"), help="Where runs are kept.")] = RUNS,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", parser=path_for("--resume"), help="Go on with a run that was stopped.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Questions asked at once.")] = 1,
    nli: NliOption = None,
    judge: JudgeOption = None,
    prices: Annotated[
        str | None, typer.Option(metavar="READ,WRITTEN", help="What a million tokens cost, to count the cost.")
    ] = None,
    as_json: JsonOption = False,
    index: IndexOption = None,
) -> int:
    """Ask fixed questions, score the answers, write a report; exit 1 on a regression."""
    if context.invoked_subcommand is not None:
        return 0
    from rag import evaluate
    from rag.resources import questions_folder
    from rag.terminal import evaluation_progress

    settings = load_settings(index=index, k=k)
    if settings.model != "quote":
        # Quotes in place of a model that failed would be scored as the model's own answers.
        settings = settings.model_copy(update={"fallback": False})
    before = _run_folder(baseline) if baseline else None
    with evaluation_progress(enabled=not as_json) as report:
        if resume is not None:
            done = evaluate.resume(
                _run_folder(str(resume)),
                open_assistant=_opener(settings),
                baseline=before,
                workers=workers,
                entailment=_entailment(nli, judge),
                report=report,
            )
        else:
            done = evaluate.run(
                files or sorted(questions_folder().glob("*.jsonl")),
                open_assistant=_opener(settings),
                out=out,
                settings=settings.model_dump(mode="json"),
                documents=documents,
                baseline=before,
                split=split,
                kind=kind,
                k=k,
                workers=workers,
                entailment=_entailment(nli, judge),
                prices=_prices(prices),
                report=report,
            )
    return _shown(done, as_json=as_json)


@evaluation.command(epilog="Example: pilcrow eval compare quote eval/runs/2026-11-22T10-00-00")
def compare(
    before: RunArgument,
    after: RunArgument,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", parser=path_for("--report"), help="Write the HTML report here.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """The figures of two runs and what changed for each question; exit 1 when the second is worse."""
    from rag import evaluate

    done = evaluate.compare_runs(_run_folder(str(before)), _run_folder(str(after)), report=report)
    return _shown(done, as_json=as_json)


@evaluation.command(epilog="Example: pilcrow eval score eval/runs/2026-11-22T10-00-00")
def score(run: RunArgument, nli: NliOption = None, judge: JudgeOption = None, as_json: JsonOption = False) -> int:
    """Score a run again, without asking again."""
    from rag import evaluate

    done = evaluate.rescore(_run_folder(str(run)), entailment=_entailment(nli, judge))
    return _shown(done, as_json=as_json)


@evaluation.command(epilog="Example: pilcrow eval report eval/runs/2026-11-22T10-00-00")
def report(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=path_for("--out"), help="Where to write it; default: into the run."),
    ] = None,
) -> None:
    """Write the HTML report of a run."""
    from rag import evaluate

    print(evaluate.write_report(_run_folder(str(run)), target=out).report)


@evaluation.command(epilog="Example: pilcrow eval keep eval/runs/2026-11-22T10-00-00 eval/baselines/quote")
def keep(
    run: RunArgument,
    target: Annotated[Path, typer.Argument(metavar="DIR", parser=path_for("DIR"), help="Where to keep it.")],
) -> None:
    """Keep a run as a baseline that later runs are compared with."""
    from rag import evaluate

    print(evaluate.keep_as_baseline(_run_folder(str(run)), target))


@questions.command("check", epilog="Example: pilcrow eval questions check eval/questions/statements.jsonl")
def check_questions(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", parser=path_for("FILE"))],
    documents: DocumentsOption = None,
    index: IndexOption = None,
) -> None:
    """Say everything that is wrong with question files: gold that is not there, facts that nothing states."""
    from rag import evaluate

    for each in evaluate.check_files(files, open_assistant=_opener(load_settings(index=index)), documents=documents):
        print(f"{each.path}: {len(each.questions)} questions, nothing wrong.")


@questions.command("add", epilog="Example: pilcrow eval questions add 3f2a --to eval/questions/mine.jsonl --split dev")
def add_question(
    name: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A rated answer; without it all are listed.")
    ] = None,
    to: Annotated[Path, typer.Option(metavar="FILE", parser=path_for("--to"), help="The question file.")] = Path(
        "eval/questions/chat.jsonl"
    ),
    gold: Annotated[
        list[str] | None, typer.Option(metavar="REF|REF", help="Paragraphs that state one fact; once for each fact.")
    ] = None,
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="No document answers it.")] = False,
    fact: Annotated[list[str] | None, typer.Option(metavar="REGEX", help="What a right answer states.")] = None,
    kind: Annotated[str, typer.Option(help="Its kind.")] = "from-chat",
    split: Annotated[str, typer.Option(help="Its half: dev or test.")] = "dev",
    note: Annotated[str, typer.Option(help="Why it is a good question.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Add it without asking.")] = False,
    index: IndexOption = None,
) -> None:
    """Turn a rated answer of the chat into a question with its gold, after showing it."""
    from rag.evaluate import feedback
    from rag.terminal import plain

    with opened(index=index) as assistant:
        if name is None:
            for each in feedback.list_feedback(assistant.index_folder):
                print(plain(f"{each.id}  {each.asked}  {each.opinion:<12}  {each.question}"))
            return
        found = feedback.find_feedback(assistant.index_folder, name)
        question = feedback.propose(
            found, to, gold=gold or (), unanswerable=unanswerable, facts=fact or (), kind=kind, split=split, note=note
        )
        text_of = _paragraph_text(assistant)
        for line in feedback.describe(found, question, text_of):
            print(plain(line))
        if yes or typer.confirm(f"Add it to {to} as {question.id}?"):
            feedback.append_question(to, question, text_of)
            print(f"Added {question.id} to {to}.")


def _shown(done: Evaluation, *, as_json: bool) -> int:
    from rag.evaluate import render_comparison, render_table
    from rag.terminal import console

    if as_json:
        print_json(done.to_json())
        return done.exit_code
    out = console()
    out.print(render_table(done.summary))
    if done.comparison is not None:
        out.print(render_comparison(done.comparison))
    for gate in done.broken_gates:
        out.print(f"Hard gate broken: {gate} is not 1.000.")
    if done.report is not None:
        out.print(f"Report: {done.report}")
    return done.exit_code


def _entailment(nli: str | None, judge: str | None) -> Entailment | None:
    from rag.evaluate import entailment_by

    return entailment_by(nli=nli, judge=judge) if nli or judge else None


def _prices(text: str | None) -> Prices | None:
    from rag.evaluate import Prices

    if text is None:
        return None
    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--prices {text!r} is not two numbers.", mend="For example: --prices 0.25,2.00") from None
    return Prices(read, written)


def _paragraph_text(assistant: Assistant) -> Callable[[str], str | None]:
    def text_of(reference: str) -> str | None:
        try:
            return assistant.paragraph(reference).text
        except InputError:
            return None

    return text_of


def _run_folder(name: str) -> Path:
    """A run or baseline by path or by name."""
    from rag.resources import baselines_folder

    places = (Path(name), RUNS / name, baselines_folder() / name)
    found = [place for place in places if place.is_dir()]
    if not found:
        known = sorted(path.name for path in baselines_folder().glob("*/"))
        raise InputError(
            f"There is no run or baseline {name!r}.",
            mend=f"Baselines: {', '.join(known) or 'none'}; runs are in {RUNS}.",
        )
    return found[0]


def _opener(settings: Settings) -> Callable[[Path | None], AbstractContextManager[Assistant]]:
    @contextmanager
    def open_assistant(documents: Path | None) -> Iterator[Assistant]:
        from rag.assistant import Assistant
        from rag.library import update_index
        from rag.terminal import progress_bar

        chosen = settings
        if documents is not None:
            # An index of its own beside the user's, so that a second evaluation need not embed again.
            name = hashlib.sha256(str(documents.resolve()).encode()).hexdigest()[:12]
            chosen = settings.model_copy(update={"index": settings.index / "evaluated" / name})
            with progress_bar(enabled=True) as progress:
                update_index(chosen, [documents], progress=progress)
        with Assistant.open(chosen) as assistant:
            yield assistant

    return open_assistant
