"""What stands under an answer: who gave it, how long it took, and what one can do with it."""

from __future__ import annotations

from rag.chat import texts
from rag.chat.exchanges import Exchange
from rag.chat.exports import copies_of
from rag.chat.markup import Markup, element, join

_HAND = (
    "M7 10v11H3.5V10zM7 10.5l3.6-7.6c1.6 0 2.6 1 2.4 2.8L12.4 9h6.3"
    "c1.3 0 2.2 1.2 1.9 2.4l-1.9 7.9c-.2 1-1.1 1.7-2.1 1.7H7"
)


def render_foot(exchange: Exchange, *, last: bool) -> Markup:
    """The line under an answer; only the last one can be asked again in its place."""
    answer = exchange.answer
    who = ""
    if answer:
        by = texts.BY_QUOTE if answer["mode"] == "quote" else texts.BY_MODEL.format(model=answer["model"])
        who = f"{by} · {texts.SECONDS.format(seconds=answer['seconds']['total'])}"
    return element(
        "footer",
        element("span", who, class_="who"),
        element("span", _actions(exchange, last=last), class_="actions"),
        _comment(exchange) if exchange.rating else None,
        class_="foot",
    )


def _actions(exchange: Exchange, *, last: bool) -> Markup:
    again = _action(texts.AGAIN, "again", exchange) if last else None
    if exchange.answer is None:
        return join([again or ""])
    return join(
        [
            element(
                "details",
                element("summary", texts.COPY),
                element(
                    "div",
                    join(
                        join(
                            [
                                element(
                                    "button",
                                    label,
                                    type="button",
                                    data_act="copy",
                                    data_copy=f"copy-{exchange.id}-{kind}",
                                ),
                                element("pre", text, hidden=True, id=f"copy-{exchange.id}-{kind}"),
                            ]
                        )
                        for kind, label, text in copies_of(exchange)
                    ),
                    element(
                        "button", texts.LINK_QUESTION, type="button", data_act="link", data_question=exchange.question
                    ),
                    class_="menu",
                ),
                class_="copies",
            ),
            again or "",
            _thumb(exchange, 1),
            _thumb(exchange, -1),
        ]
    )


def _action(label: str, act: str, exchange: Exchange) -> Markup:
    return element("button", label, type="button", class_="quiet", data_act=act, data_exchange=exchange.id)


def _thumb(exchange: Exchange, rating: int) -> Markup:
    return element(
        "button",
        _hand(up=rating > 0),
        type="button",
        class_="quiet thumb",
        data_act="rate",
        data_exchange=exchange.id,
        data_rating=str(rating),
        aria_pressed="true" if exchange.rating == rating else "false",
        aria_label=texts.HELPFUL if rating > 0 else texts.UNHELPFUL,
        title=texts.HELPFUL if rating > 0 else texts.UNHELPFUL,
    )


def _comment(exchange: Exchange) -> Markup:
    field = f"comment-{exchange.id}"
    return element(
        "span",
        element("label", texts.COMMENT, for_=field),
        element("input", type="text", id=field, value=exchange.comment, maxlength="2000", dir="auto"),
        element(
            "button",
            texts.COMMENT_SEND,
            type="button",
            class_="outlined",
            data_act="comment",
            data_exchange=exchange.id,
            data_field=field,
        ),
        element("span", texts.THANKS, class_="thanks", role="status") if exchange.comment else None,
        class_="comment",
    )


def _hand(*, up: bool) -> Markup:
    turned = None if up else "rotate(180 12 12)"
    return element("svg", element("path", d=_HAND, transform=turned), viewBox="0 0 24 24", aria_hidden="true")
