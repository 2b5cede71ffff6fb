"""From the chat to questions: what people rated becomes a question with its gold, after somebody looked at it.

The chat keeps its exchanges in the index folder, each answer in the documented form of `pilcrow ask --json`, with a
rating and a comment. They are read here, never written.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import InputError, Problem, QuestionsError, StoreError
from rag.evaluate.questions import (
    MEND,
    ParagraphText,
    Question,
    QuestionSet,
    check_questions,
    inconsistencies,
    question_to_json,
    read_questions,
)
from rag.evaluate.store import write_atomically
from rag.types import Turn

CONVERSATIONS = "conversations.sqlite3"
KIND = "from-chat"
_NUMBERED = re.compile(r"([A-Za-z]*)(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A citation of a rated answer: its paragraph, the paragraphs of the same words, and the quote."""

    paragraph: str
    also_in: tuple[str, ...]
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A question somebody asked in the chat, what was answered, and what they thought of it."""

    id: str
    asked: str
    question: str
    history: tuple[Turn, ...]
    answered: bool
    text: str
    citations: tuple[Cited, ...]
    rating: int
    comment: str

    @property
    def opinion(self) -> str:
        return {1: "helpful", -1: "not helpful"}.get(self.rating, "no rating")


def list_feedback(index_folder: Path) -> tuple[Feedback, ...]:
    """Every exchange with a rating or a comment, newest first; none when nobody has used the chat.

    Raises:
        StoreError: the conversations cannot be read.
    """
    path = index_folder / CONVERSATIONS
    if not path.exists():
        return ()
    try:
        with closing(sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True, timeout=10)) as database:
            rows = database.execute(
                "SELECT conversation, data FROM exchanges ORDER BY conversation, position"
            ).fetchall()
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"Conversations in {str(path)!r} cannot be read: {error}.", mend=f"Move {CONVERSATIONS} away."
        ) from None
    found = [feedback for feedback in _read(rows) if feedback.rating or feedback.comment]
    return tuple(sorted(found, key=lambda feedback: feedback.asked, reverse=True))


def find_feedback(index_folder: Path, name: str) -> Feedback:
    """The rated exchange with this id, or whose id begins so.

    Raises:
        InputError: there is none, or several.
    """
    every = list_feedback(index_folder)
    found = [feedback for feedback in every if feedback.id.startswith(name)]
    if len(found) != 1:
        raise InputError(
            f"{len(found) or 'No'} rated answers have an id that begins with {name!r}.",
            mend="List them: pilcrow eval questions add",
        )
    return found[0]


def propose(
    feedback: Feedback,
    file: Path,
    *,
    gold: Sequence[str] = (),
    unanswerable: bool = False,
    facts: Sequence[str] = (),
    kind: str = KIND,
    split: str = "",
    note: str = "",
) -> Question:
    """The question that a rated answer becomes.

    Each of `gold` is a group, its paragraphs joined by `|`. Without it a helpful answer's own citations are the gold,
    each with the paragraphs of the same words, and a helpful abstention makes the question unanswerable.

    Raises:
        InputError: an answer that was not helpful needs its gold named, or to be called unanswerable.
    """
    silence = unanswerable or (not gold and feedback.rating > 0 and not feedback.answered)
    groups = tuple(tuple(ref.strip() for ref in group.split("|") if ref.strip()) for group in gold)
    if not groups and not silence:
        if feedback.rating <= 0 or not feedback.citations:
            raise InputError(
                f"The answer to {feedback.question!r} was rated {feedback.opinion}, so its citations are no gold.",
                mend="Name the paragraphs: --gold 'DOC#p1|DOC2#p3' (once for each fact), or say --unanswerable.",
            )
        groups = tuple(dict.fromkeys((cited.paragraph, *cited.also_in) for cited in feedback.citations))
    return Question(
        id=next_id(file),
        question=feedback.question,
        kind=kind,
        history=feedback.history,
        answerable=not silence,
        gold=() if silence else groups,
        facts=tuple(facts),
        split=split,
        note=note or f"from the chat, {feedback.opinion}" + (f": {feedback.comment}" if feedback.comment else ""),
    )


def append_question(file: Path, question: Question, paragraph_text: ParagraphText) -> None:
    """Adds a question to a file, which is made when it is not there.

    Raises:
        QuestionsError: the question or the file cannot be used; nothing was written.
    """
    existing = read_questions(file) if file.exists() else None
    problems = [Problem(path=str(file), what=f"{question.id}: {what}") for what in inconsistencies(question)]
    if existing and any(known.id == question.id for known in existing.questions):
        problems.append(Problem(path=str(file), what=f"{question.id}: is there already"))
    if not problems:
        alone = QuestionSet(name=file.stem, path=file, digest="", questions=(question,), lines=(0,))
        problems += check_questions(alone, paragraph_text)
    if problems:
        raise QuestionsError(problems, mend=MEND)
    before = file.read_text(encoding="utf-8") if existing else ""
    if before and not before.endswith("\n"):
        before += "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, before + json.dumps(question_to_json(question), ensure_ascii=False) + "\n")


def next_id(file: Path) -> str:
    """The id after the last numbered one of a file, in its form (`q118` -> `q119`)."""
    if not file.exists():
        return "q001"
    matches = [match for question in read_questions(file).questions if (match := _NUMBERED.fullmatch(question.id))]
    if not matches:
        return f"chat-{len(read_questions(file).questions) + 1}"
    last = max(matches, key=lambda match: int(match[2]))
    return f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}"


def describe(feedback: Feedback, question: Question, paragraph_text: ParagraphText) -> Iterator[str]:
    """What somebody should see before a question is added, line by line."""
    for turn in question.history:
        yield f"{turn.role}: {turn.content}"
    yield f"Question  {question.question}"
    yield f"Answered  {feedback.text}"
    yield f"Rated     {feedback.opinion}" + (f": {feedback.comment}" if feedback.comment else "")
    if not question.answerable:
        yield "Gold      none: no paragraph answers"
    for group in question.gold:
        for at, ref in enumerate(group):
            text = paragraph_text(ref) or "there is no such paragraph"
            yield f"{'Gold      ' if at == 0 else '       or '}{ref}: {text}"
    for fact in question.facts:
        yield f"Fact      {fact}"
    yield f"Kind      {question.kind}" + (f", {question.split}" if question.split else "")


def _read(rows: Sequence[tuple[str, str]]) -> Iterator[Feedback]:
    conversation = ""
    history: tuple[Turn, ...] = ()
    for name, data in rows:
        if name != conversation:
            conversation, history = name, ()
        exchange = json.loads(data)
        answer = exchange.get("answer")
        if answer is None:
            continue
        yield replace(_feedback(exchange, answer), history=history)
        history += (
            Turn(role="user", content=exchange["question"]),
            Turn(role="assistant", content=str(answer["text"])),
        )


def _feedback(exchange: Mapping[str, Any], answer: Mapping[str, Any]) -> Feedback:
    return Feedback(
        id=exchange["id"],
        asked=exchange["asked"],
        question=exchange["question"],
        history=(),
        answered=answer["status"] == "answered",
        text=str(answer["text"]) or str(answer["reason"]),
        citations=tuple(
            Cited(paragraph=each["paragraph"], also_in=tuple(each["also_in"]), quote=each["quote"])
            for each in answer["citations"]
        ),
        rating=int(exchange.get("rating", 0)),
        comment=str(exchange.get("comment", "")),
    )
