"""Many people asking the chat at once: errors, mixed-up answers, and how long they wait.

    python eval/benchmarks/chat_people.py [--people 20] [--questions 5] [--index .pilcrow]

Each person is a client of Gradio's API with questions and a history of their own. Prints p50 and p95 in seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gradio_client import Client

from rag.resources import questions_folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--questions", type=int, default=5)
    parser.add_argument("--index", type=Path, default=Path(".pilcrow"))
    parser.add_argument("--port", type=int, default=7899)
    given = parser.parse_args()
    asked = questions(given.people * given.questions)
    command = [sys.executable, "-m", "rag", "chat", "--port", str(given.port)]
    server = subprocess.Popen([*command, "--index", str(given.index)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        # The one line says that the first question can be answered.
        server.stdout.readline()
        url = f"http://127.0.0.1:{given.port}/"
        wait = {"timeout": 60}
        clients = [Client(url, verbose=False, analytics_enabled=False, httpx_kwargs=wait) for _ in range(given.people)]

        def person(number: int) -> list[tuple[float, bool]]:
            seen = []
            for position in range(given.questions):
                question = asked[number * given.questions + position]
                began = time.perf_counter()
                answer = clients[number].predict(question, api_name="/ask")
                seen.append((time.perf_counter() - began, answer["question"] == question))
            return seen

        with ThreadPoolExecutor(given.people) as pool:
            rows = [row for person_rows in pool.map(person, range(given.people)) for row in person_rows]
    finally:
        server.terminate()
        server.wait()
    seconds = sorted(row[0] for row in rows)
    print(
        json.dumps(
            {
                "people": given.people,
                "questions": len(rows),
                "mixed_up": sum(not row[1] for row in rows),
                "p50": round(seconds[len(seconds) // 2], 3),
                "p95": round(seconds[int(len(seconds) * 0.95)], 3),
                "max": round(seconds[-1], 3),
            }
        )
    )


def questions(count: int) -> list[str]:
    """As many different questions as asked for, made of the fixed ones."""
    rows: list[dict[str, Any]] = [
        json.loads(line)
        for path in sorted(questions_folder().glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [f"{rows[number % len(rows)]['question']} ({number})" for number in range(count)]


if __name__ == "__main__":
    main()
