"""How fast, and in how much memory? Beside a LangChain default pipeline, in one run.

    python eval/benchmarks/speed.py [--documents 500] [--rounds 5] [--full INDEX]

1. Indexing the first documents of `../shared/data/whitehouse`: paragraphs a second, peak memory.
2. Cold `pilcrow ask` on the bundled corpus beside a LangChain script that imports, loads and searches, in turn.
3. With `--full`, an index folder of the whole White House corpus: warm searches one at a time, with and without
   filters; `pilcrow search --batch`; `pilcrow index` with nothing changed and with one document changed (the folder is
   copied first). A hundred questions of squad2 are asked.

Seconds of CPU are shown beside seconds, since other programs on the machine stretch the latter only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from support import langchain_default as langchain
from support.data import DATA, answerable, needs, rows, table
from support.process import Cost, run

PILCROW = Path(sys.executable).with_name("pilcrow")
WHITE_HOUSE = DATA / "whitehouse/docs.jsonl"
QUESTION = "How many Armenian servicemen does Azerbaijan release?"
HERE = Path(__file__).resolve()


def langchain_index(corpus: Path, folder: Path) -> None:
    """The other side of part 1, in a process of its own."""
    store = langchain.open_store(folder)
    with corpus.open() as lines:
        documents = [json.loads(line) for line in lines]
    langchain.fill(store, ((row["id"], "\n\n".join(row["paragraphs"])) for row in documents))


def langchain_search(folder: Path) -> None:
    """The other side of part 2, in a process of its own."""
    print(langchain.search(langchain.open_store(folder), QUESTION, k=4))


def this(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, HERE, *arguments]


def indexing(folder: Path, documents: int) -> None:
    corpus = folder / "part.jsonl"
    with WHITE_HOUSE.open() as lines:
        corpus.write_text("".join(line for line, _ in zip(lines, range(documents), strict=False)))
    count = sum(len(row["paragraphs"]) for row, _ in zip(rows("whitehouse/docs.jsonl"), range(documents), strict=False))
    ours = run([PILCROW, "index", corpus, "--index", folder / "ours", "--quiet"], folder=folder)
    theirs = run(this("--langchain-index", corpus, folder / "theirs"), folder=folder)
    print(f"\n1. Indexing {documents} documents, {count} paragraphs (process start and model loading included)")
    head = ["", "seconds", "CPU s", "paragraphs/s", "paragraphs/CPU s", "peak MB"]
    body = [
        [name, f"{c.seconds:.1f}", f"{c.cpu:.1f}", count / c.seconds, count / c.cpu, f"{c.megabytes:.0f}"]
        for name, c in (("Pilcrow", ours), ("LangChain default", theirs))
    ]
    ratio = [
        "ratio",
        "",
        "",
        theirs.seconds / ours.seconds,
        theirs.cpu / ours.cpu,
        f"{ours.megabytes / theirs.megabytes:.2f}",
    ]
    table(head, [*body, ratio])


def cold(folder: Path, rounds: int) -> None:
    seed = folder / "seed"
    run([PILCROW, "index", "--index", seed, "--quiet"], folder=folder)
    from rag.corpus import read_all
    from rag.resources import bundled_corpus

    store = langchain.open_store(folder / "seed-langchain")
    langchain.fill(store, ((d.id, d.text) for d in read_all([bundled_corpus()]).documents))
    pairs: list[tuple[Cost, Cost]] = []
    for _ in range(rounds):
        ours = run([PILCROW, "ask", QUESTION, "--index", seed], folder=folder)
        assert "32" in ours.output
        pairs.append((ours, run(this("--langchain-search", folder / "seed-langchain"), folder=folder)))
    print(f"\n2. Cold question on the bundled corpus, {rounds} times in turn")
    body = [
        [f"round {n}", o.seconds, t.seconds, o.seconds / t.seconds, o.cpu, t.cpu, o.cpu / t.cpu]
        for n, (o, t) in enumerate(pairs, start=1)
    ]
    medians = [statistics.median(float(row[at]) for row in body) for at in range(1, 7)]
    head = ["", "Pilcrow s", "LangChain s", "ratio", "Pilcrow CPU s", "LangChain CPU s", "ratio"]
    table(head, [*body, ["median", *medians]])


def warm(index: Path) -> None:
    from rag.index import Index
    from rag.index.embedding import BUNDLED
    from rag.retrieve import Searcher
    from rag.types import Filters

    opened = Index.open(index, embedding=BUNDLED)
    searcher = Searcher(opened)
    questions = [question.text for question in answerable("squad2")[::18][:100]]
    kinds = {
        "no filter": Filters(),
        "issuer": Filters(issuers=("The White House",)),
        "a year": Filters(since="2022", until="2022"),
        "a month": Filters(since="2023-03", until="2023-03"),
        "since 2021": Filters(since="2021-01-01"),
    }
    body: list[list[object]] = []
    for name, filters in kinds.items():
        searcher.search("warm up", filters=filters)
        spent = [_milliseconds(lambda q=question, f=filters: searcher.search(q, filters=f)) for question in questions]
        took, cpu = (sorted(column) for column in zip(*spent, strict=True))
        size = opened.snapshot().scope(filters).wordings
        body.append([name, f"{size:,}", *(f"{ms:.1f}" for ms in (took[50], took[94], took[-1], cpu[50], cpu[94]))])
    print(
        f"\n3. Warm search among {len(opened.snapshot().keys):,} paragraphs, {len(questions)} questions one at a time"
    )
    table(["", "paragraphs let through", "p50 ms", "p95 ms", "slowest ms", "CPU p50 ms", "CPU p95 ms"], body)


def _milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU time."""
    began, spent = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - spent)


def upkeep(folder: Path, index: Path) -> None:
    batch = folder / "questions.jsonl"
    lines = [json.dumps({"id": q.id, "question": q.text}) for q in answerable("squad2")[:200]]
    batch.write_text("\n".join(lines))
    copy = folder / "full"
    shutil.copytree(index, copy)
    changed = folder / "docs.jsonl"
    with WHITE_HOUSE.open() as documents:
        all_lines = documents.readlines()
    row = json.loads(all_lines[3000])
    row["paragraphs"][0] += " One more word."
    all_lines[3000] = json.dumps(row) + "\n"
    changed.write_text("".join(all_lines))
    costs = {
        "pilcrow search --batch (200)": run([PILCROW, "search", "--batch", batch, "--index", copy], folder=folder),
        "pilcrow index, nothing changed": run([PILCROW, "index", WHITE_HOUSE, "--index", copy], folder=folder),
        "pilcrow index, one changed": run([PILCROW, "index", changed, "--index", copy], folder=folder),
    }
    print()
    table(["", "seconds", "CPU s", "peak MB"], [[n, c.seconds, c.cpu, f"{c.megabytes:.0f}"] for n, c in costs.items()])
    for name in list(costs)[1:]:
        print(costs[name].output.strip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", type=Path)
    parser.add_argument("--langchain-index", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--langchain-search", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--warm", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.langchain_index:
        langchain_index(*options.langchain_index)
    elif options.warm:
        warm(options.warm)
    elif options.langchain_search:
        langchain_search(options.langchain_search)
    else:
        needs("whitehouse", "squad2")
        with tempfile.TemporaryDirectory() as name:
            if options.documents:
                indexing(Path(name), options.documents)
            if options.rounds:
                cold(Path(name), options.rounds)
            if options.full:
                # In a process of its own: a child's peak memory begins with that of its parent.
                print(run(this("--warm", options.full.resolve()), folder=Path(name)).output, end="")
                upkeep(Path(name), options.full.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
