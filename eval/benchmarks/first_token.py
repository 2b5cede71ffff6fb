"""How much later than the model server sends it the first word of an answer is seen.

    python -m eval.benchmarks.first_token [--rounds 10]

The scripted model server of the tests answers on loopback: one word, then half a second of nothing, then the rest.
Measured from the moment that word is written to the socket: to the event of the assistant, to the standard output of
`pilcrow ask`, and to the page in a real browser (when Chromium is there). Retrieval is over by then.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import rag
from rag.resources import bundled_corpus
from rag.settings import Settings
from rag.types import Delta
from tests.model_server import Asked, ModelServer, Pause, Piece, Reply, best_paragraph, cite, first_sentence, free_port

QUESTION = "How many Armenian servicemen does the Republic of Azerbaijan release?"
MOST_MILLISECONDS = 50.0
BEFORE_FIRST_WORD = 0.2
"""Seconds that a model needs at the least: the page is done with showing that paragraphs were found."""


def one_word_first(asked: Asked) -> Reply:
    """The first word, a pause, the rest; a follow-up is handed back as it is."""
    if not asked.paragraphs:
        return Reply(pieces=[QUESTION])
    best = best_paragraph(asked)
    first, _, rest = first_sentence(best.text).partition(" ")
    pieces: list[Piece] = [Pause(seconds=BEFORE_FIRST_WORD), f"{first} ", Pause(seconds=0.5), rest, *cite(asked, best)]
    return Reply(pieces=pieces)


def first_word_sent(server: ModelServer) -> float:
    """When the first word was written; the event before it opens the message."""
    return server.sent_at[-1][1]


def to_the_assistant(server: ModelServer, index: Path, rounds: int) -> Iterator[float]:
    with rag.open(index=index, model="openai:scripted") as assistant:
        assistant.ask(QUESTION)
        for _ in range(rounds):
            server.play(one_word_first)
            for event in assistant.stream(QUESTION):
                if isinstance(event, Delta):
                    yield time.perf_counter() - first_word_sent(server)
                    break
            # What is left of the stream is not waited for.


def to_standard_output(server: ModelServer, index: Path, rounds: int) -> Iterator[float]:
    environment = {**os.environ, "PILCROW_MODEL": "openai:scripted", "PILCROW_INDEX": str(index)}
    for _ in range(rounds):
        server.play(one_word_first)
        command = [sys.executable, "-m", "rag", "ask", QUESTION]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            os.read(process.stdout.fileno(), 1)
            # Both processes read the same monotonic clock.
            yield time.perf_counter() - first_word_sent(server)
            process.stdout.read()


def to_the_page(server: ModelServer, index: Path, rounds: int) -> Iterator[float]:
    from playwright.sync_api import sync_playwright

    from rag.chat.desk import Desk
    from rag.chat.server import start

    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        return
    desk = Desk()
    port = free_port()
    page_server = start(desk, host="127.0.0.1", port=port)
    with rag.open(index=index, model="openai:scripted") as assistant, sync_playwright() as playwright:
        desk.open(assistant)
        browser = playwright.chromium.launch(executable_path=executable, args=["--headless", "--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        page.locator("#answerer").wait_for()
        for _ in range(rounds):
            server.play(one_word_first)
            page.evaluate(WATCH)
            page.locator("#question textarea").fill(QUESTION)
            page.locator("#ask").click()
            page.wait_for_function("window.seenAt > 0", polling=20, timeout=20_000)
            seen = page.evaluate("window.seenAt") / 1000 - time.time() + time.perf_counter()
            yield seen - first_word_sent(server)
            page.wait_for_timeout(1500)
        browser.close()
    page_server.close(verbose=False)


# Notes when text first stands in the growing answer, from within the page.
WATCH = """() => {
    window.seenAt = 0;
    const look = () => {
        const answer = document.querySelector('#live .answer, #live .answer p');
        if (!window.seenAt && answer && answer.textContent.trim().startsWith('Driven'))
            window.seenAt = Date.now();
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def main() -> int:
    """Prints the table; 1 when a delay is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    too_slow = False
    with tempfile.TemporaryDirectory() as folder, ModelServer(one_word_first) as server, server.environment():
        index = Path(folder) / "index"
        rag.update_index(Settings.load(index=index), [bundled_corpus()])
        print(f"{'to':<18}{'rounds':>7}{'median ms':>11}{'most ms':>9}")
        ways = {"the assistant": to_the_assistant, "standard output": to_standard_output, "the page": to_the_page}
        for name, measure in ways.items():
            delays = [1000 * delay for delay in measure(server, index, options.rounds)]
            if not delays:
                print(f"{name:<18}not measured: there is no Chromium here")
                continue
            median = statistics.median(delays)
            too_slow = too_slow or median > MOST_MILLISECONDS
            print(f"{name:<18}{len(delays):>7}{median:>11.1f}{max(delays):>9.1f}")
    return int(too_slow)


if __name__ == "__main__":
    raise SystemExit(main())
