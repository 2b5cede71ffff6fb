"""The reader that ships, over real paragraphs: what it tells apart, what it reads of long ones, what it refuses."""

from __future__ import annotations

import importlib.util
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rag.answer.reader import LEAST_HITS, MOST_HITS, WEIGHTS, Reader
from rag.assistant import Assistant
from rag.errors import ConfigurationError
from rag.index.converted import published_tokenizer
from rag.index.embedding import bundled_model
from rag.settings import Settings
from rag.text.sentences import split_sentences
from rag.types import DocumentInfo, Hit, Paragraph, Retrieval, SentenceScore, Signals
from tests.conftest import ROOT, SERVICEMEN

GRAIN = (
    "The two ministers met in Vienna on Tuesday. They agreed that the port will send forty ships of grain to the south "
    "before winter. Journalists were not admitted."
)
BRIDGE = "The old bridge over the river was opened to cyclists again after repairs that took three years."
FILLER = "The delegation thanked its hosts for the warm welcome and for the tour of the museum. "


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader.load(cache=tmp_path_factory.mktemp("reader"))


def hit(text: str, *, cosines: Sequence[float] = (), number: int = 1) -> Hit:
    spans = split_sentences(text)
    return Hit(
        paragraph=Paragraph(document="doc", number=number, start=0, end=len(text), text=text),
        document=DocumentInfo(id="doc", title="Talks on grain"),
        score=0.5,
        signals=Signals(dense=0.5, lexical=1.0, sentence=0.5),
        sentences=tuple(
            SentenceScore(start=span.start, end=span.end, score=cosines[at] if cosines else 0.0)
            for at, span in enumerate(spans)
        ),
    )


def found(question: str, *hits: Hit) -> Retrieval:
    return Retrieval(question=question, standalone_question=question, hits=hits, paragraphs=len(hits))


def answers(reader: Reader, question: str, *texts: str) -> list[float]:
    read = reader(found(question, *(hit(text) for text in texts)))
    return [one.read.answer for one in read.hits if one.read]


def test_a_paragraph_that_answers_is_told_from_one_that_does_not(reader: Reader) -> None:
    right, wrong = answers(reader, "How much corn goes down south by boat?", GRAIN, BRIDGE)
    assert right > wrong + 1


@pytest.mark.parametrize(
    ("answered", "not_answered"),
    [
        ("How many ships of grain will the port send to the south?", "How many ships of oil will the port send north?"),
        ("Where did the two ministers meet?", "Where will the two presidents meet next year?"),
    ],
)
def test_a_question_that_is_answered_is_told_from_its_like(reader: Reader, answered: str, not_answered: str) -> None:
    assert answers(reader, answered, GRAIN)[0] > answers(reader, not_answered, GRAIN)[0] + 0.5


def test_the_united_states_are_not_us(reader: Reader) -> None:
    about = "The {} agreed to send forty ships of grain to the south."
    plain, other = answers(
        reader, "What did the US agree to send?", about.format("US"), about.format("press told us and")
    )
    assert plain > other + 1
    typed = answers(reader, "what did the us agree to send?", about.format("US"))
    assert typed == answers(reader, "what did the us agree to send?", about.format("us"))


def test_of_a_long_question_the_end_is_read(reader: Reader) -> None:
    asked = "where did the two ministers meet?"
    talk = "I have been reading about shipping all week and I am still not sure of one thing. " * 6
    assert answers(reader, talk + asked, GRAIN) == answers(reader, f"Once more: {talk}{asked}", GRAIN)


def test_the_sentence_that_answers_is_found(reader: Reader) -> None:
    for question, best in (("What did the ministers decide about food?", 1), ("Was the press let in?", 2)):
        (read,) = reader(found(question, hit(GRAIN))).hits
        assert read.read
        assert max(range(3), key=lambda at: read.read.sentences[at] if read.read else 0) == best


def test_a_long_paragraph_is_read_around_the_sentence_nearest_to_the_question(reader: Reader) -> None:
    text = FILLER * 60 + GRAIN
    count = len(split_sentences(text))
    near = [0.0] * count
    near[-2] = 1.0
    question = "How much grain goes south?"
    (at_its_end,) = reader(found(question, hit(text, cosines=near))).hits
    (at_its_start,) = reader(found(question, hit(text))).hits
    assert at_its_end.read
    assert at_its_start.read
    assert len(at_its_end.read.sentences) == count
    assert at_its_end.read.answer > at_its_start.read.answer + 1
    assert at_its_end.read.sentences[-2] == max(at_its_end.read.sentences)


