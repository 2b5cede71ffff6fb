"""The command line: each command parses, calls one function and prints.

Exit codes: 0 done (an abstention is a done answer), 1 an evaluation regressed or a check failed, 2 the input or
configuration is wrong, 3 the language model could not be reached and falling back was forbidden, 130 Ctrl-C.
Every error is one line on stderr. Heavy imports happen inside the commands that need them.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import Exit, TyperException

from rag.cli_eval import evaluation
from rag.cli_options import (
    BatchOption,
    CountOption,
    DocumentOption,
    IndexOption,
    IssuerOption,
    JsonOption,
    SinceOption,
    UntilOption,
    load_settings,
    opened,
    path_for,
    print_json,
)
from rag.errors import InputError, PilcrowError
from rag.types import Filters

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.batch import BatchRow
    from rag.types import Answer

INTERRUPTED = 130
_MENDS = {
    errno.ENOENT: "Name what is there.",
    errno.EACCES: "Give yourself the right to it, or name another place.",
    errno.EROFS: "Name a place that can be written to.",
    errno.ENOSPC: "Make room on the disk, or name another place.",
    errno.ENOTDIR: "Move away what lies there, or name another place.",
    errno.EISDIR: "Move away what lies there, or name another place.",
    errno.EEXIST: "Move away what lies there, or name another place.",
}

app = typer.Typer(
    name="pilcrow",
    help="Ask a corpus of official statements. Every sentence of the answer points at the exact paragraph it rests "
    "on, and the program has checked that it does.",
    epilog="Begin with: pilcrow index, then: pilcrow ask 'How many Armenian servicemen does Azerbaijan release?'",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(evaluation, name="eval")


def run(arguments: list[str]) -> int:
    """The exit code of one command; errors have been printed as one line."""
    if sys.stdout is None:
        _complain("Standard output is closed. To have nothing printed, send it to /dev/null.")
        return 2
    try:
        _pass_on_env_file()
        with _libraries_quiet():
            code: int = app(arguments, prog_name="pilcrow", standalone_mode=False) or 0
        if code == INTERRUPTED:
            _complain("Stopped.")
        sys.stdout.flush()
        return code
    except PilcrowError as error:
        _complain(str(error))
        return error.exit_code
    except TyperException as error:
        context = getattr(error, "ctx", None)
        if not arguments:
            print(error.format_message(), file=sys.stderr)  # nothing was asked for: the help
        elif message := error.format_message():
            _complain(f"{message} See: {context.command_path if context else 'pilcrow'} --help")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _complain("Stopped.")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # The reader went away (`pilcrow search … | head`); what it wanted, it has. Typer and rich leave by themselves.
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        _discard_output()
        return 0
    except UnicodeDecodeError as error:
        _complain(f"Input is not UTF-8 at byte {error.start}. Save it as UTF-8 and try again.")
        return 2
    except UnicodeEncodeError as error:
        around = ascii(error.object[max(0, error.start - 20) : error.end])
        _complain(f"{around} cannot be written as {error.encoding}. Use UTF-8 in the arguments and the terminal.")
        return 2
    except OSError as error:
        if not error.filename:
            _discard_output()
        what = f"{error.filename}: {error.strerror}." if error.filename else f"Output: {error.strerror or error}."
        _complain(f"{what} {_MENDS.get(error.errno or 0, 'Put this right and try again.')}")
        return 2


@contextmanager
def _libraries_quiet() -> Iterator[None]:
    """Passes over what libraries warn of on the way: what it comes to is said in one line of our own."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        yield
    finally:
        logging.disable(before)


def _pass_on_env_file() -> None:
    """Puts the variables of providers (OPENAI_API_KEY and its kin) in .env where their libraries look for them."""
    from rag.env_file import read_env_file

    for name, value in read_env_file().items():
        if not name.upper().startswith("PILCROW_"):
            os.environ.setdefault(name, value)


def _complain(message: str) -> None:
    from rag.terminal import plain

    if sys.stderr is None:
        return
    with suppress(BrokenPipeError):
        print("pilcrow: " + plain(" ".join(message.split())), file=sys.stderr)


def _discard_output() -> None:
    """Keeps the interpreter from writing, at its end, what nobody reads."""
    with suppress(OSError):  # what stands for stdout in a test has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(f"pilcrow {version('pilcrow')}")
        raise Exit(0)


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def _filters(issuer: list[str] | None, since: str | None, until: str | None, document: list[str] | None) -> Filters:
    return Filters(issuers=tuple(issuer or ()), since=since, until=until, documents=tuple(document or ()))


def _batch_rows(path: Path) -> tuple[BatchRow, ...]:
    from rag.batch import read_batch
    from rag.questions import check_question

    if str(path) == "-":
        if sys.stdin is None:
            raise InputError("Standard input is closed.", mend="Pipe the questions in, or name a file of JSON lines.")
        return read_batch(sys.stdin.buffer, name="<stdin>", check=check_question)
    try:
        with path.open("rb") as lines:
            return read_batch(lines, name=str(path), check=check_question)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.", mend="Name a file of JSON lines.") from None


def _one_of(text: str | None, batch: Path | None, *, name: str) -> None:
    if (text is None) == (batch is None):
        raise InputError(f"Give either {name} or --batch FILE.", mend="See the command's --help.")


