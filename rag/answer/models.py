"""Language models by name, streamed; the only module that knows LangChain's chat models.

Whatever goes wrong becomes a `ModelError` whose words are written here: no text of a provider, which may repeat a
key or a prompt, reaches a message. An answer that ends without the provider's reason for ending was cut off.
The time-out is kept here for every provider: an answer is read on a thread of its own (`reading`), so that a server
that keeps a connection open without saying anything cannot hold up the caller.
"""

from __future__ import annotations

import os
import queue
import re
import sys
import time
import weakref
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from rag.answer.failures import explain
from rag.answer.reading import EVENT_HOOKS, Reading
from rag.answer.thoughts import Heard, Thoughts
from rag.errors import ConfigurationError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

LONGEST_ANSWER = 20_000
"""Characters; a reply that goes on longer is endless."""
TOTAL_FACTOR = 10
"""An answer may take this many times the silence allowed."""
ATTEMPTS = 3
FIRST_PAUSE = 0.5
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class Words(NamedTuple):
    """More text of the reply."""

    text: str


class Pointer(NamedTuple):
    """A native citation of the text just written: blocks `first` to `last` (not included) of a document."""

    document: int
    first: int
    last: int


NOWHERE = Pointer(-1, -1, 0)
"""A native citation that names no place: no document is counted so."""


class Restarted(NamedTuple):
    """All that was written before was a thought; the reply begins here."""


class Ended(NamedTuple):
    """The provider says that the reply is complete; tokens read and written, when it counts them."""

    tokens: tuple[int, int] | None


ReplyPart = Words | Pointer | Restarted | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document for native citations: one block a paragraph."""

    title: str
    context: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message to the model with its system message; `documents` only where the model cites natively."""

    system: str
    user: str
    documents: tuple[SourceDocument, ...] = ()


class ChatModel(Protocol):
    """A language model that streams its reply; the last part is `Ended`, or `ModelError` is raised."""

    @property
    def name(self) -> str: ...

    @property
    def cites_natively(self) -> bool: ...

    def stream(self, request: Request) -> Generator[ReplyPart, None, None]: ...


def complete(model: ChatModel, request: Request) -> str:
    """Returns the whole reply as text; raises `ModelError`."""
    words: list[str] = []
    for part in model.stream(request):
        if isinstance(part, Restarted):
            words.clear()
        elif isinstance(part, Words):
            words.append(part.text)
    return "".join(words)


class _Provider(NamedTuple):
    install: str
    keys: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.keys[0] if self.keys else "its key"

    @property
    def address(self) -> str:
        return self.addresses[0] if self.addresses else "its address"


_PROVIDERS: Mapping[str, _Provider] = {
    "openai": _Provider('pip install "pilcrow"', ("OPENAI_API_KEY",), ("OPENAI_BASE_URL", "OPENAI_API_BASE")),
    "anthropic": _Provider(
        'pip install "pilcrow[anthropic]"',
        ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"),
    ),
    "ollama": _Provider('pip install "pilcrow[ollama]"', (), ("OLLAMA_HOST",)),
    "google_genai": _Provider(
        'pip install "pilcrow[google]"', ("GOOGLE_API_KEY", "GEMINI_API_KEY"), ("GOOGLE_GEMINI_BASE_URL",)
    ),
}
_REASONS = ("finish_reason", "stop_reason", "done_reason")
_COMPLETE = {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "completed"}
_TOO_LONG = {"length", "max_tokens", "model_context_window_exceeded"}


def open_chat_model(name: str, *, timeout: float = 60.0, attempts: int = ATTEMPTS) -> ChatModel:
    """Returns the model of a LangChain name `provider:model`; `timeout` is how many seconds it may be silent.

    Raises:
        ConfigurationError: the provider is unknown, or its package or key is missing.
    """
    provider, colon, model = name.partition(":")
    known = _PROVIDERS.get(provider)
    if not colon or not model or known is None:
        raise ConfigurationError(
            f"{name!r} names no language model Pilcrow can use.",
            mend=f"Write PROVIDER:MODEL with one of the providers {', '.join(_PROVIDERS)}.",
        )
    options = _options(provider, timeout) | _credentials(name, known)
    try:
        from langchain.chat_models import init_chat_model

        chat = init_chat_model(model, model_provider=provider, **options)
        _watch(provider, chat)
    except ImportError:
        raise ConfigurationError(
            f"{name!r} needs a package that is not installed.", mend=f"Install it: {known.install}"
        ) from None
    except (_vendor_errors(), ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{name!r} cannot be set up ({type(error).__name__}).",
            mend=f"Check {' and '.join([*known.keys[:1], *known.addresses[:1]]) or 'the name of the model'}.",
        ) from None
    return LangChainModel(
        chat, name=name, provider=known, timeout=timeout, attempts=attempts, cites_natively=provider == "anthropic"
    )


