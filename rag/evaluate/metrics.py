"""The scores of one answer. Unscored is None, missing is the minimum, and the two are never mixed up.

Retrieval and facts are scored on answerable questions: an abstention finds no fact and cites no gold, so it scores 0.
Citation precision is scored on answers to answerable questions: an abstention cites nothing that could be wrong, and
an answer to an unanswerable question is counted by the F1 of refusing, not a second time here.
Pointers and quotes are verified on every answer.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.evaluate.alce import CitedClaim, Entails, alce_scores
from rag.evaluate.questions import Question, states
from rag.evaluate.record import Record
from rag.evaluate.relevance import RANKED, gold_groups, ranking_scores
from rag.evaluate.value_support import VALUE_KINDS, value_support
from rag.text.normalize import normalized_text

PER_ANSWER = (
    "pointer_validity",
    "quote_exactness",
    "citation_precision",
    "citation_recall",
    "citation_f1",
    "citation_coverage",
    "support_rate",
    "number_support",
    "date_support",
    "name_support",
    "alce_recall",
    "alce_precision",
    "fact_recall",
    "token_f1",
    "primary_source_rate",
)
_NUMBER_IN_TEXT = re.compile(r"\[(\d{1,4})\]")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, ""))

Score = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A question, what was answered, its scores, and whether the answer is right."""

    question: Question
    record: Record
    scores: Mapping[str, Score]
    right: bool

    @property
    def key(self) -> str:
        return self.record.key


def score(questions: Sequence[Question], records: Sequence[Record], *, entails: Entails) -> tuple[Scored, ...]:
    """The scores of each question with its record, in the same order."""
    ranking = ranking_scores(questions, records)
    scored: list[Scored] = []
    for question, record in zip(questions, records, strict=True):
        none: dict[str, Score] = dict.fromkeys(RANKED)
        scores = {
            **none,
            **ranking.get(record.key, {}),
            **verification_scores(record),
            **citation_scores(question, record),
            **claim_scores(record, entails=entails),
            **text_scores(question, record),
            "primary_source_rate": primary_source_rate(question, record),
        }
        scored.append(Scored(question=question, record=record, scores=scores, right=is_right(question, record, scores)))
    return tuple(scored)


def is_right(question: Question, record: Record, scores: Mapping[str, Score]) -> bool:
    """Whether the question was answered rightly: silence where nothing answers, else every fact stated.

    Without facts, every gold group must be cited; without gold either, an answer is taken for right.
    """
    if record.error:
        return False
    if not question.answerable:
        return not record.answered
    if not record.answered:
        return False
    decisive = scores["fact_recall"] if question.facts else scores["citation_recall"]
    return decisive is None or decisive == 1


def verification_scores(record: Record) -> dict[str, Score]:
    """Pointers that lead to a paragraph of the corpus and quotes that stand there, of all that were given."""
    numbers = {citation.number for citation in record.citations}
    used = {int(match) for match in _NUMBER_IN_TEXT.findall(record.text)} if record.answered else set()
    used |= {number for claim in record.claims for number in claim.citations}
    pointers = [citation.paragraph in record.stored for citation in record.citations]
    pointers += [False for number in used if number not in numbers]
    quotes = [
        record.stored.get(citation.paragraph, "")[citation.start : citation.end] == citation.quote
        and record.stored.get(citation.paragraph) == citation.paragraph_text
        for citation in record.citations
        if citation.paragraph in record.stored
    ]
    return {"pointer_validity": _mean(pointers), "quote_exactness": _mean(quotes)}


def citation_scores(question: Question, record: Record) -> dict[str, Score]:
    """Precision, recall and F1 of the cited paragraphs against the gold groups; several copies count once."""
    if not question.gold:
        return dict.fromkeys(("citation_precision", "citation_recall", "citation_f1"))
    groups = gold_groups(question, record)
    cited = {
        record.words.get(citation.paragraph, citation.paragraph): citation.paragraph for citation in record.citations
    }
    if not record.answered:
        return {"citation_precision": None, "citation_recall": 0.0, "citation_f1": 0.0}
    right = [
        any(group.holds(paragraph, record.words.get(paragraph)) for group in groups) for paragraph in cited.values()
    ]
    met = [any(group.holds(paragraph, record.words.get(paragraph)) for paragraph in cited.values()) for group in groups]
    precision = sum(right) / len(right) if right else 0.0
    recall = sum(met) / len(met)
    return {"citation_precision": precision, "citation_recall": recall, "citation_f1": _harmonic(precision, recall)}


def claim_scores(record: Record, *, entails: Entails) -> dict[str, Score]:
    """How well the claims of an answer rest on what they cite; all None for an abstention."""
    names = (
        "citation_coverage",
        "support_rate",
        *(f"{kind}_support" for kind in VALUE_KINDS),
        "alce_recall",
        "alce_precision",
    )
    if not record.answered:
        return dict.fromkeys(names)
    by_number = {citation.number: citation for citation in record.citations}
    claims = [
        CitedClaim(
            claim.text,
            tuple(
                dict.fromkeys(
                    record.stored.get(by_number[number].paragraph, "")
                    for number in claim.citations
                    if number in by_number
                )
            ),
        )
        for claim in record.claims
    ] or [CitedClaim(record.text, ())]
    judged = [claim.support == "supported" for claim in record.claims if claim.support != "unjudged"]
    alce = alce_scores(claims, entails)
    return {
        "citation_coverage": _mean([bool(claim.paragraphs) for claim in claims]),
        "support_rate": _mean(judged),
        **_value_support(claims),
        "alce_recall": alce.recall,
        "alce_precision": alce.precision,
    }


def primary_source_rate(question: Question, record: Record) -> Score:
    """The share of citations of the statement itself, where gold stands in one and not only in coverage of it."""
    if not record.answered or not any(ref in record.statements for group in question.gold for ref in group):
        return None
    return _mean([citation.paragraph in record.statements for citation in record.citations])


def text_scores(question: Question, record: Record) -> dict[str, Score]:
    """Facts stated, and the word overlap with the nearest reference answer; None where there is nothing to find."""
    facts: Score = None
    overlap: Score = None
    text = _NUMBER_IN_TEXT.sub("", record.text)
    if question.answerable and question.facts:
        facts = _mean([record.answered and states(text, pattern) for pattern in question.patterns()])
    if question.answerable and question.answers:
        overlap = max(token_f1(text, answer) for answer in question.answers) if record.answered else 0.0
    return {"fact_recall": facts, "token_f1": overlap}


def token_f1(text: str, reference: str) -> float:
    """SQuAD's F1 over words, without case, punctuation and articles (https://arxiv.org/abs/1606.05250)."""
    said, wanted = _words(text), _words(reference)
    if not said or not wanted:
        return float(said == wanted)
    common = sum((Counter(said) & Counter(wanted)).values())
    return _harmonic(common / len(said), common / len(wanted))


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", normalized_text(text).lower().translate(_PUNCTUATION)).split()


def _value_support(claims: Sequence[CitedClaim]) -> dict[str, Score]:
    stand: dict[str, list[bool]] = {kind: [] for kind in VALUE_KINDS}
    for claim, paragraphs in claims:
        for kind, found in value_support(claim, paragraphs).items():
            stand[kind] += found
    return {f"{kind}_support": _mean(found) for kind, found in stand.items()}


def _mean(values: Sequence[bool]) -> Score:
    return sum(values) / len(values) if values else None


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
