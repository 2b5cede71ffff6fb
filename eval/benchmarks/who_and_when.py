"""Who asks what was said then, or by them: is that quoted, and nothing said at another time or by another?

    python eval/benchmarks/who_and_when.py [--work FOLDER]

Times: the documents are the White House's that have the same title in several months, all of the Federal Reserve's, and
five hundred others of the White House. Asked are what two people discussed and what somebody said on something, in a
month in which they did, in the same month of a year in which they did not, and the last time; and what the Federal
Reserve decided. The words come from the titles, the months from the dates. Reported are the titles whose digest is odd;
the weight of a time in the search (`rag/retrieve/search.py`) was fitted on the others.

Speakers: what Armenia, Azerbaijan and Georgia said on twenty subjects in the General Debate of the United Nations, in a
year in which they named it twice and in one in which they did not (where they may have spoken of it in other words).
Asked next is, after a question that is answered, what "it" said on another of the subjects.

The baseline searches, reads and quotes without looking at times and at who speaks. With `--work` indexes are kept.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import itertools
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
SUBJECTS = (
    "climate change", "refugees", "terrorism", "Nagorno-Karabakh", "Russia", "NATO", "the European Union", "Abkhazia",
    "sustainable development", "nuclear weapons", "human rights", "the Security Council", "poverty", "Ukraine",
    "energy", "Iran", "Turkey", "genocide", "peacekeeping", "drugs",
)  # fmt: skip
DRAWN, NOT_DRAWN = range(64), range(64, 90)
"""Pairs of a speech and a subject whose digests begin so are asked about, where the speech names it and where not."""
NAMED_TWICE = 2
ALIKE = 0.5
"""The share of the long words of a question that a later title must hold to be on the same."""
FLOORS = {"months": 0.75, "the last time": 0.6, "speakers": 0.85, "asked next": 0.85}
"""How often the first quote must be of the right document."""
STRAYS, FALSE = 0.03, 0.15
"""How many quotes may be of another time or by another, and how much may be answered that was not said."""

_LONG = re.compile(r"[^\W_]{4,}")
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
class Asked:
    """A question of one time or one speaker, and the documents that it asks for; none where nothing was said."""

    text: str
    before: str = ""
    """The question before it in the conversation."""
    wanted: frozenset[str]
    fitting: frozenset[str]
    """The documents of that time, and by that speaker: a quote of another is stray."""


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
    """What is asked of a document with that title, up to when."""
    title = _YEAR.sub("", title).strip()
    if talked := _TALKED.fullmatch(title):
        one = f"{talked['one']}{talked['name']}".replace(", Jr.", "").rstrip(",")
        return f"What did {one} and {talked['other']} discuss"
    if spoke := _SPOKE.fullmatch(title):
        return f"What did {spoke['who'].replace(', Jr.', '').rstrip(',')} say on {spoke['what']}"
    return None


def in_words(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1].capitalize()} {month[:4]}"


def of_months(
    groups: Mapping[str, list[Mapping[str, Any]]], bank: list[dict[str, Any]], every: Iterable[Mapping[str, Any]]
) -> Iterator[Asked]:
    published = defaultdict(set)
    for document in every:
        published[document["date"][:7]].add(document["id"])
    for title, some in sorted(groups.items()):
        digest = hashlib.sha256(title.encode()).digest()
        one = some[digest[1] % len(some)]
        if not is_reported(title) or not (text := asked(one["title"])):
            continue
        months = {each["date"][:7] for each in some}
        month = one["date"][:7]
        wanted = frozenset(each["id"] for each in some if each["date"][:7] == month)
        yield Asked(text=f"{text} in {in_words(month)}?", wanted=wanted, fitting=frozenset(published[month]))
        years = (f"{year}{month[4:]}" for year in range(FIRST_YEAR, LAST_YEAR + 1))
        if free := [other for other in years if other not in months]:
            other = free[digest[2] % len(free)]
            yield Asked(text=f"{text} in {in_words(other)}?", wanted=frozenset(), fitting=frozenset(published[other]))
    decided = "What did the Federal Reserve decide on the target range for the federal funds rate in "
    for month in sorted({one["date"][:7] for one in bank}):
        wanted = frozenset(one["id"] for one in bank if one["date"][:7] == month)
        if is_reported(month):
            yield Asked(text=f"{decided}{in_words(month)}?", wanted=wanted, fitting=frozenset(published[month]))


def of_the_last_time(
    groups: Mapping[str, list[Mapping[str, Any]]], every: Iterable[Mapping[str, Any]]
) -> Iterator[Asked]:
    """A later document on nearly the same words ("Meeting" for "Call") is the last one too."""
    words = {one["id"]: frozenset(_LONG.findall(one["title"].lower())) for one in every}
    dates = {one["id"]: one["date"] for one in every}
    for title, some in sorted(groups.items()):
        last = max(some, key=lambda one: one["date"])
        text = asked(last["title"])
        if not is_reported(title) or not text:
            continue
        own = frozenset(_LONG.findall(text.lower()))
        wanted = frozenset(
            one for one, said in words.items() if dates[one] >= last["date"] and len(own & said) >= ALIKE * len(own)
        )
        yield Asked(text=f"{text} most recently?", wanted=wanted | {last["id"]}, fitting=wanted | {last["id"]})


def of_speakers(speeches: Iterable[Mapping[str, Any]]) -> Iterator[Asked]:
    return (one for *_, one in _of_subjects(speeches))


def _of_subjects(speeches: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, Asked]]:
    """The speech and the subject of each question, and the question."""
    for speech in speeches:
        text = _joined(" ".join(speech["paragraphs"]))
        issuer = speech["issuer"].removeprefix("Republic of ")
        for subject in SUBJECTS:
            drawn = hashlib.sha256(f"{speech['id']}{subject}".encode()).digest()[0]
            named = text.count(_joined(subject.removeprefix("the ")))
            if (drawn in DRAWN and named >= NAMED_TWICE) or (drawn in NOT_DRAWN and not named):
                asking = Asked(
                    text=f"What did {issuer} say about {subject} in {speech['date']}?",
                    wanted=frozenset([speech["id"]]) if named else frozenset(),
                    fitting=frozenset([speech["id"]]),
                )
                yield speech["id"], subject, asking


def asked_next(speeches: Iterable[Mapping[str, Any]]) -> Iterator[Asked]:
    """After half of the questions of a speaker that a speech answers, one on each other subject drawn for it."""
    by_speech = defaultdict(list)
    for speech, subject, one in _of_subjects(speeches):
        by_speech[speech].append((subject, one))
    for asking in by_speech.values():
        for (_, first), (subject, then) in itertools.permutations(asking, 2):
            drawn = hashlib.sha256(f"{first.text}{subject}".encode()).digest()[0]
            if first.wanted and drawn % 2 == 0:
                text = f"And what did it say about {subject}?"
                yield dataclasses.replace(then, text=text, before=first.text)


def _joined(text: str) -> str:
    """Without spaces and hyphens: "Nagorno Karabakh" is "Nagorno-Karabakh"."""
    return re.sub(r"[\s-]", "", text).lower()


@contextlib.contextmanager
def without_times() -> Iterator[None]:
    """As if no question named a time, and as if nobody spoke in a document."""
    with contextlib.ExitStack() as stack:
        for name, instead in (
            ("rag.retrieve.search.times_named", lambda _: ()),
            ("rag.retrieve.search.speaking", lambda *_: ()),
            ("rag.retrieve.search.may_answer", lambda *all: all[-1]),
            ("rag.retrieve.search.superlative_of", lambda _: None),
            ("rag.retrieve.search.in_full", lambda turns, _: (tuple(turns), False)),
            ("rag.retrieve.search.is_complete", lambda _: False),
            ("rag.answer.reader.may_answer", lambda *all: all[-1]),
            ("rag.answer.reader.asked_of_paragraph", lambda question, _: question),
            ("rag.answer.passages.may_answer", lambda *all: all[-1]),
            ("rag.answer.passages.said_about", lambda _: None),
            ("rag.answer.signs.met_by", lambda _, __: ()),
            ("rag.answer.abstain.missing_time", lambda _: ""),
            ("rag.answer.abstain.missing_speaker", lambda _: ""),
            ("rag.answer.quoting.documents_on", lambda _: ()),
        ):
            stack.enter_context(mock.patch(name, instead))
        yield


def turns_before(question: Asked, assistant: rag.Assistant) -> tuple[rag.Turn, ...]:
    if not question.before:
        return ()
    answer = rag.Turn(role="assistant", content=assistant.ask(question.before).text)
    return (rag.Turn(role="user", content=question.before), answer)


def measured(assistant: rag.Assistant, asking: Iterable[Asked]) -> dict[str, float]:
    firsts, right, answered, quotes, strays, without, false = [], 0, 0, 0, 0, 0, 0
    for question in asking:
        answer = assistant.ask(question.text, history=turns_before(question, assistant))
        if not question.wanted:
            without += 1
            false += answer.status == "answered"
            continue
        firsts.append(answer.hits[0].document.id in question.wanted)
        answered += answer.status == "answered"
        right += bool(answer.citations) and answer.citations[0].document.id in question.wanted
        quotes += len(answer.citations)
        strays += sum(one.document.id not in question.fitting for one in answer.citations)
    return {
        "asked": len(firsts),
        "first hit right": sum(firsts) / len(firsts),
        "answered": answered / len(firsts),
        "first quote right": right / len(firsts),
        "stray quotes": strays / max(1, quotes),
        "not said": without,
        "answered though": false / max(1, without),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps the indexes")
    options = parser.parse_args()
    needs("whitehouse", "fomc", "ungdc_south_caucasus")
    house, bank = list(rows("whitehouse/docs.jsonl")), list(rows("fomc/docs.jsonl"))
    speeches = list(rows("ungdc_south_caucasus/docs.jsonl"))
    groups = again(house)
    chosen = {one["id"]: one for some in groups.values() for one in some}
    others = [one for one in house if one["id"] not in chosen]
    documents = [*chosen.values(), *bank, *others[:: len(others) // OTHERS][:OTHERS]]
    sets = {
        "months": (documents, list(of_months(groups, bank, documents))),
        "the last time": (documents, list(of_the_last_time(groups, documents))),
        "speakers": (speeches, list(of_speakers(speeches))),
        "asked next": (speeches, list(asked_next(speeches))),
    }
    body: list[list[object]] = []
    good = True
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        for name, (corpus, asking) in sets.items():
            place = work / ("speakers" if corpus is speeches else "times")
            file = place.with_suffix(".jsonl")
            file.write_text("\n".join(map(json.dumps, corpus)), encoding="utf-8")
            update(place, scan([file]), load_embedder(BUNDLED, cache=work / "models"))
            with rag.open(index=place, model="quote") as assistant:
                assistant.load()
                ours = measured(assistant, asking)
                with without_times():
                    blind = measured(assistant, asking)
            body += [[name, *ours.values()], ["  without looking", *blind.values()]]
            good &= ours["first quote right"] >= FLOORS[name] and ours["stray quotes"] <= STRAYS
            good &= ours["answered though"] <= FALSE
    for name, (corpus, _) in sets.items():
        print(f"{name}: {len(corpus)} documents, {sum(len(one['paragraphs']) for one in corpus)} paragraphs")
    table(["", *ours], body)
    print("asked for, first quote right:", FLOORS, f"stray at most {STRAYS}, answered though not said at most {FALSE}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
