"""Compares what stands in the same place of a claim and of the sentences nearest to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.answer.alignment import Pair, Unit, align, stands_beside, stands_elsewhere
from rag.answer.closeness import words_of
from rag.answer.voice import GIVES, TAKES, active, exchanged
from rag.text.antonyms import are_contrary
from rag.text.qualifiers import BOUNDS, EXACT, OPPOSITE, TIMES, find_conditions
from rag.text.values import Name, names_agree

_CANDIDATES = 6
_LEAST_STRENGTH = 2
_LEAST_STRENGTH_APART = 4
"""Units that agree around a place, when none of them stands right beside it."""
_SCOPE_ENDS = re.compile(r"[,;:()\u2013\u2014]|\b(?:and|but|while|whereas|although|because|which|who)\b")
_CARRIED_OVER = 4
"""Units over which a negation reaches from a word that the other text has not: "no evidence that the minister took"."""
_OPEN = re.compile(
    r"\b(?:may|might|could|can|would|should|possib|perhaps|alleg|reported|report|potential|presum|apparent|probab|likel|suspect"
    r"|risk|chance|threat|warn|consider|expect|estimat|believ|suggest|claim|accus|permit|allow|authori|right|power|able"
    r"|eligible|option|discretion|if|unless|whether|provided|condition|depend|when|in case|even|otherwise|until)",
    re.IGNORECASE,
)
"""What leaves open whether something is so, in a claim."""


@dataclass(slots=True)
class Findings:
    """What was found wrong with a claim: `wrong` contradicts the paragraphs, `missing` does not stand there."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        self.wrong += other.wrong
        self.missing += other.missing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a cited paragraph, or the claim, with its units."""

    text: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A claim laid beside a sentence."""

    claim: Sentence
    sentence: Sentence
    pairs: tuple[Pair, ...]

    @property
    def agreeing(self) -> int:
        return sum(pair.agrees for pair in self.pairs)

    @property
    def firm(self) -> list[Pair]:
        """The pairs that agree and stand among others that do; of a short claim all but one of the units must."""
        few, units = self.agreeing <= _LEAST_STRENGTH, len(self.claim.units)
        short = few and (2 * self.agreeing >= units if self.agreeing > 1 else units == 1)
        least = self.agreeing - 1 if short else _LEAST_STRENGTH
        return [pair for pair in self.pairs if pair.agrees and pair.strength >= least]

    @property
    def is_contained(self) -> bool:
        """Whether all that the claim affirms stands in the sentence."""
        agreeing = {pair.claim for pair in self.pairs if pair.agrees}
        return all(at in agreeing or unit.negated for at, unit in enumerate(self.claim.units))

    def gaps(self) -> Iterator[tuple[range, range]]:
        """Yields the places of claim and sentence that lie between agreeing pairs."""
        i = j = 0
        end = (len(self.claim.units), len(self.sentence.units))
        for at, place in [*((pair.claim, pair.source) for pair in self.pairs if pair.agrees), end]:
            yield range(i, at), range(j, place)
            i, j = at + 1, place + 1


def check_places(claim: Sentence, sentences: Sequence[Sentence], strange: frozenset[str], findings: Findings) -> None:
    """Compares names, dates, numbers, negations and what qualifies them with the same place of the nearest sentences.

    Args:
        claim: read as it stands.
        sentences: those of all paragraphs, read as they stand.
        strange: parts of names that open the claim and may be none.
        findings: what is wrong is added to it.
    """
    keys = {unit.key for unit in claim.units}
    nearest = sorted(sentences, key=lambda sentence: -len(keys & {unit.key for unit in sentence.units}))[:_CANDIDATES]
    if not nearest:
        return
    nearest = [Sentence(one.text, exchanged(claim.units, active(one.units))) for one in nearest]
    aligned = _laid_beside(Sentence(claim.text, active(claim.units)), nearest)
    found = _compare_values(aligned, strange)
    if found.wrong:
        other = Sentence(claim.text, active(claim.units, without_agent=True))
        found = min(found, _compare_values(_laid_beside(other, nearest), strange), key=_weight)
    findings.add(found)
    _check_repetition(claim.units, [sentence.units for sentence in nearest], findings)
    _check_bounds(aligned, findings)
    best = max(one.agreeing for one in aligned)
    texts = [one.text for one in sentences]
    findings.add(min((_read_closely(one, texts) for one in aligned if one.agreeing == best), key=_weight))


