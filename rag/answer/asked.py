"""What kind of answer a question wants, and whether a sentence offers one: a person, a place, a date, a number.

No dictionary of names and no model: a sentence offers a kind when it holds something of that kind which the question
does not already name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rag.answer.alignment import values_of
from rag.answer.asked_words import COUNTRIES, INSTITUTIONAL
from rag.text.general import GENERAL
from rag.text.terms import Term, content_terms, is_stopword, terms
from rag.text.values import Name, names_agree

Wanted = Literal[
    "person", "agent", "place", "area", "city", "country", "date", "year", "number", "age", "percent", "money", "names",
    "reason", "yesno", "thing",
]  # fmt: skip

WORDING: Mapping[str, str] = {
    "person": "gives a person's name",
    "agent": "says who it is",
    "place": "names such a place",
    "area": "names such a place",
    "city": "names such a place",
    "country": "names another country",
    "date": "gives a date",
    "year": "gives a year",
    "number": "gives a number",
    "age": "says how long or how old",
    "percent": "gives a percentage",
    "money": "gives a sum of money",
    "names": "gives such names",
}
"""How the kind is spoken of, after "No paragraph near the question" or "What comes nearest"."""

_UNIT_NOUNS = r"(?:percent(?:age)?|distance|height|length|temperature|speed|age|size|cost|price)"
_ROLES = (
    r"(?:general|president|ministers?|leader|director|head|chair\w*|king|queen|author|spokes\w+|ambassador|secretary|"
    r"chief|commander|officer|governor|mayor|chancellor|monarch|emperor)"
)
_WORD = r"(?:(?!(?:do|does|did|has|have|had|can|could|will|would|should|may|might|must|to)\b)\w+\s+)"
"""A word between "what" and what is asked for; "What did the president say?" does not ask which president."""
_PATTERN_OF: tuple[tuple[Wanted, str], ...] = (
    (
        "person",
        rf"\b(?:what|which)\b.{{0,30}}\bnames?\b(?:\s+of\b.{{0,20}}\b(?:{_ROLES}|person|man|woman))"
        rf"|\bwho(?:\s+(?:is|was|were|are)|'s)\s+(?:\w+\s+){{0,3}}?{_ROLES}\b(?!\s+(?:to|who|that)\b)"
        r"|\bwhat\s+(?:are|is|were|was)\s+(?:his|her|their)\s+(?:full\s+)?names?\b|\bby\s+name\b"
        rf"|\b(?:what|which)\s+{_WORD}{{0,2}}(?:person|man|woman|king|queen|emperor|president|minister|general|author|"
        r"scientist|singer|actor|actress|artist|composer|philosopher|mathematician)\b",
    ),
    ("year", r"\b(?:what|which)\s+years?\b|\bin\s+what\s+(?:decade|century)\b"),
    (
        "date",
        r"\b(?:what|which)\s+(?:exact\s+)?(?:dates?|days?|month)\b|^\W*(?:and\s+|since\s+|until\s+|by\s+)?when\b"
        r"|[,;]\s*(?:and\s+)?(?:since\s+|until\s+|by\s+)?when\b|\bwhat\s+(?:place\s+and\s+)?time\b",
    ),
    (
        "number",
        r"\bhow\s+(?:many|much|often|far|tall|high|deep|wide|large|big|fast|heavy)\b"
        rf"|\bwhat\s+(?:\w+\s+){{0,2}}?(?:number|proportion|share|amount|population|{_UNIT_NOUNS})\b",
    ),
    ("age", r"\bhow\s+(?:old|long)\b|\bat\s+what\s+age\b"),
    ("percent", r"\b(?:what|which)\s+(?:\w+\s+)?percent(?:age)?\b"),
    ("money", r"\bhow\s+much\b.*\b(?:cost|pay|paid|spend|spent|worth|earn\w*|money)\b|\bwhat\b.*\b(?:price|cost)\b"),
    ("country", rf"\b(?:what|which|whose)\s+(?:(?!of\b){_WORD}){{0,2}}?(?:country|nation)\b"),
    (
        "names",
        rf"\b(?:what|which|list\s+the|name\s+the)\s+{_WORD}{{0,1}}?(?:countries|nations|states|cities|members|"
        r"organi[sz]ations|companies|parties)\b(?!'|\s+(?:of|do)\b)",
    ),
    ("city", rf"\b(?:what|which)\s+{_WORD}{{0,1}}?(?:place|city|town|village|venue|location)\b"),
    ("place", r"^\W*(?:and\s+|from\s+|to\s+)?where\b"),
    ("area", r"\b(?:what|which)\s+(?:\w+\s+)?(?:capital|state|province|county|region|continent|island|river)\b"),
    ("agent", r"\bwho(?:m|se)?\b"),
    ("reason", rf"\bwhy\b|\bwhat\s+{_WORD}{{0,2}}(?:reason|motive|cause)\b|\bhow\s+come\b"),
    (
        "yesno",
        r"^\W*(?:and\s+|so\s+|but\s+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b",
    ),
)
_ASKS_FOR = re.compile(r"\b(?:what|which|how\s+many|how\s+much)\s", re.IGNORECASE)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERN_OF)
_AGENTS = re.compile(
    r"\b(?:activists?|officials?|authorit(?:y|ies)|governments?|ministry|office|people|soldiers?|troops|organi[sz]ations?|"
    r"countries|both|part(?:y|ies)|king|queen|president|leaders?|experts?|members?|groups?|compan(?:y|ies)|church|army|"
    r"settlers?|nobles?|citizens?|women|men|students?|workers?|\w{3,}(?:ists|ians|ers))\b",
    re.IGNORECASE,
)
# A statement that says "today" has its date beside it.
_TIMES = re.compile(
    r"\b(?:today|yesterday|tonight|tomorrow|(?:this|last|next)\s+(?:night|week|month|year)|centur(?:y|ies)|decades?|ago|"
    r"after|before|during|until|since|every\s+\w+|spring|"
    r"summer|autumn|winter|morning|afternoon|evening|noon|midnight|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|"
    r"saturdays?|sundays?|\d{1,2}(?::\d\d)?\s?[ap]\.?m)\b",
    re.IGNORECASE,
)
_QUANTITIES = re.compile(
    r"\b(?:both|several|dozens?|hundreds?|thousands?|millions?|half|third|quarter|twice|once|daily|weekly|monthly|"
    r"annually|yearly|none|no|all|one|two|a\s+(?:few|couple|pair))\b",
    re.IGNORECASE,
)
_DURATIONS = frozenset(("second", "minute", "hour", "day", "week", "month", "year", "decade"))
_LENGTHS = frozenset(("km", "m", "mile", "foot"))
_LASTING = re.compile(
    r"\b(?:since|centur(?:y|ies)|decades?|aged?|years?|months?|weeks?|hours?|minutes?|seconds?|days|born|lifelong|"
    r"permanent(?:ly)?|forever|indefinite(?:ly)?|inches|feet|\w+-long)\b",
    re.IGNORECASE,
)
_SUMS = re.compile(r"\b(?:free\s+of\s+charge|for\s+free|fees?|salar(?:y|ies)|wages?)\b", re.IGNORECASE)
_SHARES = re.compile(r"\b(?:half|third|quarter|fifth|majority|most|minority)\b", re.IGNORECASE)
_LEADS_PLACE = re.compile(r"\b(?:in|at|near|on|from|to|outside|of|around)\s(?:the\s)?\Z", re.IGNORECASE)

_SEVERAL = re.compile(
    r"\b(?:each|both|respectively|compare|vs|versus|everything|overview|summari[sz]e|sum\s+up|all\s+(?:of\s+)?the|"
    r"(?:who|whom|what|where)\s+else)\b"
    r"|^\W*(?:please\s+)?(?:list\b|name\s+(?:all|any|some|every|two|three|four|five|six)\b)"
    r"|^\W*(?:please\s+)?name\s+(?:the\s+)?(?:\w+\s+)?[a-z]\w+[^\Wsiua]s\b"
    r"|\bwhich\s+(?!(?:does|has|is|was)\b)(?:of\s+the\s+)?"
    r"(?:(?:two|three|four|five|six|\w+(?:al|ic|an|ish|en|ed))\s+)*[a-z]\w+[^\Wsiua]s\b"
    r"|\bwhat\s+(?:(?:two|three|four|five|six|\w+(?:al|ic|an|ish|en|ed))\s+)*[a-z]\w+[^\Wsiua]s\s+"
    r"(?:are|were|do|does|did|have|had|has|will|would|can|could|should|may|might|must)\b"
    r"|\bwhat\s+(?:are|were)\s+the\s+(?:\w+\s+)?[a-z]\w+[^\Wsiua]s\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as far as its answer is concerned: the kinds wanted, its names, and its content words."""

    kinds: tuple[Wanted, ...]
    names: tuple[Name, ...]
    words: frozenset[str]
    weighty: frozenset[str]
    """The words that say what it is about."""
    numbers: frozenset[object]
    dates: frozenset[object]


