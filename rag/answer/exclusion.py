"""What a question leaves out: "Apart from the ten Americans, who else was set free?" is not answered by those ten."""

from __future__ import annotations

import re

from rag.text.lexicon import ASKING

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