def _options(provider: str, timeout: float) -> dict[str, Any]:
    # Retrying is done here, the same way for all; 1 means no retry where 0 would mean the vendor's default.
    match provider:
        case "ollama":
            return {"client_kwargs": {"timeout": timeout}, "sync_client_kwargs": {"event_hooks": EVENT_HOOKS}}
        case "google_genai":
            return {"timeout": timeout, "max_retries": 1, "client_args": {"event_hooks": EVENT_HOOKS}}
        case "openai":
            return {"timeout": timeout, "max_retries": 0, "use_responses_api": False}
        case _:
            return {"timeout": timeout, "max_retries": 0}


def _watch(provider: str, chat: Any) -> None:
    """Gives a chat model whose class takes no options for its client a client with our hooks."""
    client: Any
    if provider == "openai":
        # Its option `http_client` would switch off the counting of tokens.
        from openai import DefaultHttpxClient as OpenAIClient

        client = OpenAIClient(event_hooks=EVENT_HOOKS, proxy=chat.openai_proxy or None)
        chat.root_client = chat.root_client.with_options(http_client=client)
        chat.client = chat.root_client.chat.completions
    elif provider == "anthropic":
        from anthropic import DefaultHttpxClient as AnthropicClient

        client = AnthropicClient(event_hooks=EVENT_HOOKS, proxy=chat.anthropic_proxy or None)
        chat._client = chat._client.with_options(http_client=client)
    else:
        return
    weakref.finalize(chat, client.close)


def _credentials(name: str, provider: _Provider) -> dict[str, str]:
    if not provider.keys or any(os.environ.get(key) for key in provider.keys):
        return {}
    if any(os.environ.get(address) for address in provider.addresses):
        return {"api_key": "none"}
    either = f" (or {provider.addresses[0]} for a server of your own)" if provider.addresses else ""
    raise ConfigurationError(f"{name!r} needs a key, and {provider.keys[0]} is not set.", mend=f"Set it{either}.")


class LangChainModel:
    """A `ChatModel` over a LangChain chat model."""

    def __init__(
        self,
        chat: BaseChatModel,
        *,
        name: str,
        provider: _Provider,
        timeout: float,
        attempts: int,
        cites_natively: bool,
    ) -> None:
        self.name = name
        self.cites_natively = cites_natively
        self._chat, self._provider, self._timeout, self._attempts = chat, provider, timeout, attempts

    def stream(self, request: Request) -> Generator[ReplyPart, None, None]:
        """Yields the reply; a request that failed before its first word is repeated when that may help."""
        begun = time.monotonic()
        for attempt in range(self._attempts):
            said_something = False
            try:
                for part in self._attempt(request, begun):
                    said_something = True
                    yield part
                return
            except ModelError as error:
                pause = FIRST_PAUSE * 2**attempt
                in_time = time.monotonic() - begun + pause < self._timeout
                if said_something or not error.retryable or not in_time or attempt + 1 == self._attempts:
                    raise
                time.sleep(pause)

    def _attempt(self, request: Request, begun: float) -> Iterator[ReplyPart]:
        messages = _messages(request)
        reading = Reading(lambda: self._chat.stream(messages))
        state = _Reply(self.name)
        try:
            while (chunk := self._next(reading, begun)) is not None:
                if isinstance(chunk, Exception):
                    raise self._explain(chunk, begun=state.begun) from None
                yield from state.parts(chunk)
            yield from state.end()
        finally:
            reading.stop()

    def _explain(self, error: Exception, *, begun: bool) -> ModelError:
        provider = self._provider
        return explain(
            error, name=self.name, key=provider.key, address=provider.address, timeout=self._timeout, begun=begun
        )

    def _next(self, reading: Reading, begun: float) -> AIMessageChunk | Exception | None:
        longest = TOTAL_FACTOR * self._timeout
        left = begun + longest - time.monotonic()
        waited = f"did not finish within {longest:g} seconds"
        if left > 0:
            try:
                return reading.read(min(self._timeout, left))
            except queue.Empty:
                if left > self._timeout:
                    waited = f"was silent for {self._timeout:g} seconds"
        raise ModelError(f"{self.name} {waited}.", mend="Try again, or set PILCROW_TIMEOUT higher.")


