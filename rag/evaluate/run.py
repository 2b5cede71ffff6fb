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
from rag.evaluate.questions import ParagraphText, Selected
from rag.evaluate.record import failed_line, line_of
from rag.evaluate.store import RunFolder
from rag.types import Answer, Fingerprint, Paragraph, Retrieval, Turn

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

    def paragraph(self, reference: str) -> Paragraph: ...


class Result(NamedTuple):
    """One line of the results, and how long it took."""

    line: dict[str, Any]
    seconds: Mapping[str, float]


def paragraph_texts(assistant: Asks) -> ParagraphText:
    """Looks up the text of paragraphs as the corpus holds it."""

    @lru_cache(maxsize=50_000)
    def text_of(reference: str) -> str | None:
        try:
            return assistant.paragraph(reference).text
        except InputError:
            return None

    return text_of


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
    text_of = paragraph_texts(assistant)
    for result in _results(open_questions, lambda one: ask_one(one, assistant, text_of, k=k), workers):
        folder.append(result.line, result.seconds)
        done[f"{result.line['set']}/{result.line['id']}"] = result.line
        report("asking", len(done), len(asked))
    folder.rewrite(asked, done)


def ask_one(one: Selected, assistant: Asks, text_of: ParagraphText, *, k: int | None = None) -> Result:
    """The line for one question; a question that cannot be asked or answered is a line with an error."""
    try:
        answer = assistant.ask(one.question.question, history=one.question.history, k=k)
    except (InputError, ModelError) as error:
        return Result(failed_line(one, str(error), text_of), {})
    seconds = answer.seconds
    times = {"retrieve": seconds.retrieve, "answer": seconds.answer, "total": seconds.total}
    return Result(line_of(one, answer, text_of), {name: round(value, 5) for name, value in times.items()})


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
