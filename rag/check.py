"""`pilcrow check`: corpus, index, configuration and model access, each with what is wrong and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.errors import PilcrowError, Problem, command, update_command
from rag.settings import Settings
from rag.types import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: `ok`, or what is wrong and the command that mends it."""

    subject: str
    ok: bool
    what: str
    mend: str = ""

    def __str__(self) -> str:
        sign = "✓" if self.ok else "✗"
        stop = "" if self.what.endswith((".", "?", "!")) else "."
        return f"{sign} {self.subject}: {self.what}{stop}" + (f" {self.mend}" if self.mend else "")

    def to_json(self) -> dict[str, str | bool]:
        """A plain dict of the fields."""
        return {"subject": self.subject, "ok": self.ok, "what": self.what, "mend": self.mend}


def check(settings: Settings) -> tuple[Finding, ...]:
    """Everything that was looked at, in the order of the data's way."""
    return (*_corpus(settings), *_index(settings), *_prompts(), *_model(settings), *_optional(settings))


def _corpus(settings: Settings) -> Iterator[Finding]:
    from rag.corpus import scan
    from rag.library import UPLOADS, left_out, named, sources

    try:
        paths = sources(settings.index)
    except PilcrowError as error:
        yield Finding(subject="corpus", ok=False, what=error.what, mend=error.mend)
        return
    subject = f"corpus ({named(paths)})"
    read = list(scan(paths))
    mend = f"Mend the file, then: {command('index', index=settings.index)}"
    problems = [found for found in read if isinstance(found, Problem)]
    for problem in problems:
        yield Finding(subject=subject, ok=False, what=str(problem), mend=mend)
    if not problems:
        yield Finding(subject=subject, ok=bool(read), what=f"{len(read)} documents can be read.")
    if passed_over := left_out(paths):
        yield Finding(subject=subject, ok=True, what=f"Left out: {passed_over}")
    added = scan([uploads] if (uploads := settings.index / UPLOADS).is_dir() else [])
    documents = [found for found in (*read, *added) if isinstance(found, Document)]
    yield from _behind(settings, {found.id: found.digest for found in documents}, are_all=not problems)


def _behind(settings: Settings, digests: dict[str, str], *, are_all: bool) -> Iterator[Finding]:
    """What the documents have ahead of the index; `are_all` when none was left out for a problem."""
    from rag.index import Catalog

    try:
        catalog = Catalog(settings.index)
        catalog.state()
        held = catalog.digests()
    except PilcrowError:
        return  # said of the index
    counts = {
        "new": len(digests.keys() - held.keys()),
        "changed": sum(held[name] != digests[name] for name in digests.keys() & held.keys()),
        "gone": len(held.keys() - digests.keys()) if are_all else 0,
    }
    if any(counts.values()):
        what = "documents were not indexed since: " + ", ".join(
            f"{count:,} {word}" for word, count in counts.items() if count
        )
        yield Finding(
            subject=f"index ({settings.index})", ok=False, what=f"{what}.", mend=update_command(settings.index)
        )


def _index(settings: Settings) -> Iterator[Finding]:
    from rag.index import verify

    subject = f"index ({settings.index})"
    try:
        findings = verify(settings.index, embedding=settings.embedding, chroma_url=settings.chroma_url)
    except PilcrowError as error:
        yield Finding(subject=subject, ok=False, what=error.what, mend=error.mend)
        return
    for finding in findings:
        yield Finding(subject=subject, ok=finding.ok, what=finding.what, mend=finding.mend)


def _prompts() -> Iterator[Finding]:
    from rag.answer.prompts import load_prompts
    from rag.resources import prompts_folder

    try:
        prompts = load_prompts(prompts_folder())
    except PilcrowError as error:
        yield Finding(subject="prompts", ok=False, what=error.what, mend=error.mend)
    else:
        yield Finding(subject="prompts", ok=True, what=f"all can be used (digest {prompts.digest}).")


def _model(settings: Settings) -> Iterator[Finding]:
    if settings.model == "quote":
        what = "no language model is set; answers are exact quotes."
        yield Finding(
            subject="model", ok=True, what=what, mend="To set one: PILCROW_MODEL=provider:model, see README.md."
        )
    else:
        yield _tried("model", settings.model, lambda: _ask(settings.model, settings))


def _optional(settings: Settings) -> Iterator[Finding]:
    """The models that are used only where they are set."""
    from rag.answer.entailment import load_entailment
    from rag.retrieve.rerank import load_reranker

    if reranker := settings.reranker:
        yield _tried("reranker", reranker, lambda: load_reranker(reranker))
    if nli := settings.nli:
        yield _tried("entailment model", nli, lambda: load_entailment(nli))
    if judge := settings.judge:
        yield _tried("judge", judge, lambda: _ask(judge, settings))


def _tried(what: str, name: str, attempt: Callable[[], object]) -> Finding:
    try:
        attempt()
    except PilcrowError as error:
        return Finding(subject=f"{what} ({name})", ok=False, what=error.what, mend=error.mend)
    return Finding(subject=f"{what} ({name})", ok=True, what="answers.")


def _ask(name: str, settings: Settings) -> None:
    from rag.answer.models import Request, complete, open_chat_model

    model = open_chat_model(name, timeout=settings.timeout, attempts=1)
    complete(model, Request(system="Answer with one word.", user="Say: ready"))
