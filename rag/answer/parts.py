"""The things that a question asks, one after the other: each is searched and quoted for by itself.

Without a parser: where it is not clear that a new question begins, the question is left whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from rag.retrieve.followups import leans
from rag.retrieve.topics import on_topic, topic_of
from rag.text.dates import find_dates
from rag.text.lexicon import ASKING
from rag.text.terms import content_terms

LONGEST_LEAD = 200
"""Characters before a question word in which what it hangs on is looked for."""
LONGEST_COORDINATED = 300
"""Characters of a question in which "on this and on that" is looked for."""

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_PREPOSITION = (
    r"(?:about|after|against|at|before|by|during|for|from|in|into|of|on|since|through|to|towards?|under|until|with)"
)
_QUOTED = re.compile(r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|\u00ab[^\u00bb]*\u00bb|\([^()]*\)")

_NEXT = re.compile(r"\?\s+(?=\S)")
_ASKS_AT_ALL = re.compile(
    rf"\b{ASKING}\b|^\W*(?:(?:and|or|also|then|so|please)\W+)*(?:{_AUXILIARY}|list|name|tell|give|describe|explain|"
    r"summari[sz]e|compare|say|show)\b|^\W*(?:and|or)\b",
    re.IGNORECASE,
)
_AND = re.compile(
    rf"[,;]?\s+and\s+(?=(?:{_PREPOSITION}\s+)?(?P<asks>{ASKING})\b|(?:did|does)\b|do\s+(?:they|we|you|these|those|both)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:^|[.!;:,])\W*(?:(?:{_PREPOSITION}\s+)?(?:{ASKING}|(?:which|whose|how\s+(?:many|much))\s+\w+)"
    rf"|{_PREPOSITION}\s+what\s+\w+)\W*$",
    re.IGNORECASE,
)
"""What asks for nothing yet: "When" in "When and where was it?"."""
_REQUEST = re.compile(
    r"(?:^|[.!,;:])\W*(?:(?:please|can|could|would|do|you|tell|me|us|say|explain|describe|know|show|list|give|exactly|"
    r"and|also|about)\W+)*$",
    re.IGNORECASE,
)
"""What may stand before a question that is put indirectly: "Can you tell me"."""

_SERIES = re.compile(
    r",\s+(?="
    rf"(?:what|how|why|who)\b|which\s+(?!(?:{_AUXILIARY}|it|they|he|she|the|an?)\b)\w|(?:when|where)\s+{_AUXILIARY}\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(rf"[^,]*,\s*(?!(?:and|or)\b|{ASKING}\b)\w", re.IGNORECASE)
"""A relative clause, and what comes after it: "who was elected in 2018, say"."""
_ASKS = re.compile(
    r"\b(?:what|how|who|whom|whose|which|why)\b"
    rf"|\b(?:when|where)\s+{_AUXILIARY}\b",
    re.IGNORECASE,
)

_COORDINATED = re.compile(
    r"(?P<asked>.*)\b(?P<word>about|after|against|at|before|by|during|for|from|in|on|to|towards?|under|with)"
    r"\s+(?P<one>[^,;:?]{2,60}?),?\s+and\s+(?P=word)\s+(?P<other>[^,;:?]{2,60}?)[?.!\s]*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\b(?:both|alike|same|together|differ\w*|distance|between|hand)\b|[\"\u201c\u201d]", re.IGNORECASE)
"""What makes "in this and in that" one condition, or part of a title."""
_AND_TIME = re.compile(r"\s*(?:,|,?\s+and)\s+(?:(?:in|on|of|at)\s+)?(?:the\s+)?", re.IGNORECASE)
"""What stands between times of which each is meant."""
_LEADS_TIME = re.compile(r"\b(?:in|on|of|at)\s+\Z", re.IGNORECASE)
_TAIL = re.compile(
    r"\b(?:about|after|against|at|before|by|during|from|in|on|to|under|who|which|that|with)\b", re.IGNORECASE
)
"""What may belong to both: "in Rome and in Paris about peace"."""
_NO_PREDICATE = re.compile(
    rf"\b(?:what|which|whose|how\s+(?:many|much))\s+(?!(?:happen|chang)\w*\W*$)(?:(?!{_AUXILIARY}\b)\w+\s+)+$"
    r"|\b(?:do|does|did)\s+(?:(?:the|an?|its|their|his|her|this|that|these|those)\s+)?\w+\W*$",
    re.IGNORECASE,
)
"""What lacks a verb, which then stands behind: "What companies in Rome and in Paris make cars?", "What did the one and
what did the other promise?"."""

