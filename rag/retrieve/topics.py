"""Questions after all that is said on a topic: "What do the documents say about prisoners?", "Anything on landmines?".

The words around the topic ask of the corpus as such; searched for, they would find what speaks of documents and of
reports. So that all such requests find the same, they are searched for in one wording.
"""

from __future__ import annotations

import re

from rag.text.documents import SOURCES, names_a_document
from rag.text.terms import content_terms

LONGEST_TOPIC = 120
"""Characters."""
MOST_KEYWORDS = 5

_ABOUT = r"(?:about|on|regarding|concerning|as\s+regards|with\s+(?:regard|respect)\s+to)"
_ALL = r"(?:the|these|those|this|that|your|our|all|both|any|either|two|of|available|official|other|joint|various)"
_SOURCES = rf"(?:(?:{_ALL}\s+)*{SOURCES})"
_SOURCES_ALONE = rf"(?:{_SOURCES}|they|it|you|we)"
_IN = rf"(?:\s+(?:in|by|from|across)\s+(?:(?:{_ALL}\s+)+{SOURCES}|them|here))?"
_SPEAK = (
    r"(?:mentions?|speaks?\s+(?:of|about)|talks?\s+(?:of|about)|discuss(?:es)?|covers?|address(?:es)?|deals?\s+with|"
    r"refers?\s+to|touch(?:es)?\s+(?:up)?on|concerns?|(?:are|is)\s+about)"
)
_SPOKEN = r"(?:mentioned|discussed|referred\s+to|talked\s+about|spoken\s+(?:of|about))"
_SAID = r"(?:said|written|stated|mentioned|reported|known)"
_SOMETHING = (
    r"(?:(?:all|any|some|more|other|relevant|further|the|a\s+few|short|exact|direct)\s+)*"
    r"(?:anything|something|everything|all|more|information|info|details?|facts|news|quotes?|quotations?|statements?|"
    r"passages?|paragraphs?|sentences?|documents?|texts?|reports?|articles?|sources?|material|evidence|mentions?|"
    rf"references?|what\s+(?:is|was|has\s+been)\s+{_SAID})"
)
_PLEASE = r"(?:(?:please|so|now|ok|okay|hello|hi|and)\W+)*"
_GIVE = (
    r"(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?)?"
    r"(?:(?:tell|show|give|find|get|bring|send|quote|list|search|look|collect|name)(?:\s+(?:me|us|up|for))*"
    r"|(?:(?:i|we)(?:['\u2019](?:m|re|d)|\s+am|\s+are|\s+would)?\s+)?"
    r"(?:looking\s+for|search(?:ing)?\s+for|need|want|interested\s+in|(?:like|want)\s+to\s+(?:know|read|see|find)))"
)
_SAY = (
    r"(?:(?:have\s+to\s+|actually\s+|exactly\s+)*(?:say|tell(?:\s+(?:us|me))?|state|write|report|mention|contain|reveal|show|"
    r"know|have|offer|provide|hold))"
)
_TOPIC = r"(?P<topic>\S.*?)"
_TELLS = re.compile(r"\btell\s+me\s+about\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:^|[,;:]\s+|\b(?:and|or|but)\s+)(?:who|whom|whose|what|when|where|which|why|how|whether|if|did|does|do|is|are)\b",
    re.IGNORECASE,
)
"""What is no topic but a question, or has one behind it."""
_OPEN_END = re.compile(r"\b(?:and|or)$", re.IGNORECASE)
_GOES_ON = re.compile(r"[?!]\s|(?<!\b[A-Z])\.\s")
"""Where a sentence ends and another begins."""
_ACRONYM = re.compile(r"\b[A-Z]\.[A-Z]\.$")
_POINTS = re.compile(
    r"^(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|such|me|us|you|yours?|yourself|"
    r"the\s+(?:matter|subject|topic|same|others?|latter|former)|others?)\b",
    re.IGNORECASE,
)
"""What only points at something said before."""
_NO_KEYWORD = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|"
    r"should|may|might|must|list|name|tell|give|describe|explain|summari[sz]e|compare|show|say|find|quote|add|go)\W*",
    re.IGNORECASE,
)