def read_question(text: str) -> Asked:
    """Returns what a question wants."""
    values = values_of(text)
    return Asked(
        kinds=tuple(_kinds(text)) or ("thing",),
        names=tuple(name for name in values.names if _is_named(name)),
        words=frozenset(term.text for term in content_terms(text)),
        weighty=frozenset(term.text for term in content_terms(text)) - GENERAL,
        numbers=frozenset(number.value for number in values.numbers),
        dates=frozenset(date.key for date in values.dates),
    )


def asks_for_several(text: str) -> bool:
    """Whether it wants more than one thing by its wording: "which countries", "each side", "sum up", "list"."""
    return _SEVERAL.search(text) is not None


def head_words(text: str) -> frozenset[str]:
    """The words for what is asked for: "medical treatment" in "What medical treatment did he get?"."""
    found: list[str] = []
    for match in _ASKS_FOR.finditer(text):
        for term in terms(text[match.end() : match.end() + 60])[:4]:
            if is_stopword(term.surface):
                break
            found.append(term.surface)
    return frozenset(found)


def offers(kind: Wanted, sentence: str, asked: Asked) -> bool:
    """Whether a sentence holds something of the kind wanted that the question does not hold itself."""
    test = _TESTS.get(kind)
    return test is None or test(sentence, asked)


