"""Who does what to whom, in one order: "X was accused by Y" as "Y accused X", "X received it from Y" as "Y gave X it".

Works on the units of a sentence and the words between them; no grammar is needed to tell which of two names acts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.alignment import Unit
from rag.text.thesaurus import is_irregular

_BE = re.compile(r"(?:^|\W)(?:is|are|was|were|be|been|being)(?:\Z|\W)")
_BREAK = re.compile(r"[,;:()\u2013\u2014]|\b(?:that|which|who|whom|but|because|while|when|if|as|after|before|said)\b")
_AND = re.compile(r"\band\b")
_BY = re.compile(r"\s*by(?:\s(?:the|a|an|its|their|his|her))*\s*")
_AGENT_GOES_ON = re.compile(r"[\s\u2019']*(?:s\s|and\s|of\s|the\s)*\s*")
_FROM = re.compile(r"\s*from(?:\sthe)?\s*")
_TO = re.compile(r"\s*to(?:\sthe)?\s*")
_UNITS_BEFORE_AGENT = 3
_UNITS_OF_OBJECT = 8
TAKES = frozenset(["receiv", "get", "obtain", "buy", "purchas", "borrow", "acquir", "inherit"])
GIVES = frozenset(
    ["give", "send", "provid", "deliv", "deliver", "sell", "lend", "hand", "donat",
     "suppli", "suppl", "transfer", "grant"]
)  # fmt: skip
"""Stems of what is said of the giver, and of the taker, of the same thing."""


def active(units: Sequence[Unit], *, without_agent: bool = False) -> tuple[Unit, ...]:
    """Returns the units with each passive clause that says by whom in the order of the active voice.

    `without_agent`: those that do not say so as well, "Armenia is accused" as "accuses Armenia".
    """
    ordered = list(units)
    place = 0
    while place < len(ordered):
        place = _turned(ordered, place, without_agent) if _is_passive(ordered, place) else place + 1
    return tuple(ordered)


def exchanged(claim: Sequence[Unit], source: Sequence[Unit]) -> tuple[Unit, ...]:
    """Returns the source with giver and taker in the claim's order, when one says "gave" and the other "received"."""
    said, stands = ({unit.key for unit in units} for units in (claim, source))
    if said & TAKES and stands & GIVES and not stands & TAKES:
        verbs, leads = GIVES, _TO
    elif said & GIVES and stands & TAKES and not stands & GIVES:
        verbs, leads = TAKES, _FROM
    else:
        return tuple(source)
    ordered = list(source)
    for place, unit in enumerate(source):
        if unit.kind == "term" and unit.key in verbs:
            first = next((at for at in range(place - 1, -1, -1) if source[at].kind == "name"), None)
            behind = range(place + 1, min(len(source), place + 1 + _UNITS_OF_OBJECT))
            second = next((at for at in behind if source[at].kind == "name" and leads.fullmatch(source[at].lead)), None)
            if first is not None and second is not None:
                ordered[first], ordered[second] = source[second], source[first]
    return tuple(ordered)


def _is_passive(units: Sequence[Unit], place: int) -> bool:
    unit = units[place]
    if unit.kind != "term" or not (unit.surface.endswith("ed") or is_irregular(unit.surface)):
        return False
    return _BE.search(unit.lead) is not None or _has_adverb(units, place)


def _has_adverb(units: Sequence[Unit], place: int) -> bool:
    before = units[place - 1] if place else None
    return before is not None and before.surface.endswith("ly") and _BE.search(before.lead) is not None


def _turned(units: list[Unit], verb: int, without_agent: bool) -> int:
    """Puts whoever acts before the verb and whoever is acted on behind it; returns where to go on."""
    last = verb - 1 if _has_adverb(units, verb) else verb
    first = _subject_from(units, last)
    agent, end = _agent(units, verb)
    subject, actor = units[first:last], units[agent:end]
    if not any(unit.kind == "name" for unit in subject) or not (actor or without_agent):
        return verb + 1
    units[first:end] = [*actor, *units[last : verb + 1], *subject, *units[verb + 1 : agent]]
    return end


def _subject_from(units: Sequence[Unit], verb: int) -> int:
    """Where what the verb is said of begins; "Armenia, which was accused" has it right before the verb."""
    if _BREAK.search(units[verb].lead):
        return verb - 1 if verb and units[verb - 1].kind == "name" else verb
    at = verb
    while at > 0:
        at -= 1
        lead = units[at].lead
        joins_names = at > 0 and units[at].kind == units[at - 1].kind == "name"
        if at == 0 or _BREAK.search(lead) or (_AND.search(lead) and not joins_names):
            break
    return at


def _agent(units: Sequence[Unit], verb: int) -> tuple[int, int]:
    """From where to where it says "by" whom; an empty stretch behind the verb if it does not, or names nobody."""
    for at in range(verb + 1, min(len(units), verb + 1 + _UNITS_BEFORE_AGENT)):
        if _BY.fullmatch(units[at].lead) and units[at].kind in ("name", "term"):
            end = at + 1
            while end < len(units) and units[end - 1].kind != "name" and _AGENT_GOES_ON.fullmatch(units[end].lead):
                end += 1
            while end < len(units) and units[end].kind == "name" and units[end].others:
                end += 1
            if units[end - 1].kind == "name":
                return at, end
        if _BREAK.search(units[at].lead):
            break
    return verb + 1, verb + 1
