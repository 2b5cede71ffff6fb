from __future__ import annotations

import random
import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import sentence_texts, split_sentences

PROSE = st.lists(
    st.sampled_from(
        ["U.S.", "Mr.", "H.E.", "No.", "5", "Dec.", "7", "peace", "Peace", '"', "”", "“", "(", ")", ".", "…", "?", "!",
         "\n", "\n- ", "\r\n", " ", "  ", "\u00a0", "\u2028", "a.m.", "1.", "İ", "é", "\t"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.one_of(PROSE, st.text(max_size=200)))
def test_spans_are_lossless_in_order_and_trimmed(text: str) -> None:
    spans = split_sentences(text)
    rest = []
    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        rest.append(text[at : span.start])
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        at = span.end
    rest.append(text[at:])
    assert "".join(rest).strip() == ""


@pytest.mark.parametrize(
    "sentences",
    [
        ["U.S. President Joe Biden met H.E. Mr. Ilham Aliyev.", "They agreed."],
        ["They agreed on No. 5 and Art. 3 of the treaty on Dec. 7 at 9 a.m.", "The talks went on."],
        ['"It leads to peace, reaching the treaty," the OTS said.', "Others agreed."],
        ["This is a historic opportunity to achieve peace in the region.”", "Both countries agreed."],
        ["He waited…", "Then he spoke."],
        ["Really?!", "Yes!", "It is $4.2 billion, or 3.5 percent."],
        ["Under 50 U.S.C. 1701 et seq., I hereby report."],
        ["Gen. Smith, Sen. J. D. Vance, Rep. Adam B. Schiff (D-CA) and Prof. Lee met at 10 p.m. EST."],
        ["See p. 5, para. 3, vol. 2 of the report.", "It is long."],
        ["The bid to host the 29th Session (COP29) stands.", "(Applause.)", "Thank you."],
        ["They spent 5 mln. manats on 3 sq. km of road.", "It is 2 pct. of all."],
        ["He lives in Washington, D.C. and works for the U.N. Security Council."],
        ["The former U.S. Senator met the U.N. Security Council in the U.S.", "They agreed."],
        ["Let’s Move! initiative began.", "the next is written small.", "and so is this one."],
        ["BAKU, Azerbaijan, December 8.", "The Secretary General welcomes it."],
    ],
)
def test_sentences_of_this_field(sentences: list[str]) -> None:
    assert list(sentence_texts(" ".join(sentences))) == sentences


def test_lines_broken_on_purpose_end_sentences() -> None:
    text = (
        "Agreed measures\n- release of 32 servicemen\n- release of 2 servicemen. And more\n\n1. COP29\nIt was signed."
    )
    assert sentence_texts(text) == (
        "Agreed measures",
        "- release of 32 servicemen",
        "- release of 2 servicemen.",
        "And more",
        "1. COP29",
        "It was signed.",
    )


@pytest.mark.parametrize("mark", ["– ", "- ", "(b) ", "5. "])
def test_a_mark_at_the_edge_of_wrapped_text_is_no_item(mark: str) -> None:
    first = "The two sides exchanged maps of the mined areas near"
    text = textwrap.fill(f"{first} {mark}and this is what they had hoped for. They met in Vienna.", len(first) + 1)
    assert text.splitlines()[1].startswith(mark)
    assert len(sentence_texts(text)) == 2
    for listed in (f"{text}\n{mark}and more", text.replace(" near\n", " nea:\n")):
        assert sentence_texts(listed)[1].startswith(mark.strip())


def test_lines_wrapped_at_a_margin_do_not() -> None:
    text = (
        "The Republic of Armenia and the Republic of\n"
        "Azerbaijan share the view that there is a\n"
        "historical chance. Two."
    )
    assert sentence_texts(text)[0].startswith("The Republic of Armenia")
    assert sentence_texts(text)[0].endswith("historical chance.")
    assert len(sentence_texts(text)) == 2


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "Ab. " * 25_000, "x" * 50_000 + ". Yes", "A.b." * 25_000, ".\n" * 50_000, "“" * 100_000,
     ". " * 50_000, "a\n" * 50_000, "\n" * 100_000, "- a\n" * 25_000, "Mr. " * 25_000, ".”" * 50_000],
    ids=range(12),
)  # fmt: skip
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    spans = split_sentences(text)
    assert time.process_time() - began < 5
    assert sum(len(text[span.start : span.end].split()) for span in spans) >= len(text.split())


def test_two_thousand_paragraphs_a_second() -> None:
    chance = random.Random(1)
    words = ["peace", "Mr.", "the", "region.", "Armenia", "of", "U.S.", "agreed.", "servicemen", "“talks”", "2023."]
    paragraphs = [" ".join(chance.choices(words, k=60)) for _ in range(500)]
    split_sentences(paragraphs[0] + ".")
    began = time.process_time()
    for paragraph in paragraphs:
        split_sentences(paragraph)
    assert 500 / (time.process_time() - began) > 2_000
