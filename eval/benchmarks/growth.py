"""How does it grow? Indexing, searching, memory and disk at 1,000, 10,000 and 88,000 paragraphs.

    python eval/benchmarks/growth.py [--vectors INDEX] [--sizes 1000 10000 88000] [--plot growth.svg]

Reads `../shared/data/whitehouse`. Each size is indexed into a folder of its own and searched by a process of its own.
Embedding 88,000 paragraphs takes a quarter of an hour and grows by a straight line, so with `--vectors` the vectors
are taken from an index folder of the whole corpus, and the time of embedding is the measured rate times the size.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from support.data import DATA, answerable, needs, table
from support.process import run

from rag.corpus import scan
from rag.index import Index, load_embedder
from rag.index.embedding import BUNDLED, Passage
from rag.index.schema import FILE, heading
from rag.index.writing import CatalogWriter
from rag.retrieve import Searcher
from rag.text.sentences import split_sentences
from rag.types import Document

PILCROW = Path(sys.executable).with_name("pilcrow")
WHITE_HOUSE = DATA / "whitehouse/docs.jsonl"


def cut(size: int, target: Path) -> tuple[int, list[str]]:
    """Writes the first documents that hold at least `size` paragraphs; gives how many those are, and the ids."""
    count = 0
    ids = []
    with WHITE_HOUSE.open() as lines, target.open("w") as out:
        for line in lines:
            out.write(line)
            row = json.loads(line)
            count += len(row["paragraphs"])
            ids.append(row["id"])
            if count >= size:
                break
    return count, ids


def borrow(vectors: Path, folder: Path, ids: Sequence[str]) -> None:
    """An index folder without documents that knows the vectors of these documents from another."""
    folder.mkdir()
    CatalogWriter(folder).close()
    connection = sqlite3.connect(folder / FILE)
    connection.execute("ATTACH ? AS other", (str(vectors / FILE),))
    connection.execute("CREATE TEMP TABLE wanted (id TEXT PRIMARY KEY)")
    connection.executemany("INSERT INTO wanted VALUES (?)", [(one,) for one in ids])
    connection.execute(
        "CREATE TEMP TABLE keys AS SELECT DISTINCT p.vector AS key FROM other.paragraphs p"
        " JOIN other.documents d ON d.key = p.document JOIN wanted w ON w.id = d.id"
    )
    for name in ("vectors", "sentence_vectors"):
        connection.execute(f"INSERT INTO {name} SELECT * FROM other.{name} WHERE key IN (SELECT key FROM keys)")
    connection.commit()
    connection.close()
    shutil.copytree(vectors / "models", folder / "models")


def embedding_rate(cache: Path) -> float:
    """Paragraphs a second, measured on every fortieth document of the first 1,200."""
    embedder = load_embedder(BUNDLED, cache=cache)
    documents = [item for item in islice(scan([WHITE_HOUSE]), 0, 1200, 40) if isinstance(item, Document)]
    passages = [
        Passage(
            heading=heading(title=d.info.title, issuer=d.info.issuer, date=d.info.date),
            text=p.text,
            sentences=split_sentences(p.text),
        )
        for d in documents
        for p in d.paragraphs
    ]
    embedder.encode_passages(passages[:32])
    began = time.perf_counter()
    embedder.encode_passages(passages)
    return len(passages) / (time.perf_counter() - began)


def search(folder: Path) -> None:
    """In a process of its own: prints the median and the 95th percentile in milliseconds."""
    searcher = Searcher(Index.open(folder, embedding=BUNDLED))
    questions = [question.text for question in answerable("squad2")[::18][:100]]
    searcher.search("warm up")
    took = []
    for question in questions:
        began = time.perf_counter()
        searcher.search(question)
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    print(json.dumps([took[len(took) // 2], took[len(took) * 95 // 100]]))


def measure(size: int, vectors: Path | None, folder: Path) -> list[float]:
    """Paragraphs, seconds and CPU seconds of indexing, its memory, p50 and p95 of searching, its memory, disk."""
    corpus, index = folder / f"{size}.jsonl", folder / f"{size}"
    count, ids = cut(size, corpus)
    if vectors:
        borrow(vectors, index, ids)
    indexed = run([PILCROW, "index", corpus, "--index", index, "--quiet"], folder=folder)
    searched = run([sys.executable, Path(__file__).resolve(), "--search", index], folder=folder)
    p50, p95 = json.loads(searched.output)
    disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file()) / 1e6
    return [count, indexed.seconds, indexed.cpu, indexed.megabytes, p50, p95, searched.megabytes, disk]


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent by which the value grows with the size, between the first and the last."""
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])


def plot(names: Sequence[str], columns: Sequence[Sequence[float]], target: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 3), layout="constrained")
    for axis, name, values in zip(axes, names, columns[1:], strict=True):
        axis.loglog(columns[0], values, marker="o")
        axis.set(
            title=name,
            xlabel="paragraphs",
            ylim=(min(values) / 2, max(values) * 3),
            xlim=(columns[0][0] / 2, columns[0][-1] * 2),
        )
        axis.set_xticks(columns[0], [f"{size:,.0f}" for size in columns[0]])
        axis.minorticks_off()
        axis.set_yticks([])
        for size, value in zip(columns[0], values, strict=True):
            axis.annotate(f"{value:,.0f}", (size, value), (0, 7), textcoords="offset points", ha="center")
    figure.savefig(target)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[1_000, 10_000, 88_000])
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        search(options.search)
        return 0
    needs("whitehouse", "squad2")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [measure(size, options.vectors and options.vectors.resolve(), folder) for size in options.sizes]
        rate = embedding_rate(folder / str(options.sizes[0]) / "models")
    sizes = [line[0] for line in lines]
    embedding = [size / rate if options.vectors else 0.0 for size in sizes]
    if options.vectors:
        print(
            f"Embedding at {rate:.0f} paragraphs/s, as measured on 1,000: "
            + ", ".join(f"{s:,.0f} s" for s in embedding)
        )
    for line, spent in zip(lines, embedding, strict=True):
        line[1] += spent
    head = ["paragraphs", "index s", "without embedding, CPU s", "index MB", "search p50 ms", "p95 ms", "search MB"]
    table([*head, "disk MB"], [[f"{line[0]:,}", *(f"{value:.1f}" for value in line[1:])] for line in lines])
    for at, what in ((1, "Indexing"), (4, "A search"), (6, "Memory of searching"), (7, "Disk")):
        grows = slope(sizes, [line[at] for line in lines])
        times = lines[-1][at] / lines[0][at]
        print(f"{what}: {sizes[-1] / sizes[0]:.0f} times the paragraphs take {times:.1f} times (exponent {grows:.2f}).")
    if options.plot:
        columns = [[line[at] for line in lines] for at in (0, 1, 4, 6, 7)]
        plot(["indexing, s", "search p50, ms", "memory of searching, MB", "disk, MB"], columns, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
