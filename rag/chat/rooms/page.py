"""The whole page: masthead, rooms and, beside them, the source pane that all rooms share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from rag.chat import texts
from rag.chat.answers import render_live
from rag.chat.desk import Desk, UnderWay, Visit, owner_of
from rag.chat.masthead import render_masthead
from rag.chat.rooms.api import place_api
from rag.chat.rooms.asking import AskRoom, choices, connect_ask_room, place_ask_room, show_history
from rag.chat.rooms.documents import DocumentsRoom, connect_documents_room, place_documents_room
from rag.chat.rooms.evaluation import place_evaluation_room
from rag.chat.rooms.parts import SILENT, asset, piece
from rag.chat.rooms.shelf import connect_shelf
from rag.chat.shelf import render_shelf
from rag.chat.source import render_empty

Update = dict[Any, Any]


def build(desk: Desk) -> gr.Blocks:
    """The page over a desk; nothing is served yet."""
    page = gr.Blocks(title=texts.PRODUCT, analytics_enabled=False, fill_width=True)
    with page:
        identity = gr.Textbox(visible=False)
        last = gr.Textbox(visible=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="rooms"):
                masthead = piece(render_masthead(None, None), name="masthead")
                parcel = piece(name="parcel")
                with gr.Tabs(elem_id="tabs"):
                    with gr.Tab(texts.TAB_CHAT, id="ask"):
                        room = place_ask_room()
                    with gr.Tab(texts.TAB_DOCUMENTS, id="documents") as tab:
                        documents = place_documents_room(tab)
                    with gr.Tab(texts.TAB_EVALUATION, id="evaluation") as measures:
                        place_evaluation_room(measures, desk)
            source = piece(render_empty(), name="source", acts=("cite", "open"))
        connect_ask_room(room, desk, source)
        place_api(desk)
        connect_documents_room(documents, room, desk)
        connect_shelf(room, desk, source, parcel)
        _connect_source(room, documents, desk, source)
        _connect_arrival(page, room, desk, source, masthead, identity, last)
        page.unload(_leave(desk))
    page.queue(max_size=400, default_concurrency_limit=40)
    return page


def _leave(desk: Desk) -> Any:
    def leave(request: gr.Request) -> None:
        desk.forget(str(request.session_hash))

    return leave


def launch_options() -> dict[str, Any]:
    """What the page looks like and what it leaves out; no font or script comes from elsewhere."""
    # The style sheet arrives with the page; what is painted before it, and the login page, have the theme only.
    colours = {
        "body_background_fill": "#faf8f3",
        "body_background_fill_dark": "#171614",
        "body_text_color": "#1c1b19",
        "body_text_color_dark": "#ece8df",
        "button_primary_background_fill": "#8a1d2d",
        "button_primary_background_fill_dark": "#f09a8f",
        "button_primary_text_color": "#ffffff",
        "button_primary_text_color_dark": "#221210",
    }
    sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    return {
        "theme": gr.themes.Base(font=sans, font_mono=["ui-monospace", "monospace"]).set(**colours),
        "css": asset("chat.css"),
        "head": f"<script>{asset('chat.js')}</script>",
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "prevent_thread_lock": True,
        "quiet": True,
        "share": False,
        "ssr_mode": False,
        "inline": False,
        "show_error": False,
    }


def _connect_source(room: AskRoom, documents: DocumentsRoom, desk: Desk, source: gr.HTML) -> None:
    def cite(visit: Visit, event: gr.EventData) -> Any:
        opened = desk.open_citation(visit, str(event.exchange), int(event.number))
        return gr.skip() if opened is None else opened

    def open_reference(event: gr.EventData) -> str:
        return desk.open_reference(str(event.reference))

    for where in (room.history, source):
        where.cite(cite, [room.visit], [source], queue=False, **SILENT)
    for where in (room.history, source, documents.listing):
        where.open(open_reference, None, [source], queue=False, **SILENT)


def _connect_arrival(
    page: gr.Blocks,
    room: AskRoom,
    desk: Desk,
    source: gr.HTML,
    masthead: gr.HTML,
    identity: gr.Textbox,
    last: gr.Textbox,
) -> None:
    async def arrive(person: str, conversation: str, request: gr.Request) -> AsyncIterator[Update]:
        """Waits until the assistant is open, then shows this person's desk as it was left."""
        session = str(request.session_hash)
        owner = owner_of(request.username, person, session)
        desk.arrive(session, owner)
        while not desk.ready:
            yield {masthead: render_masthead(None, None)}
            await asyncio.sleep(0.25)
        known = desk.conversations.find(owner, conversation) if conversation else None
        visit = Visit(owner=owner, conversation=known.id if known else None)
        # Before the exchanges are read: what is finished in between is then looked for again.
        asked = desk.under_way(visit)
        issuers, documents = choices(desk)
        update: Update = {
            masthead: render_masthead(desk.assistant.mode, desk.assistant.model),
            room.issuers: gr.update(choices=issuers),
            room.documents: gr.update(choices=documents),
        }
        if not desk.place(session):
            update[room.visit] = visit
            update[room.shelf] = render_shelf(desk.conversations.list(owner), visit.conversation)
            update[room.history] = show_history(desk, desk.exchanges(visit))
        # Else something was asked meanwhile, or before: its answer brings the desk with it.
        if reference := request.query_params.get("p"):
            update[source] = desk.open_reference(reference)
        yield update
        if asked is not None:
            async for awaited in _awaited(room, desk, visit, session, asked):
                yield awaited

    page.load(
        arrive,
        [identity, last],
        [masthead, room.visit, room.shelf, room.history, room.live, room.issuers, room.documents, source],
        js="() => window.pilcrow.arrive()",
        concurrency_limit=200,
        **SILENT,
    )


async def _awaited(room: AskRoom, desk: Desk, visit: Visit, session: str, asked: UnderWay) -> AsyncIterator[Update]:
    """The question that was on its way when the page was left, until it is answered or something else is done here."""
    if desk.under_way(visit) is asked and not desk.place(session):
        exchanges = show_history(desk, desk.exchanges(visit)) if desk.exchanges(visit) else ""
        yield {room.history: exchanges, room.live: render_live(asked.question, asked.filters, state=texts.SEARCHING)}
    while desk.under_way(visit) is asked and not desk.place(session):
        await asyncio.sleep(0.25)
    if not desk.place(session):
        shelf = render_shelf(desk.conversations.list(visit.owner), visit.conversation)
        yield {room.history: show_history(desk, desk.exchanges(visit)), room.live: "", room.shelf: shelf}
