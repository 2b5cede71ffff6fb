"""What can be done with conversations: open, begin, rename, delete, take away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from rag.chat.desk import Desk, Visit
from rag.chat.exchanges import new_id
from rag.chat.exports import conversation_as_html, conversation_as_json, conversation_as_markdown
from rag.chat.markup import Markup, element
from rag.chat.rooms.asking import AskRoom, show_history
from rag.chat.rooms.parts import SILENT, asset
from rag.chat.shelf import render_shelf
from rag.chat.source import render_empty

Update = dict[Any, Any]


def connect_shelf(room: AskRoom, desk: Desk, source: gr.HTML, parcel: gr.HTML) -> None:
    """Gives the list of conversations its behaviour; `parcel` is what the browser is asked to save."""
    listeners = _Shelf(room, desk, source)
    everything = [
        room.visit, room.history, room.live, room.shelf, room.ask, room.stop, room.notice, room.question, source,
    ]  # fmt: skip
    options: dict[str, Any] = {"queue": False, **SILENT}
    room.shelf.pick(listeners.pick, [room.visit], everything, **options)
    room.shelf.new(listeners.new, [room.visit], [*everything, *room.choice, room.narrowed], **options)
    room.shelf.delete(listeners.delete, [room.visit], everything, **options)
    room.shelf.rename(listeners.rename, [room.visit], [room.shelf], **options)
    room.shelf.export(listeners.export, [room.visit], [parcel], **options)


class _Shelf:
    """The listeners of the list; each is one thing a person does."""

    def __init__(self, room: AskRoom, desk: Desk, source: gr.HTML) -> None:
        self._room = room
        self._desk = desk
        self._source = source

    def pick(self, visit: Visit, event: gr.EventData, request: gr.Request) -> Update:
        """Opens another conversation; a question on its way is finished in the one it was asked in."""
        return self._go(visit, str(event.conversation), request)

    def new(self, visit: Visit, request: gr.Request) -> Update:
        """An empty page; the conversation begins with its first question, which is asked of everything."""
        return {**self._go(visit, None, request), **self._room.unnarrowed()}

    def delete(self, visit: Visit, event: gr.EventData, request: gr.Request) -> Update:
        """Removes a conversation for good."""
        known = self._desk.conversations.find(visit.owner, str(event.conversation))
        if known is not None:
            self._desk.conversations.delete(visit.owner, known.id)
        return self._go(visit, None if visit.conversation == event.conversation else visit.conversation, request)

    def rename(self, visit: Visit, event: gr.EventData) -> Markup:
        """Another name for a conversation; an empty one changes nothing."""
        known = self._desk.conversations.find(visit.owner, str(event.conversation))
        if known is not None and str(event.answer).strip():
            self._desk.conversations.rename(visit.owner, known.id, str(event.answer))
        return render_shelf(self._desk.conversations.list(visit.owner), visit.conversation)

    def export(self, visit: Visit, event: gr.EventData) -> Markup:
        """The conversation as a file, handed to the browser to save."""
        known = self._desk.conversations.find(visit.owner, str(event.conversation))
        if known is None:
            return Markup("")
        exchanges = self._desk.exchanges(replace(visit, conversation=known.id))
        if event.kind == "md":
            return wrapped("conversation.md", conversation_as_markdown(known.title, exchanges))
        if event.kind == "html":
            style = asset("export.css")
            return wrapped("conversation.html", conversation_as_html(known.title, exchanges, style))
        return wrapped("conversation.json", conversation_as_json(known.title, exchanges))

    def _go(self, visit: Visit, conversation: str | None, request: gr.Request) -> Update:
        room, desk = self._room, self._desk
        desk.move(str(request.session_hash))
        known = desk.conversations.find(visit.owner, conversation) if conversation else None
        here = replace(visit, conversation=known.id if known else None, editing=None)
        return {
            self._source: render_empty(),
            room.visit: here,
            room.history: show_history(desk, desk.exchanges(here)),
            room.live: "",
            room.shelf: render_shelf(desk.conversations.list(here.owner), here.conversation),
            room.ask: gr.update(visible=True),
            room.stop: gr.update(visible=False),
            room.notice: "",
            # What was being edited belongs to what was left; a question that was being written does not.
            room.question: "" if visit.editing else gr.skip(),
        }


def wrapped(name: str, text: str) -> Markup:
    """A file for the browser to save; each one is new to it, so that the same can be saved twice."""
    return element("pre", text, hidden=True, data_name=name, data_parcel=new_id())
