"""A question as it is asked of one paragraph: what stands above a statement is not said again in each paragraph.

When it was published and who speaks stand in its head. "What did the Federal Reserve decide in March 2022?" is
answered by "the Committee decided …" under the Federal Reserve's name and that date; read beside the paragraph alone,
it looks as if another time and somebody else were meant. So the paragraph is asked "What did they decide?" too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.alignment import names_agree, values_of
from rag.retrieve.times import without_time
from rag.text.documents import names_a_document
from rag.text.values import Name
from rag.types import DocumentInfo, Hit

_DOES = re.compile(
    r"\b(?P<does>do|does|did|has|have|had|will|would|can|could|should|must)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_PLURAL = {"does": "do", "has": "have"}
SHORTEST = 3
"""Letters of a name that may be the beginning of a longer one."""
_VERB = re.compile(r"\s+[a-z]")
_AND = re.compile(r"\s+(?:and|or|with|of|in)\b")
_SUBJECT = re.compile(r"\s(?:on|about|at|regarding|concerning|against|for|with|to|in)\s", re.IGNORECASE)


def asked_of_paragraph(question: str, hit: Hit) -> str:
    """The question without the time at which the document was published, and with "they" for those who speak in it."""
    return _of_who_speaks(without_time(question, hit), hit)


def _of_who_speaks(question: str, hit: Hit) -> str:
    if hit.document.kind == "coverage":
        return question
    speaking = values_of(_speakers(hit.document)).names
    if not speaking:
        return question
    named = values_of(hit.paragraph.text).names
    for name in values_of(question).names:
        lead = _DOES.search(question[: name.start])
        if lead is None or not _VERB.match(question, name.end) or _AND.match(question, name.end):
            continue
        if _is_among(name, speaking) and not _is_among(name, named):
            does = lead["does"]
            return f"{question[: lead.start()]}{_PLURAL.get(does.lower(), does)} they{question[name.end :]}"
    return question


def _is_among(name: Name, others: Sequence[Name]) -> bool:
    """Whether a name is one of the others, said in full, in part or in short ("the Fed")."""
    short = name.parts[0] if len(name.parts) == 1 and len(name.parts[0]) >= SHORTEST else ""
    return any(names_agree(name, one) or (short and one.parts[0].startswith(short)) for one in others)


def _speakers(document: DocumentInfo) -> str:
    """Who issued a document, and who its title says it is by: what stands there before "on"."""
    title = document.title if names_a_document(document.title) else ""
    subject = _SUBJECT.search(title)
    return ". ".join(filter(None, (document.issuer, title[: subject.start()] if subject else title)))
