"""Components every room of the page uses: pieces of HTML whose links and buttons call back to Python.

A piece carries plain `data-act` attributes; the script of the page turns a click into the event of that name. So
nothing of a document is ever a handler, and everything works from the keyboard.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import gradio as gr

from rag.chat.markup import Markup

SILENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Options of every listener that is the page's own business and shows its progress itself."""


def piece(value: str = "", *, name: str, acts: tuple[str, ...] = ()) -> gr.HTML:
    """HTML that raises an event for each of `acts`; it is updated in place, so focus and selection survive."""
    listed = ", ".join(f"'{act}'" for act in acts)
    return gr.HTML(
        Markup(value),
        elem_id=name,
        elem_classes=["piece"],
        apply_default_css=False,
        js_on_load=f"window.pilcrow.connect(element, [{listed}], trigger, watch, '{name}');",
    )


def asset(name: str) -> str:
    """A style sheet or script that travels with the package."""
    return files("rag.chat").joinpath("assets", name).read_text(encoding="utf-8")
