"""A question without what is only said around it: "Hi, could you tell me who signed the treaty? Thanks!".

Greetings, requests and thanks ask for nothing; searched for and read, they make every paragraph a worse answer. Nor is
"according to the documents" part of a question; a named one ("according to Trend") is.
"""

from __future__ import annotations

import re

from rag.retrieve.followups import leans
from rag.text.documents import SOURCES
from rag.text.general import GENERAL
from rag.text.lexicon import ASKING, PLEASANTRIES
from rag.text.terms import content_terms, fold

LONGEST_REMARK = 200
"""Characters of what is said before a question, and behind it."""
LONGEST_QUESTION = 1_000
"""Characters from which on a question is taken as it is."""

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
_PREPOSITION = r"(?:about|after|against|at|before|by|during|for|from|in|into|of|on|since|through|to|under|until|with)"
_TO_ASK = (
    r"(?:tell|ask|know|say|explain|describe|clarify|specify|state|show|summari[sz]e|outline|sum\s+up|find\s+out|learn|"
    r"understand|see|hear|check|figure\s+out|work\s+out|look\s+up|confirm|remind)"
)
_HELLO = r"(?:hi|hello|hey|good\s+(?:morning|day|evening)|ok|okay|alright|thanks|thank\s+you)"
_GREETING = re.compile(rf"(?:{_HELLO}(?:\s+(?:there|all|everyone))?\s*[,.!:;-]+\s*)+", re.IGNORECASE)
_JOINS = r"so|but|and|also|then"
"""What joins a question to the turn before, and means nothing where there is none."""


def _request(opening: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:{_HELLO}|{opening}|dear\s+\w+|well|now|just|please|kindly|quick\s+question|"
        r"(?:just\s+)?(?:a|one)\s+(?:\w+\s+)?question|my\s+question(?:\s+is)?|question|excuse\s+me|sorry)\b[\s,.!:;-]*)*"
        r"(?:(?:(?:can|could|would|will|do|did|might)\s+(?:you|anyone|anybody|someone|we|i)|"
        rf"does\s+(?:anyone|anybody|someone)|(?:i|we)(?:['\u2019](?:d|m|re|ve))?(?!\s+{_TO_ASK}\b)|i\s+am|we\s+are|are\s+you|"
        r"would\s+it\s+be|let|help)\s+"
        r"(?:(?:please|kindly|also|just|be|able|help|possible|possibly|perhaps|maybe|really|would|like|love|want|wish|"
        r"wanted|need|needed|have|trying|try|going|wondering|wonder|curious|interested|keen|to|in|us|me|mind)\s+)*)?"
        rf"(?:{_TO_ASK}(?:ing)?\b"
        r"(?:\s+(?:me|us|to\s+me|to\s+us|please|briefly|exactly|in\s+short|in\s+a\s+few\s+words|again))*"
        r"|(?<=wondering\s)|(?<=wonder\s)|(?<=curious\s))?[\s,:]*"
        rf"(?=(?:{_PREPOSITION}\s+)?{ASKING}\b)",
        re.IGNORECASE,
    )


_REQUEST_ALONE, _REQUEST_FOLLOWING = _request(_JOINS), _request(r"(?!)")
_ALL_SOURCES = rf"(?:(?:the|these|those|your|our|all)\s+)+(?:available\s+|given\s+)?{SOURCES}"
_SOURCED_BEFORE = re.compile(
    rf"(?:according\s+to|(?:based\s+)?on|in|from|judging\s+by|as\s+per)\s+{_ALL_SOURCES}"
    rf"(?:,\s+|\s+(?=(?:{ASKING}|{_AUXILIARY})\b))(?=\S)",
    re.IGNORECASE,
)
_SOURCED_BEHIND = re.compile(
    rf",?\s+(?:(?:according\s+to|based\s+on|as\s+per)\s+{_ALL_SOURCES}|in\s+your\s+(?:opinion|view))(?=\W*$)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<said>[^?:]{{1,{LONGEST_REMARK}}})[:.!]\s+(?=(?:{_PREPOSITION}\s+)?(?:{ASKING}|{_AUXILIARY})\b)",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"(?<=[?!])\s+(?P<said>[^?]{{1,{LONGEST_REMARK}}})$")
