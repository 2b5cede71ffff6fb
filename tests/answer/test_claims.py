"""What becomes of sentences without citations, and of sentences that share one."""

from __future__ import annotations

import pytest

from rag.answer.citations import make_citation
from rag.answer.claims import judge_claims
from rag.answer.support import check_claim
from rag.answer.writer import Mark, pieces
from rag.types import Claim, Span
from tests.answer.material import retrieval

HIT = next(hit for hit in retrieval().hits if hit.paragraph.ref == "joint-statement#p2")
CITATION = make_citation(1, HIT, Span(start=0, end=len(HIT.paragraph.text)))
SUPPORTED = "Azerbaijan releases 32 Armenian military servicemen."


def judge(text: str, *marks: int, rejected_at: tuple[int, ...] = ()) -> list[Claim]:
    found = pieces(text, [Mark(offset, (1,)) for offset in marks])
    return list(judge_claims(text, found, [CITATION], check=check_claim, rejected_at=rejected_at))


def test_a_cited_sentence_is_judged() -> None:
    assert judge(SUPPORTED, len(SUPPORTED)) == [Claim(text=SUPPORTED, citations=(1,), support="supported")]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Mars has 7 moons.",
            "The documents do not say that 40 were released.",
            "Yes.",
            "It never did.",
            "Both lied.",
        ),
        *("Putin was killed by Biden in Moscow, though the documents do not mention it.", "They did not."),
        *("Putin says the documents do not mention it.", "The documents do not say when, but Putin died."),
        *("The statement says the following:", "Did Putin kill Biden in Moscow?", "They did not tell the truth."),
    ],
)
def test_what_a_sentence_without_citation_states_is_unsupported(text: str) -> None:
    (claim,) = judge(text)
    assert (claim.support, claim.citations, claim.why) == ("unsupported", (), "it cites no paragraph")


@pytest.mark.parametrize(
    "text",
    [
        *("The documents do not say when they were released.", "However, it does not mention a date."),
        *("The two statements don't specify who was released.", "None of the paragraphs says when."),
        *("The Armenian statement of 7 December 2023 does not name them.", "It is not stated when this happens."),
        *("**The documents do not answer this question.**", "There is no further information on it."),
    ],
)
def test_what_the_documents_leave_open_is_not_judged(text: str) -> None:
    (claim,) = judge(text)
    assert (claim.support, claim.citations, claim.why) == ("unjudged", (), "it says what the documents leave open")


def first_before(sentence: str) -> Claim:
    text = f"{sentence}\n\n{SUPPORTED}"
    first, second = judge(text, len(text))
    assert second.support == "supported"
    return first


@pytest.mark.parametrize(
    "text",
    [
        *("The two sides agreed on three points:", "The two sides agreed on:", "The statement says the following:"),
        *("**What was agreed:**", "According to the joint statement of 7 December 2023, Azerbaijan will:", "Armenia:"),
        *("Armenia and Azerbaijan agreed on these measures:", "# Humanitarian gestures", "## Prisoner Release"),
        *("**Goodwill**", "**Azerbaijan's gesture**", "Servicemen", "Here is what it says.", "Here's the answer:"),
        *("Azerbaijan's side:", "Measures include:"),
    ],
)
def test_an_introduction_is_not_judged(text: str) -> None:
    first = first_before(text)
    assert (first.support, first.citations, first.why) == ("unjudged", (), "it introduces what follows")


@pytest.mark.parametrize("text", ["Hello.", "What happened?", "Thank you."])
def test_what_states_nothing_is_not_judged(text: str) -> None:
    assert (first_before(text).support, first_before(text).why) in [
        ("unjudged", "it states nothing"),
        ("unjudged", "it introduces what follows"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("Putin killed Biden in Moscow on 5 May 2023:", "Azerbaijan attacked Armenia:", "40 servicemen were freed:"),
        *(
            "It follows that Putin killed Biden:",
            "On 5 May 2019 they agreed on this:",
            "## In Moscow Putin killed Biden",
        ),
        *("**Azerbaijan killed 40 servicemen.**", "Here is why Putin killed Biden.", "Not released"),
    ],
)
def test_the_form_of_an_introduction_exempts_nothing_that_is_stated(text: str) -> None:
    assert first_before(text).support == "unsupported"


