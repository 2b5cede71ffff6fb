"""The sentences of an answer as claims, each judged against the paragraphs it cites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.answer.evidence import describe
from rag.answer.support import ClaimChecker
from rag.answer.writer import Piece
from rag.text.terms import content_terms
from rag.text.values import find_values
from rag.types import Citation, Claim

_LEAVES_OPEN = re.compile(
    r"\b(?:documents?|paragraphs?|statements?|texts?|sources?|they|it)\s+(?:also\s+)?(?:do|does|did)(?:\s+not|n['’]t)\s+"
    r"(?:say|mention|state|specify|answer|give|name|explain|indicate|address|tell|report)\b",
    re.IGNORECASE,
)


def judge_claims(
    pieces: Sequence[Piece],
    citations: Sequence[Citation],
    *,
    check: ClaimChecker,
    rejected_at: Sequence[int] = (),
) -> tuple[Claim, ...]:
    """Returns one claim a piece that says something, in order."""
    by_number = {citation.number: citation for citation in citations}
    claims = []
    for index, piece in enumerate(pieces):
        if not any(character.isalnum() for character in piece.text):
            continue
        if piece.numbers:
            claims.append(_cited(piece, by_number, check))
        else:
            following = next((later.numbers for later in pieces[index + 1 :] if later.numbers), ())
            lost_citation = any(piece.start < offset <= piece.end for offset in rejected_at)
            claims.append(_uncited(piece, [by_number[number] for number in following], check, lost_citation))
    return tuple(claims)


def _cited(piece: Piece, citations: Mapping[int, Citation], check: ClaimChecker) -> Claim:
    cited = [citations[number] for number in piece.numbers]
    judgement = check(piece.text, _paragraphs(cited), about=_about(cited))
    return Claim(text=piece.text, citations=piece.numbers, support=judgement.support, why=judgement.why)


def _uncited(piece: Piece, following: Sequence[Citation], check: ClaimChecker, lost_citation: bool) -> Claim:
    text = piece.text
    if lost_citation:
        return Claim(text=text, citations=(), support="unsupported", why="its citation points at no paragraph shown")
    if text.rstrip().endswith(":") or not _says_something(text):
        return Claim(text=text, citations=(), support="unjudged", why="it introduces what follows")
    if _LEAVES_OPEN.search(text) and not find_values(text).numbers:
        return Claim(text=text, citations=(), support="unjudged", why="it says what the documents leave open")
    if following and check(text, _paragraphs(following), about=_about(following)).support == "supported":
        numbers = "".join(f"[{citation.number}]" for citation in following)
        return Claim(text=text, citations=(), support="partial", why=f"it cites nothing itself; {numbers} carries it")
    return Claim(text=text, citations=(), support="unsupported", why="it cites no paragraph")


def _says_something(text: str) -> bool:
    return len(content_terms(text)) > 1 or bool(find_values(text).numbers)


def _paragraphs(citations: Sequence[Citation]) -> list[str]:
    return list(dict.fromkeys(citation.paragraph_text for citation in citations))


def _about(citations: Sequence[Citation]) -> list[str]:
    return list(dict.fromkeys(describe(citation.document) for citation in citations))
