"""Statements that come again: does who asks for a month get what was said in that month, and nothing else?

    python eval/benchmarks/dated.py [--work FOLDER]

The documents are the White House's that have the same title in several months, all of the Federal Reserve's, and five
hundred others of the White House. Asked are what two people discussed and what somebody said on something, in a month
in which they did and in the same month of a year in which they did not, and what the Federal Reserve decided; the words
come from the titles, the months from the dates. Reported are the titles whose digest is odd; the weight of a date in
the search (`rag/retrieve/times.py`) was fitted on the others. The baseline searches, reads and quotes without looking
at times and at who speaks. With `--work` the index is kept for next time.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from support.data import needs, rows, table

import rag
from rag.corpus import scan
from rag.index import load_embedder, update
from rag.index.embedding import BUNDLED
from rag.text.dates import MONTHS

OTHERS = 500
MOST_AGAIN = 12
"""Titles of more documents say nothing ("Nominations sent to the Senate")."""
FIRST_YEAR, LAST_YEAR = 2021, 2024
FLOORS = {"hit@1": 0.85, "first quote is of it": 0.75}
CEILINGS = {"quotes of another month": 0.02, "answered without": 0.15}

_YEAR = re.compile(r",?\s*\b20\d\d\b")
_COUNT = re.compile(r"\b(?:20\d\d|\d+(?:st|nd|rd|th)?|\w+teenth|first|second|third|fourth)\b")
_TALKED = re.compile(
    r"Readout of (?P<one>President|Vice President|National Security Advisor)(?P<name>(?: (?!Call|Meeting)[\w.,]+)*?)"
    r"(?:['\u2019]s?)? (?:\w+ )?(?:Call|Meeting) with (?P<other>.+)"
)
_SPOKE = re.compile(
    r"Statement (?:by|from|of) (?P<who>(?:Vice )?President(?: [A-Z][\w.]*,?)+|Press Secretary \S+ \S+) "
    r"(?:[Oo]n|[Mm]arking|[Cc]ommemorating|on the Occasion of) (?:the )?(?P<what>.+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A question of a month, and the documents of that month that it asks for; none where there is none."""

    text: str
    month: str
    wanted: frozenset[str]


def is_reported(title: str) -> bool:
    return hashlib.sha256(title.encode()).digest()[0] % 2 == 1


