"""Question files: what is asked, and what an answer must find, cite and say.

`gold` is an AND of groups, a group an OR of paragraphs that state the same thing. Besides the native form a line
may be that of a public set (`gold_paragraphs`, `answers`): then every gold paragraph is a group of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError

from rag.errors import InputError, Problem, QuestionsError
from rag.text.normalize import normalized_text
from rag.types import Role, Turn

MEND = "`pilcrow eval questions check FILE` names every problem; mend them in the file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question and what a right answer to it holds."""

    id: str
    question: str
    kind: str = ""
    history: tuple[Turn, ...] = ()
    answerable: bool = True
    gold: tuple[tuple[str, ...], ...] = ()
    facts: tuple[str, ...] = ()
    """Regular expressions; each must be found in the answer or its normal form, without regard to case."""
    answers: tuple[str, ...] = ()
    """Reference answers, any of which will do."""
    grades: tuple[int, ...] = ()
    """How relevant each group is; empty when all are alike."""
    split: str = ""
    note: str = ""

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The facts, compiled."""
        return tuple(re.compile(fact, re.IGNORECASE) for fact in self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """The questions of one file or folder; `lines` are where they stand in it (0 when it has no lines)."""

    name: str
    path: Path
    digest: str
    questions: tuple[Question, ...]
    lines: tuple[int, ...]
    brings_documents: bool = False
    """Whether the documents to search come with the questions."""
    notes: tuple[str, ...] = ()
    """What was left out while reading, one line each."""


class Selected(NamedTuple):
    """A question and the set it is from."""

    set: str
    question: Question

    @property
    def key(self) -> str:
        return f"{self.set}/{self.question.id}"


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Role
    content: str


class _Line(BaseModel):
    """A line of the native form."""

    model_config = ConfigDict(extra="forbid")
    id: Text
    question: Text
    kind: Text
    history: list[_Turn] = Field(default_factory=list)
    answerable: StrictBool
    gold: list[Annotated[list[Text], Field(min_length=1)]] = Field(default_factory=list)
    facts: list[Text] = Field(default_factory=list)
    answers: list[Text] = Field(default_factory=list)
    split: Literal["dev", "test"] | None = None
    note: str = ""


class _PublicTurn(BaseModel):
    role: Role
    text: str


class _PublicLine(BaseModel):
    """A line of a public set; keys that are of no use here are passed over."""

    id: Text
    question: Text
    kind: str | None = None
    history: list[_PublicTurn] = Field(default_factory=list)
    answerable: StrictBool
    gold_paragraphs: list[Text]
    answers: list[Text] = Field(default_factory=list)
    answer_spans: list[dict[str, Any]] = Field(default_factory=list)
    split: str | None = None


def read_questions(path: Path) -> QuestionSet:
    """The questions of one `.jsonl` file.

    Raises:
        InputError: there is no such file.
        QuestionsError: lines that cannot be used, all of them.
    """
    problems: list[Problem] = []
    found: list[tuple[int, Question]] = []
    seen: dict[str, int] = {}
    data = _bytes_of(path)
    for number, raw in enumerate(data.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            question = _parse(raw)
        except ValueError as error:
            problems += [Problem(path=str(path), line=number, what=what) for what in _reasons(error)]
            continue
        if question.id in seen:
            problems.append(
                Problem(path=str(path), line=number, what=f"id {question.id!r} stands on line {seen[question.id]} too")
            )
            continue
        seen[question.id] = number
        found.append((number, question))
        problems += [Problem(path=str(path), line=number, what=what) for what in inconsistencies(question)]
    if not found and not problems:
        problems.append(Problem(path=str(path), what="holds no question"))
    if problems:
        raise QuestionsError(problems, mend=MEND)
    return QuestionSet(
        name=path.stem,
        path=path,
        digest=hashlib.sha256(data).hexdigest(),
        questions=tuple(question for _, question in found),
        lines=tuple(number for number, _ in found),
    )


def question_to_json(question: Question) -> dict[str, Any]:
    """The line of the native form, without keys that say nothing."""
    line: dict[str, Any] = {
        "id": question.id,
        "question": question.question,
        "kind": question.kind,
        "history": [{"role": turn.role, "content": turn.content} for turn in question.history],
        "answerable": question.answerable,
        "gold": [list(group) for group in question.gold],
        "facts": list(question.facts),
    }
    optional = {"answers": list(question.answers), "split": question.split, "note": question.note}
    return line | {key: value for key, value in optional.items() if value}


def inconsistencies(question: Question) -> Iterator[str]:
    """What is wrong with a question, whatever the documents say."""
    if question.answerable and not question.gold:
        yield "is answerable but names no gold paragraph"
    if not question.answerable and question.gold:
        yield "is unanswerable but names gold paragraphs"
    if not question.answerable and question.facts:
        yield "is unanswerable but names facts"
    for fact in question.facts:
        try:
            re.compile(fact, re.IGNORECASE)
        except re.error as error:
            yield f"fact {fact!r} is no regular expression: {error}"


ParagraphText = Callable[[str], str | None]
"""The text of the paragraph with a reference, None when there is none."""


def check_questions(questions: QuestionSet, paragraph_text: ParagraphText) -> tuple[Problem, ...]:
    """What is wrong with the questions in the light of the documents: gold that is not there, facts it does not state.

    A native file must be right in full; of a public set only missing paragraphs are a problem.
    """
    problems: list[Problem] = []
    for number, question in zip(questions.lines, questions.questions, strict=True):
        texts = {ref: paragraph_text(ref) for group in question.gold for ref in group}
        what = [f"{question.id}: there is no paragraph {ref}" for ref, text in texts.items() if text is None]
        stated = [text for text in texts.values() if text is not None]
        if stated and not question.answers:
            what += [
                f"{question.id}: fact {fact!r} matches no gold paragraph"
                for fact, pattern in zip(question.facts, question.patterns(), strict=True)
                if not any(states(text, pattern) for text in stated)
            ]
        problems += [Problem(path=str(questions.path), line=number, what=each) for each in what]
    return tuple(problems)


def select(sets: Sequence[QuestionSet], *, split: str | None, kind: str | None) -> tuple[Selected, ...]:
    """The questions of a split and a kind, in the order of the files.

    Raises:
        InputError: none is left, or two sets share a name.
    """
    names = [each.name for each in sets]
    if len(set(names)) < len(names):
        raise InputError(f"Two question files share a name among {', '.join(names)}.", mend="Rename one of them.")
    every = tuple(Selected(each.name, question) for each in sets for question in each.questions)
    kept = tuple(one for one in every if split in (None, one.question.split) and kind in (None, one.question.kind))
    if not kept:
        have = {
            "split": sorted({one.question.split for one in every}),
            "kind": sorted({one.question.kind for one in every}),
        }
        raise InputError(
            f"No question is of split {split or 'any'} and kind {kind or 'any'}.",
            mend=f"There are {_listed(have)}.",
        )
    return kept


def states(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a text states a fact: as it is written, or with straight quotes and dashes and single spaces."""
    return pattern.search(text) is not None or pattern.search(normalized_text(text)) is not None