def test_as_many_hits_are_read_as_there_is_time_for(reader: Reader) -> None:
    for text, count in ((GRAIN, MOST_HITS), (FILLER * 60, LEAST_HITS)):
        hits = reader(found("Who met?", *(hit(text, number=number) for number in range(1, 13)))).hits
        assert [one.read is not None for one in hits] == [True] * count + [False] * (12 - count)


def test_all_else_stays_as_it_was(reader: Reader) -> None:
    before = found("Who met?", hit(GRAIN), hit(BRIDGE, number=2))
    after = reader(before)
    assert replace(after, hits=tuple(replace(one, read=None) for one in after.hits)) == before
    for nothing in (found("Who met?"), found("", hit(GRAIN))):
        assert reader(nothing) == nothing


def test_a_paragraph_of_signs_and_one_without_sentences_are_read(reader: Reader) -> None:
    for one in (hit("…"), replace(hit(GRAIN), sentences=()), hit("ዘመን " * 400)):
        (read,) = reader(found("Who? " * 300, one)).hits
        assert read.read is not None
        assert len(read.read.sentences) == len(one.sentences)


def test_threads_do_not_disturb_each_other(reader: Reader) -> None:
    questions = [f"How many ships go to port {number}?" for number in range(12)]
    alone = [answers(reader, question, GRAIN, BRIDGE) for question in questions]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: answers(reader, question, GRAIN, BRIDGE), questions))
    for one, other in zip(alone, together, strict=True):
        assert one == pytest.approx(other, abs=1e-3)


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "rag/answer" / WEIGHTS, tmp_path)
    (tmp_path / WEIGHTS).write_bytes((tmp_path / WEIGHTS).read_bytes()[:-1] + b"x")
    monkeypatch.setattr("rag.answer.reader.files", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match=r"reader\.safetensors is not the published one"):
        Reader.load(cache=tmp_path / "cache")
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(ConfigurationError, match=r"reader\.safetensors is missing"):
        Reader.load(cache=tmp_path / "cache")