def test_a_bare_yes_or_no_is_as_good_as_what_carries_it() -> None:
    for text in ("Yes.", "No.", "No, they did not."):
        first = first_before(text)
        assert (first.support, first.citations) == ("partial", ())
        assert "[1] says so is not checked" in first.why
    text = "Yes. Mars has 7 moons."
    assert [claim.support for claim in judge(text, len(text))] == ["unsupported", "unsupported"]


TRUE = "the Republic of Azerbaijan releases 32 Armenian military servicemen"
FALSE = "the Republic of Azerbaijan releases Armenian military servicemen"


@pytest.mark.parametrize(
    "marked",
    [
        *(
            "He said: '{}'.",
            "He said: ‹{}›.",
            "He said: 「{}」.",
            "He said: ＂{}＂.",
            "He said: ``{}''.",
            "He said: `{}`.",
        ),
        *("He said: <q>{}</q>.", "He said: “{}.", 'He said"{}".', "He said: ‚{}‘.", "> {}.", "> **{}.**"),
    ],
)
def test_quoted_words_must_stand_there_whatever_marks_them(marked: str) -> None:
    for words, support in ((TRUE, "supported"), (FALSE, "unsupported")):
        text = marked.format(words)
        (claim,) = judge(text, len(text))
        assert claim.support == support
        assert ("quoted words" in claim.why) == (support == "unsupported")


def test_the_signature_of_a_block_quote_is_not_quoted() -> None:
    text = f"> {TRUE}.\n> — Azerbaijan"
    assert judge(text, len(text))[0].support != "unsupported"


@pytest.mark.parametrize("gap", [" ", "\n"])
@pytest.mark.parametrize("both", [True, False])
def test_a_quotation_over_two_sentences_is_checked_whole(gap: str, both: bool) -> None:
    whole = next(hit for hit in retrieval().hits if hit.paragraph.ref == "joint-statement#p1")
    citation = make_citation(1, whole, Span(start=0, end=len(whole.paragraph.text)))
    first = "there is a historical chance to achieve a long-awaited peace in the region."
    for second, stands in (
        ("Two countries reconfirm their intention to normalize relations", True),
        ("Two countries reconfirm their intention to reach the peace treaty", False),
    ):
        text = f"The statement says: “{first}{gap}{second}”."
        marks = [Mark(offset, (1,)) for offset in ((text.index(gap + second), len(text)) if both else (len(text),))]
        claims = judge_claims(text, pieces(text, marks), [citation], check=check_claim)
        assert [claim.support == "unsupported" for claim in claims] == [not stands, not stands]
        assert all("quoted words" in claim.why for claim in claims) or stands


def test_a_sentence_that_the_next_citation_carries_is_partial() -> None:
    text = f"Azerbaijan releases 32 servicemen. {SUPPORTED}"
    first, second = judge(text, len(text))
    assert (first.support, first.citations) == ("partial", ())
    assert "[1]" in first.why
    assert second.support == "supported"


def test_a_sentence_whose_marker_was_rejected_says_so() -> None:
    (claim,) = judge(SUPPORTED, rejected_at=(len(SUPPORTED),))
    assert claim.support == "unsupported"
    assert "no paragraph shown" in claim.why


def test_bullets_and_dashes_are_no_claims() -> None:
    text = f"- {SUPPORTED}\n- —\n2. {SUPPORTED}"
    claims = judge(text, len(SUPPORTED) + 2, len(text))
    assert [claim.text for claim in claims] == [SUPPORTED, SUPPORTED]
