"""Public question sets as they are published: BEIR folders and SQuAD JSON files, with the documents they bring.

BEIR (https://github.com/beir-cellar/beir): `corpus.jsonl`, `queries.jsonl`, `qrels/SPLIT.tsv`; each document is one
paragraph, each relevant document a gold group with its grade, and queries without judgements are not asked.
SQuAD 1.1 and 2.0 (https://rajpurkar.github.io/SQuAD-explorer/): an article is a document, a context a paragraph.
What cannot be asked is left out and counted in the notes, never silently.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import InputError, Problem, QuestionsError
from rag.evaluate.questions import MEND, Question, QuestionSet, one_of, read_questions
from rag.types import Turn

BEIR_FILES = ("corpus.jsonl", "queries.jsonl", "qrels")
_SPLITS = ("test", "dev")
_UNSAFE = re.compile(r"[\\#\x00-\x1f\x7f]|\.\.+|^/+")
_LONGEST_ID = 200


def load_set(path: Path) -> QuestionSet:
    """The questions at a path: a native or public `.jsonl` file, a SQuAD `.json` file or a BEIR folder.

    Raises:
        InputError: nothing there can be read as questions.
        QuestionsError: lines that cannot be used.
    """
    if path.is_dir():
        if missing := [name for name in BEIR_FILES if not (path / name).exists()]:
            raise InputError(
                f"The folder {str(path)!r} is no BEIR set: it has no {', '.join(missing)}.",
                mend="Name a .jsonl file, a SQuAD .json file or a BEIR folder.",
            )
        return _beir(path)
    return _squad(path) if path.suffix == ".json" else read_questions(path)


def export_documents(path: Path, target: Path) -> Path | None:
    """Writes the documents that a public set brings as `.jsonl` into a folder; None when it brings none."""
    if path.is_dir():
        documents = _beir_documents(path)
    elif path.suffix == ".json":
        documents = _squad_documents(path)
    else:
        return None
    target.mkdir(parents=True, exist_ok=True)
    file = target / f"{path.stem}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for document in documents:
            out.write(json.dumps(document, ensure_ascii=False) + "\n")
    return file


def _beir(path: Path) -> QuestionSet:
    judged, digest = _judgements(path / "qrels")
    empty = {row["_id"] for row in _rows(path / "corpus.jsonl") if not _beir_text(row)}
    questions: list[Question] = []
    asked = 0
    for row in _rows(path / "queries.jsonl"):
        identifier = str(row["_id"])
        asked += 1
        split, grades = judged.get(identifier, ("", {}))
        relevant = {name: grade for name, grade in grades.items() if grade > 0 and name not in empty}
        if not relevant:
            continue
        questions.append(
            Question(
                id=identifier,
                question=str(row["text"]),
                kind="search",
                gold=tuple((f"{safe_id(name)}#p1",) for name in relevant),
                grades=tuple(relevant.values()),
                split=split,
            )
        )
    if not questions:
        raise QuestionsError([Problem(path=str(path), what="no query has a relevant document")], mend=MEND)
    left = asked - len(questions)
    notes = [f"{left} queries without a relevant document were left out"] if left else []
    notes += [f"{len(empty)} documents without text were left out"] if empty else []
    digest.update((path / "queries.jsonl").read_bytes())
    return QuestionSet(
        name=path.resolve().name,
        path=path,
        digest=digest.hexdigest(),
        questions=tuple(questions),
        lines=(0,) * len(questions),
        brings_documents=True,
        notes=tuple(notes),
    )


def _judgements(folder: Path) -> tuple[dict[str, tuple[str, dict[str, int]]], Any]:
    """Per query its split and graded documents, from `test.tsv` and `dev.tsv`, or `train.tsv` when neither is there."""
    files = [folder / f"{split}.tsv" for split in _SPLITS if (folder / f"{split}.tsv").exists()]
    files = files or sorted(folder.glob("*.tsv"))
    digest = hashlib.sha256()
    judged: dict[str, tuple[str, dict[str, int]]] = {}
    problems: list[Problem] = []
    for file in files:
        data = file.read_bytes()
        digest.update(data)
        grades: dict[str, dict[str, int]] = defaultdict(dict)
        for number, line in enumerate(data.decode("utf-8-sig").splitlines(), 1):
            columns = line.split("\t")
            if number == 1 and columns[-1] == "score":
                continue
            if len(columns) != 3 or not columns[2].lstrip("-").isdecimal():
                problems.append(Problem(path=str(file), line=number, what="is not `query<TAB>document<TAB>grade`"))
                continue
            grades[columns[0]][columns[1]] = int(columns[2])
        for query, documents in grades.items():
            if any(grade > 0 for grade in documents.values()):
                judged.setdefault(query, (file.stem, documents))
    if not files:
        problems.append(Problem(path=str(folder), what="holds no .tsv file of judgements"))
    if problems:
        raise QuestionsError(problems, mend=MEND)
    return judged, digest


def _beir_documents(path: Path) -> Iterator[dict[str, Any]]:
    for row in _rows(path / "corpus.jsonl"):
        if text := _beir_text(row):
            title = str(row.get("title") or "") or str(row["_id"])
            yield {"id": safe_id(str(row["_id"])), "title": title, "paragraphs": [text]}


def _beir_text(row: dict[str, Any]) -> str:
    return (str(row.get("text") or "").strip() or str(row.get("title") or "")).strip()


def _squad(path: Path) -> QuestionSet:
    data, articles = _articles(path)
    questions: list[Question] = []
    seen: set[str] = set()
    repeated = 0
    for document, article in zip(_article_ids(articles), articles, strict=True):
        for number, paragraph in enumerate(article["paragraphs"], 1):
            for asked in paragraph["qas"]:
                if asked["id"] in seen:
                    repeated += 1
                    continue
                seen.add(asked["id"])
                questions.append(_squad_question(asked, f"{document}#p{number}"))
    if not questions:
        raise QuestionsError([Problem(path=str(path), what="holds no question")], mend=MEND)
    return QuestionSet(
        name=path.stem,
        path=path,
        digest=hashlib.sha256(data).hexdigest(),
        questions=tuple(questions),
        lines=(0,) * len(questions),
        brings_documents=True,
        notes=(f"{repeated} questions with an id already seen were left out",) if repeated else (),
    )


def _squad_question(asked: dict[str, Any], ref: str) -> Question:
    answers = tuple(dict.fromkeys(str(answer["text"]) for answer in asked.get("answers", ())))
    answerable = bool(answers) and not asked.get("is_impossible", False)
    return Question(
        id=str(asked["id"]),
        question=str(asked["question"]).strip(),
        kind="answerable" if answerable else "unanswerable",
        history=tuple(Turn(role=turn["role"], content=turn["text"]) for turn in asked.get("history", ())),
        answerable=answerable,
        gold=((ref,),) if answerable else (),
        facts=(one_of(answers),) if answerable else (),
        answers=answers if answerable else (),
    )


def _squad_documents(path: Path) -> Iterator[dict[str, Any]]:
    _, articles = _articles(path)
    for identifier, article in zip(_article_ids(articles), articles, strict=True):
        title = str(article.get("title") or identifier).replace("_", " ")
        yield {"id": identifier, "title": title, "paragraphs": [part["context"] for part in article["paragraphs"]]}


def _article_ids(articles: list[dict[str, Any]]) -> Iterator[str]:
    taken: dict[str, int] = defaultdict(int)
    for number, article in enumerate(articles, 1):
        identifier = safe_id(str(article.get("title") or f"article-{number}"))
        taken[identifier] += 1
        yield identifier if taken[identifier] == 1 else f"{identifier}-{taken[identifier]}"


def _articles(path: Path) -> tuple[bytes, list[dict[str, Any]]]:
    try:
        data = path.read_bytes()
        articles = json.loads(data)["data"]
        for article in articles:
            for paragraph in article["paragraphs"]:
                _ = paragraph["context"], [(asked["id"], asked["question"]) for asked in paragraph["qas"]]
    except OSError as error:
        raise InputError(f"Cannot read the questions {str(path)!r}: {error.strerror}.", mend="Name a file.") from None
    except (ValueError, KeyError, TypeError) as error:
        what = f"is no SQuAD file ({type(error).__name__}: {error})"
        raise QuestionsError(
            [Problem(path=str(path), what=what)], mend="Name a SQuAD .json or a .jsonl file."
        ) from None
    return data, articles


def safe_id(name: str) -> str:
    """The name without what a document id cannot hold."""
    return _UNSAFE.sub("_", name.strip())[:_LONGEST_ID] or "_"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    problems: list[Problem] = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                _ = row["_id"]
            except (ValueError, KeyError, TypeError):
                problems.append(Problem(path=str(path), line=number, what="is not a JSON object with an `_id`"))
                continue
            yield row
    if problems:
        raise QuestionsError(problems, mend=MEND)
