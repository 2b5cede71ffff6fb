"""The list of conversations, each with what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.chat import texts
from rag.chat.exchanges import Conversation
from rag.chat.markup import Markup, element, join


def render_waiting_shelf() -> Markup:
    """The list before it is known whose it is; the browser must not take it for an empty one."""
    return element("nav", element("h2", texts.CONVERSATIONS), aria_label=texts.CONVERSATIONS, class_="shelf")


def render_shelf(conversations: Sequence[Conversation], current: str | None) -> Markup:
    """The conversations, the one that is open marked."""
    body = (
        element("ul", join(_line(conversation, current) for conversation in conversations))
        if conversations
        else element("p", texts.NO_CONVERSATIONS, class_="about")
    )
    return element(
        "nav",
        element(
            "button",
            texts.CONVERSATIONS,
            element("span", str(len(conversations)), class_="count"),
            type="button",
            class_="quiet unfold",
            data_act="unfold",
            aria_expanded="false",
        ),
        element("h2", texts.CONVERSATIONS),
        element("button", texts.NEW_CONVERSATION, type="button", class_="outlined", data_act="new"),
        element("div", body, class_="folded"),
        aria_label=texts.CONVERSATIONS,
        data_current=current or "",
        class_="shelf",
    )


def _line(conversation: Conversation, current: str | None) -> Markup:
    here = conversation.id == current
    return element(
        "li",
        element(
            "button",
            element("bdi", conversation.title),
            element("time", conversation.touched[:10], datetime=conversation.touched),
            type="button",
            class_="name",
            data_act="pick",
            data_conversation=conversation.id,
            aria_current="true" if here else None,
        ),
        _menu(conversation) if here else None,
    )


def _menu(conversation: Conversation) -> Markup:
    def action(label: str, act: str, **more: str) -> Markup:
        return element(
            "button", label, type="button", class_="quiet", data_act=act, data_conversation=conversation.id, **more
        )

    return element(
        "div",
        action(texts.RENAME, "rename", data_ask=texts.RENAME_ASK, data_answer=conversation.title),
        action(texts.DELETE, "delete", data_confirm=texts.DELETE_ASK),
        element("span", class_="break"),
        element("span", texts.EXPORT, class_="about"),
        action(texts.EXPORT_MARKDOWN, "export", data_kind="md"),
        action(texts.EXPORT_HTML, "export", data_kind="html"),
        action(texts.EXPORT_JSON, "export", data_kind="json"),
        class_="menu-line",
    )