class _Reply:
    """What one reply said so far: hands on text and pointers, and knows at the end whether it was complete."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._length = 0
        self._block: object = None
        self._pointers: list[Pointer] = []
        self._thoughts = Thoughts()
        self._half = ""
        self._reason = ""
        self._read = self._written = 0

    @property
    def begun(self) -> bool:
        return self._length > 0

    def parts(self, chunk: AIMessageChunk) -> Iterator[ReplyPart]:
        metadata = chunk.response_metadata
        self._reason = next((str(metadata[key]).lower() for key in _REASONS if metadata.get(key)), self._reason)
        if usage := chunk.usage_metadata:
            if usage["input_tokens"] >= self._read > 0:
                # What was read is counted once more: a running total.
                self._read = self._written = 0
            self._read += usage["input_tokens"]
            self._written += usage["output_tokens"]
        content = [{"type": "text", "text": chunk.content}] if isinstance(chunk.content, str) else chunk.content
        for block in content:
            yield from self._block_parts({"type": "text", "text": block} if isinstance(block, str) else block)

    def end(self) -> Iterator[ReplyPart]:
        yield from self._say(self._thoughts.close())
        if self._half:
            yield Words("\ufffd")
        yield from self._flush()
        if self._reason in _TOO_LONG:
            raise ModelError(f"{self._name} was cut off at its limit of tokens.", mend="Ask a narrower question.")
        if not self._reason:
            raise ModelError(f"{self._name} was cut off: the connection ended in mid-answer.", mend="Try again.")
        if self._reason not in _COMPLETE:
            raise ModelError(f"{self._name} withheld its answer.", mend="Ask in other words, or use another model.")
        if not self._length:
            raise ModelError(f"{self._name} sent an empty answer.", mend="Try again, or use another model.")
        yield Ended((self._read, self._written) if self._read or self._written else None)

    def _block_parts(self, block: Mapping[str, Any]) -> Iterator[ReplyPart]:
        if block.get("type") != "text":
            return
        if block.get("index") != self._block:
            yield from self._flush()
            self._block = block.get("index")
        yield from self._say(self._thoughts.pass_on(str(block.get("text") or "")))
        for citation in block.get("citations") or ():
            if citation.get("type") == "content_block_location":
                self._pointers.append(_pointer(citation))

    def _say(self, heard: Heard) -> Iterator[ReplyPart]:
        if heard.afresh:
            self._half, self._pointers = "", []
            if self._length:
                yield Restarted()
            self._length = 0
        text = self._whole(heard.text)
        if not text:
            return
        self._length += len(text)
        if self._length > LONGEST_ANSWER:
            raise ModelError(
                f"{self._name} wrote more than {LONGEST_ANSWER:,} characters without an end.",
                mend="Try again, or use another model.",
            )
        yield Words(text)

    def _whole(self, text: str) -> str:
        """The text without half surrogate pairs; one at its end is kept until its other half comes."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        return _HALF_PAIR.sub("\ufffd", text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))

    def _flush(self) -> Iterator[ReplyPart]:
        # A pointer may arrive before the words it belongs to; it is handed on when its block is complete.
        pointers, self._pointers = self._pointers, []
        yield from pointers


def _pointer(citation: Mapping[str, Any]) -> Pointer:
    document, first, last = (citation.get(key) for key in ("document_index", "start_block_index", "end_block_index"))
    if isinstance(document, int) and isinstance(first, int) and isinstance(last, int) and first >= 0:
        return Pointer(document, first, last)
    return NOWHERE


def _messages(request: Request) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage

    documents: list[str | dict[str, Any]] = [
        {
            "type": "document",
            "title": document.title,
            "context": document.context,
            "source": {"type": "content", "content": [{"type": "text", "text": block} for block in document.blocks]},
            "citations": {"enabled": True},
        }
        for document in request.documents
    ]
    user = HumanMessage([*documents, {"type": "text", "text": request.user}] if documents else request.user)
    return [SystemMessage(request.system), user]


def _vendor_errors() -> type[Exception]:
    """The base of the errors that OpenAI's library raises when it is set up, if that library is loaded."""
    found = getattr(sys.modules.get("openai"), "OpenAIError", None)
    return found if isinstance(found, type) and issubclass(found, Exception) else ValueError