_LAST_PREPOSITION = re.compile(rf"\b{_PREPOSITION}\s+$", re.IGNORECASE)
_ASKS_FOR = rf"\W{{0,20}}(?P<asks>(?:{_PREPOSITION}\s+)?(?:how\s+(?:many|much)|{ASKING}))"
_OPENING = re.compile(rf"(?:.{{0,{LONGEST_LEAD}}}[:,]\s+)?{_ASKS_FOR}\b", re.IGNORECASE | re.DOTALL)
_VERBLESS = re.compile(
    rf"{_ASKS_FOR}\s+(?:{_PREPOSITION}\s+(?:that|those)\s+)?(?P<rest>(?P<word>(?:out\s+)?{_PREPOSITION})\s+.+)",
    re.IGNORECASE | re.DOTALL,
)
"""A question that says only in what it differs from the one before: "Who spoke in Rome" and "who in Paris?"."""
_HAS_VERB = re.compile(
    rf"\b{_AUXILIARY}\b|\b[a-z]{{2,}}ed\b|\b(?:said|made|came|took|gave|went|left|won|lost)\b"
    r"|^of\s+(?:it|them|these|those|the|its|their|his|her)\b"
)
"""What is no such question, though it may look like one: "which of them signed?"."""
_AUXILIARY_ANY = rf"(?i:{_AUXILIARY})"
_SUBJECT = re.compile(
    rf"\W{{0,20}}(?:(?i:and|or)\s+)?(?P<asks>{_AUXILIARY_ANY})\s+(?:the\s+)?[A-Z]\w*(?:\s+[A-Z]\w*){{0,4}}\s+(?=[a-z])"
)
_BARE_SUBJECT = re.compile(
    rf"\W{{0,20}}(?:(?i:and|or)\s+)?(?P<asks>{_AUXILIARY_ANY})\s+(?P<who>(?:the\s+)?[A-Z]\w*(?:\s+[A-Z]\w*){{0,4}})\W{{0,20}}"
)
"""What only names another who might have done the same: "Did Armenia withdraw? Did Azerbaijan?"."""
_FRAME = re.compile(
    rf"\W{{0,20}}(?P<frame>(?:(?:according\s+to|{_PREPOSITION})\s+[^,;:?]{{2,80}},"
    r"|(?:(?!(?:i|we|me|my|us|our|you|your|please|asks?|questions?|know|tell|say|need|want)\b)[^\s,;:?!.]{1,60}+\s?+){1,7}:))"
    rf"(?=\s+(?:(?:and|also)\s+)?(?:{_PREPOSITION}\s+)?{ASKING}\b)",
    re.IGNORECASE,
)
"""What stands before the first question and holds for all: "In their statement of 9 October," or "Peace treaty:"."""
_REMARK = re.compile(
    r"[^?:]{0,200}\b(?:i|i'm|we|me|my|us|asks?|asked|questions?|please|help|need|want)\b[^?:]{0,200}:\s+"
    rf"(?=(?:{_PREPOSITION}\s+)?{ASKING}\b)",
    re.IGNORECASE,
)
"""Who asks and what for, before the first question: "I am writing a piece and need this:"."""
_WHEN_OR_WHERE = re.compile(r"\b(?:at|after|before|during|in|on|since|under|until)\b", re.IGNORECASE)