def _parse(raw: bytes) -> Question:
    line = json.loads(raw.decode("utf-8-sig"))
    if not isinstance(line, dict):
        raise ValueError("is not a JSON object")
    if "gold_paragraphs" in line and "gold" not in line:
        return _from_public(_PublicLine.model_validate(line))
    read = _Line.model_validate(line)
    return Question(
        id=read.id,
        question=read.question,
        kind=read.kind,
        history=tuple(Turn(role=turn.role, content=turn.content) for turn in read.history),
        answerable=read.answerable,
        gold=tuple(tuple(group) for group in read.gold),
        facts=tuple(read.facts),
        answers=tuple(read.answers),
        split=read.split or "",
        note=read.note,
    )


def _from_public(read: _PublicLine) -> Question:
    kind = read.kind or ("unanswerable" if not read.answerable else "follow-up" if read.history else "answerable")
    return Question(
        id=read.id,
        question=read.question,
        kind=kind,
        history=tuple(Turn(role=turn.role, content=turn.text) for turn in read.history),
        answerable=read.answerable,
        gold=tuple((ref,) for ref in dict.fromkeys(read.gold_paragraphs)),
        # Only answers that are spans of a paragraph must be found word for word.
        facts=(one_of(read.answers),) if read.answerable and read.answer_spans and read.answers else (),
        answers=tuple(read.answers),
        split=read.split or "",
    )


def one_of(answers: Sequence[str]) -> str:
    """A pattern that any of the answers satisfies as whole words."""
    return "|".join(rf"(?<!\w){re.escape(normalized_text(answer))}(?!\w)" for answer in dict.fromkeys(answers))


def _reasons(error: ValueError) -> Iterator[str]:
    if isinstance(error, ValidationError):
        for each in error.errors():
            place = ".".join(str(part) for part in each["loc"])
            yield f"{place}: {each['msg'].lower()}"
    elif isinstance(error, UnicodeDecodeError):
        yield "is not UTF-8"
    elif isinstance(error, json.JSONDecodeError):
        yield f"is not JSON: {error.msg} at character {error.pos + 1}"
    else:
        yield str(error)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"Cannot read the questions {str(path)!r}: {error.strerror}.", mend="Name a .jsonl file of questions."
        ) from None


def _listed(have: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name}s {', '.join(repr(value) for value in values)}" for name, values in have.items())
