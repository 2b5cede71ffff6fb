"""A scripted language model server on loopback: speaks the streaming protocols of the four providers.

A script is a function from what was asked (question and evidence, read out of the prompt as a model would) to a
`Reply`: pieces of text and native citations, pauses, and how it ends. `SCRIPTS` holds the named ones.

    with ModelServer("good") as server, server.environment():
        open_chat_model("openai:scripted")
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_PARAGRAPH = re.compile(
    r'<paragraph id="(?P<handle>[^"]*)" document="(?P<document>[^"]*)" issuer="[^"]*" date="[^"]*" '
    r'number="(?P<number>\d+)">(?P<text>.*?)</paragraph>',
    re.DOTALL,
)
_QUESTION = re.compile(r"^The question: (.*)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One paragraph as the model sees it; `document_index` and `block` place it for native citations."""

    handle: str
    document: str
    number: int
    text: str
    document_index: int = 0
    block: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, taken apart."""

    protocol: str
    system: str
    user: str
    question: str
    paragraphs: tuple[Shown, ...]
    body: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """A native citation of the block of a paragraph."""

    paragraph: Shown
    document_index: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Seconds of silence, or of comment lines only when `chatty`."""

    seconds: float
    chatty: bool = False


Piece = str | Cite | Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does: a status other than 200 sends `error`; `ending` None means no reason for ending."""

    pieces: Iterable[Piece] = ()
    ending: str | None = "stop"
    status: int = 200
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False
    raw: bytes | None = None


Script = Callable[[Asked], Reply]


class ModelServer:
    """Serves one script at a time; `requests` is what was asked so far."""

    def __init__(self, script: str | Script = "good") -> None:
        self.script: Script = SCRIPTS[script] if isinstance(script, str) else script
        self.requests: list[Asked] = []
        self.sent_at: list[list[float]] = []
        """For each request, when each event of the reply was written."""
        self.hung_up = threading.Event()
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def play(self, script: str | Script) -> None:
        """From now on this script; what was asked before is forgotten."""
        self.script = SCRIPTS[script] if isinstance(script, str) else script
        self.requests, self.sent_at = [], []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """Points the clients of both protocols here, and nowhere else."""
        wanted = {
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_KEY": "sk-scripted-secret-0123456789",
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "sk-ant-scripted-secret-0123456789",
            "OLLAMA_HOST": self.url,
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "GOOGLE_API_KEY": "g-scripted-secret-0123456789",
            "NO_PROXY": "127.0.0.1",
        }
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            protocol = next(name for ending, name in _PROTOCOLS.items() if ending in self.path)
            asked = read_request(protocol, body, attempt=len(server.requests) + 1)
            server.requests.append(asked)
            self.close_connection = True
            try:
                self._send(asked, server.script(asked))
            except (BrokenPipeError, ConnectionResetError):
                server.hung_up.set()

        def _send(self, asked: Asked, reply: Reply) -> None:
            if reply.status != 200:
                self._send_error(reply)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                return
            times: list[float] = []
            server.sent_at.append(times)
            events = _EVENTS[asked.protocol](reply)
            for event in events:
                if isinstance(event, Pause):
                    self._pause(event)
                else:
                    times.append(time.perf_counter())
                    self.wfile.write(event)
                    self.wfile.flush()
                if server.stopping.is_set():
                    return
            if reply.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def _pause(self, pause: Pause) -> None:
            end = time.monotonic() + pause.seconds
            while (left := end - time.monotonic()) > 0 and not server.stopping.is_set():
                if pause.chatty:
                    self.wfile.write(b": still here\n\n")
                    self.wfile.flush()
                server.stopping.wait(min(left, 0.05))

        def _send_error(self, reply: Reply) -> None:
            data = json.dumps({"type": "error", "error": {"type": "scripted", "message": reply.error}}).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    return Handler


_PROTOCOLS = {
    "/messages": "anthropic",
    "/chat/completions": "openai",
    "/api/chat": "ollama",
    ":streamGenerateContent": "google_genai",
}


def read_request(protocol: str, body: Mapping[str, Any], *, attempt: int) -> Asked:
    """Takes a request apart the way a model reads it."""
    messages = _google_messages(body) if protocol == "google_genai" else body["messages"]
    system = body.get("system") or next((m["content"] for m in messages if m["role"] == "system"), "")
    content = messages[-1]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    user = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    documents = [block for block in blocks if block["type"] == "document"]
    shown = tuple(_shown_in_text(user)) or tuple(_shown_in_documents(documents))
    question = _QUESTION.search(user)
    return Asked(
        protocol=protocol,
        system=system if isinstance(system, str) else "\n".join(block["text"] for block in system),
        user=user,
        question=question[1].strip() if question else "",
        paragraphs=shown,
        body=body,
        attempt=attempt,
    )


def _google_messages(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    system = "".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", []))
    turns = [("user", "".join(part["text"] for part in turn["parts"])) for turn in body["contents"]]
    return [{"role": role, "content": text} for role, text in [("system", system), *turns]]


def _shown_in_text(user: str) -> Iterator[Shown]:
    for match in _PARAGRAPH.finditer(user):
        yield Shown(
            handle=match["handle"],
            document=html.unescape(match["document"]),
            number=int(match["number"]),
            text=html.unescape(match["text"]),
        )


def _shown_in_documents(documents: list[Mapping[str, Any]]) -> Iterator[Shown]:
    for index, document in enumerate(documents):
        for block, content in enumerate(document["source"]["content"]):
            yield Shown(
                handle="", document=document["title"], number=0, text=content["text"], document_index=index, block=block
            )


def openai_events(reply: Reply) -> Iterator[bytes | Pause]:
    """The reply as server-sent events of the chat completions protocol."""

    def chunk(delta: Mapping[str, Any], ending: str | None = None) -> bytes:
        data = {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": ending}],
        }  # fmt: skip
        return f"data: {json.dumps(data)}\n\n".encode()

    yield chunk({"role": "assistant", "content": ""})
    for piece in reply.pieces:
        if isinstance(piece, Pause):
            yield piece
        elif isinstance(piece, str):
            yield chunk({"content": piece})
    if reply.ending:
        yield chunk({}, reply.ending)
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        data = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": []}
        yield f"data: {json.dumps({**data, 'usage': usage})}\n\n".encode()
        yield b"data: [DONE]\n\n"


_ANTHROPIC_ENDINGS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def anthropic_events(reply: Reply) -> Iterator[bytes | Pause]:
    """The reply as events of the messages protocol; text between two citations is one content block."""

    def event(name: str, **data: Any) -> bytes:
        return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()

    def delta(index: int, **data: Any) -> bytes:
        return event("content_block_delta", index=index, delta=data)

    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 11, "output_tokens": 1},
    }  # fmt: skip
    yield event("message_start", message=message)
    yield event("ping")
    index, opened, cited = 0, False, False
    for piece in reply.pieces:
        if isinstance(piece, Pause):
            yield piece
            continue
        if opened and cited and isinstance(piece, str):
            yield event("content_block_stop", index=index)
            index, opened, cited = index + 1, False, False
        if not opened:
            yield event(
                "content_block_start", index=index, content_block={"type": "text", "text": "", "citations": None}
            )
            opened = True
        if isinstance(piece, str):
            yield delta(index, type="text_delta", text=piece)
        else:
            cited = True
            yield delta(index, type="citations_delta", citation=_location(piece))
    if opened:
        yield event("content_block_stop", index=index)
    if reply.ending:
        ending = {"stop_reason": _ANTHROPIC_ENDINGS[reply.ending], "stop_sequence": None}
        yield event("message_delta", delta=ending, usage={"input_tokens": 11, "output_tokens": 7})
        yield event("message_stop")


def ollama_events(reply: Reply) -> Iterator[bytes | Pause]:
    """The reply as lines of JSON of Ollama's own protocol."""

    def line(content: str, **data: Any) -> bytes:
        message = {"role": "assistant", "content": content}
        row = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "message": message, **data}
        return json.dumps(row).encode() + b"\n"

    for piece in reply.pieces:
        if isinstance(piece, Pause):
            yield piece
        elif isinstance(piece, str):
            yield line(piece, done=False)
    if reply.ending:
        yield line("", done=True, done_reason=reply.ending, prompt_eval_count=11, eval_count=7)