def _laid_beside(claim: Sentence, nearest: Sequence[Sentence]) -> list[_Aligned]:
    return [_Aligned(claim, sentence, align(claim.units, sentence.units)) for sentence in nearest]


def _weight(findings: Findings) -> tuple[int, int]:
    return len(findings.wrong), len(findings.missing)


def _compare_values(aligned: Sequence[_Aligned], strange: frozenset[str]) -> Findings:
    findings = Findings()
    units = aligned[0].claim.units
    placed = [(one.sentence.units, [*one.pairs, *_other_numbers(one)]) for one in aligned]
    for index, unit in enumerate(units):
        places = [(sentence, pair) for sentence, pairs in placed for pair in pairs if pair.claim == index]
        agreed = max((pair.strength for _, pair in places if pair.agrees), default=0)
        differing = [
            (pair.strength, sentence[pair.source])
            for sentence, pair in places
            if not pair.agrees
            and pair.strength >= (_LEAST_STRENGTH if pair.joined else _LEAST_STRENGTH_APART)
            and not stands_beside(unit, sentence, pair.source)
            and not stands_elsewhere(units, index, sentence)
        ]
        strength, other = max(differing, key=lambda item: item[0], default=(0, unit))
        if strength > agreed:
            kind = findings.missing if is_strange(unit, strange) else findings.wrong
            kind.append(f"where it says {unit.surface!r} the paragraph says {other.surface!r}")
    return findings


def _other_numbers(one: _Aligned) -> Iterator[Pair]:
    """Yields the pairs of different numbers that fall onto each other when any number may stand for any."""
    if any(unit.kind == "number" for unit in one.claim.units):
        for pair in align(one.claim.units, one.sentence.units, any_number=True):
            if not pair.agrees and one.claim.units[pair.claim].kind == "number":
                yield pair


def is_strange(unit: Unit, strange: frozenset[str]) -> bool:
    """Whether the unit may be no name: one word at the beginning of the claim that stands nowhere else."""
    return isinstance(unit.what, Name) and unit.what.initial and not strange.isdisjoint(unit.what.parts)


def _check_repetition(units: Sequence[Unit], sentences: Sequence[Sequence[Unit]], findings: Findings) -> None:
    """Finds a party named once too often in the place of one that is left out ("32 Armenians, released by Armenia")."""
    mine = [unit.what for unit in units if isinstance(unit.what, Name)]
    theirs = [[unit.what for unit in sentence if isinstance(unit.what, Name)] for sentence in sentences]
    left_out = [name for name in theirs[0] if not any(names_agree(name, other) for other in mine)]
    for name in mine:
        said = sum(names_agree(name, other) for other in mine)
        if left_out and said > 1 and said > max(sum(names_agree(name, other) for other in names) for names in theirs):
            findings.missing.append(f"it names {name.surface!r} in the place of {left_out[0].surface!r}")
            return


def _check_bounds(aligned: Sequence[_Aligned], findings: Findings) -> None:
    """Compares "up to", "more than", "before" and "after" of the numbers and dates that stand in both."""
    for index, unit in enumerate(aligned[0].claim.units):
        theirs = [
            one.sentence.units[pair.source]
            for one in aligned
            for pair in one.pairs
            if pair.claim == index and pair.agrees and pair.strength
        ]
        faults = [_bound_fault(unit, other) for other in theirs]
        if faults and all(faults):
            kind = findings.wrong if "wrong" in faults else findings.missing
            kind.append(f"the paragraph says otherwise how far {unit.surface!r} holds")


def _bound_fault(mine: Unit, theirs: Unit) -> str:
    ours, others = ({mark for mark in unit.marks if mark in BOUNDS | TIMES} for unit in (mine, theirs))
    if any(OPPOSITE[mark] & others for mark in ours):
        return "wrong"
    if not ours and others & (EXACT | BOUNDS):
        return "missing"
    if not others and ours & EXACT:
        return "missing"
    return ""


def _read_closely(one: _Aligned, texts: Sequence[str]) -> Findings:
    findings = Findings()
    contrary = _contrary(one)
    for mine, theirs in contrary:
        if one.claim.units[mine].negated == one.sentence.units[theirs].negated:
            said, stands = one.claim.units[mine].surface, one.sentence.units[theirs].surface
            findings.wrong.append(f"where it says {said!r} the paragraph says {stands!r}")
    _check_negations(one, contrary, findings)
    if not findings.wrong:
        _check_replaced(one, texts, findings)
        _check_left_open(one, findings)
    return findings


