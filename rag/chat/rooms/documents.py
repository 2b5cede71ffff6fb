"""The room of the documents: find and open them, hand in new ones, take them out again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rag.chat import texts
from rag.chat.answers import render_notice
from rag.chat.desk import Desk
from rag.chat.documents import SHOWN_AT_ONCE, render_documents, render_hits, render_preview, render_timeline
from rag.chat.markup import Markup, element, join
from rag.chat.rooms.asking import AskRoom, choices
from rag.chat.rooms.parts import SILENT, piece
from rag.chat.tray import Tray, fill_tray
from rag.errors import PilcrowError, Problem
from rag.types import DocumentInfo, Filters

Update = dict[Any, Any]
_EVERY_KIND = {texts.KIND_STATEMENT: "statement", texts.KIND_COVERAGE: "coverage"}
_PATIENCE = 0.2
_FOUND = 30


@dataclass(frozen=True, slots=True)
class DocumentsRoom:
    """The components of the room."""

    tab: gr.Tab
    query: gr.Textbox
    issuer: gr.Dropdown
    publisher: gr.Dropdown
    kind: gr.Dropdown
    period: gr.State
    shown: gr.State
    timeline: gr.HTML
    listing: gr.HTML
    files: gr.File
    tray: gr.State
    preview: gr.HTML
    take: gr.Button
    cancel: gr.Button
    describing: gr.Column
    described: gr.State
    describe_head: gr.HTML
    fields: tuple[gr.Textbox, ...]
    document_kind: gr.Radio
    describe: gr.Button
    outcome: gr.HTML


def place_documents_room(tab: gr.Tab) -> DocumentsRoom:
    """The components in their places, without behaviour."""
    with gr.Column(elem_id="documents-room"):
        with gr.Row(elem_id="documents-search"):
            query = gr.Textbox(
                label=texts.DOCUMENTS_SEARCH, placeholder=texts.DOCUMENTS_SEARCH_HINT, scale=3, min_width=300
            )
            issuer = gr.Dropdown([], label=texts.ISSUER, multiselect=True)
            publisher = gr.Dropdown([], label=texts.DOCUMENTS_PUBLISHERS, multiselect=True)
            kind = gr.Dropdown(list(_EVERY_KIND), label=texts.DOCUMENTS_KIND, multiselect=True)
        period, shown = gr.State(("", "")), gr.State(SHOWN_AT_ONCE)
        with gr.Accordion(texts.ADD, open=False, elem_id="adding"):
            piece(element("p", texts.ADD_HELP, class_="about"), name="adding-help")
            files = gr.File(label=texts.ADD_DROP, file_count="multiple", elem_id="upload", height=150)
            tray = gr.State(None, delete_callback=_thrown)
            preview = piece(name="preview")
            with gr.Column(visible=False, elem_id="describing") as describing:
                described = gr.State("")
                describe_head = piece(name="describe-head")
                labels = (texts.DESCRIBE_TITLE, texts.DESCRIBE_DATE, texts.DESCRIBE_ISSUER, texts.DESCRIBE_PUBLISHER)
                with gr.Row():
                    fields = tuple(gr.Textbox(label=label, min_width=200) for label in (*labels, texts.DESCRIBE_URL))
                document_kind = gr.Radio(
                    list(_EVERY_KIND),
                    value=texts.KIND_STATEMENT,
                    label=texts.DESCRIBE_KIND,
                    info=texts.DESCRIBE_KIND_HELP,
                    elem_id="describe-kind",
                )
                describe = gr.Button(texts.DESCRIBE_SAVE, elem_id="describe")
            with gr.Row():
                take = gr.Button(texts.ADD_TAKE, variant="primary", visible=False, elem_id="take")
                cancel = gr.Button(texts.ADD_CANCEL, visible=False, elem_id="cancel")
        outcome = piece(name="outcome")
        timeline = piece(name="timeline", acts=("period",))
        listing = piece(name="listing", acts=("open", "more", "remove"))
    return DocumentsRoom(
        tab, query, issuer, publisher, kind, period, shown, timeline, listing, files, tray, preview, take, cancel,
        describing, described, describe_head, fields, document_kind, describe, outcome,
    )  # fmt: skip


def connect_documents_room(room: DocumentsRoom, ask_room: AskRoom, desk: Desk) -> None:
    """Gives the room its behaviour."""
    listeners = _Documents(room, ask_room, desk)
    chosen = [room.query, room.issuer, room.publisher, room.kind, room.period, room.shown]
    shown = [room.timeline, room.listing, room.issuer, room.publisher, room.period, room.shown]
    quick: dict[str, Any] = {"queue": False, **SILENT}
    gr.on(
        [room.tab.select, room.query.submit, room.issuer.input, room.publisher.input, room.kind.input],
        listeners.look, chosen, shown, **quick,
    )  # fmt: skip
    room.timeline.period(listeners.look_at_period, chosen[:-1], shown, **quick)
    room.listing.more(listeners.look_further, chosen, shown, **quick)
    trayed = [
        room.tray, room.preview, room.take, room.cancel, room.describing, room.described, room.describe_head,
        *room.fields, room.document_kind,
    ]  # fmt: skip
    room.files.upload(listeners.hand_in, [room.files, room.tray], trayed, **SILENT)
    said = [room.tray, room.described, *room.fields, room.document_kind]
    room.describe.click(listeners.describe, said, trayed, **SILENT)
    gr.on([room.cancel.click, room.files.clear], listeners.cancel, [room.tray], [*trayed, room.files], **quick)
    taken = [*trayed, room.files, room.outcome, *shown, ask_room.issuers, ask_room.documents]
    # More can be handed in, and taken, while the first are still being indexed.
    busy: dict[str, Any] = {"concurrency_limit": 20, "trigger_mode": "multiple", **SILENT}
    room.take.click(listeners.take, [room.tray, *chosen], taken, **busy)
    room.listing.remove(listeners.remove, chosen, taken, **busy)


class _Documents:
    """The listeners of the room; each is one thing a person does."""

    def __init__(self, room: DocumentsRoom, ask_room: AskRoom, desk: Desk) -> None:
        self._room = room
        self._ask = ask_room
        self._desk = desk
        self._writing = asyncio.Lock()

    def look(
        self,
        query: str,
        issuers: list[str],
        publishers: list[str],
        kinds: list[str],
        period: tuple[str, str],
        shown: int,
    ) -> Update:
        """The documents, or the paragraphs, that fit what was chosen."""
        room = self._room
        if not self._desk.ready:
            return {room.listing: element("p", texts.GETTING_READY, class_="about")}
        everything = self._desk.assistant.documents()
        filters = Filters(issuers=tuple(issuers or ()), since=period[0] or None, until=period[1] or None)
        fitting = _fitting(self._desk.assistant.documents(filters), publishers, kinds)
        dated = _fitting(self._desk.assistant.documents(Filters(issuers=filters.issuers)), publishers, kinds)
        return {
            room.timeline: render_timeline(dated, period[0]),
            room.listing: self._found(query, filters, fitting, shown),
            room.issuer: gr.update(choices=sorted({info.issuer for info in everything if info.issuer})),
            room.publisher: gr.update(choices=sorted({info.publisher for info in everything if info.publisher})),
            room.period: period,
            room.shown: shown,
        }

    def look_at_period(
        self,
        query: str,
        issuers: list[str],
        publishers: list[str],
        kinds: list[str],
        period: tuple[str, str],
        event: gr.EventData,
    ) -> Update:
        """A bar of the timeline; the same one again shows all dates."""
        chosen = (str(event.since), str(event.until))
        there = ("", "") if chosen == tuple(period) else chosen
        return self.look(query, issuers, publishers, kinds, there, SHOWN_AT_ONCE)

    def look_further(
        self,
        query: str,
        issuers: list[str],
        publishers: list[str],
        kinds: list[str],
        period: tuple[str, str],
        shown: int,
    ) -> Update:
        """More of the list."""
        return self.look(query, issuers, publishers, kinds, period, shown + 5 * SHOWN_AT_ONCE)

    def hand_in(self, files: list[str] | None, tray: Tray | None) -> Update:
        """Reads the files and shows what would be taken."""
        if tray:
            tray.clear()
        try:
            filled, problems = fill_tray([Path(file) for file in files or ()], self._desk.limits)
        except PilcrowError as error:
            return self._empty(render_notice(str(error)))
        return self._read(filled, problems)

    def describe(
        self, tray: Tray | None, file: str, title: str, date: str, issuer: str, publisher: str, url: str, kind: str
    ) -> Update:
        """What a file is, written beside it; then everything is read again."""
        if tray is None:
            return self._empty(Markup(""))
        given = {"title": title, "date": date, "issuer": issuer, "publisher": publisher, "url": url}
        given["kind"] = _EVERY_KIND[kind]
        try:
            tray.describe(file, given)
        except PilcrowError as error:
            return {self._room.describe_head: _asked_of(tray, file, str(error))}
        return self._read(tray, ())

    def cancel(self, tray: Tray | None) -> Update:
        """Nothing is taken."""
        if tray:
            tray.clear()
        return {**self._empty(Markup("")), self._room.files: None}

    async def take(
        self,
        tray: Tray | None,
        query: str,
        issuers: list[str],
        publishers: list[str],
        kinds: list[str],
        period: tuple[str, str],
        shown: int,
    ) -> AsyncIterator[Update]:
        """Takes what is on the tray into the index, while people go on asking."""
        room = self._room
        if tray is None or not tray.folder.exists():
            yield self._empty(Markup(""))
            return
        waiting = texts.INDEXING_WAITS if self._writing.locked() else texts.INDEXING
        steps: list[str] = [texts.INDEXING]
        taking: asyncio.Task[Markup] | None = None
        try:
            # From here on the tray is this task's alone: what is handed in meanwhile lies on another.
            yield {**self._empty(Markup("")), room.files: None, room.outcome: _working(waiting)}
            async with self._writing:
                taking = asyncio.create_task(asyncio.to_thread(self._take, tray, steps))
                while not taking.done():
                    yield {room.outcome: _working(steps[-1])}
                    await asyncio.wait([taking], timeout=_PATIENCE)
                said = await taking
        finally:
            # The page was left before it was its turn.
            if taking is None:
                tray.clear()
        yield {room.outcome: said, **self._renewed(query, issuers, publishers, kinds, period, shown)}

    async def remove(
        self,
        query: str,
        issuers: list[str],
        publishers: list[str],
        kinds: list[str],
        period: tuple[str, str],
        shown: int,
        event: gr.EventData,
    ) -> AsyncIterator[Update]:
        """Takes a document that was added here out of the index again."""
        yield {self._room.outcome: _working(texts.INDEXING_WAITS if self._writing.locked() else texts.INDEXING)}
        async with self._writing:
            try:
                await asyncio.to_thread(self._desk.assistant.remove_document, str(event.reference))
                said = element("p", texts.REMOVED, class_="about", role="status")
            except PilcrowError as error:
                said = render_notice(str(error))
        yield {self._room.outcome: said, **self._renewed(query, issuers, publishers, kinds, period, shown)}

    def _take(self, tray: Tray, steps: list[str]) -> Markup:
        def progress(step: Any) -> None:
            steps.append(texts.INDEXING_STEP[step.phase].format(done=step.done, total=step.total or "?"))

        try:
            tray.leave_out(self._desk.assistant.preview(tray.files()).problems)
            sound = tray.sound(self._desk.assistant.preview(tray.files()).problems)
            changes = self._desk.assistant.add_documents(sound, progress=progress)
        except PilcrowError as error:
            return render_notice(str(error))
        finally:
            tray.clear()
        return element("p", texts.TAKEN.format(changes=changes), class_="about", role="status")

    def _renewed(self, *chosen: Any) -> Update:
        issuers, documents = choices(self._desk)
        return {
            **self.look(*chosen),
            self._ask.issuers: gr.update(choices=issuers),
            self._ask.documents: gr.update(choices=documents),
        }

    def _found(self, query: str, filters: Filters, fitting: Sequence[DocumentInfo], shown: int) -> Markup:
        if not (query or "").strip():
            return render_documents(fitting, shown=shown, added=self._desk.added())
        try:
            found = self._desk.assistant.search(query, filters=filters, k=_FOUND)
        except PilcrowError as error:
            return render_notice(str(error))
        allowed = {info.id for info in fitting}
        return render_hits(query.strip(), [hit for hit in found.hits if hit.document.id in allowed])

    def _read(self, tray: Tray, problems: Sequence[Problem]) -> Update:
        room = self._room
        reading = self._desk.assistant.preview(tray.files())
        faults = (*problems, *tray.faults(reading.problems))
        unknown = [path.name for path in tray.undescribed(reading.problems)]
        update: Update = {
            room.tray: tray,
            room.preview: render_preview(reading.documents, faults),
            room.take: gr.update(visible=bool(reading.documents)),
            room.cancel: gr.update(visible=True),
            room.describing: gr.update(visible=bool(unknown)),
            room.described: unknown[0] if unknown else "",
        }
        if unknown:
            update[room.describe_head] = _asked_of(tray, unknown[0])
            update |= dict.fromkeys(room.fields, "")
            update[room.document_kind] = texts.KIND_STATEMENT
        return update

    def _empty(self, said: Markup) -> Update:
        room = self._room
        return {
            room.tray: None,
            room.preview: said,
            room.take: gr.update(visible=False),
            room.cancel: gr.update(visible=False),
            room.describing: gr.update(visible=False),
            room.described: "",
        }


def _fitting(
    documents: Sequence[DocumentInfo], publishers: Sequence[str] | None, kinds: Sequence[str] | None
) -> list[DocumentInfo]:
    wanted = {_EVERY_KIND[kind] for kind in kinds or ()}
    return [
        info
        for info in documents
        if (not publishers or info.publisher in publishers) and (not wanted or info.kind in wanted)
    ]


def _asked_of(tray: Tray, file: str, fault: str = "") -> Markup:
    """What stands above the form that describes a file."""
    return join(
        [
            element("h4", texts.DESCRIBE.format(name=tray.name(file))),
            element("p", texts.DESCRIBE_HELP, class_="about"),
            render_notice(fault),
        ]
    )


def _working(text: str) -> Markup:
    return element("p", element("span", class_="pulse", aria_hidden="true"), text, class_="state", role="status")


def _thrown(tray: Tray | None) -> None:
    if tray is not None:
        tray.clear()
