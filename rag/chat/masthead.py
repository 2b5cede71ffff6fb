"""The top of the page: the name, and a badge that says who answers."""

from __future__ import annotations

from rag.chat import texts
from rag.chat.markup import Markup, element
from rag.types import Mode


def render_masthead(mode: Mode | None, model: str | None) -> Markup:
    """Name and badge; before the assistant is open (`mode` is None) the badge says so."""
    return element(
        "div",
        element("h1", element("span", "¶", class_="sign", aria_hidden="true"), texts.PRODUCT),
        element("p", texts.TAGLINE, class_="tagline"),
        _badge(mode, model),
        class_="masthead",
    )


def _badge(mode: Mode | None, model: str | None) -> Markup:
    if mode is None:
        pulse = element("span", class_="pulse", aria_hidden="true")
        return element("p", pulse, texts.GETTING_READY, class_="badge", role="status")
    label = texts.BADGE_QUOTE if mode == "quote" else texts.BADGE_MODEL.format(model=model)
    help_text = texts.BADGE_QUOTE_HELP if mode == "quote" else texts.BADGE_MODEL_HELP
    return element(
        "details",
        element("summary", label),
        element("p", help_text),
        class_=f"badge {mode}",
        id="answerer",
    )
