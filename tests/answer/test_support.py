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
        ("32 Armenian military servicemen are released by Armenia.", (1,), "Azerbaijan"),
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


@pytest.mark.parametrize(
    ("paragraph", "false", "true"),
    [
        # Negations, in short sentences, of irregular verbs, and of a word that the claim has not.
        ("The sanctions were not lifted.", "The sanctions were lifted.", "The sanctions have not been lifted."),
        ("That is not negotiable.", "That is negotiable.", "That isn't negotiable."),
        ("The President did not meet Mr Sunak.", "The President met Mr Sunak.", "The President didn't meet Mr Sunak."),
        (
            "Chad is no longer a party to the treaty.",
            "Chad is a party to the treaty.",
            "Chad is no longer party to the treaty.",
        ),
        (
            "There is no evidence that the minister took bribes.",
            "The minister took bribes.",
            "There is no proof that the minister took bribes.",
        ),
        (
            "The court rejected the claim that the law is unjust.",
            "The law is unjust.",
            "The court rejected the claim that the law is unjust.",
        ),
        (
            "Under no circumstances will Turkey recognise the vote.",
            "Turkey will recognise the vote.",
            "Turkey will never recognise the vote.",
        ),
        ("Armenia released the men.", "Armenia stopped releasing the men.", "Armenia released the men."),
        ("Armenia released the men.", "It is false that Armenia released the men.", "Armenia released the men."),
        (
            "The minister will not attend the summit.",
            "The minister is going to attend the summit.",
            "The minister is not going to attend the summit.",
        ),
        (
            "It is not possible to open the border.",
            "It is possible to open the border.",
            "Opening the border is not possible.",
        ),
        # Who does it, in the active and the passive voice.
        (
            "Azerbaijan accuses Armenia of shelling Terter.",
            "Azerbaijan is accused by Armenia of shelling Terter.",
            "Armenia is accused by Azerbaijan of shelling Terter.",
        ),
        (
            "Armenia is accused by Azerbaijan of shelling Terter.",
            "Armenia accuses Azerbaijan of shelling Terter.",
            "Azerbaijan accuses Armenia of shelling Terter.",
        ),
        (
            "Azerbaijan accuses Armenia of shelling Terter.",
            "Azerbaijan shelled Terter.",
            "Armenia is accused of shelling Terter.",
        ),
        (
            "Ukraine received 20 tanks from Poland.",
            "Ukraine sent 20 tanks to Poland.",
            "Poland sent 20 tanks to Ukraine.",
        ),
        (
            "In May Poland sent 20 tanks to Ukraine.",
            "Poland received 20 tanks from Ukraine.",
            "Ukraine received 20 tanks.",
        ),
        ("Macron thanked Scholz.", "Macron was thanked by Scholz.", "Scholz was thanked by Macron."),
        ("Biden and Sunak met in Washington.", "Biden and Sunak met in London.", "Sunak and Biden met in Washington."),
        (
            "Biden and Sunak met in Washington.",
            "Biden and Sunak never met in Washington.",
            "Sunak met Biden in Washington.",
        ),
        # Parties and numbers of two clauses.
        (
            "France will provide 10 tanks and Germany will provide 20 trucks.",
            "France will provide 20 trucks.",
            "Germany will provide 20 trucks and France will provide 10 tanks.",
        ),
        (
            "France will provide 10 tanks and Germany will provide 20 trucks.",
            "Germany will provide 10 tanks.",
            "France will provide 10 tanks.",
        ),
        (
            "The committee voted 12 to 3 in favour.",
            "The committee voted 3 to 12 in favour.",
            "The committee voted 12-3 in favour.",
        ),
        (
            "He spoke with Macron in March and with Scholz in April.",
            "He spoke with Scholz in March.",
            "He spoke with Scholz in April.",
        ),
        # Contraries, bounds, times, conditions and what only may be.
        (
            "Russia condemns the attack of Ukraine on Belgorod.",
            "Russia welcomes the attack of Ukraine on Belgorod.",
            "Russia condemned the Ukrainian attack on Belgorod.",
        ),
        ("The budget rose by 5 percent.", "The budget fell by 5 percent.", "The budget increased by 5 percent."),
        (
            "The attack may have killed up to 15 men.",
            "The attack may have killed more than 15 men.",
            "The attack possibly killed up to 15 men.",
        ),
        (
            "The attack may have killed up to 15 men.",
            "The attack killed up to 15 men.",
            "The attack could have killed up to 15 men.",
        ),
        (
            "The treaty entered into force before 1 May 2010.",
            "The treaty entered into force after 1 May 2010.",
            "The treaty entered into force prior to 1 May 2010.",
        ),
        (
            "If Iran signs it, the US will lift the sanctions.",
            "The US will lift the sanctions.",
            "The US will lift the sanctions if Iran signs it.",
        ),
        (
            "Azerbaijan releases 32 Armenian men.",
            "Azerbaijan executes 32 Armenian men.",
            "Azerbaijan frees 32 Armenian men.",
        ),
        # Numbers in other writings, and what no year and no title vouches for.
        (
            "The talks lasted two and a half hours.",
            "The talks lasted three and a half hours.",
            "The talks lasted 2.5 hours.",
        ),
        (
            "Azerbaijan releases 32 Armenian men.",
            "Azerbaijan releases XXXV Armenian men.",
            "Azerbaijan releases XXXII Armenian men.",
        ),
        (
            "Azerbaijan releases 32 Armenian men.",
            "Azerbaijan releases \u2462\u2464 Armenian men.",
            "Azerbaijan releases \u2462\u2461 Armenian men.",
        ),
        (
            "Azerbaijan releases 32 Armenian men.",
            "Azerbaijan releases 2023 Armenian men.",
            "In 2023 Azerbaijan releases 32 Armenian men.",
        ),
        ("The men were freed. 1990 tanks were moved.", "The men were freed in 1990.", "1990 tanks were moved."),
        ("The budget amounts to $1,500,000,000.", "The budget is USD 2.5 billion.", "The budget is USD 1.5 billion."),
        ("The forces took \u015eu\u015fa.", "The forces took Sheki.", "The forces took Shusha."),
    ],
)
def test_what_differs_is_marked_and_what_says_the_same_is_not(paragraph: str, false: str, true: str) -> None:
    assert check_claim(false, [paragraph], about=ABOUT).support != "supported"
    judgement = check_claim(true, [paragraph], about=ABOUT)
    assert (judgement.support, judgement.why) == ("supported", "")


