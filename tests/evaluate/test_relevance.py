"""The rankings' scores against ir_measures on random small runs, and against formulas written out."""

from __future__ import annotations

import math

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluate.questions import Question
from rag.evaluate.record import Found, Record
from rag.evaluate.relevance import RANKED, ranking_scores

PARAGRAPHS = [f"d#p{number}" for number in range(1, 15)]


def record(hits: list[str], gold: list[list[str]], *, words: dict[str, int] | None = None) -> tuple[Question, Record]:
    known = words or {name: at for at, name in enumerate(PARAGRAPHS)}
    named = [ref for group in gold for ref in group]
    question = Question(id="q", question="?", gold=tuple(tuple(group) for group in gold))
    kept = Record(
        set="s", id="q", status="abstained", text="", reason="", confidence=0, claims=(), citations=(),
        hits=tuple(Found(paragraph=name, score=1 / at, words=known[name]) for at, name in enumerate(hits, 1)),
        stored=dict.fromkeys(named, ""), words={ref: known[ref] for ref in named if ref in known},
    )  # fmt: skip
    return question, kept


def scores(hits: list[str], gold: list[list[str]], *, words: dict[str, int] | None = None) -> dict[str, float]:
    question, kept = record(hits, gold, words=words)
    return dict(ranking_scores([question], [kept])["s/q"])


rankings = st.lists(st.sampled_from(PARAGRAPHS), unique=True, max_size=14)
relevant = st.lists(st.sampled_from(PARAGRAPHS), unique=True, min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(hits=rankings, gold=relevant)
def test_single_paragraphs_score_as_ir_measures_scores_them(hits: list[str], gold: list[str]) -> None:
    qrels = {"q": dict.fromkeys(gold, 1)}
    run = {"q": {name: float(-at) for at, name in enumerate(hits)}}
    measures = [ir_measures.parse_measure(name) for name in ("R@1", "R@5", "R@10", "nDCG@10", "RR")]
    expected = ir_measures.calc_aggregate(measures, qrels, run)
    assert scores(hits, [[name] for name in gold]) == pytest.approx(
        dict(zip(RANKED, (expected[measure] for measure in measures), strict=True))
    )


@settings(max_examples=60, deadline=None)
@given(hits=rankings, gold=relevant)
def test_they_equal_the_formulas_written_out(hits: list[str], gold: list[str]) -> None:
    found = scores(hits, [[name] for name in gold])
    gains = [name in gold for name in hits[:10]]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
    assert found["ndcg@10"] == pytest.approx(
        sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1)) / ideal
    )
    assert found["mrr"] == pytest.approx(next((1 / rank for rank, name in enumerate(hits, 1) if name in gold), 0))
    assert found["recall@5"] == pytest.approx(len(set(hits[:5]) & set(gold)) / len(gold))


@settings(max_examples=60, deadline=None)
@given(hits=rankings, gold=relevant, data=st.data())
def test_copies_anywhere_after_their_original_change_nothing(
    hits: list[str], gold: list[str], data: st.DataObject
) -> None:
    words = {name: at for at, name in enumerate(PARAGRAPHS)}
    with_copies = list(hits)
    for number, name in enumerate(hits):
        place = data.draw(st.integers(with_copies.index(name) + 1, len(with_copies)))
        with_copies.insert(place, f"copy-{number}#p1")
        words[f"copy-{number}#p1"] = words[name]
    groups = [[name] for name in gold]
    assert scores(with_copies, groups, words=words) == scores(hits, groups)


def test_a_copy_found_in_place_of_the_gold_paragraph_counts_as_it() -> None:
    words = {"d#p1": 1, "copy#p1": 1, "d#p2": 2}
    assert scores(["copy#p1"], [["d#p1"]], words=words) == dict.fromkeys(RANKED, 1.0)


def test_any_paragraph_of_a_group_will_do_and_a_second_one_is_no_second_find() -> None:
    both = scores(["d#p1", "d#p2", "d#p3"], [["d#p1", "d#p2"], ["d#p3"]])
    one = scores(["d#p2", "d#p3"], [["d#p1", "d#p2"], ["d#p3"]])
    assert both == one == {"recall@1": 0.5, "recall@5": 1.0, "recall@10": 1.0, "ndcg@10": 1.0, "mrr": 1.0}


def test_one_paragraph_may_satisfy_two_groups() -> None:
    assert scores(["d#p1"], [["d#p1", "d#p2"], ["d#p1", "d#p3"]]) == dict.fromkeys(RANKED, 1.0)


def test_nothing_found_scores_the_minimum_and_no_gold_is_not_scored() -> None:
    assert scores([], [["d#p1"]]) == dict.fromkeys(RANKED, 0.0)
    question, kept = record(["d#p1"], [])
    assert ranking_scores([question], [kept]) == {}


def test_grades_weigh_as_in_ir_measures() -> None:
    question, kept = record(["d#p2", "d#p1"], [["d#p1"], ["d#p2"]])
    graded = Question(id="q", question="?", gold=question.gold, grades=(3, 1))
    run = {"q": {"d#p2": 2.0, "d#p1": 1.0}}
    expected = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], {"q": {"d#p1": 3, "d#p2": 1}}, run)
    assert ranking_scores([graded], [kept])["s/q"]["ndcg@10"] == pytest.approx(expected[ir_measures.nDCG @ 10])
