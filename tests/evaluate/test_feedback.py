from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.chat.conversations import Conversations
from rag.chat.exchanges import Exchange
from rag.errors import InputError, QuestionsError, StoreError
from rag.evaluate.feedback import (
    append_question,
    describe,
    find_feedback,
    list_feedback,
    next_id,
    propose,
)
from rag.evaluate.questions import read_questions
from tests.evaluate.conftest import line, write_lines

TEXTS = {
    "gov#p1": "Azerbaijan releases 32 servicemen.",
    "press#p4": "Azerbaijan releases 32 servicemen.",
    "gov#p2": "No.",
}


def answer(*paragraphs: str) -> dict[str, Any]:
    return {
        "status": "answered" if paragraphs else "abstained",
        "text": "It releases 32.[1]" if paragraphs else "The documents do not answer this.",
        "reason": "",
        "citations": [{"paragraph": each, "also_in": ["press#p4"], "quote": TEXTS[each]} for each in paragraphs],
    }


@pytest.fixture
def index_folder(tmp_path: Path) -> Path:
    """What the chat itself keeps, through its own store."""
    chat = Conversations(tmp_path)
    talk = chat.start("ann", "Servicemen")
    kept = [
        Exchange(id="aaa", question="How many?", asked="2026-01-01T10:00:00+00:00", answer=answer("gov#p1"), rating=1),
        Exchange(id="bbb", question="Stopped", asked="2026-01-01T10:01:00+00:00", note="stopped", rating=1),
        Exchange(
            id="ccc",
            question="And on Mars?",
            asked="2026-01-01T10:02:00+00:00",
            answer=answer("gov#p2"),
            rating=-1,
            comment="Invented!",
        ),
        Exchange(id="ddd", question="Unrated", asked="2026-01-01T10:03:00+00:00", answer=answer("gov#p1")),
        Exchange(id="eee", question="Why?", asked="2026-01-01T10:04:00+00:00", answer=answer(), rating=1),
    ]
    for exchange in kept:
        chat.keep("ann", talk.id, exchange)
    return tmp_path


def test_what_was_rated_is_listed_with_the_turns_before(index_folder: Path) -> None:
    last, second, first = list_feedback(index_folder)
    assert [each.id for each in (first, second, last)] == ["aaa", "ccc", "eee"]
    assert (second.opinion, second.comment) == ("not helpful", "Invented!")
    assert first.history == ()
    assert [turn.content for turn in second.history] == ["How many?", "It releases 32.[1]"]
    assert len(last.history) == 6
    assert find_feedback(index_folder, "cc") == second
    with pytest.raises(InputError, match="No rated answers"):
        find_feedback(index_folder, "zzz")


def test_a_helpful_answer_brings_its_own_gold(index_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    feedback = find_feedback(index_folder, "aaa")
    question = propose(feedback, file, facts=[r"\b32\b"], split="dev")
    assert question.gold == (("gov#p1", "press#p4"),)
    shown = "\n".join(describe(feedback, question, TEXTS.get))
    assert "Gold      gov#p1: Azerbaijan releases 32 servicemen." in shown
    assert "       or press#p4" in shown
    append_question(file, question, TEXTS.get)
    (read,) = read_questions(file).questions
    assert read == question
    assert (read.id, read.note) == ("q001", "from the chat, helpful")


def test_an_unhelpful_answer_needs_its_gold_named(index_folder: Path, tmp_path: Path) -> None:
    feedback = find_feedback(index_folder, "ccc")
    with pytest.raises(InputError, match="rated not helpful, so its citations are no gold"):
        propose(feedback, tmp_path / "mine.jsonl")
    named = propose(feedback, tmp_path / "mine.jsonl", gold=["gov#p1 | press#p4", "gov#p2"])
    assert named.gold == (("gov#p1", "press#p4"), ("gov#p2",))
    silent = propose(feedback, tmp_path / "mine.jsonl", unanswerable=True)
    assert (silent.answerable, silent.gold, silent.note) == (False, (), "from the chat, not helpful: Invented!")


def test_a_helpful_abstention_makes_the_question_unanswerable(index_folder: Path, tmp_path: Path) -> None:
    feedback = find_feedback(index_folder, "eee")
    assert not propose(feedback, tmp_path / "mine.jsonl").answerable
    with pytest.raises(InputError, match="rated not helpful"):
        propose(replace(feedback, rating=-1), tmp_path / "mine.jsonl")


def test_a_question_is_added_after_the_others_or_not_at_all(index_folder: Path, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "mine.jsonl", [line(id="q117", question="Who?", gold=[["gov#p1"]])])
    file.write_text(file.read_text().rstrip("\n"))
    before = file.read_bytes()
    question = propose(find_feedback(index_folder, "aaa"), file)
    assert question.id == "q118"
    for wrong in (
        replace(question, id="q117"),
        replace(question, gold=(("gone#p1",),)),
        replace(question, facts=("thirty-three",)),
        replace(question, facts=("(",)),
    ):
        with pytest.raises(QuestionsError):
            append_question(file, wrong, TEXTS.get)
    assert file.read_bytes() == before
    append_question(file, question, TEXTS.get)
    assert [json.loads(each)["id"] for each in file.read_text().splitlines()] == ["q117", "q118"]
    assert next_id(file) == "q119"


def test_without_a_chat_there_is_nothing_and_a_broken_store_is_said(tmp_path: Path) -> None:
    assert list_feedback(tmp_path) == ()
    (tmp_path / "conversations.sqlite3").write_text("no database at all, " * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        list_feedback(tmp_path)
