"""One question on its way: waiting for its turn, streaming, stopped, failed or finished."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.chat import texts
from rag.chat.answers import render_live
from rag.chat.exchanges import NO_FILTERS, Exchange, Near, new_id, now
from rag.chat.limits import Line
from rag.chat.markup import Markup
from rag.errors import PilcrowError
from rag.json import answer_to_json
from rag.types import Answer, AnswerEvent, Delta, Filters, Finished, Hit, Retrieved, Turn, Withdrawn

_PATIENCE = 0.2
_FRAME = 0.06
"""Seconds between two pictures of a growing answer: more would only cost, no eye follows."""


class Streams(Protocol):
    """The part of the assistant that answers."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Iterator[AnswerEvent]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked, in the light of what was said before."""

    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS
    k: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One picture of the exchange; `exchange` is set on the last."""

    live: Markup
    exchange: Exchange | None = None


async def answer(assistant: Streams, asked: Asked, line: Line, stop: threading.Event) -> AsyncIterator[Progress]:
    """Pictures of the exchange as it comes into being; the last one carries the finished exchange.

    Setting `stop` ends it at once, even while a language model is silent.
    """
    state = _State(asked)
    ticket = line.join()
    try:
        while ahead := line.ahead(ticket):
            yield state.picture(texts.WAITING.format(ahead=ahead))
            await asyncio.sleep(_PATIENCE)
            if stop.is_set():
                break
        yield state.picture(texts.SEARCHING)
        async for event in _events(assistant, asked, line, stop):
            if picture := state.take(event):
                yield picture
    finally:
        line.leave(ticket)
    yield state.end()


class _State:
    """What is known so far of one exchange."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._text = ""
        self._note = ""
        self._label = texts.SEARCHING
        self._shown = 0.0
        self._exchange = Exchange(id=new_id(), question=asked.question, asked=now(), filters=asked.filters)
        self._finished = False

    def picture(self, label: str) -> Progress:
        self._label = label
        self._shown = time.monotonic()
        live = render_live(self._asked.question, self._asked.filters, text=self._text, state=label)
        return Progress(live=live)

    def take(self, event: AnswerEvent | PilcrowError) -> Progress | None:
        """The next picture, or None when it is too soon for one."""
        match event:
            case Retrieved(retrieval=retrieval):
                return self.picture(texts.counted(texts.READING_ONE, texts.READING, len(retrieval.hits)))
            case Delta(text=text):
                begins = not self._text
                self._text += text
                return self.picture("") if begins or time.monotonic() - self._shown >= _FRAME else None
            case Withdrawn(reason=reason):
                self._text = ""
                return self.picture(texts.WITHDRAWN.format(reason=reason))
            case Finished(answer=answer):
                self._exchange = finished(self._exchange, answer)
                self._finished = True
            case PilcrowError():
                self._note = texts.FAILED.format(what=event)
        return None

    def end(self) -> Progress:
        """The exchange as it will be kept."""
        if self._finished:
            return Progress(live=Markup(""), exchange=self._exchange)
        note = self._note or texts.STOPPED
        return Progress(live=Markup(""), exchange=replace(self._exchange, text=self._text, note=note))


def stopped(asked: Asked) -> Exchange:
    """The exchange of a question whose page was left before anything of the answer was kept."""
    return Exchange(id=new_id(), question=asked.question, asked=now(), filters=asked.filters, note=texts.STOPPED)


def finished(exchange: Exchange, answer: Answer) -> Exchange:
    """The exchange with its answer, and with the words of what came nearest when there was none."""
    hits = {hit.paragraph.ref: hit for hit in answer.hits}
    near = tuple(_near(hits[closest.paragraph]) for closest in answer.closest if closest.paragraph in hits)
    cited = {citation.document.id: citation.document for citation in answer.citations}
    coverage = tuple(name for name, document in cited.items() if document.kind == "coverage")
    return replace(exchange, answer=answer_to_json(answer), near=near, coverage=coverage)


def _near(hit: Hit) -> Near:
    scores = hit.read.sentences if hit.read else [sentence.score for sentence in hit.sentences]
    best = max(zip(scores, hit.sentences, strict=False), key=lambda pair: pair[0], default=None)
    document = hit.document
    return Near(
        paragraph=hit.paragraph.ref,
        title=document.title,
        text=hit.paragraph.text,
        date=document.date,
        issuer=document.issuer,
        publisher=document.publisher,
        kind=document.kind,
        at=best[1].start if best else 0,
    )


async def _events(
    assistant: Streams, asked: Asked, line: Line, stop: threading.Event
) -> AsyncIterator[AnswerEvent | PilcrowError]:
    """The assistant's events, drawn in one thread of the line's; ends when `stop` is set."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[AnswerEvent | PilcrowError | None] = asyncio.Queue()

    def draw() -> None:
        stream = assistant.stream(asked.question, history=asked.history, filters=asked.filters, k=asked.k)
        try:
            for event in stream:
                if stop.is_set():
                    break
                loop.call_soon_threadsafe(events.put_nowait, event)
        except PilcrowError as error:
            loop.call_soon_threadsafe(events.put_nowait, error)
        finally:
            loop.call_soon_threadsafe(events.put_nowait, None)

    drawing = loop.run_in_executor(line.threads, draw)
    while not stop.is_set():
        try:
            event = await asyncio.wait_for(events.get(), _PATIENCE)
        except TimeoutError:
            continue
        if event is None:
            await drawing
            return
        yield event
