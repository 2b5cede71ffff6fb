from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answer.overview import document_asked_for, main_points
from rag.answer.passages import part_of
from rag.types import DocumentInfo, Filters, Hit, Retrieval, Turn

from .test_quoting import answerer, found, hit

LETTER = DocumentInfo(
    id="letter",
    title="Joint letter of Ardon and Belden on the bridge",
    issuer="Association of River Towns",
    publisher="River Post",
    date="2020-05-03",
)
SPEECH = DocumentInfo(id="speech", title="Remarks of the mayor on taxes", date="2021-01-09")

POINTS = [
    ("The towns of Ardon and Belden wrote a letter.", 0.5),
    ("We agree to build a bridge of stone over the river by 2025.", 0.6),
    ("We condemn the attacks on the ferry and its crew. That is that.", 0.4),
    ("We agree that a bridge of stone over the river is built by 2025.", 0.6),
    ("We take these steps today in Ardon and in Belden:", 0.7),
    ("Clouds, wind and rain had come from the north that morning.", -0.2),
]


def of(document: DocumentInfo, *hits: Hit) -> tuple[Hit, ...]:
    return tuple(replace(each, document=document) for each in hits)


def letter() -> tuple[Hit, ...]:
    return of(LETTER, *(hit(text, number=at, cosine=cosine) for at, (text, cosine) in enumerate(POINTS, start=1)))


def asked(question: str, *hits: Hit) -> Retrieval:
    return found(question, *(hits or (*letter(), *of(SPEECH, hit("Taxes will fall.")))))


@pytest.mark.parametrize(
    "question",
    [
        "What is the letter about?",
        "What's the joint letter about",
        "Summarise the letter.",
        "Give me an overview of the joint letter on the bridge, please.",
        "What are the main points of the letter of Ardon and Belden?",
        "What does the letter of 3 May 2020 say?",
        "Sum up the River Post's report",
        "What is the letter on the bridge of May 2020 about?",
        "What is in the ART's letter?",
        "Hello, please give me the gist of the letter",
        "What did Ardon and Belden agree on?",
        "Apart from the ferry, what does the letter say?",
        "What does Ardon contribute to the deal?",
        "What do Ardon and Belden do for each other?",
        "Which concessions did both sides make?",
        "What was agreed between the two towns of Ardon and Belden?",
        "List all the steps that both sides agreed on.",
    ],
)
def test_a_request_for_the_main_points_of_a_document_names_it(question: str) -> None:
    assert document_asked_for(asked(question)) == LETTER


@pytest.mark.parametrize(
    "question",
    [
        "What does the letter say about taxes?",
        "What is the letter on fees about?",
        "What is the bridge about?",
        "What was agreed on taxes?",
        "What did Ardon agree to pay?",
        "Who agreed?",
        "What does Ardon contribute to the peace?",
        "What does Ardon do for the bridge?",
        "What is in the letter about Ardon?",
        "Tell me about the bridge in the letter.",
        "Summarise the position of Ardon in the letter.",
        "When was the letter written, and what does each side give?",
        "Summarise the letters.",
        "Summarise the letter of the mayor of Ardon.",
        "Summarise the speech of Ardon.",
        "Summarise what is said on the bridge.",
        "In short, who wrote the letter?",
        "How does the letter sum up the plan?",
        "What is the letter of 4 May 2020 about?",
    ],
)
def test_what_asks_for_something_in_a_document_does_not_ask_for_all_of_it(question: str) -> None:
    assert document_asked_for(asked(question)) is None


def test_of_a_document_that_is_not_named_most_must_have_been_found() -> None:
    equal = [
        *of(LETTER, hit("We agree.")),
        *of(SPEECH, hit("Taxes will fall.")),
        *of(replace(SPEECH, id="other"), hit("No.")),
    ]
    assert document_asked_for(asked("What is the statement about?", *equal)) is None
    assert document_asked_for(asked("What is the statement about?", *equal[:1])) == LETTER
    assert document_asked_for(asked("What is the statement on taxes about?", *equal[:2])) == SPEECH
    several = [*equal[1:], *of(replace(SPEECH, id="third"), hit("No."))]
    assert document_asked_for(asked("What is the statement on taxes about?", *several)) is None, "three are"


def test_in_the_scope_of_one_document_it_need_not_be_named() -> None:
    scope = Filters(documents=("letter",))
    assert document_asked_for(replace(asked("Summarise it."), filters=scope)) == LETTER
    assert document_asked_for(asked("Summarise it.")) is None
    for question in ("Summarise what is said on the ferry.", "What does Ardon do for the ferry?"):
        assert document_asked_for(replace(asked(question), filters=scope)) is None


def test_a_follow_up_is_no_such_request() -> None:
    leaning = replace(asked("And what is it about?"), standalone_question="Who wrote the letter? And what is it about?")
    assert document_asked_for(leaning) is None


def test_main_points_do_something_say_nothing_twice_and_come_in_order() -> None:
    chosen = main_points(letter())
    assert [point.hit.paragraph.number for point in chosen] == [1, 2, 3]
    quoted = [point.hit.paragraph.text[point.span.start : point.span.end] for point in chosen]
    assert POINTS[1][0] in quoted
    assert POINTS[3][0] not in quoted, "it was said before"
    assert "We condemn the attacks on the ferry and its crew." in quoted, "without the short sentence after it"
    assert POINTS[4][0] not in quoted, "it only leads on to what follows"


