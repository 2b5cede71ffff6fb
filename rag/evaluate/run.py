"""Asking: every question once, one line each, in order; several at a time when a language model answers.

A run that was stopped goes on with the questions that are open and those that ended in an error. What could change
an answer is compared first: a resumed run equals one that was never stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from rag.errors import InputError, ModelError
from rag.evaluate.questions import Selected
from rag.evaluate.record import failed_line, line_of
from rag.evaluate.store import RunFolder
from rag.types import Answer, Document, Fingerprint, Retrieval, Turn

Report = Callable[[str, int, int], None]
"""Told what is going on, how many questions are done and how many there are."""


def no_report(what: str, done: int, total: int) -> None:
    """Says nothing."""


class Asks(Protocol):
    """What an evaluation needs of an assistant."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int | None = None) -> Answer: ...

    def search(self, query: str, *, k: int | None = None) -> Retrieval: ...

    def document(self, id: str) -> Document: ...  # noqa: A002 - the documented word


class Result(NamedTuple):
    """One line of the results, and how long it took."""

    line: dict[str, Any]
    seconds: Mapping[str, float]


class Corpus:
    """Paragraphs as the corpus holds them, looked up by reference; None for what is not there."""

    def __init__(self, assistant: Asks) -> None:
        self._document = lru_cache(maxsize=500)(assistant.document)

    def text(self, reference: str) -> str | None:
        """The text of a paragraph."""
        document = self._find(reference)
        number = reference.rpartition("#p")[2]
        if document is None or not number.isdecimal() or not 1 <= int(number) <= len(document.paragraphs):
            return None
        return document.paragraphs[int(number) - 1].text

    def kind(self, reference: str) -> str | None:
        """Whether the document of a paragraph is a statement or coverage."""
        document = self._find(reference)
        return document.info.kind if document else None

    def _find(self, reference: str) -> Document | None:
        name, sign, _ = reference.rpartition("#p")
        try:
            return self._document(name) if sign else None
        except InputError:
            return None


def ask_all(
    folder: RunFolder,
    asked: Sequence[Selected],
    assistant: Asks,
    *,
    k: int | None = None,
    workers: int = 1,
    report: Report = no_report,
) -> None:
    """Answers every question that is open in the folder; what was answered before stays as it is."""
    done = {key: line for key, line in folder.results().items() if not line.get("error")}
    folder.rewrite(asked, done)
    open_questions = [one for one in asked if one.key not in done]
    report("asking", len(done), len(asked))
    if not open_questions:
        return
    # What is loaded for the first question must not count as its time.
    assistant.search(open_questions[0].question.question, k=k)
    corpus = Corpus(assistant)
    for result in _results(open_questions, lambda one: ask_one(one, assistant, corpus, k=k), workers):
        folder.append(result.line, result.seconds)
        done[f"{result.line['set']}/{result.line['id']}"] = result.line
        report("asking", len(done), len(asked))
    folder.rewrite(asked, done)


def ask_one(one: Selected, assistant: Asks, corpus: Corpus, *, k: int | None = None) -> Result:
    """The line for one question; a question that cannot be asked or answered is a line with an error."""
    try:
        answer = assistant.ask(one.question.question, history=one.question.history, k=k)
    except (InputError, ModelError) as error:
        return Result(failed_line(one, str(error), corpus), {})
    seconds = answer.seconds
    times = {"retrieve": seconds.retrieve, "answer": seconds.answer, "total": seconds.total}
    return Result(line_of(one, answer, corpus), {name: round(value, 5) for name, value in times.items()})


def _results(questions: Sequence[Selected], ask: Callable[[Selected], Result], workers: int) -> Iterator[Result]:
    """Results in the order of the questions, at most `workers` being asked at a time."""
    if workers <= 1:
        yield from map(ask, questions)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="evaluate") as pool:
        try:
            for one in questions:
                waiting.append(pool.submit(ask, one))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
