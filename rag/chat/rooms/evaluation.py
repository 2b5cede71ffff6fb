"""The room of the evaluation: the last runs, a new one with its progress, a report opened."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import gradio as gr

from rag.chat import texts
from rag.chat.answers import render_notice
from rag.chat.desk import Desk
from rag.chat.markup import Markup, element, join
from rag.chat.rooms.parts import SILENT, piece
from rag.chat.runs import RUNS, finished_runs, render_report, render_runs
from rag.errors import PilcrowError

Update = dict[Any, Any]
_PATIENCE = 0.3


def place_evaluation_room(tab: gr.Tab, desk: Desk, folder: Path = RUNS) -> None:
    """The components with their behaviour."""
    with gr.Column(elem_id="evaluation-room"):
        piece(element("p", texts.EVALUATION_HELP, class_="about"), name="evaluation-help")
        start = gr.Button(texts.EVALUATION_START, elem_id="evaluate")
        progress = piece(name="evaluation-progress")
        runs = piece(name="runs", acts=("report",))
        opened = gr.State("")
        report = piece(name="report")
    room = _Evaluation(desk, folder, start, progress, runs, opened, report)
    tab.select(room.look, [opened], [runs], queue=False, **SILENT)
    runs.report(room.open, [opened], [runs, opened, report], queue=False, **SILENT)
    start.click(room.run, None, [start, progress, runs], concurrency_limit=20, **SILENT)


class _Evaluation:
    """The listeners of the room; one run at a time, whoever started it."""

    def __init__(
        self,
        desk: Desk,
        folder: Path,
        start: gr.Button,
        progress: gr.HTML,
        runs: gr.HTML,
        opened: gr.State,
        report: gr.HTML,
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._start, self._progress, self._runs, self._opened, self._report = start, progress, runs, opened, report
        self._running = threading.Lock()

    def look(self, opened: str) -> Markup:
        """The last runs."""
        return render_runs(finished_runs(self._folder), opened)

    def open(self, opened: str, event: gr.EventData) -> Update:
        """A report below the list; the same one again closes it."""
        name = "" if opened == event.name else str(event.name)
        return {
            self._runs: render_runs(finished_runs(self._folder), name),
            self._opened: name,
            self._report: render_report(self._folder, name) if name else "",
        }

    async def run(self) -> AsyncIterator[Update]:
        """Asks the fixed questions of this very index and shows how far it is."""
        if not self._desk.ready or not self._running.acquire(blocking=False):
            yield {self._progress: render_notice(texts.EVALUATION_BUSY if self._desk.ready else texts.GETTING_READY)}
            return
        try:
            steps = [("asking", 0, 0)]
            running = asyncio.create_task(asyncio.to_thread(self._evaluate, steps))
            yield {self._start: gr.update(interactive=False)}
            while not running.done():
                yield {self._progress: _shown(*steps[-1])}
                await asyncio.wait([running], timeout=_PATIENCE)
            said = await running
        finally:
            self._running.release()
        yield {self._progress: said, self._runs: self.look(""), self._start: gr.update(interactive=True)}

    def _evaluate(self, steps: list[tuple[str, int, int]]) -> Markup:
        from rag import evaluate
        from rag.resources import questions_folder

        assistant = self._desk.assistant
        try:
            done = evaluate.run(
                sorted(questions_folder().glob("*.jsonl")),
                open_assistant=lambda _: nullcontext(assistant),
                out=self._folder,
                settings=assistant.settings.model_dump(mode="json"),
                report=lambda what, number, total: steps.append((what, number, total)),
            )
        except PilcrowError as error:
            return render_notice(str(error))
        return element("p", texts.EVALUATION_DONE.format(name=done.folder.name), class_="about", role="status")


def _shown(what: str, done: int, total: int) -> Markup:
    label = texts.EVALUATION_STEP.format(done=done, total=total) if what == "asking" else texts.EVALUATION_SCORING
    return join(
        [
            element("p", label, class_="about", role="status"),
            element("progress", value=done, max=total or None, aria_label=texts.EVALUATION_PROGRESS),
        ]
    )
