"""How results look in a terminal.

Corpus, question and model text is shown as text: control characters (and with them terminal escape sequences) are
made visible, and rich's markup is never interpreted in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.text import Text

    from rag.index import Changes, Step
    from rag.types import Answer, Citation, Document, DocumentInfo, Paragraph, Retrieval

QUOTE_MODE = (
    "No language model is in use: the answer is exact quotes. To have one write it, set PILCROW_MODEL=provider:model "
    "(for example openai:gpt-5-mini with OPENAI_API_KEY, or ollama:qwen3)."
)
# Soft hyphen, joiners, marks of direction, byte order mark: part of words in several scripts, without effect here.
HARMLESS = frozenset({0x00AD, 0x061C, 0x2060, 0xFEFF, *range(0x200B, 0x2010)})
SUPPORT_MARKS = {"unsupported": "✗ unsupported", "partial": "~ partly supported"}


def plain(text: str) -> str:
    """`text` with every control and bidirectional-override character but newline and tab replaced by its picture."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return character if code in HARMLESS else "\ufffd"


def console(*, stderr: bool = False) -> Console:
    """A console that interprets no markup, emoji code or highlight in what it prints."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def described(info: DocumentInfo) -> str:
    """Date, publisher, issuer and speaker on one line, with what is unknown left out; coverage is said to be that."""
    publisher, issuer = info.publisher, info.issuer if info.issuer != info.publisher else None
    if info.kind == "coverage":
        publisher = f"{publisher}, coverage" if publisher else "coverage"
        issuer = f"covers {issuer}" if issuer else None
    elif speaker := info.speaker:
        issuer = f"{issuer} ({speaker})" if issuer else speaker
    return plain(" · ".join(part for part in (info.date, publisher, issuer) if part))


def print_answer(out: Console, answer: Answer, *, streamed: bool = False) -> None:
    """The answer, its numbered citations and how it was made; `streamed` when the text already stands there."""
    from rich.text import Text

    from rag.text.normalize import words_key

    if words_key(answer.standalone_question) != words_key(answer.question):
        out.print(Text(f"Understood as: {plain(answer.standalone_question)}\n", style="italic"))
    if answer.status == "abstained":
        _print_abstention(out, answer, streamed=streamed)
    else:
        if not streamed:
            out.print(_marked_text(answer))
        if answer.reason:
            out.print(Text(f"\n{plain(answer.reason)}", style="yellow"))
        for citation in answer.citations:
            _print_citation(out, citation)
    _print_doubts(out, answer)
    if answer.draft.mode == "quote":
        out.print(Text(f"\n{QUOTE_MODE}", style="dim"))


def _marked_text(answer: Answer) -> Text:
    from rich.text import Text

    text = Text()
    for claim in answer.claims:
        text.append(plain(claim.text), style="bold")
        text.append("".join(f"[{number}]" for number in claim.citations), style="cyan")
        if mark := SUPPORT_MARKS.get(claim.support):
            text.append(f" ({mark})", style="red")
        text.append(" ")
    return text if answer.claims else Text(plain(answer.text))


def _print_abstention(out: Console, answer: Answer, *, streamed: bool) -> None:
    from rich.text import Text

    if not streamed:
        out.print(Text(plain(answer.text), style="bold"))
    if answer.reason:
        out.print(Text(plain(answer.reason)))
    if answer.closest:
        out.print("\nWhat came nearest:")
        texts = {hit.paragraph.ref: hit.paragraph.text for hit in answer.hits}
        for near in answer.closest:
            excerpt = plain(" ".join(texts.get(near.paragraph, "").split()))
            shortened = excerpt if len(excerpt) <= 160 else excerpt[:159].rstrip() + "…"
            out.print(Text.assemble("  ", (plain(near.paragraph), "cyan"), f"  {shortened}"))


def _print_citation(out: Console, citation: Citation) -> None:
    from rich.text import Text

    number = citation.paragraph.rpartition("#p")[2]
    out.print(
        Text.assemble(
            "\n",
            (f"[{citation.number}] ", "cyan"),
            f"{plain(citation.document.title)}, ¶{number}",
            (f"\n    {described(citation.document)}", "dim"),
        )
    )
    out.print(Text(f"    “{plain(citation.quote)}”"))
    out.print(Text(f"    {plain(citation.paragraph)}", style="dim"))
    if citation.also_in:
        out.print(Text(f"    also in {', '.join(map(plain, citation.also_in))}", style="dim"))
    if citation.link:
        out.print(Text(f"    {plain(citation.link)}", style="dim"))


def _print_doubts(out: Console, answer: Answer) -> None:
    from rich.text import Text

    for claim in answer.claims:
        if claim.support in SUPPORT_MARKS:
            out.print(Text(f"\n{SUPPORT_MARKS[claim.support]}: “{plain(claim.text)}” {plain(claim.why)}", style="red"))
    if answer.rejected:
        refused = "; ".join(f"{plain(rejected.handle)} ({plain(rejected.reason)})" for rejected in answer.rejected)
        out.print(Text(f"\nRejected citations: {refused}", style="red"))


def print_hits(out: Console, retrieval: Retrieval) -> None:
    """Ranked paragraphs, best first."""
    from rich.text import Text

    from rag.text.normalize import words_key

    if words_key(retrieval.standalone_question) != words_key(retrieval.question):
        out.print(Text(f"Searched for: {plain(retrieval.standalone_question)}\n", style="italic"))
    for rank, hit in enumerate(retrieval.hits, start=1):
        out.print(
            Text.assemble(
                (f"{rank:>2}. ", "dim"),
                (plain(hit.paragraph.ref), "cyan"),
                (f"  {hit.score:.3f}  {plain(hit.document.title)}  {described(hit.document)}", "dim"),
                f"\n    {plain(hit.paragraph.text)}",
                (f"\n    also in {', '.join(map(plain, hit.also_in))}" if hit.also_in else "", "dim"),
                "\n",
            )
        )
    if not retrieval.hits:
        out.print("Nothing was found.")


def print_document(out: Console, document: Document, *, marked: Paragraph | None = None) -> None:
    """A document with numbered paragraphs; around `marked` only its neighbours, itself marked."""
    from rich.text import Text

    out.print(Text(plain(document.info.title), style="bold"))
    out.print(Text(described(document.info), style="dim"))
    if document.info.url:
        out.print(Text(plain(document.info.url), style="dim"))
    out.print()
    for paragraph in _shown(document, marked):
        is_marked = marked is not None and paragraph.number == marked.number
        style = "bold" if is_marked else ("dim" if marked else "")
        pointer = "▶" if is_marked else " "
        out.print(Text(f"{pointer}¶{paragraph.number:<3} {plain(paragraph.text)}\n", style=style))


def _shown(document: Document, marked: Paragraph | None) -> Iterable[Paragraph]:
    if marked is None:
        return document.paragraphs
    return document.paragraphs[max(0, marked.number - 3) : marked.number + 2]


PHASES = {
    "read": "Reading documents",
    "embed": "Embedding paragraphs",
    "words": "Indexing words",
    "vectors": "Storing vectors",
    "check": "Checking",
}


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Callable[[Step], None]]:
    """A bar on stderr with time left, drawn only where somebody looks; gives the callback that moves it."""
    with _bar(enabled=enabled) as bar:
        tasks: dict[str, TaskID] = {}

        def move(step: Step) -> None:
            if step.phase not in tasks:
                tasks[step.phase] = bar.add_task(PHASES[step.phase], total=step.total)
            bar.update(tasks[step.phase], completed=step.done, total=step.total)

        yield move


def changes_text(changes: Changes) -> str:
    """One line that says what an update of the index did."""
    from rag.text.counts import counted

    size = f"{counted(changes.documents, 'document')}, {counted(changes.paragraphs, 'paragraph')}"
    mended = f" Made anew: {', '.join(changes.mended)}." if changes.mended else ""
    if not changes:
        return f"Nothing changed: {size}.{mended}"
    parts = (("added", changes.added), ("changed", changes.changed), ("removed", changes.removed))
    said = ", ".join(f"{len(ids):,} {word}" for word, ids in parts if ids)
    return f"{said}, {changes.unchanged:,} unchanged: {size} in {changes.seconds:.1f} s.{mended}"


@contextmanager
def evaluation_progress(*, enabled: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr with time left for an evaluation; gives the callback that moves it."""
    with _bar(enabled=enabled) as bar:
        task = bar.add_task("Opening", total=None)

        def move(what: str, done: int, total: int) -> None:
            bar.update(task, description=what.capitalize(), completed=done, total=total or None)

        yield move


def _bar(*, enabled: bool) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = console(stderr=True)
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=screen, transient=True, disable=not (enabled and screen.is_terminal))
