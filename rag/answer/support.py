"""Whether cited paragraphs support a claim, decided without a language model.

What can be checked is checked exactly: quoted words, numbers with their units, dates, names, and who stands where
and whether it is negated in the sentence that comes closest. The rest is scored by the words that stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rag.answer.alignment import Pair, Unit, align, certain_parts, names_agree, read_units, stands_beside, values_of
from rag.answer.citations import locate_quotation, quotations
from rag.answer.closeness import PARTIAL_FROM, SUPPORTED_FROM, closeness
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.text.values import Date, Name, Number, acronym_pairs, expands, name_key
from rag.types import Support

_LONGEST_CLAIM = 4000
_CANDIDATES = 6
_LEAST_STRENGTH = 2
_LEAST_STRENGTH_APART = 4
"""Units that agree around a place, when none of them stands right beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a claim is supported, why not, and how likely that is by its words, in [0, 1].

    `contradicted`: something in it differs from the paragraphs, or is not theirs; no second look mends that.
    """

    support: Support
    why: str = ""
    score: float = 0.0
    contradicted: bool = False


class ClaimChecker(Protocol):
    """Judges a claim; `about` describes the cited documents (issuer, date, title) and may vouch for those alone."""

    def __call__(self, claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement: ...


@dataclass(slots=True)
class Findings:
    """What was found wrong with a claim: `wrong` contradicts the paragraphs, `missing` does not stand there."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def check_claim(claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
    """Returns whether the paragraphs support the claim; a `ClaimChecker`."""
    claim = claim[:_LONGEST_CLAIM]
    certain = certain_parts([claim, *paragraphs, *about])
    # What opens the claim and stands nowhere else may be a name put in the place of another.
    strange = certain_parts([claim], uncertain=True) - _words([*paragraphs, *about]) - certain
    units = read_units(claim, certain | strange)
    sentences = [paragraph[span.start : span.end] for paragraph in paragraphs for span in split_sentences(paragraph)]
    findings = Findings()
    _check_values([unit for unit in units if not is_strange(unit, strange)], paragraphs, about, findings)
    score = closeness(claim, sentences, absent=len(findings.wrong) + len(findings.missing), about=about)
    _check_quotations(claim, paragraphs, findings)
    _check_places(units, [read_units(sentence, certain) for sentence in sentences], strange, findings)
    if findings.wrong:
        return Judgement(support="unsupported", why="; ".join(findings.wrong), score=score, contradicted=True)
    if score < PARTIAL_FROM:
        return Judgement(support="unsupported", why="too little of it stands in the cited paragraph", score=score)
    if findings.missing:
        return Judgement(support="partial", why="; ".join(findings.missing), score=score)
    if score < SUPPORTED_FROM:
        return Judgement(support="partial", why="only a part of it stands in the cited paragraph", score=score)
    return Judgement(support="supported", score=score)


def _check_quotations(claim: str, paragraphs: Sequence[str], findings: Findings) -> None:
    for words in quotations(claim):
        if not any(locate_quotation(words, paragraph) for paragraph in paragraphs):
            shown = words if len(words) <= 60 else words[:57] + "…"
            findings.wrong.append(f"the quoted words “{shown}” do not stand in the cited paragraph")


def _check_values(units: Sequence[Unit], paragraphs: Sequence[str], about: Sequence[str], findings: Findings) -> None:
    cited = [values_of(text) for text in paragraphs]
    vouching = [values_of(text) for text in about]
    numbers = [number for values in [*cited, *vouching] for number in values.numbers]
    dates = [date for values in cited for date in values.dates]
    known = [date for values in vouching for date in values.dates]
    years = {date.year for date in [*dates, *known]}
    names = _Names([*paragraphs, *about])
    for unit in units:
        match unit.what:
            case Number() as number:
                if not (any(_number_agrees(number, other) for other in numbers) or number.value in years):
                    findings.wrong.append(f"the number {number.surface!r} does not stand in the cited paragraph")
            case Date() as date:
                _check_date(date, dates, known, {number.value for number in numbers}, findings)
            case Name() as name:
                if not names.hold(name):
                    findings.missing.append(f"the name {name.surface!r} does not stand in the cited paragraph")


