"""An exchange as HTML: the question, the answer with a chip behind each sentence, its sources and what one can do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from rag.chat import texts
from rag.chat.attribution import voices, voices_cited
from rag.chat.exchanges import Exchange, Near
from rag.chat.foot import render_foot
from rag.chat.markup import Markup, aside_text, element, escape, join
from rag.text.normalize import words_key
from rag.types import Filters

_MARKER = re.compile(r"\[(\d{1,4})\]")

Changed = Mapping[str, str]
"""Paragraphs whose wording is no longer what was cited, with the sentence that says so."""


def render_exchanges(exchanges: Sequence[Exchange], changed: Changed) -> Markup:
    """The finished part of a conversation."""
    return join(render_exchange(exchange, changed, last=exchange is exchanges[-1]) for exchange in exchanges)


def render_exchange(exchange: Exchange, changed: Changed, *, last: bool) -> Markup:
    """One finished exchange; only the last one can be edited or asked again in its place."""
    answer = exchange.answer
    if answer is None:
        body = join([_body(escape(exchange.text)), _note(exchange.note)])
    elif answer["status"] == "abstained":
        body = _abstention(exchange)
    else:
        body = join([_body(_answer_text(exchange)), _remarks(answer), _sources(exchange, changed)])
    return element(
        "article",
        _question(exchange.question, exchange.filters, exchange.id, last=last),
        element("div", _searched_for(exchange), body, render_foot(exchange, last=last), class_="answer"),
        class_="exchange",
        id=f"exchange-{exchange.id}",
        data_exchange=exchange.id,
    )


def render_live(question: str, filters: Filters, *, text: str = "", state: str = "") -> Markup:
    """The exchange that is being answered; its numbers become links once the citations are verified."""
    status = element("p", element("span", class_="pulse", aria_hidden="true"), state, class_="state") if state else None
    return element(
        "article",
        _question(question, filters, None, last=False),
        element("div", _body(_streamed(text)) if text else None, status, class_="answer"),
        class_="exchange live",
        aria_busy="true",
    )


def render_welcome(questions: Sequence[str]) -> Markup:
    """What an empty conversation shows."""
    return element(
        "section",
        element("h2", texts.WELCOME),
        element("p", texts.WELCOME_MORE, class_="lead"),
        element("h3", texts.EXAMPLES) if questions else None,
        element(
            "ul",
            join(
                element("li", element("button", question, type="button", data_act="example", data_question=question))
                for question in questions
            ),
            class_="examples",
        ),
        class_="welcome",
    )


def render_notice(text: str) -> Markup:
    """One line that says why nothing was asked; empty when there is nothing to say."""
    return element("p", text, class_="notice", role="alert") if text else Markup("")


def render_editing() -> Markup:
    """Says what the next question does to the last, and lets one think better of it."""
    keep = element("button", texts.EDITING_CANCEL, type="button", class_="quiet", data_act="unedit")
    return element("p", texts.EDITING, " ", keep, class_="notice", role="status")


def render_narrowed(filters: Filters) -> Markup:
    """What the next question is narrowed to, with a way back; empty when it is not."""
    if not filters:
        return Markup("")
    back = element("button", texts.FILTERS_NONE, type="button", class_="quiet", data_act="widen")
    return element("div", _only(filters), back, class_="narrowed", role="status")


def paragraph_address(reference: str) -> str:
    """The address, within the page, that opens this paragraph."""
    return "?" + urlencode({"p": reference}, quote_via=quote)


def _question(question: str, filters: Filters, exchange: str | None, *, last: bool) -> Markup:
    return element(
        "header",
        element("span", texts.QUESTION_BY, class_="unseen"),
        element("h3", question, class_="question", dir="auto"),
        _only(filters),
        element(
            "button",
            texts.EDIT,
            type="button",
            class_="quiet",
            data_act="edit",
            data_exchange=exchange,
            data_question=question,
        )
        if exchange and last
        else None,
        class_="asked",
    )


def _only(filters: Filters) -> Markup | None:
    if not filters:
        return None
    parts = [*filters.issuers, *filters.documents]
    parts += [texts.FILTER_SINCE.format(since=filters.since)] if filters.since else []
    parts += [texts.FILTER_UNTIL.format(until=filters.until)] if filters.until else []
    return element(
        "p", texts.ONLY + " ", join((element("bdi", part, class_="tag") for part in parts), " "), class_="only"
    )


def _searched_for(exchange: Exchange) -> Markup | None:
    searched = exchange.answer["standalone_question"] if exchange.answer else exchange.question
    if not searched or words_key(searched) == words_key(exchange.question):
        return None
    return element("p", texts.SEARCHED_FOR + " ", element("q", aside_text(searched)), class_="searched")


def _body(text: Markup) -> Markup:
    return element("div", text, class_="text", dir="auto")


def _answer_text(exchange: Exchange) -> Markup:
    """The text with its claims marked; inside a claim nothing is read as a marker, for a document may hold `[1]`."""
    assert exchange.answer is not None
    return join(_pieces(exchange, exchange.answer["text"], exchange.answer["claims"]))


def _pieces(exchange: Exchange, text: str, claims: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    position = 0
    for claim in claims:
        start = text.find(claim["text"], position)
        if start < 0 or not claim["text"]:
            continue
        yield _with_chips(exchange, text[position:start])
        position = start + len(claim["text"])
        yield _claim(claim)
    yield _with_chips(exchange, text[position:])


def _claim(claim: Mapping[str, Any]) -> Markup:
    label = {"partial": texts.PARTIAL, "unsupported": texts.UNSUPPORTED}.get(claim["support"])
    if label is None:
        return element("span", claim["text"], class_="claim")
    why = f": {claim['why']}" if claim["why"] else ""
    return join(
        [
            element("span", claim["text"], class_=f"claim {claim['support']}"),
            element("span", f"{label}{why}", class_="flag", role="note"),
        ]
    )


def _with_chips(exchange: Exchange, text: str) -> Markup:
    pieces: list[str] = []
    position = 0
    for marker in _MARKER.finditer(text):
        citation = exchange.citation(int(marker[1]))
        if citation is None:
            continue
        # The space before a chip would let it stand alone on the next line.
        pieces += [text[position : marker.start()].rstrip(" "), _chip(exchange, citation)]
        position = marker.end()
    pieces.append(text[position:])
    return join(pieces)


def _chip(exchange: Exchange, citation: Mapping[str, Any]) -> Markup:
    number = str(citation["number"])
    return element(
        "a",
        number,
        class_="chip",
        href=paragraph_address(citation["paragraph"]),
        data_act="cite",
        data_exchange=exchange.id,
        data_number=number,
        aria_label=_label(citation),
    )


def _label(citation: Mapping[str, Any]) -> str:
    what = [citation["title"], *voices_cited(citation)[:1], citation["date"] or texts.UNDATED]
    return texts.CITATION.format(
        number=citation["number"],
        what=", ".join(what),
        paragraph=_paragraph_number(citation["paragraph"]),
    )


def _paragraph_number(reference: str) -> str:
    return reference.rpartition("#p")[2]


def _sources(exchange: Exchange, changed: Changed) -> Markup | None:
    if not exchange.citations:
        return None
    return element(
        "ol",
        join(_source(exchange, citation, changed) for citation in exchange.citations),
        class_="sources",
        aria_label=texts.CITATIONS,
    )


def _source(exchange: Exchange, citation: Mapping[str, Any], changed: Changed) -> Markup:
    about = [aside_text(who) for who in voices_cited(citation)]
    about.append(element("time", citation["date"] or texts.UNDATED))
    also = len(citation["also_in"])
    return element(
        "li",
        element("span", str(citation["number"]), class_="chip", aria_hidden="true"),
        element(
            "div",
            element(
                "a",
                element("span", f"¶ {_paragraph_number(citation['paragraph'])} ", class_="place"),
                element("bdi", citation["title"], class_="title"),
                class_="clamp",
                href=paragraph_address(citation["paragraph"]),
                data_act="cite",
                data_exchange=exchange.id,
                data_number=str(citation["number"]),
            ),
            element("p", join(about, " · "), class_="about"),
            element("blockquote", citation["quote"], class_="quote", dir="auto"),
            element("p", texts.counted(texts.ALSO_IN_ONE, texts.ALSO_IN_MANY, also), class_="also") if also else None,
            element("p", changed[citation["paragraph"]], class_="changed", role="note")
            if citation["paragraph"] in changed
            else None,
        ),
        class_="source-line",
        id=f"card-{exchange.id}-{citation['number']}",
    )


def _abstention(exchange: Exchange) -> Markup:
    text, *more = exchange.said
    wider = element(
        "button",
        texts.SEARCH_WIDER,
        type="button",
        class_="outlined",
        title=texts.SEARCH_WIDER_HELP,
        data_act="wider",
        data_exchange=exchange.id,
    )
    return element(
        "div",
        element("p", text, class_="text", dir="auto"),
        join(element("p", why, class_="why") for why in more),
        join(
            [
                element("h4", texts.CLOSEST),
                element("ul", join(_near(near) for near in exchange.near), class_="nearest"),
            ]
        )
        if exchange.near
        else None,
        wider,
        class_="abstained",
        role="note",
    )


def _near(near: Near) -> Markup:
    about = [*map(aside_text, voices(near.kind, near.issuer, near.publisher))]
    about.append(element("time", near.date or texts.UNDATED))
    return element(
        "li",
        element(
            "a",
            element("span", f"¶ {_paragraph_number(near.paragraph)} ", class_="place"),
            element("bdi", near.title, class_="title"),
            class_="clamp",
            href=paragraph_address(near.paragraph),
            data_act="open",
            data_reference=near.paragraph,
        ),
        element("p", near.excerpt, class_="excerpt", dir="auto"),
        element("p", join(about, " · "), class_="about"),
    )


def _remarks(answer: Mapping[str, Any]) -> Markup | None:
    count = len(answer["rejected"])
    lines = [answer["reason"]] if answer["reason"] else []
    if count:
        lines.append(texts.counted(texts.REJECTED, texts.REJECTED_MANY, count))
    return join(_note(line) for line in lines) if lines else None


def _note(text: str) -> Markup:
    return element("p", text, class_="remark", role="note") if text else Markup("")


def _streamed(text: str) -> Markup:
    pieces: list[str] = []
    position = 0
    for marker in _MARKER.finditer(text):
        pieces += [text[position : marker.start()].rstrip(" "), element("span", marker[1], class_="chip pending")]
        position = marker.end()
    return join([*pieces, text[position:]])
