from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from rag.evaluate.alce import Entails
from tests.evaluate.toy import ToyAssistant

PLACES = {
    "Avaria": (12, "Norland"),
    "Borduria": (31, "Ostmark"),
    "Syldavia": (7, "Pontevedro"),
    "Freedonia": (54, "Quiquendone"),
}
RELEASES = {
    f"ministry-{place.lower()}": [
        f"The ministry of {place} released {count} prisoners on 3 May.",
        f"The {place} envoy thanked {mediator} for mediation.",
        f"Further talks about {place} continue in spring.",
    ]
    for place, (count, mediator) in PLACES.items()
}


def line(**values: Any) -> dict[str, Any]:
    """A native question, with what is not given filled in."""
    answerable = values.get("answerable", bool(values.get("gold")))
    return {
        "kind": "one-paragraph" if answerable else "unanswerable",
        "answerable": answerable,
        "history": [],
        **values,
    }


def release_questions() -> list[dict[str, Any]]:
    """Per place one question for one paragraph, one for two, one that nothing answers, one follow-up."""
    asked = []
    for place, (count, mediator) in PLACES.items():
        document = f"ministry-{place.lower()}"
        first, second = [f"{document}#p1"], [f"{document}#p2"]
        asked += [
            line(
                id=f"one-{place}",
                question=f"How many prisoners has {place} released?",
                gold=[first],
                facts=[rf"\b{count}\b"],
                split="dev",
            ),
            line(
                id=f"two-{place}",
                question=f"Whom has the {place} envoy thanked, and how many has the {place} ministry released?",
                kind="several-paragraph",
                gold=[first, second],
                facts=[rf"\b{count}\b", mediator],
                split="test",
            ),
            line(id=f"none-{place}", question=f"Which tanks crossed rivers near {place} overnight?", split="test"),
            line(
                id=f"then-{place}",
                question="By whom was mediation done?",
                kind="follow-up",
                history=[{"role": "user", "content": f"Whom has the {place} envoy thanked?"}],
                gold=[second],
                facts=[mediator],
                split="dev",
            ),
        ]
    return asked


def write_lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def releases() -> ToyAssistant:
    """Four ministries, three paragraphs each."""
    return ToyAssistant(RELEASES)


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    """Sixteen questions over them."""
    return write_lines(tmp_path / "releases.jsonl", release_questions())


@pytest.fixture
def contained() -> Entails:
    """Paragraphs entail a claim when one of them holds it word for word."""
    return lambda paragraphs, claim: any(claim in paragraph for paragraph in paragraphs)


@pytest.fixture
def in_browser() -> Callable[[Callable[[Any], None]], None]:
    """Calls a function with a running Chromium, in a thread of its own: Playwright allows one a thread."""
    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")

    def look(looking: Callable[[Any], None]) -> None:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            looking(browser)
            browser.close()

    def in_thread(looking: Callable[[Any], None]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(look, looking).result()

    return in_thread