def test_a_point_brings_what_it_cannot_be_read_without_and_no_imprint_is_one() -> None:
    said = '"The bridge is a step to peace," the mayor said. "It will carry carts and trains for a hundred years."'
    leaning = "The guilds met in Ardon. They agree to pay half of all that the bridge will cost."
    imprint = "For media inquiries, please write to the office of the mayor of Ardon, who will be happy to help."
    hits = of(
        LETTER,
        *(hit(text, number=at, cosine=0.5) for at, text in enumerate([said, leaning, imprint, said, imprint], 1)),
    )
    quoted = [point.hit.paragraph.text[point.span.start : point.span.end] for point in main_points(hits)]
    assert leaning in quoted
    assert imprint not in quoted
    assert sum(text.startswith('"The bridge') or text.startswith('"It will') for text in quoted) == 1


def test_what_gives_another_number_is_another_point() -> None:
    texts = [
        "Moved by old friendship and by goodwill, Belden releases 32 men of Ardon.",
        "In its turn, moved by old friendship and by goodwill, Ardon releases 2 men of Belden.",
        "Moved by old friendship and by goodwill, Belden releases 32 men.",
    ]
    hits = of(LETTER, *(hit(text, number=at, cosine=0.5) for at, text in enumerate(texts, start=1)))
    assert [point.hit.paragraph.number for point in main_points(hits)] == [1, 2]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What does Ardon contribute?", [1, 3]),
        ("Which gestures did Belden make in the letter?", [2]),
        ("What do Ardon and Belden do for each other?", [1, 2, 3]),
        ("What does each side give?", [1, 2, 3]),
        ("Apart from the bells, what does each side give?", [1, 3]),
        ("What does Corland give?", []),
    ],
)
def test_what_a_party_does_is_what_it_alone_is_said_to_do(question: str, numbers: list[int]) -> None:
    texts = [
        "As a sign of friendship, the town of Ardon releases 32 men from its dungeons.",
        "In its turn, the town of Belden sends 2 bells of bronze to its neighbour.",
        "Ardon also supports the bid of Belden to hold the great fair of the river towns in spring.",
        "Ardon and Belden hope that the other towns will agree and will come to the fair.",
        "The guards of Ardon and the men of Belden met at the bridge; Ardon people cheered.",
    ]
    hits = of(LETTER, *(hit(text, number=at, cosine=0.5) for at, text in enumerate(texts, start=1)))
    assert [point.hit.paragraph.number for point in main_points(hits, part_of(asked(question)))] == numbers


def test_of_several_things_asked_one_may_be_the_main_points() -> None:
    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        if "Who" in question:
            return found(question, hit("The mayor wrote it on Monday."))
        return asked(question)

    answering = answerer(search=search, contents=lambda document: letter())
    (_, draft) = answering.answer(asked("Who wrote it? And what is the letter of Ardon about?"))
    quoted = [citation.quote for citation in draft.citations]
    assert quoted[0] == "The mayor wrote it on Monday."
    assert POINTS[1][0] in quoted
    assert len(quoted) == 3


def test_a_document_of_one_paragraph_has_several_points() -> None:
    text = (
        "We condemn the attack on the ferry and on its crew. We call on all towns to help those who lost their homes."
    )
    (one,) = of(LETTER, hit(text, cosine=0.5))
    assert len(main_points((one,))) == 2


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Summarise the letter of Ardon and Corland.", "No paragraph near the question mentions Corland."),
        ("What is the Lachin agreement about?", "No paragraph near the question mentions Lachin."),
        ("What does the letter say of Lachin?", ""),
    ],
)
def test_a_document_under_a_name_that_nothing_mentions_is_not_another(question: str, reason: str) -> None:
    retrieval = asked(question)
    (_, draft) = answerer(contents=lambda document: letter()).answer(retrieval)
    assert (draft.status, draft.reason) == ("abstained" if reason else "answered", reason)
    nowhere = replace(retrieval, terms=tuple(replace(term, paragraphs=0) for term in retrieval.terms))
    (_, draft) = answerer(contents=lambda document: letter()).answer(nowhere)
    assert draft.reason == reason.replace(" near the question", "")


def test_of_several_documents_that_may_be_meant_none_is_guessed() -> None:
    equal = [
        *of(LETTER, hit("We agree.")),
        *of(SPEECH, hit("Taxes will fall.")),
        *of(replace(SPEECH, id="other"), hit("No.")),
    ]
    answering = answerer(contents=lambda document: letter())
    (_, draft) = answering.answer(asked("Summarise the document.", *equal))
    assert (draft.status, draft.reason) == ("abstained", "It is not clear which document is meant.")
    (_, draft) = answering.answer(asked("Summarise the document on the bridge.", *equal))
    assert draft.status == "answered"


def test_they_are_quoted_from_all_of_the_document_whatever_was_found_of_it() -> None:
    looked_at: list[str] = []

    def contents(document: str) -> Sequence[Hit]:
        looked_at.append(document)
        return letter()

    (_, draft) = answerer(answerable=False, contents=contents).answer(asked("Summarise the letter."))
    assert draft.status == "answered"
    assert looked_at == ["letter"]
    assert len(draft.citations) == 3
    (_, draft) = answerer(answerable=False, contents=contents).answer(asked("Who wrote the letter?"))
    assert draft.status == "abstained"