def test_an_index_that_cannot_be_written_to_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    other = Reader.load(cache=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    assert answers(other, "Who met?", GRAIN) == pytest.approx(answers(reader, "Who met?", GRAIN), abs=0.05)


def test_readers_that_start_together_build_one_graph(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        readers = list(pool.map(lambda _: Reader.load(cache=tmp_path), range(4)))
    assert len({tuple(answers(one, "Who met?", GRAIN)) for one in readers}) == 1
    assert len(list(tmp_path.glob("*/model.bin"))) == 1


def test_beside_another_embedding_model_nothing_is_read(tmp_path: Path, index_folder: Path) -> None:
    from rag.library import update_index

    other = Settings.load(index=tmp_path / "index", embedding="test:hash")
    update_index(other, [ROOT / "corpus"])
    for settings, reads in ((other, False), (Settings.load(index=index_folder), True)):
        with Assistant.open(settings) as assistant:
            answer = assistant.ask(SERVICEMEN)
            assert any(one.read for one in assistant._read(assistant.search(SERVICEMEN)).hits) is reads
            assert answer.citations or answer.status == "abstained"


def test_a_question_is_read_without_torch(index_folder: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from rag.assistant import Assistant; from rag.settings import Settings\n"
        f"Assistant.open(Settings.load(index={str(index_folder)!r})).ask({SERVICEMEN!r})\n"
        "print('torch' in sys.modules, 'rag.answer.reader' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_what_training_writes_is_what_is_read(tmp_path: Path) -> None:
    """The model as it learns and the reader of its weights give the same scores."""
    from safetensors.torch import load_file, save_file

    trainer = _trainer()
    from support.lessons import Lesson, Taught

    model = trainer.ReaderModel(load_file(bundled_model() / "model.safetensors"), dropout=0.0)
    lesson = Lesson(
        question="How much grain goes south?",
        title="Talks on grain",
        text=GRAIN,
        sentences=tuple(split_sentences(GRAIN)),
        answers=True,
        answering=frozenset({1}),
    )
    chance = random.Random(1)
    tokenised = trainer.Tokenised(published_tokenizer(bundled_model()), chance)
    question = tokenised(Taught(source="", question=lesson.question, right=(lesson,), wrong=()))
    pair = trainer.pair_of(question.tokens, tokenised.paragraphs[0], question.right[0], chance)
    batch = trainer.Batch.of([pair])
    optimizer = trainer.torch.optim.SGD(model.parameters(), lr=0.05)
    before = model.loss(batch)
    for _ in range(3):
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()
    assert model.loss(batch) < before
    model.eval()
    answers, sentences, _ = model(batch)
    save_file(model.weights(), tmp_path / "trained.safetensors")
    reader = Reader.load(cache=tmp_path, weights=tmp_path / "trained.safetensors")
    (read,) = reader(found(lesson.question, hit(GRAIN))).hits
    assert read.read
    assert batch.numbers == [[0, 1, 2]]
    assert read.read.answer == pytest.approx(answers[0].item(), abs=0.1)
    assert list(read.read.sentences) == pytest.approx(sentences[0, 1:].tolist(), abs=0.1)
    again = trainer.ReaderModel(load_file(bundled_model() / "model.safetensors"))
    again.load(load_file(tmp_path / "trained.safetensors"))
    again.eval()
    assert again(batch)[0].item() == pytest.approx(answers[0].item(), abs=0.05)


def test_pairs_in_a_batch_do_not_see_each_other() -> None:
    from safetensors.torch import load_file

    trainer = _trainer()
    model = trainer.ReaderModel(load_file(bundled_model() / "model.safetensors"))
    model.eval()
    from support.reader_model import Paragraph, Right

    chance = random.Random(1)
    pairs = []
    for size, answering in ((4, (0,)), (40, (1, 2)), (9, None)):
        text = np.arange(2000, 2000 + size)
        paragraph = Paragraph(title=np.array([1999]), text=text, owners=np.arange(size) * 3 // size)
        right = Right(paragraph=0, answering=answering, words=(1,)) if answering else None
        pairs.append(trainer.pair_of(np.array([2500, 2501]), paragraph, right, chance))
    together, sentences, _ = model(trainer.Batch.of(pairs))
    for at, pair in enumerate(pairs):
        alone, own, _ = model(trainer.Batch.of([pair]))
        assert together[at].item() == pytest.approx(alone.item(), abs=1e-3)
        assert sentences[at, 1:4].tolist() == pytest.approx(own[0, 1:4].tolist(), abs=1e-3)


def test_a_round_that_goes_on_sees_what_is_new_and_a_part_of_what_was_learnt() -> None:
    trainer = _trainer()
    from support.reader_model import Lessons, Question, Right

    packets = ("ya-1", "yd-1", "ra-1", "pa-1", "squad2")
    right = Right(paragraph=0, answering=(0,), words=())
    taught = [
        Question(source=source, tokens=np.array([at]), follows_up=False, right=(right,), wrong=(1,))
        for source in packets
        for at in range(200)
    ]
    seen = trainer.again(Lessons(paragraphs=(), taught=taught, kept=()), random.Random(1)).taught
    counts = {source: sum(one.source == source for one in seen) for source in packets}
    assert counts["ya-1"] == counts["yd-1"] == 200
    assert all(0 < counts[source] < 150 for source in packets[2:])
    among_others = {one.source for one in seen if one.wrong}
    assert among_others == set(packets)
    assert all(one.wrong for one in seen if one.source == "ya-1")
    assert not all(one.wrong for one in seen if one.source == "yd-1")


def test_a_question_over_several_paragraphs_is_learnt_beside_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trainer()
    from support import lessons

    lines = lessons.COMPOSED.read_text(encoding="utf-8").splitlines(keepends=True)
    some = [line for line in lines if line.startswith(('{"packet": "ra-1"', '{"packet": "rf-1"'))]
    (tmp_path / "some.jsonl").write_text("".join(some), encoding="utf-8")
    monkeypatch.setattr(lessons, "COMPOSED", tmp_path / "some.jsonl")

    def encode(texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text), text.count("e")] for text in texts], np.float32)

    taught = list(lessons.composed(encode))
    assert sum(len(one.right) > 1 for one in taught if one.source == "ra-1") > 20
    for one in taught:
        assert all(lesson.answering and lesson.title == one.right[0].title for lesson in one.right)
        assert not {lesson.text for lesson in one.right} & {lesson.text for lesson in one.wrong}
        assert all(not lesson.answers for lesson in one.wrong)
        own, others = {lesson.title for lesson in one.right}, {lesson.title for lesson in one.wrong}
        assert others == own if one.source == "ra-1" and own else own.isdisjoint(others)


def test_a_question_with_one_thing_changed() -> None:
    _trainer()
    from support.twins import swapped

    asked = "How many prisoners did Armenia release before 2023?"
    said = "Armenia released two prisoners before 2023, and Azerbaijan 32."
    changed = {one for seed in range(20) for one in swapped(asked, said, ["Georgia"], random.Random(seed))}
    assert "How many prisoners did Georgia release before 2023?" in changed
    assert "How many prisoners did Azerbaijan release before 2023?" in changed
    assert "How many prisoners did Armenia release after 2023?" in changed
    assert asked not in changed
    assert any("Armenia release before 20" in one for one in changed)


def _trainer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train_reader", ROOT / "eval/train_reader.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["train_reader"] = module
    spec.loader.exec_module(module)
    return module