def _number_agrees(mine: Number, theirs: Number) -> bool:
    if mine.value != theirs.value:
        return False
    return not mine.unit or mine.unit == theirs.unit


def _check_date(
    date: Date, dates: Sequence[Date], known: Sequence[Date], numbers: set[object], findings: Findings
) -> None:
    if any(other.is_within(date) for other in [*dates, *known]):
        return
    if date.key[1:] == (None, None) and date.year in numbers:
        return
    agreeing = [other for other in dates if other.agrees(date)]
    years = {other.year for other in [*known, *dates]}
    if any(other.year is None and date.year in years and _same_day(other, date) for other in agreeing):
        return
    if agreeing:
        findings.missing.append(f"the date {date.surface!r} stands there only in part")
    else:
        findings.wrong.append(f"the date {date.surface!r} does not stand in the cited paragraph")


def _same_day(other: Date, date: Date) -> bool:
    return (other.month, other.day) == (date.month, date.day)


class _Names:
    """The names of the cited paragraphs and of their documents' descriptions."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._names = [name for text in texts for name in values_of(text).names]
        self._parts = {part for name in self._names for part in name.parts}
        self._words = {name_key(term.surface) for text in texts for term in content_terms(text)}
        self._pairs = [pair for text in texts for pair in acronym_pairs(text).items()]

    def hold(self, name: Name) -> bool:
        if all(part in self._parts or part in self._words for part in name.parts):
            return True
        if any(names_agree(name, other) for other in self._names):
            return True
        return any((name.surface == acronym or expands(name.surface, expansion)) for acronym, expansion in self._pairs)


def is_strange(unit: Unit, strange: frozenset[str]) -> bool:
    """Whether the unit may be no name: one word at the beginning of the claim that stands nowhere else."""
    return isinstance(unit.what, Name) and unit.what.initial and not strange.isdisjoint(unit.what.parts)


def _words(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(name_key(term.surface) for text in texts for term in content_terms(text))


def _check_places(
    units: Sequence[Unit], sentences: Sequence[Sequence[Unit]], strange: frozenset[str], findings: Findings
) -> None:
    """Compares names, dates, numbers and negations with what stands in the same place of the nearest sentences."""
    keys = {unit.key for unit in units}
    nearest = sorted(sentences, key=lambda sentence: -len(keys & {unit.key for unit in sentence}))[:_CANDIDATES]
    aligned = [(sentence, align(units, sentence)) for sentence in nearest]
    for index, unit in enumerate(units):
        places = [(sentence, pair) for sentence, pairs in aligned for pair in pairs if pair.claim == index]
        agreed = max((pair.strength for _, pair in places if pair.agrees), default=0)
        differing = [
            (pair.strength, sentence[pair.source])
            for sentence, pair in places
            if not pair.agrees
            and pair.strength >= (_LEAST_STRENGTH if pair.joined else _LEAST_STRENGTH_APART)
            and not stands_beside(unit, sentence, pair.source)
        ]
        strength, other = max(differing, key=lambda item: item[0], default=(0, unit))
        if strength > agreed:
            kind = findings.missing if is_strange(unit, strange) else findings.wrong
            kind.append(f"where it says {unit.surface!r} the paragraph says {other.surface!r}")
    if aligned:
        _check_repetition(units, [sentence for sentence, _ in aligned], findings)
        _check_negations(units, *max(aligned, key=lambda item: sum(pair.agrees for pair in item[1])), findings)


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


def _check_negations(
    units: Sequence[Unit], sentence: Sequence[Unit], pairs: Sequence[Pair], findings: Findings
) -> None:
    """Compares which words are negated; one that only moved ("not release any", "release none") is not lost."""
    strong = [pair for pair in pairs if pair.agrees and pair.strength >= _LEAST_STRENGTH]
    added = [pair for pair in strong if units[pair.claim].negated and not sentence[pair.source].negated]
    dropped = [pair for pair in strong if sentence[pair.source].negated and not units[pair.claim].negated]
    if len(added) > len(dropped):
        findings.wrong.append(f"it negates {units[added[0].claim].surface!r}, which the paragraph does not")
    elif len(dropped) > len(added):
        findings.wrong.append(f"it leaves out that the paragraph negates {units[dropped[0].claim].surface!r}")
