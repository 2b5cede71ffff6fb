"""Does the search find the paragraph? Pilcrow beside a LangChain default pipeline, BM25 alone and dense alone.

    python eval/benchmarks/retrieval.py [squad2 clapnq mtrag] [--buried INDEX]

Reads `../shared/data`. Every answerable question counts; a paragraph that carries the same words as a hit (`also_in`)
is found with it. Each paragraph is a document of its own for LangChain, which is kinder to it than joined documents.
Follow-ups: Pilcrow gets the history; the others get the question alone and, in a second row, the user's turn before.
`--buried` adds the paragraphs of an index folder that already holds the White House corpus and squad2 together.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from support.data import DATA, Question, answerable, needs, rows, table
from support.langchain_default import fill, open_store, search_all

from rag.corpus import scan
from rag.index import Index, load_embedder, update
from rag.index.embedding import BUNDLED
from rag.retrieve import Searcher
from rag.retrieve.query import word_query
from rag.types import Filters

FLOORS = {"squad2": (0.87, 0.95), "clapnq": (0.985, 0.0), "mtrag": (0.91, 0.0)}
K = 10
Ranking = Callable[[Question], Sequence[frozenset[str]]]
"""From a question to places, best first; each place is a set of paragraphs."""


def rank(question: Question, places: Sequence[frozenset[str]]) -> int | None:
    """The place of the first paragraph that answers, from 1; None when there is none in the first ten."""
    return next((at for at, refs in enumerate(places[:K], start=1) if refs & question.gold), None)


def measure(questions: Sequence[Question], ranking: Ranking) -> tuple[float, float, float, float]:
    """MRR@10 of all, of half 0 and of half 1; hit@5."""
    ranks = [(question.half, rank(question, ranking(question))) for question in questions]

    def mrr(halves: tuple[int, ...]) -> float:
        chosen = [place for half, place in ranks if half in halves]
        return sum(1 / place for place in chosen if place) / max(len(chosen), 1)

    hit = sum(place is not None and place <= 5 for _, place in ranks) / len(ranks)
    return mrr((0, 1)), mrr((0,)), mrr((1,)), hit


def pilcrow(searcher: Searcher) -> Ranking:
    def ranking(question: Question) -> list[frozenset[str]]:
        found = searcher.search(question.text, history=question.history, k=K)
        return [frozenset({hit.paragraph.ref, *hit.also_in}) for hit in found.hits]

    return ranking


def one_signal(index: Index, *, dense: bool, joined: bool) -> Ranking:
    snapshot = index.snapshot()

    def ranking(question: Question) -> list[frozenset[str]]:
        text = with_turn_before(question) if joined else question.text
        if dense:
            found = snapshot.search_dense(index.embedder.encode([text])[0], K, snapshot.scope(Filters()))
        else:
            found = snapshot.search_words(word_query(text), K, snapshot.scope(Filters()))
        stored = index.load([hit.key for hit in found], dimension=index.embedder.dimension)
        return [frozenset({stored[hit.key].paragraph.ref}) for hit in found]

    return ranking


def langchain(store: Any, questions: Sequence[Question], *, joined: bool) -> Ranking:
    texts = [with_turn_before(question) if joined else question.text for question in questions]
    found = dict(zip((question.id for question in questions), search_all(store, texts, k=K), strict=True))
    return lambda question: [frozenset({ref}) for ref in found[question.id]]


def with_turn_before(question: Question) -> str:
    asked = [turn.content.strip() for turn in question.history if turn.role == "user"]
    return " ".join([*asked[-1:], question.text])


def run(name: str, folder: Path) -> bool:
    questions = answerable(name)
    embedder = load_embedder(BUNDLED, cache=folder / "models")
    update(folder / name, scan([DATA / name / "docs.jsonl"]), embedder)
    index = Index(folder / name, lambda: embedder)
    store = open_store()
    fill(
        store,
        ((f"{d['id']}#p{n}", text) for d in rows(f"{name}/docs.jsonl") for n, text in enumerate(d["paragraphs"], 1)),
    )
    systems: dict[str, Ranking] = {"Pilcrow": pilcrow(Searcher(index))}
    for joined in (False, True) if any(question.history for question in questions) else (False,):
        turn = ", turn before" if joined else ""
        systems[f"LangChain default{turn}"] = langchain(store, questions, joined=joined)
        systems[f"BM25 alone{turn}"] = one_signal(index, dense=False, joined=joined)
        systems[f"dense alone{turn}"] = one_signal(index, dense=True, joined=joined)
    measured = {system: measure(questions, ranking) for system, ranking in systems.items()}
    best = measured["Pilcrow"]
    print(f"\n{name}: {len(questions)} questions, {index.snapshot().keys.size} paragraphs")
    table(
        ["", "MRR@10", "half 0", "half 1", "hit@5", "Pilcrow/this"],
        [[system, *values, best[0] / values[0]] for system, values in measured.items()],
    )
    mrr, hit = FLOORS[name]
    return best[0] >= mrr and best[3] >= hit


def run_buried(folder: Path, alone: Path) -> bool:
    embedder = load_embedder(BUNDLED, cache=folder / "models")
    questions = answerable("squad2")
    here, buried = Index(alone, lambda: embedder), Index(folder, lambda: embedder)
    both = {
        "alone": measure(questions, pilcrow(Searcher(here))),
        "buried": measure(questions, pilcrow(Searcher(buried))),
        "buried, BM25 alone": measure(questions, one_signal(buried, dense=False, joined=False)),
        "buried, dense alone": measure(questions, one_signal(buried, dense=True, joined=False)),
    }
    print(f"\nsquad2 among {buried.snapshot().keys.size:,} paragraphs")
    table(["", "MRR@10", "half 0", "half 1", "hit@5"], [[name, *v] for name, v in both.items()])
    lost = both["alone"][0] - both["buried"][0]
    print(f"loses {lost:.4f} (at most .02 is asked for)")
    return lost < 0.02


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=list(FLOORS))
    parser.add_argument("--buried", type=Path)
    options = parser.parse_args()
    needs(*options.sets)
    with tempfile.TemporaryDirectory() as folder:
        good = [run(name, Path(folder)) for name in options.sets]
        if options.buried:
            good.append(run_buried(options.buried, Path(folder) / "squad2"))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