def _contrary(one: _Aligned) -> list[tuple[int, int]]:
    """Pairs of words in the same gap that say the contrary of each other."""
    if not one.firm:
        return []
    found = []
    for mine, theirs in one.gaps():
        for i in mine:
            for j in theirs:
                if are_contrary(str(one.claim.units[i].key), str(one.sentence.units[j].key)):
                    found.append((i, j))
    return found


def _check_negations(one: _Aligned, contrary: Sequence[tuple[int, int]], findings: Findings) -> None:
    """Compares which words are negated; one that only moved ("not release any", "release none") is not lost."""
    paired = [(pair.claim, pair.source) for pair in one.pairs] + list(contrary)
    moved = {unit.key for unit in one.claim.units if unit.negated} & {u.key for u in one.sentence.units if u.negated}
    ours, ours_carried = _negated(one.claim.units, {i for i, _ in paired}, moved)
    others, others_carried = _negated(one.sentence.units, {j for _, j in paired}, moved)
    added = [i for i, j, *_ in one.firm if i in ours | ours_carried and j not in others | others_carried]
    dropped = [i for i, j, *_ in one.firm if j in others | others_carried and i not in ours | ours_carried]
    if not one.is_contained:
        sure = {i for i, j, *_ in one.firm if i in ours or j in others}
        added, dropped = ([i for i in places if i in sure] for places in (added, dropped))
    # What is denied and what is said the other way round are one: "did not accept", "rejected".
    turned = sum(one.claim.units[i].negated != one.sentence.units[j].negated for i, j in contrary)
    if len(added) > len(dropped) + turned:
        findings.wrong.append(f"it negates {one.claim.units[added[0]].surface!r}, which the paragraph does not")
    elif len(dropped) > len(added) + turned:
        said = one.claim.units[dropped[0]].surface
        findings.wrong.append(f"it leaves out that the paragraph negates {said!r}")


def _negated(units: Sequence[Unit], paired: set[int], moved: set[object]) -> tuple[set[int], set[int]]:
    """The places that are negated, and those that a negation reaches over a word that the other text has not."""
    order = sorted(range(len(units)), key=lambda index: units[index].start)
    carried = set()
    for at, index in enumerate(order):
        if index in paired or units[index].key in moved or "not" not in units[index].marks:
            continue
        for following in order[at + 1 : at + 1 + _CARRIED_OVER]:
            if _SCOPE_ENDS.search(units[following].lead):
                break
            if following in paired:
                carried.add(following)
                break
    return {index for index in order if units[index].negated}, carried


def _check_replaced(one: _Aligned, texts: Sequence[str], findings: Findings) -> None:
    """Finds the one word of the claim that stands nowhere, behind a name and in the place of another ("X executes 32").

    Elsewhere another word is more often one that means the same.
    """
    if one.agreeing != len(one.claim.units) - 1:
        return
    for mine, theirs in one.gaps():
        if len(mine) == len(theirs) == 1 and mine[0] and one.claim.units[mine[0] - 1].kind == "name":
            unit, other = one.claim.units[mine[0]], one.sentence.units[theirs[0]]
            pair = {str(unit.key), str(other.key)}
            known = unit.key == other.key or are_contrary(str(unit.key), str(other.key)) or pair <= GIVES | TAKES
            if unit.kind == other.kind == "term" and not known and not _stands(unit.surface, texts):
                findings.missing.append(f"where it says {unit.surface!r} the paragraph says {other.surface!r}")


def _stands(word: str, texts: Sequence[str]) -> bool:
    """Whether the word, or one that says the same, stands in the texts."""
    said = words_of(word)
    return any(not said.isdisjoint(words_of(text)) for text in texts)


def _check_left_open(one: _Aligned, findings: Findings) -> None:
    """Finds a claim for certain of what the paragraph says under a condition, or says may be."""
    if _OPEN.search(one.claim.text):
        return
    for pair in one.firm:
        if "may" in one.sentence.units[pair.source].marks and "may" not in one.claim.units[pair.claim].marks:
            said = one.claim.units[pair.claim].surface
            findings.missing.append(f"it leaves out that the paragraph says {said!r} only may be")
            return
    starts = [one.sentence.units[pair.source].start for pair in one.pairs if pair.agrees]
    for begin, end in find_conditions(one.sentence.text):
        if one.firm and all(begin <= start < end for start in starts):
            findings.missing.append("it leaves out the condition under which the paragraph says so")
            return