@app.command(epilog="Example: pilcrow index corpus/ more/*.jsonl")
def index(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]…", parser=path_for("PATH"), help="Files or folders.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build anew, from these paths only.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say something only when something is wrong.")] = False,
    index: IndexOption = None,
) -> int:
    """Read documents (default: corpus/, and what else the index was made of) and bring the index up to date.

    Says what was added, changed or removed.
    """
    from rag.library import left_out, named, sources, update_index
    from rag.terminal import changes_text, console, plain, progress_bar

    settings = load_settings(index=index)
    with progress_bar(enabled=not quiet) as progress:
        changes = update_index(settings, paths or (), rebuild=rebuild, progress=progress)
    if not quiet:
        if not paths:
            console().print(plain(f"Read: {named(sources(settings.index))}"))
        console().print(changes_text(changes))
    for problem in changes.problems:
        _complain(f"not indexed: {problem}")
    if not quiet and (passed_over := left_out(paths or sources(settings.index))):
        _complain(f"left out: {passed_over}")
    return 2 if changes.problems else 0


@app.command(epilog="Example: pilcrow ask 'Who withdrew its bid to host COP29?' --since 2023-12-01")
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: BatchOption = None,
    k: CountOption = None,
    issuer: IssuerOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    document: DocumentOption = None,
    fallback: Annotated[
        bool | None, typer.Option("--fallback/--no-fallback", help="Answer by quoting when the language model fails.")
    ] = None,
    as_json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Answer with numbered citations: document, date, paragraph and the exact quote."""
    from rag.json import answer_to_json
    from rag.terminal import console, print_answer

    _one_of(question, batch, name="QUESTION")
    filters = _filters(issuer, since, until, document)
    rows = _batch_rows(batch) if batch else ()
    with opened(index=index, k=k, fallback=fallback) as assistant:
        if question is not None and as_json:
            print_json(answer_to_json(assistant.ask(question, filters=filters)))
        elif question is not None:
            answer, streamed = _stream(assistant, question, filters)
            print_answer(console(), answer, streamed=streamed)
        for row in rows:
            answer = assistant.ask(row.question, history=row.history, filters=filters)
            print(json.dumps({**answer_to_json(answer), "id": row.id}, ensure_ascii=False), flush=True)
        _warn(assistant)


def _warn(assistant: Assistant) -> None:
    for warning in assistant.warnings:
        _complain(f"slower: {warning}")


def _stream(assistant: Assistant, question: str, filters: Filters) -> tuple[Answer, bool]:
    """The answer, and whether its text stands there already: what a language model writes is shown as it comes."""
    from rag.terminal import plain
    from rag.types import Delta, Finished, Withdrawn

    shown = False
    answer = None
    for event in assistant.stream(question, filters=filters):
        if isinstance(event, Delta) and assistant.mode == "model":
            print(plain(event.text), end="", flush=True)
            shown = True
        elif isinstance(event, Withdrawn):
            print(f"\n\nWithdrawn, what stands above is no answer: {plain(event.reason)}\n", flush=True)
            shown = False
        elif isinstance(event, Finished):
            answer = event.answer
    if shown:
        print(flush=True)
    assert answer is not None, "a stream ends with Finished"
    return answer, shown


@app.command(epilog="Example: pilcrow search 'territorial integrity' -k 5")
def search(
    query: Annotated[str | None, typer.Argument(help='Words, a question, or a "quoted phrase".')] = None,
    batch: BatchOption = None,
    k: CountOption = None,
    issuer: IssuerOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """Ranked paragraphs; the same words in several documents take one place."""
    from rag.json import retrieval_to_json
    from rag.questions import question_id
    from rag.terminal import console, print_hits

    _one_of(query, batch, name="QUERY")
    filters = _filters(issuer, since, until, document)
    rows = _batch_rows(batch) if batch else ()
    with opened(index=index, k=k) as assistant:
        if query is not None:
            retrieval = assistant.search(query, filters=filters)
            if as_json:
                print_json(retrieval_to_json(retrieval, id=question_id(query)))
            else:
                print_hits(console(), retrieval)
        for row in rows:
            retrieval = assistant.search(row.question, history=row.history, filters=filters)
            print(json.dumps(retrieval_to_json(retrieval, id=row.id), ensure_ascii=False), flush=True)
        _warn(assistant)


@app.command(epilog="Example: pilcrow show jamnews-2023-12-07-joint-statement#p9")
def show(
    reference: Annotated[str, typer.Argument(metavar="REF", help="DOCUMENT or DOCUMENT#pN.")],
    as_json: JsonOption = False,
    index: IndexOption = None,
) -> None:
    """A document, or a paragraph in its place."""
    from rag.json import document_to_json, info_to_json, paragraph_to_json
    from rag.terminal import console, print_document

    with opened(index=index) as assistant:
        document, paragraph = assistant.resolve(reference)
        if not as_json:
            print_document(console(), document, marked=paragraph)
        elif paragraph is None:
            print_json(document_to_json(document))
        else:
            print_json({**paragraph_to_json(paragraph), "document": info_to_json(document.info)})


@app.command(epilog="Example: pilcrow chat --port 8080 --auth users.txt")
def chat(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=path_for("--auth"), help="Accounts that may enter, one NAME:HASH a line."),
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer the same functions as MCP tools.")] = False,
    index: IndexOption = None,
) -> None:
    """The chat in the browser, with the source beside every sentence."""
    from rag.assistant import Assistant
    from rag.chat import launch

    settings = load_settings(index=index)
    launch(
        lambda: Assistant.open(settings),
        host=host,
        port=port,
        auth=auth,
        mcp=mcp,
        ready=lambda url: print(f"Pilcrow is ready: {url} (Ctrl-C stops it)", flush=True),
    )


@app.command(epilog="Example: pilcrow check")
def check(as_json: JsonOption = False, index: IndexOption = None) -> int:
    """Corpus, index, configuration and model access: what is wrong, and the command that mends it."""
    from rag.check import check as run_checks
    from rag.terminal import console, plain

    findings = run_checks(load_settings(index=index))
    if as_json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            console().print(plain(str(finding)))
    return 0 if all(finding.ok for finding in findings) else 1
