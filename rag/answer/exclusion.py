"""What a question leaves out: "Apart from the ten Americans, who else was set free?" is not answered by those ten."""

from __future__ import annotations

import re

_QUESTION_WORD = r"(?:what|how|who|whom|whose|when|where|which|why)"
_LEAVES_OUT = re.compile(
    r"\b(?:(?:apart|aside)\s+from|besides|other\s+than|except(?:ing)?(?:\s+for)?|in\s+addition\s+to|not\s+counting|"
    r"leaving\s+(?:out|aside))\s+"
    rf"(?P<what>(?!(?:this|that|these|those|it|them|him|her|which|whom)\b)[^,;:?!]{{3,120}}?)(?=\s*(?:[,;:?!]|$|\.\s|\.$|\b{_QUESTION_WORD}\b))",
    re.IGNORECASE,
)


def left_out(question: str) -> tuple[str, str]:
    """The question without what it leaves out, and that; the second is empty where it leaves nothing out."""
    match = _LEAVES_OUT.search(question)
    if match is None:
        return question, ""
    return question[: match.start()] + question[match.end() :], match["what"]
