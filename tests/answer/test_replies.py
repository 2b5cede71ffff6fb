"""Replies that are no answer."""

from __future__ import annotations

import time

import pytest

from rag.answer.replies import abstains, leaves_open

ABSTENTION = "The documents do not answer this question."


def test_only_when_every_sentence_leaves_something_open_the_reply_abstains() -> None:
    assert abstains([ABSTENTION, "The paragraphs do not mention it."], ABSTENTION)
    assert abstains(["Die Dokumente beantworten das nicht!"], "Die Dokumente beantworten das nicht.")
    assert not abstains([ABSTENTION, "Azerbaijan releases 32 servicemen."], ABSTENTION)
    assert not abstains([], ABSTENTION)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "The ministry does not say so.",
            "They did not report the attack.",
            "It did not give up.",
            "There is no peace.",
        ),
        *("The documents do not say when; they were released.", "The documents say that it does not mention it."),
        *("The land was not given to Georgia.", "We cannot accept this.", "The document does not apply to Greenland."),
    ],
)
def test_what_states_something_leaves_nothing_open(text: str) -> None:
    assert not leaves_open(text)


@pytest.mark.parametrize(
    "text",
    ["The " * 20_000, "The A " * 20_000, "The documents of " + "a " * 40_000, "But, " * 20_000, "Here " * 20_000],
)
def test_hostile_sentences_take_linear_time(text: str) -> None:
    begun = time.process_time()
    leaves_open(text)
    assert time.process_time() - begun < 1
