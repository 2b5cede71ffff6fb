"""Leaving out what a reasoning model thinks aloud, in the tags that servers let through.

A chat template may open the thought in the prompt, so that a reply holds its end alone: whatever was said before such
an end was a thought too, and is taken back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NAMES = ("think", "thinking", "thought", "thoughts", "reasoning", "reflection")
_OPENING = frozenset(
    [
        *(f"<{name}>" for name in _NAMES),
        "[think]",
        "<|channel|>analysis<|message|>",
        "<|channel|>commentary<|message|>",
    ]
)
_CLOSING = frozenset([*(f"</{name}>" for name in _NAMES), "[/think]", "<|channel|>final<|message|>"])
_END = "<|end|>"
"""Ends a thought; elsewhere it ends a turn and says nothing of what stands before it."""
_TAGS = (*_OPENING, *_CLOSING, _END, "<|start|>assistant", "<|return|>")
_TAG = re.compile("|".join(map(re.escape, sorted(_TAGS, key=len, reverse=True))), re.IGNORECASE | re.ASCII)
_LONGEST_TAG = max(map(len, _TAGS))
_BEGINS_TAG = re.compile(r"[<\[]")
_BLANK = re.compile(r"[\s\ufeff]*")


class Heard(NamedTuple):
    """What is said aloud; when it begins `afresh`, all that was said before turned out to be a thought."""

    text: str
    afresh: bool = False


class Thoughts:
    """Lets a reply through without its thoughts, however it is cut into parts."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._spoken = False

    def pass_on(self, text: str) -> Heard:
        """Returns what is said aloud so far and was not returned yet."""
        text = self._held + text
        said: list[str] = []
        afresh, begin = False, 0
        for tag in _TAG.finditer(text):
            if not self._thinking:
                said.append(text[begin : tag.start()])
            begin = tag.end()
            word = tag[0].lower()
            if word in _CLOSING and not self._thinking:
                said, afresh, self._spoken = [], True, False
            self._thinking = word in _OPENING or (self._thinking and word not in _CLOSING and word != _END)
        end = _unfinished_tag(text, begin)
        self._held = text[end:]
        if not self._thinking:
            said.append(text[begin:end])
        return Heard(self._begun("".join(said)), afresh)

    def close(self) -> Heard:
        """Returns what was held back and is no thought."""
        return Heard("" if self._thinking else self._begun(self._held))

    def _begun(self, text: str) -> str:
        """The text without the white space before the first word."""
        if not self._spoken:
            blank = _BLANK.match(text)
            text = text[blank.end() :] if blank else text
            self._spoken = bool(text)
        return text


def _unfinished_tag(text: str, begin: int) -> int:
    """Where the end of the text may be the beginning of a tag; its length when it cannot."""
    for sign in _BEGINS_TAG.finditer(text, max(begin, len(text) - _LONGEST_TAG)):
        tail = text[sign.start() :].lower()
        if any(tag.startswith(tail) for tag in _TAGS):
            return sign.start()
    return len(text)
