"""Does it matter how a question is put? The same questions bare, politely, in a hurry, misspelt.

    python eval/benchmarks/wording.py

The questions of `eval/fitting/statements.jsonl` that ask one thing without a turn before, over the two bundled
documents. Fact recall is that of the answerable ones; answered are those that the documents do not answer. The baseline
searches for what was typed, as it was typed. None of these questions is in the fixed file, and no wording was fitted.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from support.data import table
from support.silence import FITTING

import rag
from rag.corpus import scan
from rag.index import load_embedder, update
from rag.index.embedding import BUNDLED
from rag.resources import bundled_corpus
from rag.retrieve.search import Searcher

LEAST = 0.95
"""The share of the bare questions' facts that every wording must find."""
_WORD = re.compile(r"\b[a-z]{6,}\b")


def lower(question: str) -> str:
    return question[0].lower() + question[1:]


def misspelt(question: str) -> str:
    """Two letters swapped in its longest word that is no name."""
    word = max(_WORD.findall(question), key=len, default="")
    return question.replace(word, word[:2] + word[3:4] + word[2:3] + word[4:], 1) if word else question


WORDINGS: Mapping[str, Callable[[str], str]] = {
    "bare": lambda question: question,
    "Can you tell me …": lambda question: f"Can you tell me {lower(question)}",
    "I would like to know …": lambda question: f"I would like to know {lower(question).rstrip('?')}.",
    "Hi, quick question: …": lambda question: f"Hi, quick question: {question}",
    "For an article: …": lambda question: f"For an article I am writing: {question}",
    "… I need it quickly.": lambda question: f"{question} I need it quickly.",
    "… according to the documents?": lambda question: f"{question.rstrip('?')} according to the documents?",
    "without a question mark": lambda question: question.rstrip("?"),
    "misspelt": misspelt,
}


def as_typed(question: str, **_: object) -> str:
    return question


def ask(assistant: rag.Assistant, rows: list[dict[str, Any]], put: Callable[[str], str]) -> tuple[float, int]:
    """The share of the facts found, and how many questions without an answer were answered."""
    found, wanted, answered = 0.0, 0, 0
    for row in rows:
        answer = assistant.ask(put(row["question"]))
        if row["answerable"]:
            quoted = " ".join(citation.quote for citation in answer.citations)
            found += sum(bool(re.search(fact, quoted, re.IGNORECASE)) for fact in row["facts"]) / len(row["facts"])
            wanted += 1
        else:
            answered += answer.status == "answered"
    return found / wanted, answered


def main() -> int:
    rows = [json.loads(line) for line in (FITTING / "statements.jsonl").read_text(encoding="utf-8").splitlines()]
    asks = re.compile(r"(?:who|what|when|where|which|why|how)\b[^?]*\?", re.IGNORECASE)
    rows = [row for row in rows if not row["history"] and asks.fullmatch(row["question"])]
    body: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        update(index, scan([bundled_corpus()]), load_embedder(BUNDLED, cache=index / "models"))
        with rag.open(index=index, model="quote") as assistant:
            assistant.load()
            for name, put in WORDINGS.items():
                ours = ask(assistant, rows, put)
                with (
                    mock.patch("rag.retrieve.search.unframed", as_typed),
                    mock.patch.object(Searcher, "_mended", lambda _self, question, _snapshot: question),
                ):
                    typed = ask(assistant, rows, put)
                body.append([name, ours[0], ours[1], typed[0], typed[1]])
    answerable = sum(row["answerable"] for row in rows)
    print(f"{answerable} questions with an answer, {len(rows) - answerable} without")
    table(["", "fact recall", "answered without", "as typed: fact recall", "answered without"], body)
    least = min(float(str(row[1])) for row in body) / float(str(body[0][1]))
    print(f"least of the bare questions' facts: {least:.2f}; asked for: {LEAST:.2f}")
    return 0 if least >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