_THANKS = re.compile(
    r"(?:\s*[,;.!?-]\s*(?:(?:many\s+)?thanks(?:\s+a\s+lot|\s+in\s+advance)?|thank\s+you(?:\s+(?:very|so)\s+much)?)|,?\s+please)"
    r"(?=[\s.!?]*$)",
    re.IGNORECASE,
)
_ADVERB = r"(?:exactly|actually|precisely|really|in\s+fact)"
_STRESSED = re.compile(rf"\b(?P<asks>{ASKING}|how\s+(?:many|much))\s+{_ADVERB}\b|,?\s+{_ADVERB}(?=\W*$)", re.IGNORECASE)
_MARKS = re.compile(r"\?[?!.\s]*$")
_IN_QUOTES = re.compile(r"[\"\u201c\u00ab'](?P<said>[^\"\u201c\u201d\u00ab\u00bb]+)[\"\u201d\u00bb']")
_ASIDE = frozenset(
    term.text
    for term in content_terms(
        "answer answers answering reply response quick quickly urgent urgently asap soon hurry deadline brief briefly "
        "short sentence article articles piece story stories writing write journalist reporter analyst researcher "
        "student research paper essay report boss editor colleague colleagues meeting help question questions best "
        "regards dear wondering curious interested exact exactly concise detail details try trying understand learn "
        "check"
    )
)
"""What is said about asking and about who asks."""
_BY_WHOM = re.compile(
    r"\W*(?:(?:for|as)\b.*\b(?:i|we|my|our)\b|(?:i|i['\u2019]m|we|my|our|please|kindly|thanks|many\s+thanks|thank\s+you|"
    r"regards|best\s+regards|urgent|it['\u2019]s\s+urgent|be\s+(?:brief|short|concise|exact)|quick\s+question|"
    r"(?:just\s+)?an?\s+(?:\w+\s+)?question|(?:something|anything)\s+else|(?:another|one\s+more|next|last)\s+(?:thing|question)|"
    r"(?:an?|my|our|the)\s+\w+\s+(?:asks?|asked|wants?\s+to\s+know|wonders?))\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\W*(?:{_PREPOSITION}\s+)?(?:{ASKING}|{_AUXILIARY})\b", re.IGNORECASE)
_GOES_ON = re.compile(r"[?!.]\s+\S")
"""Where a sentence ends and another begins."""
_OPEN = re.compile(r"[\s.\u2026]*$")


def unframed(question: str, *, alone: bool = True) -> str:
    """What is asked, as a question; the question itself where nothing is said around it.

    Args:
        question: what was typed.
        alone: whether nothing was asked before it.
    """
    text = " ".join(question.split())
    if len(text) > LONGEST_QUESTION:
        return question
    if (quoted := _IN_QUOTES.fullmatch(text)) and _ASKS.match(quoted["said"]):
        text = quoted["said"].strip()
    bare = _without_remarks(_MARKS.sub("?", text))
    request = (_REQUEST_ALONE if alone else _REQUEST_FOLLOWING).match(bare)
    bare = bare[request.end() :] if request and not _GOES_ON.search(bare) else bare
    bare = bare[sourced.end() :] if (sourced := _SOURCED_BEFORE.match(bare)) else bare
    bare = _STRESSED.sub(lambda match: match["asks"] or "", _SOURCED_BEHIND.sub("", bare))
    if not content_terms(bare):
        return question
    # The reader knows questions by their mark; what is typed in lower case and without one it reads as a search.
    if (bare != text or bare[:1].isupper()) and _ASKS.match(bare) and not _GOES_ON.search(bare):
        bare = bare[:1].upper() + _OPEN.sub("", bare[1:])
        bare += "" if bare.endswith(("?", "!")) else "?"
    return question if bare == " ".join(question.split()) else bare


def _without_remarks(text: str) -> str:
    """Without greetings and remarks before and behind it."""
    bare = text[hello.end() :] if (hello := _GREETING.match(text)) else text
    behind = _BEHIND.search(bare)
    bare = bare[: behind.start()] if behind and _tells_nothing(behind["said"]) else bare
    bare = _MARKS.sub("?", _THANKS.sub("", bare))
    before = _BEFORE.match(bare)
    if before and _tells_nothing(before["said"]) and not leans(bare[before.end() :]):
        return bare[before.end() :]
    return bare


def _tells_nothing(remark: str) -> bool:
    """Whether it only says that something is asked, and by whom: "I need this for an article"."""
    if not _BY_WHOM.match(remark):
        return False
    words = {term.text for term in content_terms(remark) if fold(term.surface) not in PLEASANTRIES}
    return words <= GENERAL | _ASIDE