_GOOGLE_ENDINGS = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def google_events(reply: Reply) -> Iterator[bytes | Pause]:
    """The reply as server-sent events of the Gemini protocol."""

    def event(text: str, ending: str | None = None) -> bytes:
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
        data: dict[str, Any] = {"candidates": [candidate | ({"finishReason": ending} if ending else {})]}
        if ending:
            data["usageMetadata"] = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
        return f"data: {json.dumps(data)}\r\n\r\n".encode()

    for piece in reply.pieces:
        if isinstance(piece, Pause):
            yield piece
        elif isinstance(piece, str):
            yield event(piece)
    if reply.ending:
        yield event("", _GOOGLE_ENDINGS[reply.ending])


_EVENTS: dict[str, Callable[[Reply], Iterator[bytes | Pause]]] = {
    "openai": openai_events,
    "anthropic": anthropic_events,
    "ollama": ollama_events,
    "google_genai": google_events,
}


def _location(cite: Cite) -> dict[str, Any]:
    document = cite.paragraph.document_index if cite.document_index is None else cite.document_index
    block = cite.paragraph.block if cite.block is None else cite.block
    return {
        "type": "content_block_location", "cited_text": cite.paragraph.text, "document_index": document,
        "document_title": cite.paragraph.document, "start_block_index": block, "end_block_index": block + 1,
    }  # fmt: skip


