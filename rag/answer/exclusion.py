"""What a question leaves out: "Apart from the ten Americans, who else was set free?" is not answered by those ten.

"What else?" leaves out what was said before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.retrieve.newest import all_named_in
from rag.text.lexicon import ASKING
from rag.text.normalize import words_key
from rag.types import Hit, Retrieval, Turn

_LEAVES_OUT = (
    r"\b(?:(?:apart|aside)\s+from|besides|other\s+than|except(?:ing)?(?:\s+for)?|excluding|not\s+counting|"
    r"with\s+the\s+exception\s+of|leaving\s+(?:out|aside))\s+"
    rf"(?!(?:this|that|these|those|it|them|him|her|{ASKING})\b)"
)
_BEFORE_A_QUESTION = re.compile(
    rf"{_LEAVES_OUT}(?P<what>[^;:?!]{{2,160}}?),?(?=\s+(?:and\s+|also\s+)?{ASKING}\b)", re.IGNORECASE
)
_ANYWHERE = re.compile(
    rf"{_LEAVES_OUT}(?P<what>[^,;:?!]{{2,120}}?)"
    r"(?=\s*(?:[,;:?!]|\.?\s*$)|\s+(?:do|does|did|has|have|will|is|are|was|were)\b)",
    re.IGNORECASE,
)


def left_out(question: str) -> tuple[str, str]:
    """The question without what it leaves out, and that; the second is empty where it leaves nothing out."""
    question = " ".join(question.split())
    match = _BEFORE_A_QUESTION.search(question) or _ANYWHERE.search(question)
    if match is None:
        return question, ""
    before, after = question[: match.start()].rstrip(" ,"), question[match.end() :].lstrip(" ,")
    return f"{before} {after}".strip() if before and after[:1].isalnum() else before + after, match["what"]


_MORE = re.compile(
    r"\belse\b|\b(?:any|some|what|which|are\s+there|were\s+there)\s+(?:\w+\s+)?(?:others?|more|further|additional)\b(?!\s+than)"
    r"|\b(?:(?:apart|aside)\s+from|besides|other\s+than|beyond)\s+(?:this|that|these|those|it|them|him|her)\b"
    r"|\A\W*(?:and\s+|tell\s+me\s+)?(?:more|others|further|go\s+on|continue)\W*\Z",
    re.IGNORECASE,
)


class Said:
    """What was quoted in the turns before, where a question asks for more than that; else nothing is."""

    def __init__(self, question: str, history: Sequence[Turn]) -> None:
        before = [turn.content for turn in history if turn.role == "assistant"] if _MORE.search(question) else []
        self._words = " ".join(f" {words_key(content)} " for content in before)

    def __bool__(self) -> bool:
        return bool(self._words)

    def __contains__(self, quote: str) -> bool:
        return f" {words_key(quote)} " in self._words

    def left_of(self, retrieval: Retrieval) -> Retrieval:
        """The retrieval without the sentences that were said; of whom it was asked before, of those alone if it can."""
        if not self:
            return retrieval
        left = [rest for hit in retrieval.hits if (rest := self._left_of(hit))]
        theirs = [hit for hit in left if all_named_in(retrieval.standalone_question, (hit,))]
        return replace(retrieval, hits=tuple(theirs or left))

    def _left_of(self, hit: Hit) -> Hit | None:
        text = hit.paragraph.text
        kept = [at for at, one in enumerate(hit.sentences) if text[one.start : one.end] not in self]
        if len(kept) == len(hit.sentences):
            return hit
        read = hit.read
        if read and read.sentences:
            read = replace(read, sentences=tuple(read.sentences[at] for at in kept))
        return replace(hit, sentences=tuple(hit.sentences[at] for at in kept), read=read) if kept else None