def _kinds(text: str) -> Iterator[Wanted]:
    found = [kind for kind, pattern in _PATTERNS if pattern.search(text)]
    for kind in dict.fromkeys(found):
        if kind == "agent" and ("person" in found or "country" in found):
            continue
        if (kind == "date" and "year" in found) or (kind == "number" and {"age", "percent", "money"} & {*found}):
            continue
        if kind == "yesno" and len(found) > 1:
            continue
        yield kind


def _is_named(name: Name) -> bool:
    """Whether a name surely is one; the plural of an acronym ("POWs") is a common noun."""
    plural = name.surface.endswith("s") and name.surface[:-1].isupper()
    return not plural and (not name.initial or name.acronym)


def _new_names(sentence: str, asked: Asked) -> list[Name]:
    return [
        name
        for name in values_of(sentence).names
        if not any(names_agree(name, known) for known in asked.names)
        and not all(term.text in asked.words for term in content_terms(name.surface))
    ]


def _is_person(name: Name) -> bool:
    """Whether a name looks like that of one person: two to four capitalised words, none of them of an institution."""
    words: tuple[Term, ...] = content_terms(name.surface)
    parts = name.parts
    return (
        2 <= len(words) <= 4
        and " of " not in name.surface
        and not any(part in INSTITUTIONAL or part in COUNTRIES for part in parts)
        and not any(part.removesuffix("s") in INSTITUTIONAL for part in parts)
    )


def _person(sentence: str, asked: Asked) -> bool:
    return any(_is_person(name) for name in _new_names(sentence, asked))


def _agent(sentence: str, asked: Asked) -> bool:
    if _new_names(sentence, asked):
        return True
    return any(match.group().lower() not in asked.words for match in _AGENTS.finditer(sentence))


def _names(sentence: str, asked: Asked) -> bool:
    return bool(_new_names(sentence, asked))


def _place(sentence: str, asked: Asked) -> bool:
    return any(
        _LEADS_PLACE.search(sentence, max(0, name.start - 16), name.start) for name in _new_names(sentence, asked)
    )


def _city(sentence: str, asked: Asked) -> bool:
    return any(
        _LEADS_PLACE.search(sentence, max(0, name.start - 16), name.start)
        and not any(part in COUNTRIES or part in INSTITUTIONAL for part in name.parts)
        for name in _new_names(sentence, asked)
    )


def _country(sentence: str, asked: Asked) -> bool:
    return any(
        part in COUNTRIES or part.endswith(("land", "stan", "ia")) or "republic" in name.parts
        for name in _new_names(sentence, asked)
        for part in name.parts
    )


def _date(sentence: str, asked: Asked) -> bool:
    return any(date.key not in asked.dates for date in values_of(sentence).dates) or _TIMES.search(sentence) is not None


def _year(sentence: str, asked: Asked) -> bool:
    return any(date.year and date.key not in asked.dates for date in values_of(sentence).dates) or (
        re.search(r"\b(?:centur(?:y|ies)|\d{4}s?)\b", sentence) is not None
    )


def _number(sentence: str, asked: Asked) -> bool:
    if any(number.value not in asked.numbers for number in values_of(sentence).numbers):
        return True
    return _QUANTITIES.search(sentence) is not None


def _age(sentence: str, asked: Asked) -> bool:
    values = values_of(sentence)
    if any(number.unit in _DURATIONS and number.value not in asked.numbers for number in values.numbers):
        return True
    if any(number.unit in _LENGTHS for number in values.numbers):
        return True
    return len(values.dates) > 1 or _LASTING.search(sentence) is not None


def _percent(sentence: str, asked: Asked) -> bool:
    percents = [n for n in values_of(sentence).numbers if n.unit == "percent" and n.value not in asked.numbers]
    return bool(percents) or _SHARES.search(sentence) is not None


def _money(sentence: str, asked: Asked) -> bool:
    sums = [number for number in values_of(sentence).numbers if len(number.unit) == 3 and number.unit.isupper()]
    return any(number.value not in asked.numbers for number in sums) or _SUMS.search(sentence) is not None


_TESTS: Mapping[Wanted, Callable[[str, Asked], bool]] = {
    "person": _person,
    "agent": _agent,
    "names": _names,
    "place": _place,
    "area": _names,
    "city": _city,
    "country": _country,
    "date": _date,
    "year": _year,
    "number": _number,
    "age": _age,
    "percent": _percent,
    "money": _money,
}
