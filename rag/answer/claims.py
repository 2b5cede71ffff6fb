"""The sentences of an answer as claims, each judged against the paragraphs it cites."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rag.answer.citations import locate_quotation
from rag.answer.evidence import describe
from rag.answer.introductions import Introductions
from rag.answer.replies import leaves_open
from rag.answer.support import ClaimChecker
from rag.answer.writer import Piece
from rag.text.lexicon import PLEASANTRIES
from rag.text.quotations import find_quotations
from rag.text.terms import content_terms, fold, terms
from rag.text.values import find_values
from rag.types import Citation, Claim

_YES_OR_NO = frozenset({"yes", "no"})
_NAYS = frozenset({"no", "not", "never"})
_BLOCK_QUOTE = re.compile(r"\s*>")
_LINE_ENDS = re.compile(r"[ \t]*(?:\n|\Z)")
_DASHES = frozenset("-–—―")
_LONGEST_SHOWN = 60


def judge_claims(
    plain: str,
    pieces: Sequence[Piece],
    citations: Sequence[Citation],
    *,
    check: ClaimChecker,
    rejected_at: Sequence[int] = (),
) -> tuple[Claim, ...]:
    """Returns one claim a piece of the plain text that says something, in order."""
    return _Answer(plain, pieces, citations, check).claims(rejected_at)


class _Answer:
    """The pieces of one answer, and the paragraphs each of them may rest on."""

    def __init__(self, plain: str, pieces: Sequence[Piece], citations: Sequence[Citation], check: ClaimChecker) -> None:
        self._plain, self._pieces, self._check = plain, pieces, check
        self._citations = {citation.number: citation for citation in citations}
        self._introductions = Introductions([*_paragraphs(citations), *_about(citations)])
        self._saying = [index for index, piece in enumerate(pieces) if any(map(str.isalnum, piece.text))]
        self._carriers = self._next_cited()

    def claims(self, rejected_at: Sequence[int]) -> tuple[Claim, ...]:
        cited = {index: self._cited(index) for index in self._saying if self._pieces[index].numbers}
        misquoted = {**self._misquoted_lines(), **self._misquoted_passages()}
        claims = []
        for place, index in enumerate(self._saying):
            piece = self._pieces[index]
            claim = cited.get(index)
            if claim is None and any(piece.start < offset <= piece.end for offset in rejected_at):
                claim = _unsupported(piece, "its citation points at no paragraph shown")
            elif claim is None:
                claim = self._uncited(index, len(self._saying) - place - 1, cited)
            if index in misquoted and claim.support != "unsupported":
                claim = replace(claim, support="unsupported", why=_misquotation(misquoted[index]))
            claims.append(claim)
        return tuple(claims)

    def _cited(self, index: int) -> Claim:
        piece = self._pieces[index]
        cited = self._cited_by([index])
        judgement = self._check(piece.text, _paragraphs(cited), about=_about(cited))
        return Claim(text=piece.text, citations=piece.numbers, support=judgement.support, why=judgement.why)

    def _uncited(self, index: int, following: int, cited: Mapping[int, Claim]) -> Claim:
        piece = self._pieces[index]
        if leaves_open(piece.text):
            return _unjudged(piece, "it says what the documents leave open")
        if self._introductions.leads_on(piece.text, line=self._line(index), following=following):
            return _unjudged(piece, "it introduces what follows")
        if _states_nothing(piece.text):
            return _unjudged(piece, "it states nothing")
        carrier = self._carriers[index]
        if carrier is None:
            return _unsupported(piece, "it cites no paragraph")
        numbers = "".join(f"[{number}]" for number in self._pieces[carrier].numbers)
        if _is_yes_or_no(piece.text):
            carried, why = cited[carrier], f"it cites nothing itself; whether {numbers} says so is not checked"
            if carried.support == "supported":
                return Claim(text=piece.text, citations=(), support="partial", why=why)
        else:
            grounds = self._cited_by([carrier])
            if self._check(piece.text, _paragraphs(grounds), about=_about(grounds)).support == "supported":
                why = f"it cites nothing itself; {numbers} carries it"
                return Claim(text=piece.text, citations=(), support="partial", why=why)
        return _unsupported(piece, "it cites no paragraph")

    def _misquoted_passages(self) -> dict[int, str]:
        """The quotations over several pieces that stand in no cited paragraph, by each of their pieces."""
        ends = [piece.end for piece in self._pieces]
        found: dict[int, str] = {}
        for quotation in find_quotations(self._plain):
            first, last = bisect_right(ends, quotation.start), bisect_right(ends, quotation.end - 1)
            within = range(first, min(last + 1, len(ends)))
            if quotation.closed and len(within) > 1 and not self._is_quoted(quotation.words, within):
                found.update(dict.fromkeys(within, quotation.words))
        return found

    def _misquoted_lines(self) -> dict[int, str]:
        """The pieces in Markdown's block quotes ("> …") that stand in no cited paragraph, with their words."""
        found = {}
        for index in self._saying:
            words = self._pieces[index].text.strip(" \t*_")
            begin = self._plain.rfind("\n", 0, self._pieces[index].end - len(self._pieces[index].text)) + 1
            if not _BLOCK_QUOTE.match(self._plain, begin) or words[0] in _DASHES or words.endswith(":"):
                continue
            if not find_quotations(words) and not self._is_quoted(words, [index]):
                found[index] = words
        return found

    def _is_quoted(self, words: str, indices: Sequence[int]) -> bool:
        """Whether the words stand in a cited paragraph, or run over several; without any there is nothing to ask."""
        cited = self._cited_by(indices)
        carrier = self._carriers[indices[-1]]
        if not cited and carrier is not None:
            cited = self._cited_by([carrier])
        paragraphs = _paragraphs(cited)
        return not paragraphs or any(locate_quotation(words, text) for text in [*paragraphs, "\n".join(paragraphs)])

    def _cited_by(self, indices: Iterable[int]) -> list[Citation]:
        numbers = dict.fromkeys(number for index in indices for number in self._pieces[index].numbers)
        return [self._citations[number] for number in numbers]

    def _next_cited(self) -> list[int | None]:
        """For each piece the next one with citations."""
        found: list[int | None] = []
        carrier: int | None = None
        for index in reversed(range(len(self._pieces))):
            found.append(carrier)
            carrier = index if self._pieces[index].numbers else carrier
        return found[::-1]

    def _line(self, index: int) -> str:
        """The line of a piece that is alone on it; empty for others."""
        piece = self._pieces[index]
        raw = self._plain[piece.start : piece.end]
        begins = piece.start == 0 or "\n" in raw[: len(raw) - len(raw.lstrip())]
        return raw.strip() if begins and _LINE_ENDS.match(self._plain, piece.end) else ""


