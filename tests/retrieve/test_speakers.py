from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from rag.retrieve.speakers import (
    is_of_another_speaker,
    may_answer,
    named,
    said_about,
    speakers_named,
    speakers_of,
    speaking,
)
from rag.types import DocumentInfo, Hit, Kind, Paragraph, Signals


def hit(
    text: str,
    issuer: str | None = "Government of Ardon",
    *,
    title: str = "Statement",
    kind: Kind = "statement",
    metadata: Mapping[str, object] | None = None,
) -> Hit:
    info = DocumentInfo(id="doc", title=title, date="2020-05-03", issuer=issuer, kind=kind, metadata=metadata or {})
    return Hit(
        paragraph=Paragraph(document="doc", number=1, start=0, end=len(text), text=text),
        document=info,
        score=0.5,
        signals=Signals(dense=0.5, lexical=0.5, sentence=0.5),
    )


@pytest.mark.parametrize(
    ("question", "speakers"),
    [
        ("What did Armenia say about the corridor?", ["Armenia"]),
        ("What does Azerbaijan accuse Armenia of?", ["Azerbaijan"]),
        ("How many refugees does Azerbaijan say it has?", ["Azerbaijan"]),
        ("According to Georgia, who attacked?", ["Georgia"]),
        ("Who attacked, according to the government of Georgia?", ["Georgia"]),
        ("What is Azerbaijan's position on the corridor?", ["Azerbaijan"]),
        ("What did Armenia and Azerbaijan say about peace?", ["Armenia", "Azerbaijan"]),
        ("Which countries did President Biden thank?", ["President Biden"]),
        ("What did Armenia do for peace?", []),
        ("Who said that Armenia withdrew?", []),
        ("What is Armenia's capital?", []),
        ("What does the ministry of Armenia's warning on floods say?", []),
        ("What could happen, according to the EU-US energy statement?", []),
        ("What was said?", []),
        ("", []),
    ],
)
def test_whose_words_are_asked_for(question: str, speakers: list[str]) -> None:
    assert [name.surface for name in speakers_named(question)] == speakers


@pytest.mark.parametrize(
    ("asked", "speakers"),
    [
        ("And Azerbaijan?", []),
        ("What about Karabakh?", []),
        ("And in 2019?", ["Armenia"]),
        ("And about prisoners?", ["Armenia"]),
        ("And in Azerbaijan?", ["Armenia"]),
        ("Who supported it?", []),
        ("How many were there?", []),
        ("What did Georgia say?", ["Georgia"]),
    ],
)
def test_the_turn_before_says_whose_words_are_asked_for(asked: str, speakers: list[str]) -> None:
    standalone = f"What did Armenia say about the corridor? {asked}"
    assert [name.surface for name in speaking(asked, standalone)] == speakers


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What did Armenia say about the corridor?", "the corridor"),
        ("And what does Armenia have to say on prisoners of war?", "prisoners of war"),
        ("What did Armenia and Azerbaijan say about peace?", "peace"),
        ("What did they say about peace?", None),
        ("What did Armenia say?", None),
        ("Why did Armenia speak about peace?", None),
    ],
)
def test_on_what_all_that_somebody_said_is_asked_for(question: str, topic: str | None) -> None:
    assert said_about(question) == topic


def test_who_speaks_stands_above_a_statement() -> None:
    text = "We agree."
    assert [name.surface for name in speakers_of(hit(text).document)] == ["Government of Ardon"]
    speech = hit(text, "Belden", metadata={"speaker": "VALE", "post": "President"})
    assert [name.surface for name in speakers_of(speech.document)] == ["Belden", "Vale"]
    titled = hit(text, None, title="Statement by Vice President Orr on the floods in Belden")
    assert [name.surface for name in speakers_of(titled.document)] == ["Vice President Orr"]
    assert speakers_of(hit(text, kind="coverage").document) == ()
    assert speakers_of(hit(text, None).document) == ()
    assert speakers_of(hit(text, None, metadata={"speaker": 7}).document) == ()


def test_what_others_say_is_no_answer_unless_they_report_it() -> None:
    ardon, belden = hit("The border is open."), hit("The border is shut.", "Belden")
    report = hit("Ardon has said that the border is open.", "Belden")
    unknown = hit("The border is open.", None)
    speakers = speakers_named("What did Ardon say about the border?")
    assert [is_of_another_speaker(speakers, one) for one in (ardon, belden, report, unknown)] == [
        False,
        True,
        False,
        False,
    ]
    question = "What did Ardon say about the border?"
    assert list(may_answer(question, question, [belden, ardon, report, unknown])) == [ardon, report, unknown]
    assert list(may_answer(question, question, [belden, report])) == [report]
    assert list(may_answer(question, question, [belden])) == [belden]


def test_a_name_means_whom_it_names_in_part_or_with_an_office() -> None:
    speakers = ("Kamala Harris", "Government of Ardon", "BELDEN")
    countries = ("Niger", "South Sudan", "Republic of Korea")
    assert named(speakers_named("What did Nigeria say?"), countries) == ()
    assert named(speakers_named("What did Sudan say?"), countries) == ()
    for text, meant in (
        ("What did Vice President Harris say?", ("Kamala Harris",)),
        ("What did Ardon say?", ("Government of Ardon",)),
        ("What did Belden say?", ("BELDEN",)),
        ("What did Georgia say?", ()),
    ):
        assert named(speakers_named(text), speakers) == meant


def test_long_questions_cost_no_time() -> None:
    began = time.perf_counter()
    for piece in ("What did Armenia say ", "Armenia and ", "according to Armenia ", "Armenia's view ", "say "):
        text = piece * (4_000 // len(piece))
        speaking(text, text)
        said_about(text)
        is_of_another_speaker(speakers_named("What did Armenia say?"), hit(text, "Belden"))
    assert time.perf_counter() - began < 4


@pytest.mark.parametrize(
    ("text", "reports"),
    [
        ("Ardon has repeatedly said that the border is open.", True),
        ("Ardon's minister of transport announced an opening.", True),
        ("According to Ardon, the border is open.", True),
        ("The proposal of Ardon is not new.", True),
        ("Ardon, our neighbour, says that the border is open.", True),
        ("Ardon was accused of closing the border.", False),
        ("There is a need for Ardon to announce an opening.", False),
        ("In talks with Ardon we suggested an opening.", False),
        ("We hold Ardon responsible, the minister said.", False),
    ],
)
def test_a_paragraph_reports_what_somebody_says(text: str, reports: bool) -> None:
    speakers = speakers_named("What did Ardon say about the border?")
    assert is_of_another_speaker(speakers, hit(text, "Belden")) is not reports
