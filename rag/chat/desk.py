"""The desk behind the page: the assistant once it is open, the conversations, and who may ask how much.

Everything here is plain Python; the page only turns it into components.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.chat import texts
from rag.chat.answers import Changed
from rag.chat.conversations import Conversations
from rag.chat.exchanges import NO_FILTERS, Exchange
from rag.chat.limits import Limits, Line, Rate
from rag.chat.markup import Markup
from rag.chat.source import View, render_kept, render_missing, render_source
from rag.errors import InputError, PilcrowError
from rag.library import UPLOADS
from rag.types import (
    Answer,
    AnswerEvent,
    Document,
    DocumentInfo,
    Filters,
    Fingerprint,
    Mode,
    Paragraph,
    Retrieval,
    Turn,
)

if TYPE_CHECKING:
    from rag.corpus import Reading
    from rag.settings import Settings


_SECRET_LENGTH = 32


class Assistant(Protocol):
    """What the page needs of `rag.assistant.Assistant`."""

    @property
    def mode(self) -> Mode: ...
    @property
    def model(self) -> str | None: ...
    @property
    def index_folder(self) -> Path: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def fingerprint(self) -> Fingerprint: ...

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Answer: ...
    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Iterator[AnswerEvent]: ...
    def search(
        self, query: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS, k: int | None = None
    ) -> Retrieval: ...
    def document(self, id: str) -> Document: ...  # noqa: A002 - the assistant's own name for it
    def paragraph(self, reference: str) -> Paragraph: ...
    def documents(self, filters: Filters = NO_FILTERS) -> Sequence[DocumentInfo]: ...
    def load(self) -> None: ...
    def preview(self, files: Sequence[Path]) -> Reading: ...
    def add_documents(self, files: Sequence[Path], *, progress: Callable[[Any], None] | None = None) -> object: ...
    def remove_document(self, id: str) -> object: ...  # noqa: A002


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One browser's visit: whose it is, the conversation open in it, and the exchange being edited."""

    owner: str = ""
    conversation: str | None = None
    editing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A question that is being answered."""

    question: str
    filters: Filters


def owner_of(account: str | None, browser: str, session: str) -> str:
    """Whose conversations are shown: an account's, else a browser's, else those of this one visit.

    A name that was logged in wins over what a browser says of itself; a browser that keeps nothing, or that sends
    something too short to be its secret, shares with nobody.
    """
    if account:
        return f"user:{account}"
    return f"browser:{browser}" if len(browser) == _SECRET_LENGTH else f"visit:{session}"


class Desk:
    """Shared by all visits; the assistant arrives later, in `open`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.line = Line(self.limits.answers_at_once)
        self.rate = Rate(self.limits.questions_a_minute)
        self._assistant: Assistant | None = None
        self._conversations: Conversations | None = None
        self._stops: dict[str, threading.Event] = {}
        self._places: Counter[str] = Counter()
        self._owners: dict[str, str] = {}
        self._under_way: dict[str, UnderWay] = {}

    def open(self, assistant: Assistant) -> None:
        """From here on questions are answered."""
        self._conversations = Conversations(assistant.index_folder)
        self._assistant = assistant

    @property
    def ready(self) -> bool:
        return self._assistant is not None

    @property
    def assistant(self) -> Assistant:
        if self._assistant is None:
            raise PilcrowError(texts.GETTING_READY)
        return self._assistant

    @property
    def conversations(self) -> Conversations:
        if self._conversations is None:
            raise PilcrowError(texts.GETTING_READY)
        return self._conversations

    def exchanges(self, visit: Visit) -> tuple[Exchange, ...]:
        """What was said in the conversation that is open."""
        return tuple(map(self._attributed, self.conversations.exchanges(visit.owner, visit.conversation)))

    def _attributed(self, exchange: Exchange) -> Exchange:
        """The exchange, with the kinds of its documents as they are now where it was kept without them."""
        if exchange.coverage is not None:
            return exchange
        cited = dict.fromkeys(citation["document"] for citation in exchange.citations)
        return replace(exchange, coverage=tuple(name for name in cited if self._is_coverage(name)))

    def _is_coverage(self, document: str) -> bool:
        try:
            return self.assistant.document(document).info.kind == "coverage"
        except PilcrowError:
            return False

    def is_gone(self, visit: Visit) -> bool:
        """Whether the conversation that is open was deleted, in another window."""
        return bool(visit.conversation) and self.conversations.find(visit.owner, str(visit.conversation)) is None

    def begin(self, visit: Visit, question: str, filters: Filters) -> Visit:
        """Notes that a question is on its way; the visit is in its conversation from here on."""
        known = self.conversations.find(visit.owner, visit.conversation) if visit.conversation else None
        conversation = known or self.conversations.start(visit.owner, question)
        self._under_way[conversation.id] = UnderWay(question=question, filters=filters)
        return replace(visit, conversation=conversation.id)

    def end(self, visit: Visit) -> None:
        """The question is answered, or never will be; of a conversation in which nothing was said nothing stays."""
        conversation = str(visit.conversation)
        self._under_way.pop(conversation, None)
        if self.conversations.find(visit.owner, conversation) and not self.exchanges(visit):
            self.conversations.delete(visit.owner, conversation)

    def under_way(self, visit: Visit) -> UnderWay | None:
        """The question that is on its way in the conversation that is open."""
        return self._under_way.get(visit.conversation or "")

    def exchange(self, visit: Visit, exchange: str) -> Exchange | None:
        """One exchange of the conversation that is open."""
        return next((known for known in self.exchanges(visit) if known.id == exchange), None)

    def changed(self, exchanges: Iterable[Exchange]) -> Changed:
        """Which cited paragraphs no longer say what was cited."""
        changes: dict[str, str] = {}
        for citation in (citation for exchange in exchanges for citation in exchange.citations):
            try:
                text = self.assistant.paragraph(citation["paragraph"]).text
            except InputError:
                document = citation["document"]
                changes[citation["paragraph"]] = texts.CHANGED if self._holds(document) else texts.GONE
            except PilcrowError:
                # An index that cannot be read says nothing about what is in it.
                continue
            else:
                if text != citation["paragraph_text"]:
                    changes[citation["paragraph"]] = texts.CHANGED
        return changes

    def _holds(self, document: str) -> bool:
        try:
            self.assistant.document(document)
        except InputError:
            return False
        return True

    def open_reference(self, reference: str) -> Markup:
        """The source pane at `DOCUMENT` or `DOCUMENT#pN`."""
        name, mark, number = reference.rpartition("#p")
        if not mark or not number.isdecimal():
            name, number = reference, "1"
        try:
            document = self.assistant.document(name)
        except InputError:
            return render_missing(texts.NO_DOCUMENT.format(reference=repr(reference)))
        except PilcrowError as error:
            return render_missing(str(error))
        place = min(max(1, int(number[:9])), len(document.paragraphs) or 1)
        return render_source(View(document=document, paragraph=place))

    def open_citation(self, visit: Visit, exchange: str, number: int) -> Markup | None:
        """The source pane at one citation of an answer; None when there is no such citation here."""
        asked = self.exchange(visit, exchange)
        citation = asked.citation(number) if asked else None
        if asked is None or citation is None:
            return None
        try:
            document = self.assistant.document(citation["document"])
        except InputError:
            return render_kept(asked, number, texts.GONE)
        except PilcrowError as error:
            return render_missing(str(error))
        place = int(citation["paragraph"].rpartition("#p")[2])
        note = self.changed([asked]).get(citation["paragraph"], "")
        return render_source(
            View(
                document=document,
                paragraph=min(place, len(document.paragraphs)),
                exchange=asked,
                number=number,
                note=note,
                kept=bool(note),
                carried=self._carried(citation["also_in"]),
            )
        )

    def _carried(self, references: Sequence[str]) -> dict[str, str]:
        titles = {}
        for reference in references:
            try:
                info = self.assistant.document(reference.rpartition("#p")[0]).info
            except PilcrowError:
                continue
            titles[reference] = ", ".join(part for part in (info.publisher or info.title, info.date) if part)
        return titles

    def added(self) -> frozenset[str]:
        """The documents that were handed in here, and may be taken out again."""
        folder = self.assistant.index_folder / UPLOADS
        if not folder.is_dir():
            return frozenset()
        files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() != ".yaml"]
        return frozenset(document.id for document in self.assistant.preview(files).documents)

    def move(self, session: str) -> int:
        """Notes that this browser went on to something else; the number tells its places apart."""
        self._places[session] += 1
        return self._places[session]

    def place(self, session: str) -> int:
        """Where this browser is now."""
        return self._places[session]

    def arrive(self, session: str, owner: str) -> None:
        """Notes whose browser this is."""
        self._owners[session] = owner

    def knows(self, session: str) -> bool:
        """Whether this browser has said whose it is."""
        return session in self._owners

    def owner(self, session: str) -> str:
        """Whose browser this is; nobody else's when that is not known."""
        return self._owners.get(session) or owner_of(None, "", session)

    def forget(self, session: str) -> None:
        """This browser is gone."""
        self.stop(session)
        self._places.pop(session, None)
        self._owners.pop(session, None)

    def stopper(self, session: str) -> threading.Event:
        """A new stop for this browser's question; the one before it is set."""
        self.stop(session)
        self._stops[session] = threading.Event()
        return self._stops[session]

    def stop(self, session: str) -> None:
        """Stops what this browser is asking, if anything."""
        if event := self._stops.pop(session, None):
            event.set()
