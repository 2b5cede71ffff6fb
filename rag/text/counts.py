"""Numbers with what they count, in English."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 document`, `2 documents`, `1,200 documents`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
