from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import InputError, QuestionsError
from rag.evaluate.questions import check_questions, question_to_json, read_questions, select
from rag.evaluate.store import question_from_json
from tests.evaluate.conftest import PLACES, line, release_questions, write_lines

GOOD = line(id="a", question="Who?", gold=[["d#p1", "e#p2"], ["d#p3"]], facts=[r"\bEnvoy\b"], split="dev", note="why")


def problems_of(tmp_path: Path, *lines: str | bytes) -> list[tuple[int, str]]:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\n".join(each if isinstance(each, bytes) else each.encode() for each in lines))
    with pytest.raises(QuestionsError) as caught:
        read_questions(path)
    return [(problem.line, problem.what) for problem in caught.value.problems]


def test_a_native_line_is_read_whole(tmp_path: Path) -> None:
    (question,) = read_questions(write_lines(tmp_path / "q.jsonl", [GOOD])).questions
    assert question.gold == (("d#p1", "e#p2"), ("d#p3",))
    assert (question.kind, question.split, question.note, question.answerable) == ("one-paragraph", "dev", "why", True)
    assert question.patterns()[0].search("the ENVOY said")


def test_a_question_survives_being_written_and_read_back(tmp_path: Path) -> None:
    for question in read_questions(write_lines(tmp_path / "q.jsonl", release_questions())).questions:
        assert question_from_json(json.loads(json.dumps(question_to_json(question)))) == question


def test_every_problem_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        json.dumps(GOOD),
        "{",
        json.dumps({**GOOD, "id": "a"}),
        json.dumps({**GOOD, "id": "b", "gold": []}),
        json.dumps(line(id="c", question="Who?", answerable=False, gold=[["d#p1"]], facts=["x"])),
        json.dumps({**GOOD, "id": "d", "facts": ["("]}),
        json.dumps({**GOOD, "id": "e", "colour": "red"}),
        json.dumps({**GOOD, "id": "f", "split": "train"}),
        json.dumps({**GOOD, "id": "g", "gold": [[]]}),
        json.dumps({**GOOD, "id": "h", "question": "  "}),
        b'{"id": "\xff"}',
        "[]",
        json.dumps({**GOOD, "id": "i", "answerable": "yes"}),
    )
    assert [number for number, _ in found] == [2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    said = dict(found)
    assert said[3] == "id 'a' stands on line 1 too"
    assert said[4] == "is answerable but names no gold paragraph"
    assert "is no regular expression" in said[6]
    assert said[7].startswith("colour")
    assert said[11] == "is not UTF-8"


def test_a_file_that_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl"):
        read_questions(tmp_path / "nowhere.jsonl")
    assert problems_of(tmp_path, "", "  ") == [(0, "holds no question")]


def test_the_lines_of_the_public_sets_are_read_as_they_are(tmp_path: Path) -> None:
    span = {"id": "1", "question": "When?", "answers": ["in 911", "911"], "answer_spans": [{"text": "911", "start": 3}],
            "gold_paragraphs": ["set/Normans#p1"], "answerable": True, "split": "dev", "other": 1}  # fmt: skip
    long = {"id": "2", "question": "How?", "answers": ["By averaging."], "gold_paragraphs": ["s#p1", "s#p2"],
            "answerable": True, "history": [{"role": "user", "text": "Tell me of forecasts."}]}  # fmt: skip
    none = {"id": "3", "question": "Why?", "answers": [], "gold_paragraphs": [], "answerable": False, "history": [],
            "written_against": "s#p1"}  # fmt: skip
    first, second, third = read_questions(write_lines(tmp_path / "set.jsonl", [span, long, none])).questions
    assert first.patterns()[0].search("It was 911.")
    assert not first.patterns()[0].search("It was 9110.")
    assert second.gold == (("s#p1",), ("s#p2",)), "each is to be found"
    assert second.facts == (), "a free answer need not be repeated word for word"
    assert second.history[0].content == "Tell me of forecasts."
    assert (third.answerable, third.gold) == (False, ())


def test_gold_and_facts_are_held_against_the_documents(tmp_path: Path) -> None:
    rows = [
        {**GOOD, "facts": ["envoy", 'left\\s+the\\s+"room"']},
        {**GOOD, "id": "b", "gold": [["d#p1"], ["gone#p1"]], "facts": ["minister"]},
    ]
    questions = read_questions(write_lines(tmp_path / "q.jsonl", rows))
    texts = {"d#p1": "The envoy \u201cleft\u201d.", "e#p2": "He left the\u00a0\u201croom\u201d.", "d#p3": ""}
    found = [(problem.line, problem.what) for problem in check_questions(questions, texts.get)]
    assert found == [(2, "b: there is no paragraph gone#p1"), (2, "b: fact 'minister' matches no gold paragraph")]


def test_a_split_and_a_kind_are_selected_in_the_order_of_the_file(tmp_path: Path) -> None:
    questions = read_questions(write_lines(tmp_path / "q.jsonl", release_questions()))
    chosen = select([questions], split="dev", kind="follow-up")
    assert [one.key for one in chosen] == [f"q/then-{place}" for place in PLACES]
    with pytest.raises(InputError, match="split train and kind any"):
        select([questions], split="train", kind=None)
    with pytest.raises(InputError, match="share a name"):
        select([questions, questions], split=None, kind=None)
