"""Questions about what one publisher carried: "According to Trend, who …?" is searched for in what Trend carried only.

Two outlets carry the same statement, not quite in the same words; who asks for the one must not be shown the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TELLS = (
    r"(?:says?|said|reports?|reported|writes?|wrote|claims?|claimed|quotes?|quoted|carr(?:y|ies|ied)|publish(?:es|ed)?|"
    r"mentions?|mentioned|notes?|noted|adds?|added|tells?|told|describes?|described|leaves?|omits?|omitted)"
)
_TELL = r"(?:say|said|report|reported|write|written|tell|told)"
_TEXT = r"(?:reports?|reporting|article|coverage|account|version|text|story|wording|piece|news|page)"


class Carried(NamedTuple):
    """Whose words are asked for, and what is asked of them."""

    publisher: str
    question: str


def carried_by(question: str, publishers: Iterable[str]) -> Carried | None:
    """The one publisher whose words a question asks for, None when it names none, or several, or only in passing."""
    question = " ".join(question.split())
    folded = question.casefold()
    standing = [publisher for publisher in publishers if " ".join(publisher.casefold().split()) in folded]
    named = [publisher for publisher in standing if re.search(_name(publisher), question, re.IGNORECASE)]
    # "The Times" stands in "The Times of Israel" too.
    longest = [one for one in named if not any(one != other and one in other for other in named)]
    if len(longest) != 1:
        return None
    name = rf"(?:the\s+)?{_name(longest[0])}"
    text = rf"(?:['\u2019]s?)?\s+(?:own\s+)?{_TEXT}"
    by = rf"\b(?:according\s+to|as\s+(?:reported|published|carried|quoted)\s+by)\s+{name},?\s*"
    of = rf"\b(?:in|from|of|by)\s+{name}{text}\b,?\s*"
    what = rf"\bwhat\s+(?:do|does|did|has|have)\s+{name}(?:{text})?\s+{_TELL}\b"
    asks = rf"{by}|{of}|\b{name}\s+(?:itself\s+|also\s+)?{_TELLS}\b|{name}(?:['\u2019]s?)\s+(?:own\s+)?{_TEXT}\b"
    if not re.search(asks, question, re.IGNORECASE):
        return None
    rest = re.sub(what, "What is said", re.sub(rf"{by}|{of}", "", question, flags=re.IGNORECASE), flags=re.IGNORECASE)
    return Carried(longest[0], re.sub(r"[ ,]+([?.!])", r"\1", rest).strip(" ,") or question)


def _name(publisher: str) -> str:
    """One plain word is a publisher only as it is written: "trend" is none."""
    words = r"\s+".join(re.escape(word) for word in publisher.split())
    exactly = publisher.isalpha() and not publisher.isupper()
    return rf"(?<!\w)(?{'-i' if exactly else ''}:{words})(?!\w)"
