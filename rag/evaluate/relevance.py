"""Which paragraphs count as gold, and how well a ranking found them.

Paragraphs are mapped to statements first: a paragraph that carries the same words as one in a gold group is in that
group, and a ranking keeps the first of several paragraphs with the same words. A copy neither helps nor hurts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.evaluate.questions import Question
from rag.evaluate.record import Record

CUTS = (1, 5, 10)
RANKED = (*(f"recall@{cut}" for cut in CUTS), "ndcg@10", "mrr")


class Group(NamedTuple):
    """One part of what must be found: any paragraph in it will do, or one of the same words."""

    paragraphs: frozenset[str]
    words: frozenset[int]

    def holds(self, paragraph: str, words: int | None) -> bool:
        return paragraph in self.paragraphs or (words is not None and words in self.words)


def gold_groups(question: Question, record: Record) -> tuple[Group, ...]:
    """The gold groups of a question, with the words of their paragraphs."""
    return tuple(
        Group(frozenset(group), frozenset(record.words[ref] for ref in group if ref in record.words))
        for group in question.gold
    )


def ranking_scores(questions: Sequence[Question], records: Sequence[Record]) -> Mapping[str, Mapping[str, float]]:
    """recall@k, nDCG@10 and MRR of each question with gold, by record key; nothing found scores 0.

    A hit that satisfies several groups stands in the ranking once for each. recall@k counts hits, not groups.
    """
    import ir_measures
    from ir_measures import RR, R, nDCG

    judged: dict[str, dict[str, int]] = {}
    ranked: dict[str, dict[str, float]] = {}
    for question, record in zip(questions, records, strict=True):
        if not question.gold:
            continue
        judged[record.key] = {
            f"gold {at}": question.grades[at] if question.grades else 1 for at in range(len(question.gold))
        }
        slots = tuple(_slots(gold_groups(question, record), record))
        ranked[record.key] = _scored(slots)
        for cut in CUTS:
            ranked[_cut_key(cut, record.key)] = _scored(slots[:cut])
            judged[_cut_key(cut, record.key)] = judged[record.key]
    scores: dict[str, dict[str, float]] = {key: {} for key in judged}
    everything = max((len(items) for items in ranked.values()), default=0) + 1
    measures = {nDCG @ 10: "ndcg@10", RR: "mrr", R @ everything: "recall"}
    for each in ir_measures.iter_calc(list(measures), judged, ranked):
        scores[each.query_id][measures[each.measure]] = each.value
    return {
        key: {
            **{f"recall@{cut}": scores[_cut_key(cut, key)]["recall"] for cut in CUTS},
            "ndcg@10": scores[key]["ndcg@10"],
            "mrr": scores[key]["mrr"],
        }
        for key in (record.key for record in records)
        if key in scores
    }


def _slots(groups: Sequence[Group], record: Record) -> Iterator[tuple[str, ...]]:
    """Per hit with words not seen before: the gold groups it is the first to satisfy, or itself when it is in none."""
    seen: set[int] = set()
    satisfied: set[int] = set()
    for hit in record.hits:
        if hit.words in seen:
            continue
        seen.add(hit.words)
        held = [at for at, group in enumerate(groups) if group.holds(hit.paragraph, hit.words)]
        new = tuple(f"gold {at}" for at in held if at not in satisfied)
        satisfied.update(held)
        if new or not held:
            yield new or (f"hit {hit.paragraph}",)


def _scored(slots: Sequence[tuple[str, ...]]) -> dict[str, float]:
    items = [item for slot in slots for item in slot]
    return {item: float(len(items) - at) for at, item in enumerate(items)}


def _cut_key(cut: int, key: str) -> str:
    return f"\x1f{cut}\x1f{key}"
