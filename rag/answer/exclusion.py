"""What a question leaves out: "Apart from the ten Americans, who else was set free?" is not answered by those ten.

"What else?" leaves out what was said before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.retrieve.followups import is_of_the_same
from rag.retrieve.newest import all_named_in
from rag.text.lexicon import ASKING
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import Hit, Retrieval, Span, Turn

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
    r"(?<!body\s)(?<!one\s)(?<!thing\s)\b(?:what|who|whom|where|anything|something|anyone|anybody|nothing)\s+else\b"
    r"|\b(?:anything|something|any|tell\s+me|what\s+are\s+the)\s+(?:more|others?|further)\b(?!\s+than)"
    r"|\b(?:(?:apart|aside)\s+from|besides|other\s+than|beyond)\s+(?:this|that|these|those|it|them|him|her)\b"
    r"|\A\W*(?:and\s+|any\s+)?(?:more|others|further|go\s+on|continue)(?:\s+(?:details|of\s+(?:it|them|that)))?\W*\Z",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\b(?:what|which)\s+(?:others?|more|further|additional)\b(?!\s+than)", re.IGNORECASE)
"""What asks for more only where it points back: "Which other steps did it take?"."""
_OF_OTHERS = re.compile(r"\b(?:who|whom|whose|which)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\[\d+\]")
_AS_SAID = 0.9
"""The share of a sentence's words that stand in one that was quoted, from which on it says that again."""


class Said:
    """What was quoted in the turns before, where a question asks for more than that; else nothing is.

    Args:
        question: what is asked.
        history: the turns before.
        silence: what was written where nothing was quoted.
    """

    def __init__(self, question: str, history: Sequence[Turn], *, silence: str) -> None:
        asks = _MORE.search(question) or (_OTHERS.search(question) and is_of_the_same(question))
        answers = [turn.content for turn in history if turn.role == "assistant" and silence not in turn.content]
        quoted = [_NUMBER.sub(" ", answer) for answer in answers]
        self._sentences = [
            {term.text for term in content_terms(content[span.start : span.end])}
            for content in (quoted if asks else ())
            for span in split_sentences(content)
        ]
        self._of_others = _OF_OTHERS.search(question) is not None

    def __bool__(self) -> bool:
        return any(self._sentences)

    def __contains__(self, sentence: str) -> bool:
        words = {term.text for term in content_terms(sentence)}
        return any(len(words & said) >= _AS_SAID * len(words) for said in self._sentences if said)

    def left_of(self, retrieval: Retrieval) -> Retrieval:
        """The retrieval without the sentences that were said; of those alone of whom it was asked before, if it can."""
        if not self:
            return retrieval
        left = [rest for hit in retrieval.hits if (rest := self._left_of(hit))]
        theirs = [hit for hit in left if self._of_others or all_named_in(retrieval.standalone_question, (hit,))]
        return replace(retrieval, hits=tuple(theirs or left))

    def unsaid(self, text: str, span: Span) -> Span | None:
        """The longest part of a span that says nothing again; None where nothing is left."""
        runs: list[list[Span]] = [[]]
        for one in split_sentences(text[span.start : span.end]):
            if text[span.start + one.start : span.start + one.end] in self:
                runs.append([])
            else:
                runs[-1].append(one)
        longest = max(runs, key=lambda run: run[-1].end - run[0].start if run else 0)
        if not longest:
            return None
        return Span(start=span.start + longest[0].start, end=span.start + longest[-1].end)

    def _left_of(self, hit: Hit) -> Hit | None:
        text = hit.paragraph.text
        kept = [at for at, one in enumerate(hit.sentences) if text[one.start : one.end] not in self]
        if len(kept) == len(hit.sentences):
            return hit
        read = hit.read
        if read and read.sentences:
            read = replace(read, sentences=tuple(read.sentences[at] for at in kept))
        return replace(hit, sentences=tuple(hit.sentences[at] for at in kept), read=read) if kept else None
