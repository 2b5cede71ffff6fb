"""A model's reply read on a thread of its own, and what must not happen on the connection it comes over.

A redirect is not followed, wherever it leads: the request holds the question, the paragraphs and the key. The sockets
of the vendors' clients are shut down when nobody listens any more, as these look up from a silent server too late.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

_MOST_WAITING = 64
_thread = threading.local()


class RedirectedError(Exception):
    """The server sent the request elsewhere."""

    def __init__(self, status: int) -> None:
        super().__init__(f"redirected ({status})")
        self.status = status


def _on_response(response: Any) -> None:
    # Raised here, it comes before any vendor's client would follow.
    if 300 <= response.status_code < 400:
        raise RedirectedError(response.status_code)
    reading: Reading | None = getattr(_thread, "reading", None)
    if reading is not None:
        reading.answered(response)


EVENT_HOOKS: dict[str, list[Callable[[Any], None]]] = {"response": [_on_response]}
"""For the `httpx` client that a vendor's library talks through."""


class Reading:
    """The parts of a stream as they come; the last is None, or what was raised.

    Few parts wait at a time: a server that writes faster than it is read is slowed down.
    """

    def __init__(self, open_stream: Callable[[], Iterator[AIMessageChunk]]) -> None:
        self._items: queue.Queue[AIMessageChunk | Exception | None] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._response: Any = None
        self._stopped = False
        threading.Thread(target=self._run, args=(open_stream,), name="pilcrow-model", daemon=True).start()

    def read(self, timeout: float) -> AIMessageChunk | Exception | None:
        """The next part; raises `queue.Empty` when none comes in time."""
        return self._items.get(timeout=timeout)

    def answered(self, response: Any) -> None:
        """The server begins to answer: an `httpx` response."""
        with self._lock:
            self._response = response
            if self._stopped:
                self._hang_up()

    def stop(self) -> None:
        """Hang up, if the stream has not ended."""
        with self._lock:
            self._stopped = True
            self._hang_up()
        # The thread may wait for room.
        with contextlib.suppress(queue.Empty):
            while True:
                self._items.get_nowait()

    def _hang_up(self) -> None:
        # Closing is left to the thread that reads: another file may get the number of a closed one meanwhile.
        if self._response is not None:
            connection = self._response.extensions["network_stream"].get_extra_info("socket")
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _run(self, open_stream: Callable[[], Iterator[AIMessageChunk]]) -> None:
        _thread.reading = self
        last: Exception | None = None
        try:
            stream: Any = open_stream()
            with contextlib.closing(stream):
                for chunk in stream:
                    if self._stopped:
                        break
                    self._items.put(chunk)
        except Exception as error:  # noqa: BLE001 - it is handed over, and explained where it is read
            last = error
        with self._lock:
            # The client keeps a connection whose answer has ended, and may use it for another.
            response, self._response = self._response, None
        if response is not None:
            # Some vendors leave it to the garbage collector.
            response.close()
        self._items.put(last)
