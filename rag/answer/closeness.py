"""How much of a claim stands in sentences, by the words they share; rare words count more.

Weights and thresholds were fitted on one half of WiCE (https://arxiv.org/abs/2303.01432), supported claims against
the rest; `eval/benchmarks/wice.py` fits them again and reports the other half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rag.answer.alignment import values_of
from rag.text.names import respelt
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms, fold
from rag.text.thesaurus import senses
from rag.types import Span

SUPPORTED_FROM = 0.41
PARTIAL_FROM = 0.1
"""Below it lie 44 % of WiCE's claims that are not wholly supported, and 6 % of those that are."""

WEIGHTS = (1.835, 2.507, -1.601)
"""Of the share in neighbouring sentences, the share in all of them, and each value that stands nowhere."""
BIAS = -3.202
MOST_ABSENT = 3
NEIGHBOURING = 3

# Words with which an answer introduces what a document says, stemmed.
_FRAMING = frozenset(
    ["accord", "announc", "declar", "document", "joint", "note", "paragraph", "report", "sourc", "state",
     "statement", "text"]
)  # fmt: skip
_LENGTH_PENALTY = 0.1
_LONG_SENTENCE = 100


def closeness(claim: str, sentences: Sequence[str], *, absent: int, about: Sequence[str] = ()) -> float:
    """Returns how likely it is, by its words alone, that the sentences support the claim.

    Args:
        claim: one sentence.
        sentences: those of the cited paragraphs, in order.
        absent: how many numbers, dates and names of the claim stand in none of them.
        about: descriptions of the documents; words that stand there alone say who speaks and when, not what.
    """
    if not sentences:
        return 0.0
    values = (*shares(claim, sentences, about=about), min(absent, MOST_ABSENT))
    return 1 / (1 + math.exp(-BIAS - sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))))


def shares(claim: str, sentences: Sequence[str], *, about: Sequence[str] = ()) -> tuple[float, float]:
    """Returns which share of the claim stands in the best neighbouring sentences, and which in all of them."""
    kept = [words_of(sentence) for sentence in sentences]
    everything = frozenset[str]().union(*kept)
    framing = _FRAMING.union(*(words_of(text) for text in about)) - everything
    wanted = _wanted(claim)
    wanted = {word: ways for word, ways in wanted.items() if word not in framing} or wanted
    if not wanted or not kept:
        return 0.0, 0.0
    weights = _weights(wanted, kept)
    last = max(1, len(kept) - NEIGHBOURING + 1)
    windows = (frozenset[str]().union(*kept[begin : begin + NEIGHBOURING]) for begin in range(last))
    nearest = max(_covered(wanted, weights, window) for window in windows)
    every = sum(not ways.isdisjoint(everything) for ways in wanted.values())
    return nearest / sum(weights.values()), every / len(wanted)


def best_sentence(claim: str, paragraph: str) -> Span:
    """Returns the sentence of the paragraph that carries the claim: the one that holds most of its words."""
    spans = split_sentences(paragraph)
    if len(spans) < 2:
        return spans[0] if spans else Span(start=0, end=len(paragraph))
    scores = rank_sentences(claim, [paragraph[span.start : span.end] for span in spans])
    return spans[max(range(len(spans)), key=lambda index: (scores[index], -index))]


def rank_sentences(claim: str, sentences: Sequence[str]) -> tuple[float, ...]:
    """Returns how much of the claim each sentence carries; of two that carry the same, the shorter one says it."""
    wanted, kept = _wanted(claim, dates=True), [words_of(sentence, dates=True) for sentence in sentences]
    weights = _weights(wanted, kept)
    total = sum(weights.values()) or 1.0
    return tuple(_covered(wanted, weights, words) / total * _brevity(len(words)) for words in kept)


def _brevity(words: int) -> float:
    return 1 - _LENGTH_PENALTY * min(1.0, words / _LONG_SENTENCE)


def words_of(text: str, *, dates: bool = False) -> frozenset[str]:
    """Returns the content words of a text, its numbers by value, its names by what they are compared by, and senses.

    The words of dates and of spelt-out numbers are left out unless `dates`: they are written in many ways, and are
    checked on their own.
    """
    return frozenset[str]().union(*_wanted(text, dates=dates).values())


def _wanted(text: str, *, dates: bool = False) -> dict[str, frozenset[str]]:
    """From each word of a text to the ways it may be said: itself, and the senses it shares with other words."""
    values = values_of(text)
    parts = [number for number in values.numbers if number.weak and number.unit]
    spans = [(item.start, item.end) for item in values.numbers if item not in parts] + [
        (item.start, item.end) for item in values.dates
    ]
    taken = frozenset[int]() if dates else {offset for start, end in spans for offset in range(start, end)}
    said = {offset: sense.groups for sense in senses(text) for offset in range(sense.start, sense.end)}
    found: dict[str, frozenset[str]] = {}
    for term in content_terms(text):
        if term.start not in taken:
            ways = {term.text, fold(respelt(term.surface))} if not term.surface.isascii() else {term.text}
            ways |= {str(number.value) for number in parts if number.start <= term.start < number.end}
            found[term.text] = frozenset(ways).union(f"~{group}" for group in said.get(term.start, ()))
    plain = [str(number.value.normalize()) for number in values.numbers if not number.weak]
    plain += [part for name in values.names if name.start not in taken for part in name.parts]
    return {word: frozenset({word}) for word in plain} | found


def _weights(wanted: Mapping[str, frozenset[str]], kept: Sequence[frozenset[str]]) -> dict[str, float]:
    return {
        word: math.log(1 + len(kept) / (0.5 + sum(not ways.isdisjoint(words) for words in kept)))
        for word, ways in wanted.items()
    }


def _covered(wanted: Mapping[str, frozenset[str]], weights: Mapping[str, float], words: frozenset[str]) -> float:
    return sum(weights[word] for word, ways in wanted.items() if not ways.isdisjoint(words))
