from __future__ import annotations

import pytest

from rag.answer.alignment import values_of
from rag.answer.deeds import doers_asked_about, is_done_by


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does Freedonia contribute to the deal?", ["Freedonia"]),
        ("Which gestures of goodwill did Freedonia make?", ["Freedonia"]),
        ("What else does the Freedonian side offer?", ["Freedonian"]),
        ("What do Freedonia and Sylvania do for each other?", ["Freedonia", "Sylvania"]),
        ("And what does each side give?", []),
        ("Which concessions did both sides make?", []),
        ("And what else do they do for each other?", []),
        ("What do they do?", None),
        ("What will Freedonia do next?", None),
        ("What did Freedonia do on 3 May?", None),
        ("What statement did Freedonia make about peace?", None),
        ("What did the government do?", None),
        ("What does Freedonia want?", None),
        ("Who gives Freedonia men?", None),
    ],
)
def test_whose_deeds_a_question_asks_for(question: str, names: list[str] | None) -> None:
    doers = doers_asked_about(question)
    assert (None if doers is None else [name.surface for name in doers]) == names


@pytest.mark.parametrize(
    "sentence",
    [
        "Moved by goodwill, the Republic of Freedonia releases 32 men.",
        "The text outlines that Freedonia releases 32 men, and Sylvania follows.",
        "Today Freedonia is releasing 32 men.",
        "Freedonia, in turn, hands over two maps.",
        "The government of Freedonia has dropped its claim.",
        "Freedonia will withdraw its gunboats.",
        "Freedonia paid for the bridge.",
    ],
)
def test_what_somebody_does_is_a_deed(sentence: str) -> None:
    (name,) = values_of("What does Freedonia give?").names
    assert is_done_by(name, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Freedonia does not release its men.",
        "Freedonia will not withdraw its gunboats.",
        "Freedonia has not released its men.",
        "Freedonia refuses to release its men.",
        "Freedonia has been accused of smuggling.",
        "Freedonia supported by Sylvania is strong.",
        "If Freedonia withdraws its gunboats, talks begin.",
        "Unless Freedonia releases them, they stay.",
        "Sylvania demanded that Freedonia returned the maps.",
        "Activists claim that Freedonia released nobody.",
        "Freedonia receives 30 million crowns.",
        "Freedonia officials met in May.",
        "Sylvania supports the bid of Freedonia to host the fair.",
        "Sylvania and Freedonia hope for peace.",
        "Opponents of the President of Freedonia released a film.",
        "The Freedonian guards opened the gate.",
    ],
)
def test_what_is_denied_supposed_claimed_or_done_to_somebody_is_none(sentence: str) -> None:
    (name,) = values_of("What does Freedonia give?").names
    assert not is_done_by(name, sentence)
