"""What keeps many people at once bearable: a line with a place shown, a rate for each person, a longest question."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rag.chat import texts
from rag.errors import InputError
from rag.index.periods import period
from rag.types import Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one person may ask of the machine."""

    question_characters: int = 4_000
    questions_a_minute: int = 30
    answers_at_once: int = 4
    upload_bytes: int = 20_000_000
    uploads_at_once: int = 50


class Line:
    """Tickets in order of arrival; the first `places` are being served."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._tickets: list[object] = []
        self._lock = threading.Lock()
        self.threads = ThreadPoolExecutor(places, thread_name_prefix="answer")

    def join(self) -> object:
        """A new ticket at the end of the line."""
        ticket = object()
        with self._lock:
            self._tickets.append(ticket)
        return ticket

    def ahead(self, ticket: object) -> int:
        """How many must leave before this one is served; 0 when it is its turn."""
        with self._lock:
            return max(0, self._tickets.index(ticket) + 1 - self._places)

    def leave(self, ticket: object) -> None:
        """Gives the place free; leaving twice is leaving once."""
        with self._lock:
            if ticket in self._tickets:
                self._tickets.remove(ticket)


class Rate:
    """So many questions in any minute for each person."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, person: str) -> None:
        """Counts one question.

        Raises:
            InputError: it is one too many; it says how long to wait.
        """
        now = self._clock()
        with self._lock:
            self._forget(now)
            times = self._asked.setdefault(person, deque())
            if len(times) >= self._limit:
                seconds = max(1, round(60 - (now - times[0])))
                raise InputError(texts.TOO_MANY.format(limit=self._limit, seconds=seconds))
            times.append(now)

    def _forget(self, now: float) -> None:
        for person in list(self._asked):
            times = self._asked[person]
            while times and now - times[0] >= 60:
                times.popleft()
            if not times:
                del self._asked[person]


def checked_question(question: str, limits: Limits) -> str:
    """The question without white space around it.

    Raises:
        InputError: it is empty, holds no word or is too long.
    """
    stripped = question.strip()
    if not stripped:
        raise InputError(texts.EMPTY_QUESTION)
    if not any(character.isalnum() for character in stripped):
        raise InputError(texts.WORDLESS_QUESTION)
    if len(stripped) > limits.question_characters:
        raise InputError(texts.LONG_QUESTION.format(length=len(stripped), limit=limits.question_characters))
    return stripped


def checked_filters(filters: Filters) -> Filters:
    """The filters, when their dates are some.

    Raises:
        InputError: one is none, or they are in the wrong order; it names the field of the page.
    """
    since, until = period(filters.since), period(filters.until)
    for field, value, days in (
        (texts.FILTER_FROM, filters.since, since),
        (texts.FILTER_TO, filters.until, until),
    ):
        if value and days is None:
            raise InputError(texts.NO_DATE.format(field=field, value=value[:40]))
    if since and until and since[0] > until[1]:
        raise InputError(texts.DATES_REVERSED.format(since=filters.since, until=filters.until))
    return filters
