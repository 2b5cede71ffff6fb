"""Whether to answer at all: a logistic regression over the signs of a retrieval, with a reason a person understands.

The weights stand in `abstention.json`; `eval/fit_abstention.py` fits them and says on what.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.answer.answerer import Answerable
from rag.answer.asked import WORDING, read_question
from rag.answer.context import Context, unmentioned
from rag.answer.nearness import Encode, Nearness
from rag.answer.signs import READ, Signs, asked_text, signs_of
from rag.retrieve.speakers import asks_for_words, is_of_another_speaker, may_answer, speaking
from rag.retrieve.times import is_of_another_time, is_out_of_span, named_dates, span_words, timed
from rag.retrieve.topics import keywords, on_topic, topic_of
from rag.text.lexicon import PLEASANTRIES
from rag.text.terms import content_terms, fold, is_stopword, terms
from rag.text.thesaurus import senses
from rag.types import Retrieval

NOTHING_FOUND = "Nothing was found."
ASKS_NOTHING = "The question names nothing to look for."
NOT_NEAR = "Nothing found comes near enough to the question."
BARE = 2
"""So few words ask for nothing when none of them has a meaning of its own: "who?", "how so?"."""
HARDLY = -2.0
"""The reader's log-odds up to which a word is named as missing: above them the thing may be said in other words."""
NOT_ANSWERED = "The paragraphs that come nearest do not answer the question."
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was fitted: a weight, a mean and a spread for each sign, and the confidence each caution asks for."""

    intercept: float
    signs: Mapping[str, tuple[float, float, float]]
    cautions: Sequence[tuple[float, float]]

    def confidence(self, values: Mapping[str, float]) -> float:
        """How likely it is that the question is answered, in [0, 1]."""
        total = self.intercept + sum(
            weight * (values[name] - mean) / spread for name, (weight, mean, spread) in self.signs.items()
        )
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    def threshold(self, caution: float) -> float:
        """The confidence from which a question is answered: 0 at caution 0, growing with it."""
        steps = self.cautions
        at = bisect_right([step for step, _ in steps], caution)
        if at == len(steps):
            return steps[-1][1]
        (low, below), (high, above) = steps[max(at - 1, 0)], steps[at]
        return below + (above - below) * (max(caution, low) - low) / (high - low)


@cache
def fitted(*, read: bool) -> Weights:
    """The weights that ship: for retrievals that a reader has read, and for others."""
    both = json.loads((files("rag.answer") / "abstention.json").read_text(encoding="utf-8"))
    kept = both["read" if read else "unread"]
    return Weights(
        intercept=kept["intercept"],
        signs={name: (sign["weight"], sign["mean"], sign["spread"]) for name, sign in kept["signs"].items()},
        cautions=[(caution, confidence) for caution, confidence in kept["caution"]],
    )


class Abstention:
    """Decides on silence; an `AnswerableCheck`.

    Args:
        caution: in [0, 1]; 0 answers whatever it can, 1 only what it is surest of.
        encode: an embedder's `encode`, to compare words by meaning; without it only by their stems.
    """

    def __init__(self, *, caution: float = 0.5, encode: Encode | None = None) -> None:
        self._caution = caution
        self._nearness = Nearness(encode)

    def __call__(self, retrieval: Retrieval) -> Answerable:
        """Whether the retrieval answers its question, why not, and how sure that is."""
        if not retrieval.hits:
            return Answerable(answerable=False, reason=NOTHING_FOUND, confidence=0.0)
        if not asks_something(retrieval):
            return Answerable(answerable=False, reason=ASKS_NOTHING, confidence=0.0)
        signs = signs_of(retrieval, self._nearness)
        if not is_understood(retrieval):
            return Answerable(answerable=False, reason=reason_of(signs), confidence=0.0)
        weights = fitted(read=_is_read(retrieval))
        confidence = weights.confidence(signs.values)
        if missing := missing_topic(retrieval) or missing_time(retrieval) or missing_speaker(retrieval):
            return Answerable(answerable=False, reason=missing, confidence=0.0)
        if confidence >= weights.threshold(self._caution):
            return Answerable(answerable=True, reason="", confidence=confidence)
        return Answerable(answerable=False, reason=reason_of(signs), confidence=confidence)


def asks_something(retrieval: Retrieval) -> bool:
    """Whether there is anything to look for: not in "hello" or "and?", nor in "who?" without a turn before it."""
    words = _WORD.findall(fold(asked_text(retrieval)))
    if PLEASANTRIES.issuperset(words):
        return False
    named = any(fold(term.surface) not in PLEASANTRIES for term in content_terms(retrieval.standalone_question))
    return named or len(words) > BARE


def missing_topic(retrieval: Retrieval) -> str:
    """Why nothing is said where all that is said of one name is asked for: no paragraph found mentions it.

    Empty where one does, and where anything else is asked.
    """
    asked = retrieval.standalone_question
    requested = topic_of(asked)
    topic = requested or keywords(asked)
    if topic is None:
        return ""
    whole = fold(topic).removeprefix("the ")
    names = [name for name in read_question(on_topic(topic)).names if fold(name.surface) == whole]
    # A capital says nothing about one word that is all that was typed.
    return unmentioned(retrieval, [name for name in names if requested or len(name.parts) > 1])


def missing_time(retrieval: Retrieval) -> str:
    """Why nothing is said where a day or a month is asked for: all that was found is of another time.

    Empty where something is of that time, and where only a year is named, which may be part of a name.
    """
    question = timed(asked_text(retrieval), retrieval.standalone_question)
    if retrieval.hits and all(is_out_of_span(question, hit) for hit in retrieval.hits):
        return f"Nothing near the question was published {span_words(question)}."
    asked = [date for date in named_dates(question) if date.month]
    if not asked or not all(is_of_another_time(question, hit) for hit in retrieval.hits):
        return ""
    return f"No paragraph near the question is of {asked[0].surface} or mentions it."


def missing_speaker(retrieval: Retrieval) -> str:
    """Why nothing is said where somebody's words are asked for: others speak of them in all that was found.

    Empty where nothing found names them, for they may be called something else there.
    """
    speakers = speaking(asked_text(retrieval), retrieval.standalone_question)
    if not asks_for_words(asked_text(retrieval)):
        return ""
    hits = may_answer(asked_text(retrieval), retrieval.standalone_question, retrieval.hits) if speakers else ()
    if not hits or not all(is_of_another_speaker(speakers, hit) for hit in hits):
        return ""
    if not any(Context(hit=hit).holds_name(name) for name in speakers for hit in hits):
        return ""
    return f"No paragraph near the question is by {speakers[0].surface} or says what {speakers[0].surface} said."


def is_understood(retrieval: Retrieval) -> bool:
    """Whether a word of the question is known: a function word, one of the corpus, or one of the thesaurus.

    What the reader thinks of other letters ("aaaaaaaa", another alphabet) means nothing; it has learnt English. Without
    it the embedding model has its say, which may stand for another language.
    """
    if not _is_read(retrieval) or any(term.paragraphs for term in retrieval.terms):
        return True
    text = retrieval.standalone_question
    return any(is_stopword(term.surface) for term in terms(text)) or bool(senses(text))


def _is_read(retrieval: Retrieval) -> bool:
    return any(hit.read for hit in retrieval.hits)


def reason_of(signs: Signs) -> str:
    """The gravest lack, in one sentence."""
    for what, which in signs.lacks:
        if what in ("name", "value"):
            return f"No paragraph mentions {which}."
        if what == "far":
            return f"No paragraph near the question mentions {which}."
        if what == "kind" and which in WORDING:
            return f"No paragraph near the question {WORDING[which]}."
        if what == "unsure" and which in WORDING:
            return f"What comes nearest {WORDING[which]}, but not clearly as the answer."
        if what == "word" and signs.values.get("read", HARDLY) <= HARDLY:
            return f"Nothing near the question speaks of \u201c{which}\u201d."
    return NOT_ANSWERED if signs.values.keys() >= READ else NOT_NEAR
