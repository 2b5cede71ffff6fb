from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.alce import Entails
from rag.evaluate.metrics import score, token_f1
from rag.evaluate.questions import Question
from rag.evaluate.record import Cited, Found, Record
from rag.evaluate.value_support import value_support
from rag.text.normalize import words_hash
from rag.types import Claim

TEXTS = {
    "gov#p1": "The Republic releases 32 servicemen on 7 December 2023.",
    "press#p4": "The Republic releases 32 servicemen on 7 December 2023!",
    "gov#p2": "Armenia releases 2 servicemen.",
    "gov#p3": "Talks continue.",
}
QUESTION = Question(
    id="q", question="?", gold=(("gov#p1",), ("gov#p2",)), facts=(r"\b32\b", r"\b2\b"), answers=("32 and 2 servicemen",)
)


def record(*cited: str, question: Question = QUESTION, **changes: Any) -> Record:
    """An answer that quotes these paragraphs whole."""
    citations = tuple(
        Cited(number=at, paragraph=ref, quote=TEXTS[ref], start=0, end=len(TEXTS[ref]), paragraph_text=TEXTS[ref])
        for at, ref in enumerate(cited, 1)
    )
    stored = {ref: TEXTS[ref] for group in question.gold for ref in group if ref in TEXTS}
    stored |= {ref: TEXTS[ref] for ref in cited}
    values: dict[str, Any] = {
        "set": "s",
        "id": "q",
        "status": "answered" if cited else "abstained",
        "text": " ".join(f"{citation.quote}[{citation.number}]" for citation in citations),
        "reason": "",
        "confidence": 0.5,
        "claims": tuple(Claim(text=each.quote, citations=(each.number,), support="supported") for each in citations),
        "citations": citations,
        "hits": tuple(Found(paragraph=ref, score=1, words=words_hash(TEXTS[ref])) for ref in cited),
        "stored": stored,
        "words": {ref: words_hash(text) for ref, text in stored.items()},
    }
    return Record(**{**values, **changes})


@pytest.fixture
def scores(contained: Entails) -> Any:
    def scores(kept: Record, question: Question = QUESTION) -> dict[str, float | None]:
        (scored,) = score([question], [kept], entails=contained)
        return {**scored.scores, "right": float(scored.right)}

    return scores


def test_a_right_answer_has_every_score(scores: Any) -> None:
    found = scores(record("gov#p1", "gov#p2"))
    assert {name for name, value in found.items() if value != 1.0} == {"token_f1", "primary_source_rate", "recall@1"}


def test_a_copy_is_as_good_as_its_original_and_two_copies_count_once(scores: Any) -> None:
    alone, copy = scores(record("gov#p1", "gov#p3")), scores(record("press#p4", "gov#p3"))
    assert alone == copy
    both = scores(record("gov#p1", "press#p4", "gov#p3"))
    assert (both["citation_precision"], both["citation_recall"]) == (0.5, 0.5)


def test_half_of_the_gold_is_half_the_recall(scores: Any) -> None:
    found = scores(record("gov#p1"))
    assert (found["citation_precision"], found["citation_recall"], found["fact_recall"]) == (1.0, 0.5, 0.5)
    assert found["citation_f1"] == pytest.approx(2 / 3)
    assert not found["right"]


def test_an_abstention_scores_the_minimum_where_something_was_to_be_found_and_none_elsewhere(scores: Any) -> None:
    found = scores(record())
    assert {name for name, value in found.items() if value is None} == {
        "pointer_validity", "quote_exactness", "citation_precision", "citation_coverage", "support_rate",
        "number_support", "date_support", "name_support", "alce_recall", "alce_precision", "primary_source_rate",
    }  # fmt: skip
    assert {value for value in found.values() if value is not None} == {0.0}


def test_an_answer_without_citations_is_imprecise_and_uncovered(scores: Any) -> None:
    bare = record(status="answered", text="32 and 2.", claims=(Claim(text="32 and 2.", citations=()),))
    found = scores(bare)
    assert found["citation_precision"] == found["citation_coverage"] == found["alce_recall"] == 0.0
    assert found["fact_recall"] == 1.0
    assert found["support_rate"] is None, "nobody judged it"


def test_an_unanswerable_question_is_scored_by_its_silence_alone(scores: Any) -> None:
    question = Question(id="q", question="?", answerable=False)
    silent, loud = scores(record(question=question), question), scores(record("gov#p3", question=question), question)
    assert (silent["right"], loud["right"]) == (1.0, 0.0)
    for name in ("citation_precision", "citation_recall", "fact_recall", "recall@10", "mrr"):
        assert silent[name] is None
        assert loud[name] is None
    assert loud["quote_exactness"] == 1.0, "what was quoted is verified all the same"


def test_an_error_is_wrong_even_where_silence_is_right(scores: Any) -> None:
    question = Question(id="q", question="?", answerable=False)
    assert not scores(record(question=question, error="no model"), question)["right"]


def test_a_paragraph_text_that_differs_from_the_corpus_is_no_exact_quote(scores: Any) -> None:
    kept = record("gov#p2")
    longer = replace(kept.citations[0], paragraph_text=TEXTS["gov#p2"] + " And more.")
    assert scores(replace(kept, citations=(longer,)))["quote_exactness"] == 0.0


@pytest.mark.parametrize(
    ("claim", "numbers", "dates", "names"),
    [
        ("The Republic releases 32 servicemen on December 7, 2023.", 1, 1, None),
        ("It releases thirty-two on 8 December 2023.", 1, 0, None),
        ("It releases 33 in December 2023.", 0, 1, None),
        ("It releases 32 at 10:15 on 7 December 2023.", 0.5, 1, None),
        ("Talks in Armenia go on.", None, None, 0),
    ],
)
def test_numbers_dates_and_names_are_looked_up_in_what_is_cited(
    scores: Any, claim: str, numbers: float | None, dates: float | None, names: float | None
) -> None:
    kept = record("gov#p1")
    found = scores(replace(kept, claims=(Claim(text=claim, citations=(1,)),)))
    assert found["number_support"] == numbers
    assert found["date_support"] == dates
    if names is not None:
        assert found["name_support"] == names


def test_a_date_in_more_detail_than_what_is_cited_is_not_supported() -> None:
    cited = ["They met in December 2023."]
    assert value_support("They met in 2023.", cited)["date"] == (True,)
    assert value_support("They met on 7 December 2023.", cited)["date"] == (False,)


def test_the_statement_itself_is_preferred_where_it_holds_the_answer(scores: Any) -> None:
    statements = frozenset({"gov#p1", "gov#p2"})
    assert scores(record("gov#p1", "press#p4", statements=statements))["primary_source_rate"] == 0.5
    assert scores(record("press#p4"))["primary_source_rate"] is None


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("The 32 servicemen", "32 servicemen", 1.0),
        ("Thirty", "32", 0.0),
        ("released 32 men", "32", 0.5),
        ("", "", 1.0),
        ("\u201cpeace\u201d", '"Peace."', 1.0),
    ],
)
def test_token_f1_is_squads(text: str, reference: str, expected: float) -> None:
    assert token_f1(text, reference) == pytest.approx(expected)


@given(cited=st.lists(st.sampled_from(sorted(TEXTS)), unique=True), letter=st.sampled_from("xyz"))
def test_every_score_is_in_bounds(cited: list[str], letter: str) -> None:
    kept = record(*cited, text=letter * 3 if cited else "")
    (scored,) = score([QUESTION], [kept], entails=lambda paragraphs, claim: len(claim) % 2 == 0)
    assert all(value is None or 0 <= value <= 1 for value in scored.scores.values())
