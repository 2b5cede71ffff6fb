"""Whether cited paragraphs support a claim, decided without a language model.

What can be checked is checked exactly: quoted words, numbers with their units, dates, names, and who stands where
and whether it is negated in the sentence that comes closest. The rest is scored by the words that stand there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from rag.answer.alignment import Unit, certain_parts, read_units, values_of
from rag.answer.citations import locate_quotation, quotations
from rag.answer.closeness import PARTIAL_FROM, SUPPORTED_FROM, closeness
from rag.answer.places import Findings, Sentence, check_places, is_strange
from rag.text.countries import COUNTRIES
from rag.text.normalize import locate
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.text.values import Date, Name, Number, acronym_pairs, expands, name_key, names_agree, sounds_of
from rag.types import Support

_LONGEST_CLAIM = 4000
_COUNTS = re.compile(r"\s(?:[A-Za-z][a-z]{2,20}\s)?(?:[a-z]{3,20}s|[a-z]{0,20}men|people)\b")
"""Behind a number that counts things, and is no year."""
_ALL_OF_THEM = re.compile(r"\b(?:the|these|those|both|all)\s\Z")
_NUMBERING = re.compile(r"\b(?:nos?\.?|number|article|resolution|order|proclamation|law|section|chapter|part)\s\Z")
_ROMAN = re.compile(r"(?<![\w.])X{0,3}(?:IX|IV|V?I{0,3})(?![\w.])")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_CIRCLED = re.compile(r"[\u2460-\u2473\u24ea\u24f5-\u24fe\u2776-\u277f\u2780-\u2793]+")


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


def check_claim(claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
    """Returns whether the paragraphs support the claim; a `ClaimChecker`."""
    if any(_is_said_in(claim, paragraph) for paragraph in paragraphs):
        return Judgement(support="supported", score=1.0)
    whole, written = claim, claim[:_LONGEST_CLAIM]
    claim = _recapitalised(_in_digits(written, [*paragraphs, *about]), paragraphs)
    certain = certain_parts([claim, *paragraphs, *about]) | COUNTRIES
    # What opens the claim and stands nowhere else may be a name put in the place of another.
    strange = certain_parts([claim], uncertain=True) - _words([*paragraphs, *about]) - certain
    certain |= _opening_names(claim, paragraphs)
    units = read_units(claim, certain | strange)
    texts = [paragraph[span.start : span.end] for paragraph in paragraphs for span in split_sentences(paragraph)]
    sentences = [Sentence(text, read_units(text, certain)) for text in texts]
    findings = Findings()
    _check_values(units, strange, paragraphs, about, _joint_counts(sentences), findings)
    score = closeness(claim, texts, absent=len(findings.wrong) + len(findings.missing), about=about)
    _check_quotations(written, paragraphs, findings)
    check_places(Sentence(claim, units), sentences, strange, findings)
    if len(whole) > len(written):
        findings.missing.append(f"only its first {_LONGEST_CLAIM} characters were checked")
    if findings.wrong:
        return Judgement(support="unsupported", why="; ".join(findings.wrong), score=score, contradicted=True)
    if score < PARTIAL_FROM:
        return Judgement(support="unsupported", why="too little of it stands in the cited paragraph", score=score)
    if findings.missing:
        return Judgement(support="partial", why="; ".join(findings.missing), score=score)
    if score < SUPPORTED_FROM:
        return Judgement(support="partial", why="only a part of it stands in the cited paragraph", score=score)
    return Judgement(support="supported", score=score)


def _is_said_in(claim: str, paragraph: str) -> bool:
    """Whether the claim is one or more whole sentences of the paragraph, to the letter: a part may lack its "not"."""
    span = locate(claim, paragraph)
    if span is None:
        return False
    sentences = split_sentences(paragraph)
    return any(one.start == span.start for one in sentences) and any(one.end == span.end for one in sentences)


def _check_quotations(claim: str, paragraphs: Sequence[str], findings: Findings) -> None:
    for words in quotations(claim):
        if not any(locate_quotation(words, paragraph) for paragraph in paragraphs):
            shown = words if len(words) <= 60 else words[:57] + "…"
            findings.wrong.append(f"the quoted words “{shown}” do not stand in the cited paragraph")


def _check_values(
    units: Sequence[Unit],
    strange: frozenset[str],
    paragraphs: Sequence[str],
    about: Sequence[str],
    joint: frozenset[int],
    findings: Findings,
) -> None:
    cited = [values_of(text) for text in paragraphs]
    vouching = [values_of(text) for text in about]
    numbers = [number for values in cited for number in values.numbers]
    titled = [number for values in vouching for number in values.numbers]
    dates = [date for values in cited for date in values.dates]
    known = [date for values in vouching for date in values.dates]
    years = {
        number.value
        for text, values in zip([*paragraphs, *about], [*cited, *vouching], strict=True)
        for number in values.numbers
        if not _COUNTS.match(text, number.end)
    }
    names = _Names([*paragraphs, *about])
    for before, unit in zip([None, *units], units, strict=False):
        match unit.what:
            case Number() as number:
                standing = [*numbers, *titled] if _is_numbering(before, unit) else numbers
                said_of_all = number.value in joint and _ALL_OF_THEM.search(unit.lead)
                if not said_of_all and not any(_number_agrees(number, other) for other in standing):
                    findings.wrong.append(f"the number {number.surface!r} does not stand in the cited paragraph")
            case Date() as date:
                _check_date(date, dates, known, years, findings)
            case Name() as name:
                if not is_strange(unit, strange) and not names.hold(name):
                    findings.missing.append(f"the name {name.surface!r} does not stand in the cited paragraph")


def _is_numbering(before: Unit | None, unit: Unit) -> bool:
    """Whether a number says which of its kind something is, as titles do: "Resolution 1701", "the 50th anniversary"."""
    if not isinstance(unit.what, Number) or unit.what.unit:
        return False
    named = before is not None and before.surface[:1].isupper() and not unit.lead.strip()
    return unit.what.ordinal or named or _NUMBERING.search(unit.lead) is not None


def _joint_counts(sentences: Sequence[Sentence]) -> frozenset[int]:
    """How many names are joined somewhere: "Biden and Sunak" are "the two leaders"."""
    return frozenset(1 + len(unit.others) for one in sentences for unit in one.units if unit.others)


def _number_agrees(mine: Number, theirs: Number) -> bool:
    if mine.value != theirs.value:
        return False
    return not mine.unit or mine.unit == theirs.unit


def _check_date(
    date: Date, dates: Sequence[Date], known: Sequence[Date], numbers: set[Decimal], findings: Findings
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
        self._parts = {part for name in self._names for part in (*name.parts, *sounds_of(name))}
        self._words = {name_key(term.surface) for text in texts for term in content_terms(text)}
        self._pairs = [pair for text in texts for pair in acronym_pairs(text).items()]

    def hold(self, name: Name) -> bool:
        if any(
            all(part in self._parts or part in self._words for part in parts) for parts in (name.parts, sounds_of(name))
        ):
            return True
        if any(names_agree(name, other) for other in self._names):
            return True
        return any((name.surface == acronym or expands(name.surface, expansion)) for acronym, expansion in self._pairs)


def _words(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(name_key(term.surface) for text in texts for term in content_terms(text))


def _in_digits(claim: str, texts: Sequence[str]) -> str:
    """The claim with Roman and circled numbers in digits, but for those that the texts write so too."""

    def written(match: re.Match[str]) -> str:
        number = match.group()
        if (len(number) < 2 and number.isascii()) or any(number in text for text in texts):
            return number
        if number.isascii():
            values = [_ROMAN_VALUES[letter] for letter in number]
            return str(sum(-one if one < two else one for one, two in pairwise([*values, 0])))
        return "".join(str(int(unicodedata.numeric(sign))) for sign in number)

    return _CIRCLED.sub(written, _ROMAN.sub(written, claim))


def _opening_names(claim: str, paragraphs: Sequence[str]) -> frozenset[str]:
    """What opens a sentence both of the claim and of a paragraph, and stands nowhere in small letters: a name."""
    opening = certain_parts([claim], uncertain=True) & certain_parts(paragraphs, uncertain=True)
    small = {term.surface for text in (claim, *paragraphs) for term in content_terms(text) if term.surface.islower()}
    return opening - {name_key(surface) for surface in small}


def _recapitalised(claim: str, paragraphs: Sequence[str]) -> str:
    """The claim with capitals where the paragraphs have them, if it has none itself."""
    if any(letter.isupper() for letter in claim):
        return claim
    known = {name.parts[0] for text in paragraphs for name in values_of(text).names if len(name.parts) == 1}
    letters = list(claim)
    for term in content_terms(claim):
        if name_key(term.surface) in known:
            letters[term.start] = claim[term.start].upper()
    return "".join(letters)
