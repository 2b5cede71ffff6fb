from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag import evaluate
from rag.errors import InputError, QuestionsError
from rag.evaluate.public_sets import export_documents, load_set
from tests.evaluate.conftest import write_lines
from tests.evaluate.toy import ToyAssistant


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "scifacts"
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {
            "_id": "4983",
            "title": "Diffusion of water",
            "text": "Water diffuses slowly.\n\nIt is measured.",
            "metadata": {},
        },
        {"_id": "MED#10", "title": "Statins", "text": "Statins lower cholesterol."},
        {"_id": "77", "title": "", "text": "  "},
    ]
    texts = ["How does water diffuse?", "What lowers cholesterol?", "Unjudged?", "Only an empty document?"]
    queries = [{"_id": str(number), "text": text} for number, text in enumerate(texts, 1)]
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", queries)
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n1\t4983\t2\n1\tMED#10\t1\n2\t4983\t0\n4\t77\t1\n"
    )
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n2\tMED#10\t1\n")
    (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\n3\t4983\t1\n")
    return folder


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    def asked(name: str, question: str, *answers: str, **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "question": question,
            "answers": [{"text": each, "answer_start": 0} for each in answers],
            **more,
        }

    data = {
        "version": "v2.0",
        "data": [
            {
                "title": "Sky_(United_Kingdom)",
                "paragraphs": [
                    {
                        "context": "Sky was formed in 1990.",
                        "qas": [asked("a", "When was Sky formed? ", "1990", "in 1990")],
                    },
                    {
                        "context": "It sells broadband (fast).",
                        "qas": [
                            asked(
                                "b",
                                "How fast?",
                                is_impossible=True,
                                plausible_answers=[{"text": "fast", "answer_start": 20}],
                            ),
                            asked("a", "Again?", "fast"),
                        ],
                    },
                ],
            },
            {"title": "Sky_(United_Kingdom)", "paragraphs": [{"context": "Blue.", "qas": []}]},
        ],
    }
    path = tmp_path / "dev-v2.0.json"
    path.write_text(json.dumps(data))
    return path


def documents_of(path: Path, target: Path) -> dict[str, list[str]]:
    exported = export_documents(path, target)
    assert exported is not None
    return {row["id"]: row["paragraphs"] for row in map(json.loads, exported.read_text().splitlines())}


def test_a_beir_folder_is_read_with_its_grades_and_splits(beir: Path, tmp_path: Path) -> None:
    loaded = load_set(beir)
    assert [(each.id, each.gold, each.grades, each.split) for each in loaded.questions] == [
        ("1", (("4983#p1",), ("MED_10#p1",)), (2, 1), "test"),
        ("2", (("MED_10#p1",),), (1,), "dev"),
    ]
    assert loaded.notes == (
        "2 queries without a relevant document were left out",
        "1 documents without text were left out",
    )
    assert documents_of(beir, tmp_path / "out") == {
        "4983": ["Water diffuses slowly.\n\nIt is measured."],
        "MED_10": ["Statins lower cholesterol."],
    }


def test_a_squad_file_is_read_with_its_unanswerable_questions(squad: Path, tmp_path: Path) -> None:
    loaded = load_set(squad)
    first, second = loaded.questions
    assert (first.gold, first.question, first.answers) == (
        (("Sky_(United_Kingdom)#p1",),), "When was Sky formed?", ("1990", "in 1990"),
    )  # fmt: skip
    assert first.patterns()[0].search("Formed in 1990 [sic].")
    assert (second.answerable, second.gold, second.facts) == (False, (), ())
    assert loaded.notes == ("1 questions with an id already seen were left out",)
    assert documents_of(squad, tmp_path / "out") == {
        "Sky_(United_Kingdom)": ["Sky was formed in 1990.", "It sells broadband (fast)."],
        "Sky_(United_Kingdom)-2": ["Blue."],
    }


@pytest.mark.parametrize("which", ["beir", "squad"])
def test_a_public_set_is_evaluated_over_the_documents_it_brings(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from contextlib import contextmanager

    given: list[Path] = []

    @contextmanager
    def open_assistant(documents: Path | None):  # type: ignore[no-untyped-def]
        assert documents is not None
        given.append(documents)
        rows = map(json.loads, documents.read_text().splitlines())
        yield ToyAssistant({row["id"]: row["paragraphs"] for row in rows})

    path = request.getfixturevalue(which)
    done = evaluate.run([path], open_assistant=open_assistant, out=tmp_path / "runs", settings={})
    assert done.summary.value("recall@10") == 1.0
    assert len(done.scored) == 2
    again = evaluate.resume(done.folder.path, open_assistant=open_assistant)
    assert given[0] == given[1], "always at the same place, so that an index of them can be found again"
    assert again.summary == done.summary


def test_a_public_set_is_not_mixed_with_other_questions(beir: Path, squad: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="brings its own documents"):
        evaluate.run([beir, squad], open_assistant=lambda documents: None, out=tmp_path, settings={})  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("queries.jsonl", '{"text": "?"}\n', "not a JSON object with an `_id`"),
        ("qrels/test.tsv", "1\t4983\n", "is not `query<TAB>document<TAB>grade`"),
        ("qrels/test.tsv", "1\t4983\tgood\n2\t1\t1\n", "test.tsv:1"),
    ],
)
def test_what_is_wrong_with_a_beir_folder_is_said_with_its_line(beir: Path, name: str, text: str, what: str) -> None:
    (beir / name).write_text(text)
    with pytest.raises(QuestionsError, match=what):
        load_set(beir)


def test_a_folder_or_file_that_is_no_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no corpus\.jsonl, queries\.jsonl, qrels"):
        load_set(tmp_path)
    (tmp_path / "x.json").write_text('{"rows": []}')
    with pytest.raises(QuestionsError, match="is no SQuAD file"):
        load_set(tmp_path / "x.json")
    (tmp_path / "y.json").write_text('{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": 1}]}]}]}')
    with pytest.raises(QuestionsError, match="is no SQuAD file"):
        load_set(tmp_path / "y.json")