def _requests(sources: str) -> tuple[re.Pattern[str], ...]:
    have = rf"(?:\s+(?:that\s+)?(?:there\s+is|{sources}\s+(?:{_SAY}|says|has|tells\s+us)|{_SAID}))?{_IN}"
    anything = rf"{_SOMETHING}{have}\s+{_ABOUT}\s+{_TOPIC}{_IN}"
    wordings = (
        rf"what\s+(?:else\s+)?(?:(?:do|does|did|can)\s+)?{sources}\s+{_SAY}s?\s+{_ABOUT}\s+{_TOPIC}",
        rf"what\s+(?:else\s+)?(?:is|was|has\s+been)\s+(?:there|(?:\w+ly\s+)?{_SAID}){_IN}\s+{_ABOUT}\s+{_TOPIC}{_IN}",
        rf"(?:is|are|was)\s+there\s+{anything}",
        rf"(?:do|does|did)\s+{sources}\s+{_SAY}\s+{anything}",
        rf"{_GIVE}\s+(?:{anything.replace('topic', 'thing')}|{_ABOUT}\s+{_TOPIC}{_IN})",
        anything,
        rf"(?:do|does|did)\s+{sources}\s+(?:ever\s+|also\s+|anywhere\s+)?{_SPEAK}\s+{_TOPIC}",
        rf"(?:which|what)\s+(?:of\s+)?{sources}\s+{_SPEAK}\s+{_TOPIC}",
        rf"where\s+(?:is|are|was|were)\s+{_TOPIC}\s+(?:ever\s+)?{_SPOKEN}{_IN}",
        rf"(?:is|are|was|were)\s+{_TOPIC}\s+(?:ever\s+|also\s+|anywhere\s+)?{_SPOKEN}(?:\s+anywhere|\s+at\s+all)?{_IN}",
    )
    return tuple(re.compile(rf"\s*{_PLEASE}{one}[\s?!,]*", re.IGNORECASE) for one in wordings)


_FOLLOWING = _requests(_SOURCES)
_ALONE = (
    *_requests(_SOURCES_ALONE),
    re.compile(rf"\s*{_PLEASE}(?:what|how)\s+about\s+{_TOPIC}[\s?!,]*", re.IGNORECASE),
)
"""Where nothing was asked before, "they" are the documents, and "What about prisoners?" asks for all that is said."""


def topic_of(question: str, *, alone: bool = True) -> str | None:
    """The topic on which all that is said is asked for; None where something is asked about it, or it points back.

    Args:
        question: what was typed.
        alone: whether nothing was asked before it.
    """
    question = " ".join(question.split())
    if len(question) > 2 * LONGEST_TOPIC or (_TELLS.search(question) and names_a_document(question)):
        # "Tell me about the joint statement" asks for what it says, whatever that is about.
        return None
    for request in _ALONE if alone else _FOLLOWING:
        if match := request.fullmatch(question):
            topic = next(filter(None, match.groupdict().values())).strip(" ,?!")
            topic = topic if _ACRONYM.search(topic) else topic.rstrip(".")
            return topic if _is_topic(topic) else None
    return None


def keywords(question: str) -> str | None:
    """A question that only names its topic: "Climate finance", "Landmines?"; None where it is any other."""
    words = question.strip(" ,.?!").split()
    named = 0 < len(words) <= MOST_KEYWORDS and not any(map(_NO_KEYWORD.fullmatch, words))
    topic = " ".join(words)
    return topic if named and _is_topic(topic) else None


def on_topic(topic: str) -> str:
    """The one wording in which what is said on a topic is searched for."""
    return f"What is said about {topic}?"


def _is_topic(topic: str) -> bool:
    tells = content_terms(topic)
    return (
        bool(tells)
        and len(topic) <= LONGEST_TOPIC
        and not any((_ASKS.search(topic), _OPEN_END.search(topic), _GOES_ON.search(topic), _POINTS.match(topic)))
    )
