"""Does an index stay whole under change? Twenty rounds that change or delete a fifth of 5,000 paragraphs.

    python eval/benchmarks/upkeep.py [--rounds 20] [--paragraphs 5000]

Reads `../shared/data/whitehouse`; runs for the embedded store and for a real `chroma run` server on loopback, with the
embedder `test:hash`. In every round each live paragraph must be found by its own vector and stand in the lexical
index, nothing dead may, and a sample is searched for by its own text; in the last round every paragraph is.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.data import needs, rows, table

from rag.corpus.paragraphs import join_paragraphs
from rag.index import HashEmbedder, Index, update, verify
from rag.retrieve import Searcher
from rag.text.normalize import words_key
from rag.types import Document, DocumentInfo

IN_A_DOCUMENT = 10
SAMPLE = 100


def document(name: str, texts: list[str]) -> Document:
    text, paragraphs = join_paragraphs(name, texts)
    info = DocumentInfo(id=name, title=name)
    return Document(info=info, text=text, paragraphs=paragraphs, source=name, digest=str(hash(text)))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def run(folder: Path, url: str | None, rounds: int, count: int) -> list[object]:
    dice = random.Random(3)
    pool = (text for row in rows("whitehouse/docs.jsonl") for text in row["paragraphs"] if len(text) > 60)
    documents = {f"d{n}": [next(pool) for _ in range(IN_A_DOCUMENT)] for n in range(count // IN_A_DOCUMENT)}
    embedder = HashEmbedder()
    slowest = lost = dead = 0.0
    update(folder, [document(*item) for item in documents.items()], embedder, chroma_url=url)
    for turn in range(rounds):
        gone = []
        for name in dice.sample(sorted(documents), len(documents) // 5):
            gone.extend(documents.pop(name))
            texts = [next(pool, f"Line {turn} of {name}.") for _ in range(IN_A_DOCUMENT)]
            documents[name if dice.random() < 0.5 else f"{name}.{turn}"] = texts
        changes = update(folder, [document(*item) for item in documents.items()], embedder, chroma_url=url)
        slowest = max(slowest, changes.seconds)
        findings = verify(folder, embedding="test:hash", chroma_url=url)
        lost += sum(not finding.ok for finding in findings)
        searcher = Searcher(Index.open(folder, embedding="test:hash", chroma_url=url, exact_below=0))
        live = [text for texts in documents.values() for text in texts]
        for text in live if turn == rounds - 1 else dice.sample(live, SAMPLE):
            wanted = words_key(text)
            lost += all(words_key(hit.paragraph.text) != wanted for hit in searcher.search(text, k=10).hits)
        living = set(live)
        for text in dice.sample(gone, SAMPLE):
            dead += any(hit.paragraph.text not in living for hit in searcher.search(text, k=10).hits)
    return ["server" if url else "embedded", rounds, count, int(lost), int(dead), slowest]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--paragraphs", type=int, default=5_000)
    options = parser.parse_args()
    needs("whitehouse")
    with tempfile.TemporaryDirectory() as name, server(Path(name) / "server") as url:
        found = [
            run(Path(name) / "embedded", None, options.rounds, options.paragraphs),
            run(Path(name) / "remote", url, options.rounds, options.paragraphs),
        ]
    table(["store", "rounds", "paragraphs", "live not found", "dead found", "slowest round, s"], found)
    return 0 if all(line[3] == line[4] == 0 for line in found) else 1


if __name__ == "__main__":
    sys.exit(main())
