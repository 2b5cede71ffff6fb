"""The room where questions are asked: the conversation, the composer with its filters, the list of conversations."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from rag.chat import texts
from rag.chat.answers import (
    render_editing,
    render_exchanges,
    render_live,
    render_narrowed,
    render_notice,
    render_welcome,
)
from rag.chat.asking import Asked, answer, stopped
from rag.chat.desk import Desk, Visit
from rag.chat.exchanges import Exchange, history_of
from rag.chat.limits import checked_filters, checked_question
from rag.chat.markup import Markup
from rag.chat.rooms.parts import SILENT, piece
from rag.chat.shelf import render_shelf, render_waiting_shelf
from rag.chat.source import render_empty
from rag.errors import InputError, PilcrowError
from rag.types import Filters

ASK_ACTS = ("cite", "open", "again", "wider", "rate", "comment", "edit", "example")
_WIDER = 40
_ARRIVES_WITHIN = 10.0
"""Seconds a question waits for its page to have said whose it is."""

Update = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class AskRoom:
    """The components of the room that other parts of the page write to."""

    visit: gr.State
    history: gr.HTML
    live: gr.HTML
    shelf: gr.HTML
    question: gr.Textbox
    notice: gr.HTML
    ask: gr.Button
    stop: gr.Button
    issuers: gr.Dropdown
    documents: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    narrowed: gr.HTML

    @property
    def choice(self) -> list[gr.Dropdown | gr.Textbox]:
        """What the search is narrowed by."""
        return [self.issuers, self.documents, self.since, self.until]

    def unnarrowed(self) -> Update:
        """The whole search again."""
        return {self.issuers: [], self.documents: [], self.since: "", self.until: "", self.narrowed: ""}


def place_ask_room() -> AskRoom:
    """The components in their places, without behaviour."""
    visit = gr.State(Visit())
    with gr.Row(elem_id="ask-room"):
        shelf = piece(render_waiting_shelf(), name="shelf", acts=("pick", "new", "rename", "delete", "export"))
        with gr.Column(elem_id="talk"):
            history = piece(render_welcome(()), name="history", acts=ASK_ACTS)
            live = piece(name="live")
            with gr.Column(elem_id="composer"):
                notice = piece(name="notice", acts=("unedit",))
                with gr.Row(elem_id="composer-line"):
                    question = gr.Textbox(
                        label=texts.QUESTION_LABEL,
                        placeholder=texts.QUESTION_HINT,
                        show_label=False,
                        lines=1,
                        max_lines=6,
                        elem_id="question",
                        container=False,
                        submit_btn=False,
                    )
                    ask = gr.Button(texts.ASK, variant="primary", elem_id="ask", min_width=88)
                    stop = gr.Button(texts.STOP, elem_id="stop", min_width=88, visible=False)
                filters = _place_filters()
                narrowed = piece(name="narrowed", acts=("widen",))
    return AskRoom(visit, history, live, shelf, question, notice, ask, stop, *filters, narrowed)


def _place_filters() -> tuple[gr.Dropdown, gr.Dropdown, gr.Textbox, gr.Textbox]:
    with gr.Accordion(texts.FILTERS, open=False, elem_id="filters"), gr.Row():
        issuers = gr.Dropdown([], label=texts.FILTER_ISSUERS, multiselect=True, elem_id="filter-issuers", min_width=160)
        documents = gr.Dropdown(
            [], label=texts.FILTER_DOCUMENTS, multiselect=True, elem_id="filter-documents", min_width=160
        )
        since = gr.Textbox(
            label=texts.FILTER_FROM, placeholder=texts.FILTER_DATE_HINT, elem_id="filter-since", min_width=110
        )
        until = gr.Textbox(
            label=texts.FILTER_TO, placeholder=texts.FILTER_DATE_HINT, elem_id="filter-until", min_width=110
        )
    return issuers, documents, since, until


def connect_ask_room(room: AskRoom, desk: Desk, source: gr.HTML) -> None:
    """Gives the room its behaviour."""
    asking = _Asking(room, desk, source)
    choice = room.choice
    outputs = [
        room.question,
        room.notice,
        room.live,
        room.history,
        room.visit,
        room.shelf,
        room.ask,
        room.stop,
        source,
    ]
    busy: dict[str, Any] = {"outputs": outputs, "concurrency_limit": 100, "trigger_mode": "once", **SILENT}
    questions = [
        gr.on([room.ask.click, room.question.submit], asking.typed, [room.question, room.visit, *choice], **busy),
        room.history.example(asking.example, [room.visit, *choice], **busy),
        room.history.again(asking.again, [room.visit], **busy),
        room.history.wider(asking.wider, [room.visit], **busy),
    ]
    for asked in questions:
        asked.failure(asking.failed, [room.visit], outputs, queue=False, **SILENT)
    changes = [each.change for each in choice]
    gr.on(changes, asking.narrow, choice, [room.narrowed], queue=False, trigger_mode="always_last", **SILENT)
    room.narrowed.widen(room.unnarrowed, None, [*choice, room.narrowed], queue=False, **SILENT)
    room.stop.click(asking.stop, None, None, queue=False, **SILENT)
    edited = [room.question, room.notice, room.visit]
    room.history.edit(asking.edit, [room.visit], edited, queue=False, **SILENT)
    room.notice.unedit(asking.unedit, [room.visit], edited, queue=False, **SILENT)
    room.history.rate(asking.rate, [room.visit], [room.history], queue=False, **SILENT)
    room.history.comment(asking.comment, [room.visit], [room.history], queue=False, **SILENT)


class _Asking:
    """The listeners of the room; each is one thing a person does."""

    def __init__(self, room: AskRoom, desk: Desk, source: gr.HTML) -> None:
        self._room = room
        self._desk = desk
        self._source = source

    async def typed(
        self,
        question: str,
        visit: Visit,
        issuers: list[str],
        documents: list[str],
        since: str,
        until: str,
        request: gr.Request,
    ) -> AsyncIterator[Update]:
        """A question written in the composer."""
        filters = _filters(issuers, documents, since, until)
        async for update in self._ask(question, visit, filters, request):
            yield update

    async def example(
        self,
        visit: Visit,
        issuers: list[str],
        documents: list[str],
        since: str,
        until: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> AsyncIterator[Update]:
        """One of the example questions."""
        filters = _filters(issuers, documents, since, until)
        async for update in self._ask(str(event.question), visit, filters, request):
            yield update

    def narrow(self, issuers: list[str], documents: list[str], since: str, until: str) -> Markup:
        """Says what the search is narrowed to, also where the fields are folded away."""
        return render_narrowed(_filters(issuers, documents, since, until))

    async def again(self, visit: Visit, event: gr.EventData, request: gr.Request) -> AsyncIterator[Update]:
        """The last question once more, in the place of its answer."""
        exchange = self._desk.exchange(visit, str(event.exchange))
        if exchange is None:
            yield self._stale(visit)
        else:
            there = replace(visit, editing=exchange.id)
            async for update in self._ask(exchange.question, there, exchange.filters, request):
                yield update

    async def wider(self, visit: Visit, event: gr.EventData, request: gr.Request) -> AsyncIterator[Update]:
        """A question that was not answered, once more without filters and over more paragraphs."""
        exchange = self._desk.exchange(visit, str(event.exchange))
        if exchange is None:
            yield self._stale(visit)
        else:
            async for update in self._ask(exchange.question, visit, Filters(), request, k=_WIDER):
                yield update

    def failed(self, visit: Visit) -> Update:
        """Something broke that nobody foresaw: the page must be usable again, and say so."""
        room = self._room
        return {
            room.notice: render_notice(texts.BROKEN),
            room.live: "",
            room.history: self._history(self._desk.exchanges(visit)) if self._desk.ready else "",
            **self._buttons(asking=False),
        }

    async def stop(self, request: gr.Request) -> None:
        """The Stop button."""
        self._desk.stop(str(request.session_hash))

    def edit(self, visit: Visit, event: gr.EventData) -> Update:
        """The last question back in the composer."""
        exchange = self._desk.exchange(visit, str(event.exchange))
        if exchange is None:
            return {self._room.visit: visit}
        return {
            self._room.question: exchange.question,
            self._room.notice: render_editing(),
            self._room.visit: replace(visit, editing=exchange.id),
        }

    def unedit(self, visit: Visit) -> Update:
        """The last question stays as it was asked."""
        return {self._room.question: "", self._room.notice: "", self._room.visit: replace(visit, editing=None)}

    def rate(self, visit: Visit, event: gr.EventData) -> Markup:
        """A thumb up or down; the same thumb again takes it back."""
        exchange = self._desk.exchange(visit, str(event.exchange))
        if exchange is not None and visit.conversation:
            rating = 1 if str(event.rating) == "1" else -1
            rated = replace(exchange, rating=0 if exchange.rating == rating else rating)
            self._desk.conversations.keep(visit.owner, visit.conversation, rated)
        return self._history(self._desk.exchanges(visit))

    def comment(self, visit: Visit, event: gr.EventData) -> Markup:
        """What a person would rather have read."""
        exchange = self._desk.exchange(visit, str(event.exchange))
        if exchange is not None and visit.conversation:
            said = replace(exchange, comment=str(event.answer)[: self._desk.limits.question_characters].strip())
            self._desk.conversations.keep(visit.owner, visit.conversation, said)
        return self._history(self._desk.exchanges(visit))

    async def _ask(
        self, question: str, visit: Visit, filters: Filters, request: gr.Request, k: int | None = None
    ) -> AsyncIterator[Update]:
        room, desk = self._room, self._desk
        try:
            question, filters = checked_question(question, desk.limits), checked_filters(filters)
            desk.rate.take(visit.owner or str(request.session_hash))
        except InputError as error:
            yield {room.notice: render_notice(str(error))}
            return
        if visit.conversation and desk.is_gone(visit):
            # A question that leaned on what was said before would be answered as if nothing had been.
            yield self._gone(visit)
            return
        session = str(request.session_hash)
        stop, place = desk.stopper(session), desk.move(session)
        waiting = texts.SEARCHING if desk.ready else texts.NOT_READY
        yield {
            room.question: "",
            room.notice: "",
            room.live: render_live(question, filters, state=waiting),
            **self._buttons(asking=True),
        }
        while not desk.ready and not stop.is_set():
            await asyncio.sleep(0.1)
        if not visit.owner:
            visit = Visit(owner=await self._owner(session, stop))
        visit = desk.begin(visit, question, filters)
        before = tuple(known for known in desk.exchanges(visit) if known.id != visit.editing)
        asked = Asked(question=question, history=history_of(before), filters=filters, k=k)
        kept = False
        try:
            if desk.place(session) == place:
                # A page that is loaded anew comes back to this conversation.
                shelf = render_shelf(desk.conversations.list(visit.owner), visit.conversation)
                yield {room.history: self._history(before) if before else "", room.visit: visit, room.shelf: shelf}
            async for progress in answer(desk.assistant, asked, desk.line, stop):
                here = desk.place(session) == place
                if progress.exchange is not None:
                    kept = True
                    yield self._kept(progress.exchange, visit, here=here)
                elif here:
                    yield {room.live: progress.live}
        except (GeneratorExit, asyncio.CancelledError):
            # The page was left, and with it went whoever would have taken the answer. One that was asked anew stays.
            if not kept and not visit.editing:
                self._keep(stopped(asked), visit)
            raise
        finally:
            desk.end(visit)

    async def _owner(self, session: str, stop: threading.Event) -> str:
        """Whose browser this is. A quick question can be here before the page's arrival has said so."""
        waited = 0.0
        while not self._desk.knows(session) and waited < _ARRIVES_WITHIN and not stop.is_set():
            await asyncio.sleep(0.1)
            waited += 0.1
        # A page that outlived a restart of the server arrives no more.
        return self._desk.owner(session)

    def _kept(self, exchange: Exchange, visit: Visit, *, here: bool) -> Update:
        """Keeps the finished exchange and, if its conversation is still open, shows it with its first source."""
        room, desk = self._room, self._desk
        conversation = self._keep(exchange, visit)
        if not here:
            return {room.live: gr.skip()}
        there = replace(visit, conversation=conversation, editing=None)
        update: Update = {
            room.live: "",
            room.history: self._history(desk.exchanges(there)),
            room.visit: there,
            room.shelf: render_shelf(desk.conversations.list(there.owner), conversation),
            **self._buttons(asking=False),
        }
        cited = exchange.citations
        # Without a source of its own it must not stand beside another answer's.
        update[self._source] = desk.open_citation(there, exchange.id, cited[0]["number"]) if cited else render_empty()
        return update

    def _keep(self, exchange: Exchange, visit: Visit) -> str:
        """Keeps the exchange, in the place of the one that was edited; says in which conversation."""
        store = self._desk.conversations
        conversation = visit.conversation
        if conversation is None or store.find(visit.owner, conversation) is None:
            # It was deleted meanwhile.
            conversation = store.start(visit.owner, exchange.question).id
        elif visit.editing:
            store.drop(visit.owner, conversation, visit.editing)
        store.keep(visit.owner, conversation, exchange)
        return conversation

    def _gone(self, visit: Visit) -> Update:
        """An empty page and a word on where the conversation went."""
        room, here = self._room, replace(visit, conversation=None, editing=None)
        return {
            room.notice: render_notice(texts.CONVERSATION_GONE),
            room.visit: here,
            room.history: self._history(()),
            room.shelf: render_shelf(self._desk.conversations.list(visit.owner), None),
            self._source: render_empty(),
        }

    def _stale(self, visit: Visit) -> Update:
        """What became of a conversation that went on in another window."""
        if self._desk.is_gone(visit):
            return self._gone(visit)
        return {self._room.history: self._history(self._desk.exchanges(visit))}

    def _history(self, exchanges: tuple[Exchange, ...]) -> Markup:
        return show_history(self._desk, exchanges)

    def _buttons(self, *, asking: bool) -> Update:
        return {self._room.ask: gr.update(visible=not asking), self._room.stop: gr.update(visible=asking)}


def show_history(desk: Desk, exchanges: tuple[Exchange, ...]) -> Markup:
    """The conversation, or the welcome when nothing was said yet."""
    if exchanges:
        return render_exchanges(exchanges, desk.changed(exchanges))
    return render_welcome(texts.EXAMPLE_QUESTIONS if desk.ready else ())


def choices(desk: Desk) -> tuple[list[str], list[tuple[str, str]]]:
    """Issuers, and documents as (title, id), for the filters."""
    try:
        documents = desk.assistant.documents()
    except PilcrowError:
        return [], []
    issuers = sorted({info.issuer for info in documents if info.issuer})
    return issuers, [(f"{info.title} ({info.publisher or info.date or info.id})", info.id) for info in documents]


def _filters(issuers: list[str] | None, documents: list[str] | None, since: str | None, until: str | None) -> Filters:
    return Filters(
        issuers=tuple(issuers or ()),
        documents=tuple(documents or ()),
        since=(since or "").strip() or None,
        until=(until or "").strip() or None,
    )