_LIST = re.compile(
    r"(?=[^:]*\b(?:overview|summar\w+|sum\s+up|outline|describe|explain|tell|list|main\s+points|points|topics)\b)"
    r"[^:?]*?(?:\b(?:of|about|on)\s+(?P<of>(?:the|this|that)\s[^:?,]{2,60}))?:"
    rf"(?<!\d:)\s+(?P<topics>(?!(?:[^:?]*[\s(])?{ASKING}\b)[^:?]+?)[?.!\s]*",
    re.IGNORECASE,
)
"""Topics after a colon: "Sum up the statement: the releases, the bids and further talks."."""
_TITLE = re.compile(r"(?!\b[A-Z0-9]+\b)[A-Z]\w*(?:\s+[\w'-]+){2}")
"""Three words of which the first has a capital are part of a title after its colon, not a topic."""
_BETWEEN = re.compile(r"\s*[,;]\s*(?:and\s+|or\s+)?|\s+and\s+", re.IGNORECASE)
_LISTS = re.compile(
    r",\s+(?!\d)[^,]+?,?\s+(?:and|or)\s|,\s+(?!\d)[^,]+,\s+(?!\d)|\s(?:and|or)\s+(?:about|on)\s", re.IGNORECASE
)
"""What surely stands between topics: "trust, roads and the sea", "on trust and on roads"."""
_BETWEEN_TOPICS = re.compile(
    r"\s*[,;]\s+(?!\d)(?:(?:and|or)\s+)?(?:(?:about|on)\s+)?|\s+(?:and|or)\s+(?:(?:about|on)\s+)?", re.IGNORECASE
)
_JOINS = re.compile(r"\s(?:and|or)\s", re.IGNORECASE)
_HANGS_ON = re.compile(r"\s(?:about|against|between|by|for|from|in|of|on|to|towards?|with)\s", re.IGNORECASE)
"""In "sanctions on Iran and on Russia" the second topic is no topic without the first."""
_APPOSITION = re.compile(r"(?:including|such\s+as|especially|particularly|who|which|that)\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"[a-z]+(?:al|ar|ic|ive|ous|ary|ian|ese|ish|ed|ful|less|ern)", re.IGNORECASE)
_DETERMINED = re.compile(r"(?:the|an?|its|their|his|her)\s", re.IGNORECASE)
_NOUNS = rf"(?:(?!(?:{_AUXILIARY}|{ASKING}|and)\b)[^\s,;:?]+\s+)"
_OF_ONE_VERB = re.compile(
    rf"(?P<lead>.*?\b)(?P<asks>how\s+(?:many|much)|which|whose)\s+"
    rf"(?P<one>(?:\w+(?:al|ed|ian|ic|ive)\s+)?\w+\s+(?:{_PREPOSITION}\s+{_NOUNS}{{1,4}})?)"
    rf"and\s+(?P=asks)\s+(?P<other>{_NOUNS}{{1,6}})(?P<rest>{_AUXILIARY}\b.*)",
    re.IGNORECASE | re.DOTALL,
)
"""One verb behind two things: "How many men and how many women were there?"."""


def split_question(question: str, *, joined: bool = False) -> tuple[str, ...]:
    """What is asked, one after the other: "When was it issued, and what do they plan?" asks two things.

    So does "What is said on prisoners and on the border?", of one thing and of another; with `joined` also where the
    topics are only joined by "and", which may be one thing ("sovereignty and integrity").
    """
    pieces = questions_of(question)
    return tuple(
        part
        for piece in pieces
        for part in _topics(piece, joined=joined) or _at_each_time(piece) or _coordinated(piece)
    )


def questions_of(question: str) -> tuple[str, ...]:
    """The questions in a question, each with its verb; what one of them asks of several things stays together."""
    # What stands in quotation marks or brackets is a name or a remark, whatever words it is made of.
    masked = _QUOTED.sub(lambda match: "_" * len(match[0]), question)
    sentences = _cut(masked, 0, len(masked), [match.span() for match in _NEXT.finditer(masked)])
    asking = [piece for piece in sentences if _ASKS_AT_ALL.search(masked[slice(*piece)])]
    if not asking:
        return (question,)
    pieces = [part for piece in asking for part in _at_and(masked, *piece)]
    if len(pieces) > 1:
        pieces = [part for piece in pieces for part in _at_commas(masked, *piece)]
    remark = _REMARK.match(masked, pieces[0][0])
    if remark:
        pieces[0] = (remark.end(), pieces[0][1])
    if len(pieces) == 1 and len(sentences) == 1 and not remark:
        return (question,)
    found = [piece for start, end in pieces if any(map(str.isalnum, piece := question[start:end]))]
    return tuple(_framed([*_completed(found)])) or (question,)


def _framed(pieces: Sequence[str]) -> Iterator[str]:
    """The questions, each with the time, the place or the subject that was named before the first: "In May 2020, …"."""
    frame = _FRAME.match(pieces[0]) if len(pieces) > 1 else None
    for at, piece in enumerate(pieces):
        # One with a frame of its own, or that leans on the first, which is searched with it, needs none.
        framed = at and frame and not _FRAME.match(piece) and not leans(piece)
        yield f"{frame['frame']} {piece[0].lower()}{piece[1:]}" if framed and frame else piece


def _completed(pieces: Sequence[str]) -> Iterator[str]:
    """The questions, each without a verb with that of the one before."""
    before = ""
    for piece in pieces:
        before = _filled(before, piece) or piece
        yield before


def _filled(before: str, piece: str) -> str | None:
    bare, same = _BARE_SUBJECT.fullmatch(piece), _SUBJECT.match(before)
    if bare and same and bare["asks"].lower() == same["asks"].lower():
        return f"{bare['asks']} {bare['who']} {before[same.end() :].lstrip()}"
    gap, asked = _VERBLESS.fullmatch(piece), _OPENING.match(before)
    if not gap or not asked or gap["asks"].lower() != asked["asks"].lower() or _HAS_VERB.search(gap["rest"]):
        return None
    word, begin = gap["word"], asked.end()
    # What it differs in stands where the question before has the same preposition, or another one of time or place.
    places = list(re.finditer(rf"\b{word}\b", before[begin:], re.IGNORECASE))
    if not places and _WHEN_OR_WHERE.fullmatch(word):
        places = list(_WHEN_OR_WHERE.finditer(before[begin:]))
    kept = before[: begin + places[-1].start()] if places else before.rstrip(" ,") + " "
    return kept + gap["rest"]


_Piece = tuple[int, int]


def _cut(text: str, start: int, end: int, cuts: list[_Piece]) -> list[_Piece]:
    """The pieces between the cuts that are not empty."""
    begins, ends = [start, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), end]
    return [piece for piece in zip(begins, ends, strict=True) if text[slice(*piece)].strip()]


