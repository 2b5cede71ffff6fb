"""HTML built from elements, so that no text of a document or a user is ever read as markup.

Invariant: a plain `str` is escaped wherever it is put; only `Markup`, which this module alone makes, is not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_VOID = frozenset({"br", "hr", "img", "input", "path", "rect", "line"})
_WEB = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)

Value = str | int | float | bool | None


class Markup(str):
    """HTML that may be shown as it is."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """The text, harmless in element content and in quoted attributes.

    Lone surrogates, which `.jsonl` files can smuggle in, become `?`: they cannot be sent as UTF-8.
    """
    if isinstance(text, Markup):
        return text
    sendable = text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Markup(html.escape(sendable, quote=True))


def join(pieces: Iterable[str | None], between: str = "") -> Markup:
    """The pieces one after another, each escaped unless it is markup; None is left out."""
    return Markup(escape(between).join(escape(piece) for piece in pieces if piece is not None))


def element(name: str, *children: str | None, **attributes: Value) -> Markup:
    """`<name attributes>children</name>`; `class_` is written `class`, `aria_label` `aria-label`; None is left out."""
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        written.append(f" {label}" if value is True else f' {label}="{escape(str(value))}"')
    head = f"<{name}{''.join(written)}>"
    if name in _VOID:
        return Markup(head)
    return Markup(f"{head}{join(children)}</{name}>")


def aside_text(text: str) -> Markup:
    """Text of a document inside a sentence of ours: its direction cannot reach what stands around it."""
    return element("bdi", text)


def web_address(url: str | None) -> str | None:
    """The address when it is one a browser may be sent to (http or https), else None."""
    return url if url and _WEB.match(url) else None
