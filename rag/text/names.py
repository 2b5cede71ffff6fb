"""Names of people, places and organisations as runs of capitalised words, and acronyms with what they stand for.

No dictionary and no model: a capitalised word inside a sentence is a name, at its beginning only when it is no
common opener. What is uncertain is marked (`initial`), not dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.text.lexicon import (
    CALENDAR,
    COMPOUNDS,
    CONNECTORS,
    HONORIFICS,
    NUMBERING,
    OPENERS,
    PEOPLES,
    SMALL_WORDS,
    STOPWORDS,
)
from rag.text.sentences import split_sentences
from rag.text.terms import fold

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:['\u2019]s)?|[^\W_]+(?:[-\u2010\u2011'\u2019\u02bc&][^\W_]+)*",
)
_INNER = re.compile(r"\s(?:of(?:\sthe)?|for|on|de(?:\sla|l)?|del|der|van(?:\sder)?|von|di|du|da|bin|ibn|al|&)\s\Z")
_NO_NAMES = CALENDAR | NUMBERING
_OPENING_ENDINGS = ("ing", "ly", "ed")
_ACRONYM = re.compile(
    r"(?:[^\W\d_]\.){2,}|(?=[A-Z0-9&/-]*[A-Z][A-Z0-9&/-]*[A-Z0-9])[A-Z][A-Z0-9]{0,11}(?:[-/&][A-Z0-9]{1,6})?s?"
)
_IN_PARENTHESES = re.compile(
    r"\(\s?(?:the\s)?[\"'\u201c\u2018]?([^()\"'\u201c\u201d\u2018\u2019]{2,90}?)[\"'\u201d\u2019]?\s?\)"
)
_MOST_TRIES = 3
_BY_SOUND = str.maketrans(
    {
        "ş": "sh",
        "Ş": "Sh",
        "š": "sh",
        "Š": "Sh",
        "ç": "ch",
        "Ç": "Ch",
        "č": "ch",
        "Č": "Ch",
        "ğ": "gh",
        "ž": "zh",
        "Ž": "Zh",
    }
)
_PHRASE = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A capitalised run; `key` is folded and without honorifics, `parts` are its `name_key`s without small words.

    Nothing in a sentence of capitals is called a name. `initial` marks a single capitalised word that begins a
    sentence: perhaps no name at all.
    """

    start: int
    end: int
    surface: str
    key: str
    parts: tuple[str, ...]
    acronym: bool = False
    initial: bool = False


def find_names(text: str) -> tuple[Name, ...]:
    """The names of the text, in order; "Republic of Armenia" is one, "Armenia and Azerbaijan" are two."""
    if not any(letter.isupper() for letter in text):
        return ()
    found: list[Name] = []
    for sentence in split_sentences(text):
        found.extend(_names_in(text, sentence.start, sentence.end))
    return tuple(found)


def name_key(word: str) -> str:
    """What a word of a name is compared by: a people and its country share it ("Armenian", "Armenia's": "armenia")."""
    folded = fold(word).replace(".", "")
    folded = folded[:-2] if folded.endswith("'s") else folded.rstrip("'")
    for singular in (folded, folded.removesuffix("s")):
        if singular in PEOPLES:
            return PEOPLES[singular]
    for ending, country in (
        ("ians", "ia"),
        ("ian", "ia"),
        ("anis", "an"),
        ("ani", "an"),
        ("eans", "ea"),
        ("ean", "ea"),
    ):
        if folded.endswith(ending) and len(folded) >= len(ending) + 3:
            return folded[: -len(ending)] + country
    return folded


def respelt(word: str) -> str:
    """A word as English writes it by its sound: "Şuşa" is also "Shusha", which folding, "susa", does not tell."""
    return word.translate(_BY_SOUND)


def initials(phrase: str) -> str:
    """The capital letters of the words of a phrase, without small words: "Organization of Turkic States" -> "OTS"."""
    words = [word for word in _PHRASE.findall(phrase) if word.lower() not in SMALL_WORDS]
    return "".join(_first_letter(part) for word in words for part in re.split(r"[-'\u2019]", word) if part)


def expands(acronym: str, phrase: str) -> bool:
    """Whether a phrase can be what the acronym stands for: its letters are the initials, small words counted or not."""
    letters = re.sub(r"[^A-Za-z]", "", fold(acronym.removesuffix("s") if acronym[:-1].isupper() else acronym)).upper()
    if len(letters) < 2:
        return False
    words = [part for word in _PHRASE.findall(phrase) for part in re.split(r"[-'\u2019]", word) if part]
    every = "".join(_first_letter(word) for word in words)
    return letters in (initials(phrase), every)