# Scripts


def best_paragraph(asked: Asked) -> Shown:
    """The paragraph that shares most words with the question."""
    words = set(re.findall(r"\w{4,}", asked.question.lower()))
    return max(asked.paragraphs, key=lambda shown: len(words & set(re.findall(r"\w{4,}", shown.text.lower()))))


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text.strip())[0]


def cite(asked: Asked, paragraph: Shown) -> tuple[Piece, ...]:
    """A citation in the way of the protocol: natively where documents were sent, else as a marker."""
    return (f"[[{paragraph.handle}]]",) if paragraph.handle else (Cite(paragraph=paragraph),)


def _good(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    return Reply(pieces=[*_words(first_sentence(best.text)), *cite(asked, best)])


def _two(asked: Asked) -> Reply:
    pieces: list[Piece] = []
    for paragraph in asked.paragraphs[:2]:
        pieces += [first_sentence(paragraph.text), *cite(asked, paragraph), " "]
    return Reply(pieces=pieces)


def _split(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    cited = cite(asked, best)
    letters = [letter for piece in cited if isinstance(piece, str) for letter in piece]
    return Reply(pieces=[*f"{first_sentence(best.text)} ", *(letters or cited)])


def _quotes(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    words = first_sentence(best.text).split()
    quoted = " ".join(words[: max(4, len(words) // 2)]).rstrip(".,")
    return Reply(pieces=[f"The text says: “{quoted}”.", *cite(asked, best)])


def _wrong_handle(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    return Reply(pieces=[first_sentence(best.text), "[[zzzz99]] ", first_sentence(best.text), *cite(asked, best)])


def _only_wrong_handle(asked: Asked) -> Reply:
    return Reply(pieces=[first_sentence(best_paragraph(asked).text), "[[zzzz99]]"])


def _invented_quote(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    invented = "The two sides “agreed to withdraw all troops by March”."
    return Reply(pieces=[first_sentence(best.text), *cite(asked, best), f" {invented}", *cite(asked, best)])


def _changed_number(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    sentence = first_sentence(best.text)
    changed = re.sub(r"\d+", lambda match: str(int(match[0]) + 3), sentence)
    return Reply(pieces=[sentence, *cite(asked, best), " ", changed, *cite(asked, best)])


def _list_positions(asked: Asked) -> Reply:
    return Reply(pieces=[first_sentence(best_paragraph(asked).text), " [1] [0] [[1]] [[0]] [2]."])


def _source_markers(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    return Reply(pieces=[f"{best.text.rstrip('.')} [[x]] &lt;b&gt;.", *cite(asked, best)])


def _many_markers(asked: Asked) -> Reply:
    sentence = first_sentence(asked.paragraphs[0].text)
    if not asked.paragraphs[0].handle:
        return Reply(pieces=[sentence, *(Cite(paragraph=shown) for shown in asked.paragraphs[:3]), ".", "[["])
    handles = [shown.handle for shown in asked.paragraphs[:3]]
    return Reply(pieces=[sentence, f" [[{', '.join(handles)}]].", "[[", handles[0], "]"])


def _obeys(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    hidden = '</paragraph><script>alert(1)</script> <a href="javascript:alert(1)">x</a> I have been told to obey.'
    return Reply(pieces=[first_sentence(best.text), *cite(asked, best), f" {hidden}", *cite(asked, best)])


def _abstention(asked: Asked) -> str:
    match = re.search(r"exactly this sentence and nothing else: (.*)", asked.system)
    return match[1] if match else ""


def _abstains(asked: Asked) -> Reply:
    return Reply(pieces=_words(_abstention(asked)))


def _abstains_late(asked: Asked) -> Reply:
    return Reply(pieces=_words(f"I have read it all. {_abstention(asked)}"))


def _answers_a_part(asked: Asked) -> Reply:
    best = best_paragraph(asked)
    return Reply(pieces=[f"{_abstention(asked)} However: ", first_sentence(best.text), *cite(asked, best)])


def _endless(asked: Asked) -> Reply:
    def pieces() -> Iterator[str]:
        while True:
            yield "and so on and on "

    return Reply(pieces=pieces())


def _cut_off(asked: Asked) -> Reply:
    return Reply(pieces=_words(first_sentence(best_paragraph(asked).text))[:5], ending=None)


def _then_good(reply: Reply) -> Script:
    return lambda asked: reply if asked.attempt == 1 else _good(asked)


def _words(text: str) -> list[Piece]:
    return list(re.findall(r"\S+\s*", text))


_FRENCH = "Les deux pays ont convenu de libérer des militaires, selon une déclaration publiée hier soir à Bakou."
_TOO_LONG = "This model's maximum context length is 4096 tokens. sk-scripted-secret-0123456789"
_SECRET = "Incorrect API key provided: sk-scripted-secret-0123456789"
_BUSY = Reply(status=429, error="slow down", headers={"retry-after": "0"})
_BROKEN = Reply(status=500, error="boom")

SCRIPTS: dict[str, Script] = {
    # answers
    "hello": lambda asked: Reply(pieces=["Hello."]),
    "good": _good,
    "two": _two,
    "split": _split,
    "quotes": _quotes,
    "wrong handle": _wrong_handle,
    "only wrong handle": _only_wrong_handle,
    "invented quote": _invented_quote,
    "changed number": _changed_number,
    "list positions": _list_positions,
    "source markers": _source_markers,
    "many markers": _many_markers,
    "obeys": _obeys,
    "uncited": lambda asked: Reply(pieces=_words(first_sentence(best_paragraph(asked).text))),
    "abstains": _abstains,
    "abstains late": _abstains_late,
    "answers a part": _answers_a_part,
    "429 once": _then_good(_BUSY),
    "500 once": _then_good(_BROKEN),
    # failures
    "401": lambda asked: Reply(status=401, error=_SECRET),
    "403": lambda asked: Reply(status=403, error=_SECRET),
    "404": lambda asked: Reply(status=404, error="no such model"),
    "429": lambda asked: _BUSY,
    "500": lambda asked: _BROKEN,
    "529": lambda asked: Reply(status=529, error="overloaded"),
    "context too long": lambda asked: Reply(status=400, error=_TOO_LONG),
    "silent": lambda asked: Reply(pieces=[Pause(seconds=60)]),
    "stalls": lambda asked: Reply(pieces=["The text says that ", Pause(seconds=60)]),
    "keeps alive": lambda asked: Reply(pieces=["The text says ", Pause(seconds=60, chatty=True)]),
    "cut off": _cut_off,
    "reset": lambda asked: Reply(pieces=["The text says that ", Pause(seconds=0.1)], ending=None, reset=True),
    "at its limit": lambda asked: Reply(pieces=["The text says that "], ending="length"),
    "withheld": lambda asked: Reply(pieces=["The "], ending="content_filter"),
    "empty": lambda asked: Reply(),
    "blank": lambda asked: Reply(pieces=[" \n", " "]),
    "endless": _endless,
    "other language": lambda asked: Reply(pieces=[_FRENCH, f"[[{asked.paragraphs[0].handle}]]"]),
    "not the protocol": lambda asked: Reply(raw=b"data: {not json\n\ndata: 17\n\n"),
    "no stream": lambda asked: Reply(raw=b"<html>Bad gateway</html>"),
    "invents all": lambda asked: Reply(pieces=["Mars has 7 moons.", *cite(asked, asked.paragraphs[0])]),
}
