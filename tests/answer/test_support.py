"""Claims a person would call right or wrong, over the joint statement."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.closeness import closeness, rank_sentences, shares
from rag.answer.evidence import describe
from rag.answer.support import check_claim
from tests.answer.material import COVERAGE, COVERAGE_TEXTS, STATEMENT, STATEMENT_TEXTS

ABOUT = [describe(STATEMENT)]


def judge(claim: str, *places: int) -> tuple[str, str]:
    judgement = check_claim(claim, [STATEMENT_TEXTS[place] for place in places], about=ABOUT)
    return judgement.support, judgement.why


@pytest.mark.parametrize(
    ("claim", "places"),
    [
        *((text, (place,)) for place, text in enumerate(STATEMENT_TEXTS)),
        ("Azerbaijan releases 32 Armenian servicemen.", (1,)),
        ("Azerbaijan releases thirty-two Armenian military servicemen.", (1,)),
        ("Azerbaijan agreed to release 32 Armenian servicemen.", (1,)),
        ("32 Armenian military servicemen are released by Azerbaijan.", (1,)),
        ("On 7 December 2023, Azerbaijan released 32 Armenian servicemen.", (1,)),
        ("On Dec. 7, 2023 Azerbaijan released 32 Armenian servicemen.", (1,)),
        ("Azerbaijan releases 32 Armenian servicemen and Armenia releases 2 Azerbaijani servicemen.", (1, 2)),
        ("In turn, Armenia releases two Azerbaijani servicemen as a gesture of goodwill.", (2,)),
        ("Armenia supports Azerbaijan's bid to host COP29 by withdrawing its own candidacy.", (3,)),
        ("Both countries reconfirm their intention to normalize relations.", (0,)),
        ("The two countries “reconfirm their intention to normalize relations”.", (0,)),
        ('They see "a historical chance to achieve a long-awaited peace in the region."', (0,)),
        ("According to the joint statement, the peace treaty rests on respect for sovereignty.", (0,)),
    ],
)
def test_true_claims_are_supported(claim: str, places: tuple[int, ...]) -> None:
    assert judge(claim, *places) == ("supported", "")


@pytest.mark.parametrize(
    ("claim", "places", "why"),
    [
        ("Azerbaijan releases 35 Armenian military servicemen.", (1,), "'35'"),
        ("Azerbaijan releases thirty-five Armenian military servicemen.", (1,), "'thirty-five'"),
        ("Azerbaijan releases 32% of the Armenian servicemen.", (1,), "32%"),
        ("Azerbaijan releases $32 of Armenian servicemen.", (1,), "$32"),
        ("Azerbaijan releases 2 Armenian servicemen.", (1, 2), "'2'"),
        ("Armenia releases 32 Armenian servicemen.", (1,), "'Armenia'"),
        ("Armenia releases 32 servicemen.", (1,), "Azerbaijan"),
        ("32 Armenian military servicemen are released by Armenia.", (1,), "in the place of"),
        ("Georgia releases 32 Armenian servicemen.", (1,), "'Georgia'"),
        ("Azerbaijan supports Armenia's bid to host COP29.", (3,), "'Azerbaijan'"),
        ("Azerbaijan does not release 32 Armenian military servicemen.", (1,), "negates"),
        ("On 8 December 2023 Azerbaijan released 32 Armenian servicemen.", (1,), "8 December 2023"),
        ("In December 2022 Azerbaijan released 32 Armenian servicemen.", (1,), "December 2022"),
        ("The two countries “agreed to withdraw all troops by March”.", (0,), "quoted words"),
        ("The two countries “reaffirm their intention to normalize relations”.", (0,), "quoted words"),
        ("Azerbaijan releases 32 Armenian servicemen because of pressure from Russia.", (1,), "'Russia'"),
        ("Mars has many moons.", (1,), "too little"),
    ],
)
def test_false_claims_are_marked(claim: str, places: tuple[int, ...], why: str) -> None:
    support, reason = judge(claim, *places)
    assert support in ("unsupported", "partial")
    assert why in reason


def test_a_dropped_negation_is_marked() -> None:
    paragraph = "Armenia did not release the prisoners, and no agreement on the border was signed in Brussels."
    assert check_claim("Armenia did not release the prisoners.", [paragraph]).support == "supported"
    assert check_claim("Armenia released the prisoners, and no agreement was signed.", [paragraph]).contradicted
    assert "negates" in check_claim("An agreement on the border was signed in Brussels.", [paragraph]).why


def test_a_negation_that_only_moved_is_none_lost() -> None:
    paragraph = "The government did not release any of the detained journalists this year."
    claim = "The government released none of the detained journalists this year."
    assert not check_claim(claim, [paragraph]).contradicted


def test_the_document_vouches_for_speaker_and_date_but_not_for_what_was_said() -> None:
    said = COVERAGE_TEXTS[1]
    about = [describe(COVERAGE)]
    claim = "On 8 December 2023 the Organization of Turkic States called it a significant step."
    assert check_claim(claim, [said], about=about).support != "unsupported"
    claim = "The OTS welcomes the joint statement of the two offices."
    assert check_claim(claim, [STATEMENT_TEXTS[1]], about=about).support == "unsupported"


def test_a_contradiction_is_told_from_silence() -> None:
    assert check_claim("Azerbaijan releases 35 Armenian military servicemen.", [STATEMENT_TEXTS[1]]).contradicted
    assert not check_claim("Mars has many moons.", [STATEMENT_TEXTS[1]]).contradicted


def test_without_paragraphs_nothing_is_supported() -> None:
    assert check_claim("Azerbaijan releases 32 servicemen.", []).support == "unsupported"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=3))
def test_any_claim_gets_a_judgement(claim: str, paragraphs: list[str]) -> None:
    judgement = check_claim(claim, paragraphs, about=ABOUT)
    assert 0.0 <= judgement.score <= 1.0
    assert (judgement.support == "supported") == (judgement.why == "")


def test_scores_rise_with_the_words_that_stand_there() -> None:
    sentences = list(STATEMENT_TEXTS)
    near, every = shares("Azerbaijan releases 32 servicemen", sentences)
    assert near == every == 1.0
    assert closeness("Azerbaijan releases 32 servicemen", sentences, absent=0) > closeness(
        "Azerbaijan imports wheat", sentences, absent=0
    )
    assert closeness("x", [], absent=0) == 0.0
    ranked = rank_sentences("Who releases 2 Azerbaijani servicemen?", sentences)
    assert max(range(4), key=ranked.__getitem__) == 2