def names_agree(mine: Name, theirs: Name) -> bool:
    """Whether one name holds all of the other, or is its acronym."""
    ours, others = set(mine.parts), set(theirs.parts)
    if ours <= others or others <= ours:
        return True
    if not (mine.surface.isascii() and theirs.surface.isascii()):
        ours, others = sounds_of(mine), sounds_of(theirs)
        if ours <= others or others <= ours:
            return True
    if mine.acronym and expands(mine.surface, theirs.surface):
        return True
    return theirs.acronym and expands(theirs.surface, mine.surface)


def sounds_of(name: Name) -> set[str]:
    """The parts of a name as English spells them by their sound."""
    return {name_key(respelt(word)) for word in name.surface.split()}


def acronym_pairs(text: str) -> Mapping[str, str]:
    """Acronyms with their expansions, as the text itself introduces them: "Organization of Turkic States (OTS)"."""
    pairs: dict[str, str] = {}
    tried: Counter[str] = Counter()
    for match in _IN_PARENTHESES.finditer(text):
        inside = match[1].strip()
        tried[inside] += 1
        if inside in pairs or tried[inside] > _MOST_TRIES:
            continue
        before = text[max(0, match.start() - 160) : match.start()].rstrip(" \"'\u201d\u2019")
        if _ACRONYM.fullmatch(inside):
            expansion = _tail_that_expands(inside, before)
            if expansion:
                pairs.setdefault(inside, expansion)
        else:
            acronym = re.search(r"([A-Z][A-Za-z.&-]{1,11})\Z", before)
            if acronym and expands(acronym[1], inside):
                pairs.setdefault(acronym[1], inside)
    return pairs


def _tail_that_expands(acronym: str, before: str) -> str | None:
    words = list(_PHRASE.finditer(before))
    for first in range(len(words) - 1, max(-1, len(words) - 16), -1):
        phrase = before[words[first].start() :]
        if words[first].group()[0].isupper() and expands(acronym, phrase):
            return phrase
    return None


def _first_letter(word: str) -> str:
    return fold(word[0])[:1].upper()


def _is_capitalised(word: str) -> bool:
    if word[0].istitle():
        return True
    return word.startswith(("al-", "el-")) and word[3:4].istitle()


def _names_in(text: str, start: int, end: int) -> Iterator[Name]:
    words = list(_WORD.finditer(text, start, end))
    if _is_shouted([word.group() for word in words]):
        return
    run: list[re.Match[str]] = []
    for word in words:
        surface = word.group()
        if (
            not _is_capitalised(surface)
            or fold(surface) in _NO_NAMES
            or surface == "I"
            or (len(surface) == 1 and not run)
        ):
            if run and surface.lower() not in CONNECTORS:
                yield from _named(text, run, start)
                run = []
            continue
        if run and not _joined(text, run[-1], word):
            yield from _named(text, run, start)
            run = []
        run.append(word)
    yield from _named(text, run, start)


def _joined(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    if left.group().endswith(("'s", "\u2019s")):
        return False
    between = text[left.end() : right.start()]
    if between in (" ", "\u00a0", "\n") or (between == ". " and len(left.group()) <= 3):
        return True
    return len(between) < 12 and _INNER.fullmatch(between) is not None


def _is_shouted(words: list[str]) -> bool:
    lettered = [word for word in words if word.isalpha()]
    return len(lettered) > 3 and sum(word.isupper() for word in lettered) * 10 >= len(lettered) * 7


def _named(text: str, run: list[re.Match[str]], sentence_start: int) -> Iterator[Name]:
    run = list(run)
    opens = bool(run) and not any(letter.isalnum() for letter in text[sentence_start : run[0].start()])
    while run and _is_dropped(run[0].group(), opens, single=len(run) == 1):
        run.pop(0)
        opens = False
    if not run:
        return
    start, end = run[0].start(), run[-1].end()
    surface = re.sub(r"['\u2019]s?\Z", "", text[start:end])
    keys = _compounded([name_key(word.group()) for word in run])
    yield Name(
        start=start,
        end=start + len(surface),
        surface=surface,
        key=fold(" ".join(surface.split())),
        parts=tuple(key for key in keys if key not in SMALL_WORDS),
        acronym=len(run) == 1 and _ACRONYM.fullmatch(surface) is not None,
        initial=opens and len(run) == 1,
    )


def _compounded(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys, those of "United States" as one."""
    joined: list[str] = []
    for key in keys:
        joined.append(key)
        for length in (3, 2):
            compound = COMPOUNDS.get(tuple(joined[-length:]))
            if compound:
                joined[-length:] = [compound]
    return tuple(joined)


def _is_dropped(word: str, opens: bool, *, single: bool) -> bool:
    lower = fold(word)
    if lower.rstrip(".") in HONORIFICS and not (single and word.isupper() and lower not in ("mr", "mrs", "ms", "dr")):
        return True
    if word.isupper() and len(word) > 1:
        return False
    if lower in STOPWORDS:
        return True
    return opens and (lower in OPENERS or (single and lower.endswith(_OPENING_ENDINGS)))