def test_whole_sentences_to_the_letter_are_supported_and_a_piece_is_looked_at() -> None:
    hopes = "Ardon and Belden do hope that the towns of the River Group will support Belden's bid to host."
    paragraph = f"Ardon backs the bid of Belden, and withdraws its own. {hopes} Belden backs the seat of Ardon."
    for claim in (hopes, f"{hopes} Belden backs the seat of Ardon.", f"{hopes}  Belden backs the seat of Ardon. "):
        assert check_claim(claim, [paragraph]).support == "supported"
    assert check_claim(f"{hopes} Belden backs 5 seats of Ardon.", [paragraph]).support != "supported"
    denied = "It is not true that Belden backs the seat of Ardon."
    assert check_claim("Belden backs the seat of Ardon.", [denied]).support != "supported"


def test_names_in_small_letters_are_names() -> None:
    paragraphs = [STATEMENT_TEXTS[1], STATEMENT_TEXTS[2]]
    assert check_claim("azerbaijan releases 2 armenian servicemen.", paragraphs).contradicted
    assert check_claim("azerbaijan releases 32 armenian servicemen.", paragraphs).support == "supported"


def test_a_title_vouches_for_what_is_numbered_and_for_no_amount() -> None:
    about = ["“Resolution 1701: EU gives 50 million euro to Georgia”, statement, 2024-03-05"]
    paragraph = ["The aid was sent to Moldova."]
    assert check_claim("50 million euro of aid was sent to Moldova.", paragraph, about=about).contradicted
    assert not check_claim("Under Resolution 1701 the aid was sent to Moldova.", paragraph, about=about).contradicted


def test_what_was_not_read_to_its_end_is_not_called_supported() -> None:
    paragraph = "Azerbaijan releases 32 Armenian servicemen. " * 100
    assert check_claim(paragraph[:3000], [paragraph]).support == "supported"
    judgement = check_claim(f"{paragraph} On 5 May 2035 Putin killed 900 people in Paris.", [paragraph])
    assert (judgement.support, judgement.why) == ("partial", "only its first 4000 characters were checked")


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
