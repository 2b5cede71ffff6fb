"""Is an index ever wrong after `pilcrow index` was killed? SIGKILL at random moments, then a look, then the next run.

    python eval/benchmarks/kill.py [--kills 10] [--embedding all-MiniLM-L6-v2]

Reads the first 300 documents of `../shared/data/whitehouse` in two editions; in the second every third document has
another last paragraph, every seventh is gone. Each round begins with one edition indexed (the first with nothing),
starts indexing the other, kills it, and then asks: does the index open, does it hold exactly one of the editions, is
each of a hundred paragraphs found by its own text, and does the next run complete the other edition? The embedder is
`test:hash` unless told otherwise: embedding takes most of the time, and kills should fall into the other phases too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from support.data import needs, rows, table

from rag.errors import IndexMissing
from rag.index import Index, verify
from rag.retrieve import Searcher
from rag.text.normalize import words_key

PROBES = 100


def editions(count: int) -> list[list[dict[str, Any]]]:
    first = [row for row, _ in zip(rows("whitehouse/docs.jsonl"), range(count), strict=False)]
    second = []
    for number, row in enumerate(first):
        if number % 7 == 6:
            continue
        changed = [*row["paragraphs"][:-1], f"Corrected line {number}."] if number % 3 == 0 else row["paragraphs"]
        second.append({**row, "paragraphs": changed})
    return [first, second]


def start(corpus: Path, folder: Path, embedding: str) -> subprocess.Popen[bytes]:
    program = Path(sys.executable).with_name("pilcrow")
    command = [str(program), "index", str(corpus), "--index", str(folder), "--quiet"]
    environment = {**os.environ, "PILCROW_EMBEDDING": embedding}
    with (folder.parent / "stderr").open("w") as said:
        return subprocess.Popen(command, env=environment, cwd=folder.parent, stderr=said)


def complete(corpus: Path, folder: Path, embedding: str) -> None:
    """Runs to the end.

    Raises:
        AssertionError: the run failed.
    """
    code = start(corpus, folder, embedding).wait()
    assert code == 0, f"a run ended with {code}: {(folder.parent / 'stderr').read_text()[-2000:]}"


def held(folder: Path, embedding: str, expected: list[dict[str, str]], dice: random.Random) -> int | None:
    """Which edition the index holds, None when there was none yet.

    Raises:
        AssertionError: it holds neither, or a paragraph is not found by its own text.
    """
    try:
        index = Index.open(folder, embedding=embedding, exact_below=0)
    except IndexMissing:
        return None
    found = {
        paragraph.ref: paragraph.text
        for name in index.catalog.document_ids()
        for paragraph in (index.catalog.document(name) or sys.exit("a listed document is not there")).paragraphs
    }
    assert found in expected, f"the index holds {len(found)} paragraphs of no edition"
    searcher = Searcher(index)
    for ref in dice.sample(sorted(found), PROBES):
        hits = searcher.search(found[ref], k=20).hits
        assert any(words_key(hit.paragraph.text) == words_key(found[ref]) for hit in hits), ref
        assert all(found.get(hit.paragraph.ref) == hit.paragraph.text for hit in hits), "a dead paragraph was found"
    return expected.index(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--embedding", default="test:hash")
    options = parser.parse_args()
    needs("whitehouse")
    dice = random.Random(options.seed)
    both = editions(options.documents)
    expected = [{f"{d['id']}#p{n}": text for d in docs for n, text in enumerate(d["paragraphs"], 1)} for docs in both]
    lines: list[list[object]] = []
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name) / "index", Path(name) / "scratch"
        corpora = [Path(name) / "first.jsonl", Path(name) / "second.jsonl"]
        for path, docs in zip(corpora, both, strict=True):
            path.write_text("".join(json.dumps(row) + "\n" for row in docs))
        began = time.perf_counter()
        complete(corpora[0], scratch, options.embedding)
        whole = time.perf_counter() - began
        while sum(line[2] == "killed" for line in lines) < options.kills:
            number = len(lines)
            target = number % 2
            process = start(corpora[target], folder, options.embedding)
            moment = dice.uniform(0.02, 1.0) * whole
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            killed = process.wait() == -signal.SIGKILL
            # A run that ended before its kill proves nothing and says that runs are quicker than was measured.
            whole = whole if killed else moment
            after = held(folder, options.embedding, expected, dice)
            complete(corpora[target], folder, options.embedding)
            assert held(folder, options.embedding, expected, dice) == target, "the next run did not complete it"
            well = all(finding.ok for finding in verify(folder, embedding=options.embedding))
            assert well, "check found something wrong"
            names = {None: "no index yet", target: "new edition", 1 - target: "old edition"}
            lines.append(
                [number + 1, f"{moment:.1f}", "killed" if killed else "ended before", names[after], "complete"]
            )
    print(f"{len(expected[0])} and {len(expected[1])} paragraphs; a whole run takes about {whole:.1f} s")
    table(["", "s", "process", "index then held", "next run"], lines)
    print("never wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