def _at_and(text: str, start: int, end: int) -> list[_Piece]:
    """The questions of "Who spoke and what was said?"."""
    if _of_one_verb(text[start:end]):
        return [(start, end)]
    cuts: list[_Piece] = []
    for match in _AND.finditer(text, start, end):
        before = text[cuts[-1][1] if cuts else start : match.start()]
        unfinished = _BARE.search(before[-LONGEST_LEAD:]) or _NO_PREDICATE.search(before[-LONGEST_LEAD:])
        if not unfinished and not _is_title(match) and not _leads_on(before, match["asks"]):
            cuts.append(match.span())
    return _cut(text, start, end, cuts)


def _is_title(match: re.Match[str]) -> bool:
    return match["asks"] is not None and match["asks"][0].isupper() and not match.string.isupper()


def _leads_on(before: str, asks: str | None) -> bool:
    """Whether the clause before opens with the same word inside a sentence: "the people who left and who stayed"."""
    if asks is None:
        return False
    clause = re.search(rf"\b{asks}\b(?!.*\b{asks}\b)", before, re.IGNORECASE)
    if clause is None:
        return False
    lead = _LAST_PREPOSITION.sub("", before[: clause.start()][-LONGEST_LEAD:])
    return not _REQUEST.search(lead)


def _at_commas(text: str, start: int, end: int) -> list[_Piece]:
    """The questions of "Who spoke, what was said, and …"; "As he said, what …" is one."""
    cuts: list[_Piece] = []
    for match in _SERIES.finditer(text, start, end):
        before, after = text[cuts[-1][1] if cuts else start : match.start()], text[match.end() : end]
        of_a_name = before.rpartition(" ")[2][:1].isupper() and after[:3].lower() == "who"
        if not of_a_name and not _GOES_ON.match(after) and _ASKS.search(before):
            cuts.append(match.span())
    return _cut(text, start, end, cuts)