def again(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Documents with the same title but for years and counts, of several months."""
    groups = defaultdict(list)
    for document in documents:
        groups[" ".join(re.findall(r"\w+", _COUNT.sub("", document["title"].lower())))].append(document)
    return {
        title: some
        for title, some in groups.items()
        if len(some) <= MOST_AGAIN and len({one["date"][:7] for one in some}) > 1
    }


def asked(title: str) -> str | None:
    """What is asked of a document with that title, up to its month."""
    title = _YEAR.sub("", title).strip()
    if talked := _TALKED.fullmatch(title):
        one = f"{talked['one']}{talked['name']}".replace(", Jr.", "").rstrip(",")
        return f"What did {one} and {talked['other']} discuss in "
    if spoke := _SPOKE.fullmatch(title):
        return f"What did {spoke['who'].replace(', Jr.', '').rstrip(',')} say on {spoke['what']} in "
    return None


def in_words(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1].capitalize()} {month[:4]}"


def questions(groups: Mapping[str, list[Mapping[str, Any]]], bank: list[dict[str, Any]]) -> Iterator[Dated]:
    for title, some in sorted(groups.items()):
        digest = hashlib.sha256(title.encode()).digest()
        one = some[digest[1] % len(some)]
        if not is_reported(title) or not (text := asked(one["title"])):
            continue
        months = {each["date"][:7] for each in some}
        month = one["date"][:7]
        wanted = frozenset(each["id"] for each in some if each["date"][:7] == month)
        yield Dated(text=f"{text}{in_words(month)}?", month=month, wanted=wanted)
        years = (f"{year}{month[4:]}" for year in range(FIRST_YEAR, LAST_YEAR + 1))
        if free := [other for other in years if other not in months]:
            other = free[digest[2] % len(free)]
            yield Dated(text=f"{text}{in_words(other)}?", month=other, wanted=frozenset())
    decided = "What did the Federal Reserve decide on the target range for the federal funds rate in "
    for month in sorted({one["date"][:7] for one in bank}):
        wanted = frozenset(one["id"] for one in bank if one["date"][:7] == month)
        if is_reported(month):
            yield Dated(text=f"{decided}{in_words(month)}?", month=month, wanted=wanted)


@contextlib.contextmanager
def without_times() -> Iterator[None]:
    """As if no question named a time, and as if nobody spoke in a document."""
    with contextlib.ExitStack() as stack:
        for name, instead in (
            ("rag.retrieve.search.times_named", lambda _: ()),
            ("rag.answer.reader.asked_of", lambda _, hits: hits),
            ("rag.answer.reader.asked_of_paragraph", lambda question, _: question),
            ("rag.answer.passages.asked_of", lambda _, hits: hits),
            ("rag.answer.signs.met_by", lambda _, __: ()),
            ("rag.answer.abstain.missing_time", lambda _: ""),
            ("rag.answer.quoting.documents_on", lambda _: ()),
        ):
            stack.enter_context(mock.patch(name, instead))
        yield


def measured(assistant: rag.Assistant, asking: Iterable[Dated]) -> dict[str, float]:
    firsts, ranks, right, answered, quotes, strays, without, false = [], [], 0, 0, 0, 0, 0, 0
    for question in asking:
        answer = assistant.ask(question.text)
        if not question.wanted:
            without += 1
            false += answer.status == "answered"
            continue
        found = [hit.document.id in question.wanted for hit in answer.hits]
        firsts.append(found[:1] == [True])
        ranks.append(1 / (found.index(True) + 1) if True in found else 0.0)
        answered += answer.status == "answered"
        right += bool(answer.citations) and answer.citations[0].document.id in question.wanted
        quotes += len(answer.citations)
        strays += sum((one.document.date or "")[:7] != question.month for one in answer.citations)
    return {
        "hit@1": sum(firsts) / len(firsts),
        "MRR@10": sum(ranks) / len(ranks),
        "answered": answered / len(firsts),
        "first quote is of it": right / len(firsts),
        "quotes of another month": strays / max(1, quotes),
        "answered without": false / max(1, without),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps the index")
    options = parser.parse_args()
    needs("whitehouse", "fomc")
    house, bank = list(rows("whitehouse/docs.jsonl")), list(rows("fomc/docs.jsonl"))
    groups = again(house)
    chosen = {one["id"]: one for some in groups.values() for one in some}
    others = [one for one in house if one["id"] not in chosen]
    documents = [*chosen.values(), *bank, *others[:: len(others) // OTHERS][:OTHERS]]
    asking = list(questions(groups, bank))
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        file = work / "dated.jsonl"
        file.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
        update(work / "dated", scan([file]), load_embedder(BUNDLED, cache=work / "models"))
        with rag.open(index=work / "dated", model="quote") as assistant:
            assistant.load()
            ours = measured(assistant, asking)
            with without_times():
                blind = measured(assistant, asking)
    paragraphs = sum(len(one["paragraphs"]) for one in documents)
    absent = sum(not one.wanted for one in asking)
    print(
        f"{len(documents)} documents, {paragraphs} paragraphs; {len(asking) - absent} questions of a month, {absent} of"
    )
    print("one in which nothing was published")
    table(["", *ours], [["Pilcrow", *ours.values()], ["without times", *blind.values()]])
    good = all(ours[name] >= least for name, least in FLOORS.items())
    good &= all(ours[name] <= most for name, most in CEILINGS.items())
    print("asked for:", FLOORS, "at most:", CEILINGS)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
