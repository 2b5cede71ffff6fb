"""Whose words a citation shows: an issuer's in a statement, in coverage its publisher's, whoever it covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.chat import texts
from rag.types import DocumentInfo, Kind


def voices(kind: Kind, issuer: str | None, publisher: str | None) -> tuple[str, ...]:
    """Who speaks, then who carried it or whom it covers; what is not known is left out."""
    if kind == "statement":
        return tuple(dict.fromkeys(who for who in (issuer, publisher) if who))
    whose = texts.COVERAGE_BY.format(publisher=publisher) if publisher else texts.KIND_COVERAGE
    return (whose, texts.COVERS_WHOM.format(issuer=issuer)) if issuer and issuer != publisher else (whose,)


def voices_of(info: DocumentInfo) -> tuple[str, ...]:
    """The same of a document."""
    return voices(info.kind, info.issuer, info.publisher)


def voices_cited(citation: Mapping[str, Any]) -> tuple[str, ...]:
    """The same of a citation of an exchange."""
    return voices(citation["kind"], citation["issuer"], citation["publisher"])


def author(citation: Mapping[str, Any]) -> str | None:
    """Whom a bibliography names: an article about a statement was not written by who made the statement."""
    who = citation["publisher"] if citation["kind"] == "coverage" else citation["issuer"]
    return str(who) if who else None