def _at_each_time(piece: str) -> tuple[str, ...]:
    """The questions of "What was decided in March 2020, in June and on 1 May 2022?": one for each time."""
    if len(piece) > LONGEST_COORDINATED or _JOINT.search(piece):
        return ()
    dates = [date for date in find_dates(piece) if date.month]
    joined = takewhile(lambda pair: _AND_TIME.fullmatch(piece, pair[0].end, pair[1].start), pairwise(dates))
    series = [*dates[:1], *(later for _, later in joined)]
    if len({(date.year, date.month) for date in series}) < len(series) or len(series) < 2:
        return ()
    years = [next((one.year for one in series[at:] if one.year), None) for at in range(len(series))]
    lead = _LEADS_TIME.search(piece, 0, series[0].start)
    before = piece[: lead.start() if lead else series[0].start]
    found = []
    for date, year in zip(series, years, strict=True):
        own = _LEADS_TIME.search(piece, 0, date.start) or lead
        said = date.surface if date.year or year is None else f"{date.surface} {year}"
        found.append(f"{before}{own[0] if own else ''}{said}{piece[series[-1].end :]}")
    return tuple(found)


def _topics(piece: str, *, joined: bool = False) -> tuple[str, ...]:
    """A question for each of several topics on which all that is said is asked for."""
    topic = topic_of(piece)
    if topic is None or _QUOTED.search(piece) or _JOINT.search(piece):
        return _listed(piece)
    topics = [one.strip() for one in _BETWEEN_TOPICS.split(topic) if content_terms(one)]
    if len(topics) < 2 or _HANGS_ON.search(f" {topics[0]} ") or any(map(_APPOSITION.match, topics)):
        return ()
    return (
        tuple(map(on_topic, topics))
        if _LISTS.search(topic) or (joined and _JOINS.search(topic) and _are_apart(topics))
        else ()
    )


def _are_apart(topics: Sequence[str]) -> bool:
    """Whether "and" joins two things, and not two adjectives: not in "chemical and nuclear safety"."""
    return not _ADJECTIVE.fullmatch(topics[0]) or all(map(_DETERMINED.match, topics[1:]))


def _listed(piece: str) -> tuple[str, ...]:
    """The questions of "An overview of the statement: the releases, the bids and further talks": one for each."""
    match = None if len(piece) > LONGEST_COORDINATED or _QUOTED.search(piece) else _LIST.fullmatch(piece)
    topics = [topic for topic in _BETWEEN.split(match["topics"]) if topic.strip()] if match else []
    about = f" in {match['of']}" if match and match["of"] else ""
    several = len(topics) > 1 and not any(map(_TITLE.match, topics))
    return tuple(f"What is said about {topic}{about}?" for topic in topics) if several else ()


def lists_topics(question: str) -> bool:
    """Whether it asks of several topics, each of which is a question by itself."""
    return len(_topics(question, joined=True)) > 1


def _of_one_verb(piece: str) -> re.Match[str] | None:
    return None if len(piece) > LONGEST_COORDINATED else _OF_ONE_VERB.fullmatch(piece)


def _coordinated(piece: str) -> Iterator[str]:
    if shared := _of_one_verb(piece):
        lead, asks, one, other, rest = shared.group("lead", "asks", "one", "other", "rest")
        yield f"{lead}{asks} {one}{rest}"
        yield f"{lead}{asks} {other}{rest}"
        return
    match = None if len(piece) > LONGEST_COORDINATED or _JOINT.search(piece) else _COORDINATED.fullmatch(piece)
    asked = match["asked"] if match else ""
    if match and _ASKS.search(asked) and not _NO_PREDICATE.search(asked) and not _TAIL.search(match["other"]):
        yield f"{asked}{match['word']} {match['one']}"
        yield f"{asked}{match['word']} {match['other']}"
    else:
        yield piece
