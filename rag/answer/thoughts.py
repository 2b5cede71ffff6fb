"""Leaving out what a reasoning model thinks aloud before it answers."""

from __future__ import annotations

_OPENING, _CLOSING = "<think>", "</think>"


class Thoughts:
    """Lets a reply through, without the `<think>…</think>` that local models put before it, whatever the cuts."""

    def __init__(self) -> None:
        self._held = ""
        self._spoken = False

    def pass_on(self, text: str) -> str:
        """Returns what is said aloud so far and was not returned yet."""
        if self._spoken:
            return text
        self._held += text
        begun = self._held.lstrip()
        if begun.startswith(_OPENING):
            _, closing, rest = begun.partition(_CLOSING)
            if not closing:
                # Only what may still become the closing tag has to be kept.
                self._held = _OPENING + begun[len(_OPENING) :][-len(_CLOSING) :]
                return ""
            begun = rest.lstrip()
            if not begun:
                self._held = _OPENING + _CLOSING
                return ""
        elif _OPENING.startswith(begun):
            return ""
        self._spoken, self._held = True, ""
        return begun

    def close(self) -> str:
        """Returns what was held back and is no thought."""
        held = self._held.lstrip()
        return "" if held.startswith(_OPENING) else held