def _unsupported(piece: Piece, why: str) -> Claim:
    return Claim(text=piece.text, citations=(), support="unsupported", why=why)


def _unjudged(piece: Piece, why: str) -> Claim:
    return Claim(text=piece.text, citations=(), support="unjudged", why=why)


def _misquotation(words: str) -> str:
    shown = " ".join(words.split())
    shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 3]}…"
    return f"the quoted words “{shown}” do not stand in the cited paragraph"


def _states_nothing(text: str) -> bool:
    """Whether it is a pleasantry, or a question with no name and no value in it."""
    if text.rstrip(" \t*_\"”’'").endswith("?"):
        values = find_values(text)
        return not (values.numbers or values.dates or any(not name.initial for name in values.names))
    return {fold(term.surface) for term in terms(text)} <= PLEASANTRIES - _YES_OR_NO


def _is_yes_or_no(text: str) -> bool:
    """Whether it is a bare yes or no ("No, they do not."), which has no words to compare."""
    words = terms(text)
    return bool(words) and fold(words[0].surface) in _YES_OR_NO and {term.text for term in content_terms(text)} <= _NAYS


def _paragraphs(citations: Sequence[Citation]) -> list[str]:
    return list(dict.fromkeys(citation.paragraph_text for citation in citations))


def _about(citations: Sequence[Citation]) -> list[str]:
    return list(dict.fromkeys(describe(citation.document) for citation in citations))
