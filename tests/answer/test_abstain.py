"""Silence over the real index of the two documents: what is refused, why, and how caution moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag.answer.abstain import ASKS_NOTHING, NOT_ANSWERED, NOT_NEAR, NOTHING_FOUND, Abstention, fitted, reason_of
from rag.answer.asked import WORDING, read_question
from rag.answer.nearness import Nearness
from rag.answer.signs import READ, SIGNS, Signs, signs_of
from rag.assistant import Assistant
from rag.settings import Settings
from rag.types import DocumentInfo, ReaderScores, Retrieval, TermStatistic, Turn
from tests.answer.material import retrieval

Search = Callable[..., Retrieval]
ASKED = (Turn(role="user", content="How many Armenian servicemen does Azerbaijan release?"),)


@pytest.fixture(scope="module")
def assistant(index_folder: Path) -> Iterator[Assistant]:
    with Assistant.open(Settings.load(index=index_folder)) as opened:
        yield opened


@pytest.fixture(scope="module", params=[True, False], ids=["read", "unread"])
def search(request: pytest.FixtureRequest, assistant: Assistant) -> Search:
    def search(question: str, history: tuple[Turn, ...] = ()) -> Retrieval:
        found = assistant.search(question, history=history)
        return assistant._read(found) if request.param else found

    return search


@pytest.mark.parametrize(
    "question",
    [
        "How many Armenian servicemen does Azerbaijan release?",
        "What does Armenia do for Azerbaijan's bid to host COP29?",
        "Who welcomed the joint statement?",
        "On what principles should the peace treaty be based?",
    ],
)
def test_what_the_documents_say_is_answered(search: Search, question: str) -> None:
    verdict = Abstention()(search(question))
    assert verdict.answerable, verdict
    assert not verdict.reason


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many Georgian servicemen does Armenia release?", "No paragraph mentions Georgian."),
        ("What did Kazakhstan offer to Armenia?", "No paragraph mentions Kazakhstan."),
        ("How many Armenian servicemen did Azerbaijan release in 2019?", "No paragraph mentions 2019."),
        (
            "What is the name of the Secretary General of the Organization of Turkic States?",
            "No paragraph near the question gives a person's name.",
        ),
        ("In which year was the peace treaty signed?", "No paragraph near the question gives a year."),
    ],
)
def test_what_they_do_not_say_is_refused_with_a_reason(search: Search, question: str, reason: str) -> None:
    verdict = Abstention()(search(question))
    assert not verdict.answerable, verdict
    assert verdict.reason == reason


def test_nothing_is_said_about_a_name_that_stands_nowhere_however_sure_the_reader_is() -> None:
    near = retrieval("What is said about North Korea?")
    hits = [replace(hit, read=ReaderScores(answer=9.0, sentences=(9.0,) * len(hit.sentences))) for hit in near.hits]
    near = replace(near, hits=tuple(hits))
    verdict = Abstention(caution=0.0)(near)
    assert (verdict.answerable, verdict.reason) == (False, "No paragraph mentions North Korea.")
    # Where more is asked, the name may be put in other words.
    asked = "What is said about gestures towards North Korea?"
    assert Abstention(caution=0.0)(replace(near, question=asked, standalone_question=asked)).answerable


def test_a_follow_up_is_judged_in_the_light_of_the_turn_before(search: Search) -> None:
    history = (
        Turn(role="user", content="How many Armenian servicemen does Azerbaijan release?"),
        Turn(role="assistant", content="Azerbaijan releases 32 Armenian servicemen.[1]"),
    )
    check = Abstention()
    assert check(search("How many does Armenia release?", history=history)).answerable
    assert not check(search("And how many does Ukraine?", history=history)).answerable


@pytest.mark.parametrize("remark", ["and?", "Hello!", "OK, thank you very much", "Thanks a lot!"])
def test_a_remark_that_asks_nothing_gets_no_quotes(search: Search, remark: str) -> None:
    assert Abstention()(search(remark)).reason == ASKS_NOTHING
    assert Abstention()(search(remark, ASKED)).reason == ASKS_NOTHING


@pytest.mark.parametrize("question", ["Who?", "how so?"])
def test_a_bare_question_asks_something_only_after_another(search: Search, question: str) -> None:
    assert Abstention()(search(question)).reason == ASKS_NOTHING
    assert Abstention()(search(question, (Turn(role="user", content="Hello!"),))).reason == ASKS_NOTHING
    assert Abstention()(search(question, ASKED)).reason != ASKS_NOTHING


@pytest.mark.parametrize(
    "question", ["32?", "What is this about?", "What did the us say?", "Great Britain?", "Հայաստան"]
)
def test_short_questions_that_ask_something(search: Search, question: str) -> None:
    assert Abstention()(search(question)).reason != ASKS_NOTHING
    assert Abstention()(search("And now?", ASKED)).reason != ASKS_NOTHING


@pytest.mark.parametrize("question", ["a" * 50, "і" * 50, "їїїї " * 20, "blorp " * 20, "что такое мир " * 6])
def test_the_reader_is_not_believed_where_no_word_is_known(assistant: Assistant, question: str) -> None:
    read = assistant._read(assistant.search(question))
    verdict = Abstention()(read)
    assert not verdict.answerable
    assert verdict.reason
    assert Abstention(caution=0)(assistant._read(assistant.search("prisoners"))).answerable


def test_without_a_hit_there_is_nothing_to_answer_from() -> None:
    verdict = Abstention(caution=0)(replace(retrieval(), hits=()))
    assert verdict == (False, NOTHING_FOUND, 0.0)


def test_more_caution_never_answers_more(search: Search) -> None:
    questions = [
        "How many Armenian servicemen does Azerbaijan release?",
        "Who stepped aside in the race to host the climate talks?",
        "What charges do the prisoners face?",
        "How many Georgian servicemen does Armenia release?",
    ]
    found = [search(question) for question in questions]
    answered = [
        {at for at, one in enumerate(found) if Abstention(caution=step / 10)(one).answerable} for step in range(11)
    ]
    assert answered[0] == set(range(len(found)))
    assert all(more >= less for more, less in pairwise(answered))
    assert answered[0] > answered[10]


@pytest.mark.parametrize("read", [True, False])
def test_thresholds_grow_with_caution_between_the_steps_too(read: bool) -> None:
    weights = fitted(read=read)
    thresholds = [weights.threshold(step / 100) for step in range(101)]
    assert thresholds[0] == 0
    assert thresholds == sorted(thresholds)
    assert thresholds[-1] < 1


@pytest.mark.parametrize("read", [True, False])
def test_the_weights_point_the_way_their_signs_say(read: bool) -> None:
    signs = fitted(read=read).signs
    for name, (weight, _, spread) in signs.items():
        assert weight * SIGNS[name] >= 0
        assert spread > 0
    assert bool(READ & signs.keys()) is read


def test_every_sign_is_a_finite_number(assistant: Assistant) -> None:
    unread = assistant.search("Who signed the statement in 1999 for Peru?")
    for found, names in ((unread, SIGNS.keys() - READ), (assistant._read(unread), SIGNS.keys())):
        values = signs_of(found).values
        assert values.keys() == names
        assert all(abs(value) < 100 for value in values.values())


@pytest.mark.parametrize("question", ["etc.", "the of and", "𝔸𝔹 ☃", "Что сказала Армения?", "who " * 500])
def test_odd_questions_get_a_verdict(search: Search, question: str) -> None:
    verdict = Abstention()(search(question))
    assert 0 <= verdict.confidence <= 1
    assert verdict.answerable is not bool(verdict.reason)


def test_words_are_compared_by_meaning_when_there_are_vectors(assistant: Assistant, search: Search) -> None:
    found = search("How many troops does Azerbaijan release?")
    from rag.index import load_embedder

    embedder = load_embedder("all-MiniLM-L6-v2", cache=assistant.settings.index / "models")
    by_stem, by_meaning = signs_of(found), signs_of(found, Nearness(embedder.encode))
    assert by_stem.values["strange"] == 1
    assert by_meaning.values["strange"] < 0.8


def test_a_rewritten_question_is_read_instead_of_the_typed_one() -> None:
    rewritten = replace(retrieval("And Georgia?"), standalone_question="How many servicemen does Peru release?")
    assert ("name", "Peru") in signs_of(rewritten).lacks
    joined = replace(retrieval("And Georgia?"), standalone_question="How many does Peru release? And Georgia?")
    assert ("name", "Peru") not in signs_of(joined).lacks


def test_a_reason_for_every_lack() -> None:
    for kind, wording in WORDING.items():
        assert reason_of(Signs(values={}, lacks=(("kind", kind),))) == f"No paragraph near the question {wording}."
        near = reason_of(Signs(values={}, lacks=(("unsure", kind),)))
        assert near == f"What comes nearest {wording}, but not clearly as the answer."
    assert reason_of(Signs(values={}, lacks=(("far", "Baku"),))) == "No paragraph near the question mentions Baku."
    assert "charges" in reason_of(Signs(values={}, lacks=(("word", "charges"),)))
    near = Signs(values=dict.fromkeys(READ, -1.0), lacks=(("word", "summit"),))
    assert reason_of(near) == NOT_ANSWERED
    assert reason_of(Signs(values={})) == NOT_NEAR
    assert reason_of(Signs(values=dict.fromkeys(READ, -3.0))) == NOT_ANSWERED


def test_what_one_of_the_first_hits_names_is_not_called_missing_near() -> None:
    asked = retrieval("What did the Organization of Turkic States do?")
    far = [hit for hit in asked.hits if "Turkic" not in hit.paragraph.text + hit.document.title]
    named = next(hit for hit in asked.hits if "Turkic" in hit.document.title)
    lack = ("far", "Organization of Turkic States")
    assert lack not in signs_of(replace(asked, hits=(*far[:2], named))).lacks
    assert lack in signs_of(replace(asked, hits=(*far[:3], named))).lacks


def test_a_number_of_another_paragraph_is_missing_near_the_question_only() -> None:
    asked = retrieval("Who was released in 1926?")
    terms = [replace(term, paragraphs=0) for term in asked.terms if term.term != "1926"]
    for paragraphs, what in ((0, "value"), (3, "far")):
        year = TermStatistic(term="1926", surface="1926", paragraphs=paragraphs)
        signs = signs_of(replace(asked, terms=(*terms, year)))
        assert (what, "1926") in signs.lacks
        assert signs.values["value_nowhere"] == 1


def test_words_that_make_room_for_others_are_still_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.answer.nearness._MOST_KEPT", 2)
    once = Nearness(lambda words: np.array([[len(word), 1.0] for word in words], np.float32))
    kept: list[Nearness] = []

    def encode(words: Sequence[str]) -> np.ndarray:
        if kept:  # another thread fills the memory meanwhile
            kept.pop()(["zebra", "quagga"], ["okapi", "kudu"])
        return np.array([[len(word), 1.0] for word in words], np.float32)

    several = Nearness(encode)
    several(["oldest"], ["heron"])
    kept.append(several)
    assert several(["oldest", "newest"], ["heron", "egret"]) == once(["oldest", "newest"], ["heron", "egret"])


def test_acronyms_stand_for_what_they_shorten() -> None:
    assert not [what for what, _ in signs_of(retrieval("What does the OTS welcome?")).lacks if what == "name"]
    assert not read_question("How many POWs are released?").names


def test_a_name_may_hold_an_acronym() -> None:
    lacks = signs_of(retrieval("When did the Secretary General of the OTS speak?")).lacks
    assert not [which for what, which in lacks if what in ("name", "far")]
    other = signs_of(retrieval("When did the Secretary General of the EU speak?")).lacks
    assert ("name", "Secretary General of the EU") in other
    apart = signs_of(retrieval("What does Turkic Armenia welcome?")).lacks
    assert ("far", "Turkic Armenia") in apart


@pytest.mark.parametrize("name", ["EU", "UN", "Mali"])
def test_a_name_does_not_stand_inside_a_word(name: str) -> None:
    asked = retrieval(f"Did {name} welcome the joint statement?")
    text = "The European Bureau and the Union normalize relations."
    hits = tuple(
        replace(hit, paragraph=replace(hit.paragraph, text=text, end=hit.paragraph.start + len(text)), sentences=())
        for hit in asked.hits
    )
    assert ("name", name) in signs_of(replace(asked, hits=hits)).lacks


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Was the statement issued on 7 dec 2023?", False),
        ("Was the statement issued on the 7th?", False),
        ("Was the statement issued on 7/12/2023?", False),
        ("Was the statement issued on 12/7/2023?", False),
        ("Was the statement issued on the 9th?", True),
        ("Was the statement issued on 9/11/2023?", True),
    ],
)
def test_a_day_is_known_however_it_is_written(question: str, missing: bool) -> None:
    assert signs_of(retrieval(question)).values["value_nowhere"] == float(missing)


def test_four_digits_that_count_are_no_missing_year() -> None:
    asked = retrieval("Were the 2000 prisoners released?")
    text = "The 2,000 prisoners were released."
    paragraph = replace(asked.hits[0].paragraph, text=text, end=asked.hits[0].paragraph.start + len(text))
    held = replace(asked, hits=(replace(asked.hits[0], paragraph=paragraph, sentences=()), *asked.hits[1:]))
    assert signs_of(asked).values["value_nowhere"] == 1
    assert signs_of(held).values["value_nowhere"] == 0


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("What did Kamala Harris say?", "Vice President Harris said so.", False),
        ("What did Kamala Harris say?", "Rosemary Harris said so.", True),
        ("What did the President of Harris County say?", "Vice President Harris said so.", True),
        ("What does the Fed buy?", "The Federal Reserve buys bonds.", False),
    ],
)
def test_an_office_may_stand_for_a_first_name(question: str, text: str, missing: bool) -> None:
    document = DocumentInfo(id="report", title="A report")
    assert bool(signs_of(retrieval(question, [(document, (text,))])).values["name_nowhere"]) == missing


def test_a_kind_of_answer_is_called_missing_only_where_it_stands_nowhere_near() -> None:
    document = DocumentInfo(id="report", title="A report")
    flood = "The flood came at night and took the bridge at Lenz with it."
    for second, what in (
        ("In Lenz it rained.", "kind"),
        ("On Monday 14 men met in the hall of another town.", "unsure"),
    ):
        asked = retrieval("How many people died in the flood at Lenz?", [(document, (flood, second))])
        near, far = (
            replace(hit, signals=replace(hit.signals, sentence=cosine))
            for hit, cosine in zip(asked.hits, (0.8, 0.2), strict=True)
        )
        lacks = signs_of(replace(asked, hits=(near, far))).lacks
        assert [lack for lack, _ in lacks if lack in ("kind", "unsure")] == [what]
