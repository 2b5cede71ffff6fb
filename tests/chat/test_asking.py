from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rag.chat.asking import Asked, Progress, answer
from rag.chat.limits import Line
from rag.errors import ModelError
from rag.types import AnswerEvent
from tests.chat.double import Double
from tests.conftest import SERVICEMEN, in_own_thread


def run(
    double: Double, line: Line, *, stop: threading.Event | None = None, question: str = SERVICEMEN
) -> list[Progress]:
    async def collect() -> list[Progress]:
        asked = Asked(question=question)
        return [progress async for progress in answer(double, asked, line, stop or threading.Event())]

    return in_own_thread(lambda: asyncio.run(collect()))


def test_the_last_picture_carries_the_whole_answer(double: Double) -> None:
    pictures = run(double, Line(1))
    assert [progress.exchange is None for progress in pictures] == [True] * (len(pictures) - 1) + [False]
    exchange = pictures[-1].exchange
    assert exchange is not None
    assert exchange.answer is not None
    assert exchange.answer["status"] == "answered"
    assert "Reading 10 paragraphs" in "".join(progress.live for progress in pictures)


def test_stopping_does_not_wait_for_a_silent_model(double: Double) -> None:
    double.delay = 2
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    exchange = run(double, Line(4), stop=stop)[-1].exchange
    assert time.monotonic() - began < 6
    assert exchange is not None
    assert exchange.answer is None
    assert exchange.note.startswith("Stopped")


class Broken(Double):
    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        yield next(super().stream(question, **options))
        raise ModelError("The model is gone.")


def test_a_failure_becomes_an_exchange_that_says_so(double: Double) -> None:
    line = Line(1)
    broken = Broken(list(double.held.values()), double.index_folder)
    exchange = run(broken, line)[-1].exchange
    assert exchange is not None
    assert "The model is gone." in exchange.note
    assert run(double, line)[-1].exchange is not None


@pytest.mark.timeout(60)
def test_twenty_at_once_each_get_their_own_answer(double: Double) -> None:
    line = Line(4)
    questions = [f"{SERVICEMEN} {number}" for number in range(20)]

    async def everybody() -> list[Progress]:
        async def one(question: str) -> Progress:
            *_, last = [each async for each in answer(double, Asked(question=question), line, threading.Event())]
            return last

        return await asyncio.gather(*(one(question) for question in questions))

    exchanges = [progress.exchange for progress in in_own_thread(lambda: asyncio.run(everybody()))]
    assert [exchange.question for exchange in exchanges if exchange] == questions
    assert [exchange.answer["question"] for exchange in exchanges if exchange and exchange.answer] == questions
