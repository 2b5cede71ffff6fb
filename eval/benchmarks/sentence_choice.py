"""Does the quoted sentence hold the answer? Answerable questions of squad2 and clapnq, silence switched off.

Reported on half 1 (`support/silence.py`), which nothing was fitted or trained on.

    python eval/benchmarks/sentence_choice.py [squad2 clapnq]

Reads `../shared/data`. squad2: the gold answer stands in the quotes (at most two sentences), and in the cited
paragraphs. clapnq: a quoted sentence is among the gold ones (at most three quotes). Beside it, in the same run: the
sentence most similar to the question, and the first sentences of the first hit.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from support.data import DATA, needs, rows, table
from support.silence import rows_of

from rag.answer.parts import split_question
from rag.answer.quoting import choose
from rag.answer.reader import MOST_TOKENS, PART_TOKENS, Reader
from rag.corpus import scan
from rag.index import Index, load_embedder, update
from rag.index.embedding import BUNDLED
from rag.retrieve import Searcher
from rag.types import Hit, Retrieval, Span

Quotes = list[tuple[Hit, Span]]
Choice = Callable[[Sequence[Retrieval], Reader, int], Quotes]
FLOORS = {"squad2": (0.72, 0.80), "clapnq": (0.70, 0.0)}
MOST = {"squad2": 2, "clapnq": 3}


def pilcrow(parts: Sequence[Retrieval], reader: Reader, most: int) -> Quotes:
    tokens = MOST_TOKENS if len(parts) == 1 else PART_TOKENS
    read = [reader(part, tokens=tokens) for part in parts]
    return [(passage.hit, passage.span) for passage in choose(read, most=most)]


def without_reader(parts: Sequence[Retrieval], _: Reader, most: int) -> Quotes:
    return [(passage.hit, passage.span) for passage in choose(parts, most=most)]


def most_similar(parts: Sequence[Retrieval], _: Reader, most: int) -> Quotes:
    retrieval = parts[0]
    scored = [(sentence, hit) for hit in retrieval.hits for sentence in hit.sentences]
    best = sorted(scored, key=lambda pair: -pair[0].score)[:most]
    return [(hit, Span(start=sentence.start, end=sentence.end)) for sentence, hit in best]


def first_sentences(parts: Sequence[Retrieval], _: Reader, most: int) -> Quotes:
    return [(hit, Span(start=s.start, end=s.end)) for hit in parts[0].hits[:1] for s in hit.sentences[:most]]


CHOICES: dict[str, Choice] = {
    "Pilcrow": pilcrow,
    "without reader": without_reader,
    "most similar": most_similar,
    "first": first_sentences,
}


def trimmed(quotes: Quotes, most: int) -> Quotes:
    """At most so many sentences, in the order of the quotes."""
    kept: Quotes = []
    for hit, span in quotes:
        inside = [s for s in hit.sentences if s.start >= span.start - 1 and s.end <= span.end + 1]
        kept += [(hit, Span(start=s.start, end=s.end)) for s in inside][: most - len(kept)]
    return kept


def squad2(question: dict[str, Any], quotes: Quotes) -> tuple[bool, bool]:
    answers = [squeezed(answer) for answer in question["all_answers"]]
    quoted = squeezed(" … ".join(hit.paragraph.text[span.start : span.end] for hit, span in trimmed(quotes, 2)))
    cited = squeezed(" … ".join(hit.paragraph.text for hit, _ in quotes))
    return any(answer in quoted for answer in answers), any(answer in cited for answer in answers)


def clapnq(question: dict[str, Any], quotes: Quotes, sentences: Sequence[str]) -> tuple[bool, bool]:
    gold = {squeezed(sentences[at]) for one in question["gold_sentence_sets"] for at in one}
    right = [(hit, span) for hit, span in quotes if hit.paragraph.ref in question["gold_paragraphs"]]
    quoted = [squeezed(hit.paragraph.text[span.start : span.end]) for hit, span in right]
    return any(one in quote or quote in one for one in gold for quote in quoted), bool(right)


def squeezed(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text).casefold().strip()


def measure(name: str) -> bool:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        update(folder, scan([DATA / name / "docs.jsonl"]), load_embedder(BUNDLED, cache=folder / "models"))
        searcher = Searcher(Index.open(folder, embedding=BUNDLED))
        reader = Reader.load(cache=folder / "models")
        sentences = {f"{row['id']}#p1": row.get("sentences", ()) for row in rows(f"{name}/docs.jsonl")}
        asked = [row for row, half in rows_of(name) if half == 1 and row["answerable"] and row["gold_paragraphs"]]
        body, held = [], True
        # The whole question first, and then each of its parts when it asks several things.
        whole = [searcher.search(row["question"]) for row in asked]
        parts = [
            [searcher.search(part) for part in split] if len(split := split_question(row["question"])) > 1 else [found]
            for row, found in zip(asked, whole, strict=True)
        ]
        for label, choice in CHOICES.items():
            quotes, seconds = [], []
            for one, found in zip(parts, whole, strict=True):
                began = time.perf_counter()
                quotes.append(choice(one if choice in (pilcrow, without_reader) else [found], reader, MOST[name]))
                seconds.append(time.perf_counter() - began)
            scores = [
                squad2(row, found) if name == "squad2" else clapnq(row, found, sentences[row["gold_paragraphs"][0]])
                for row, found in zip(asked, quotes, strict=True)
            ]
            in_quotes, in_cited = (sum(column) / len(scores) for column in zip(*scores, strict=True))
            middle, late = (1000 * float(np.quantile(seconds, share)) for share in (0.5, 0.95))
            body.append((label, in_quotes, in_cited, middle, late))
            if choice is pilcrow:
                held = in_quotes >= FLOORS[name][0] and in_cited >= FLOORS[name][1]
    print(f"\n{name}: {len(asked)} answerable questions of half 1, at most {MOST[name]} quotes")
    table(("choice", "in the quotes", "in the cited", "ms, p50", "ms, p95"), body)
    print(f"floors {FLOORS[name]}: {'held' if held else 'NOT HELD'}")
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=["squad2", "clapnq"])
    sets = parser.parse_args().sets
    needs(*sets)
    held = [measure(name) for name in sets]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
