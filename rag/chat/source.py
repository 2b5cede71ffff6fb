"""The source pane: a document as published, its paragraphs numbered, what was cited marked to the character."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rag.answer.citations import publisher_link
from rag.chat import texts
from rag.chat.answers import paragraph_address
from rag.chat.attribution import voices_of
from rag.chat.exchanges import Exchange, new_id
from rag.chat.exports import as_annotation
from rag.chat.markup import Markup, aside_text, element, join, web_address
from rag.types import Document, DocumentInfo, Paragraph, Span

_AROUND = 150
"""Paragraphs shown before and after the one looked at: a document of 100,000 must not stop the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A cited passage of the document: offsets into its paragraph's text."""

    paragraph: int
    start: int
    end: int
    number: int
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the pane shows: a document, the paragraph looked at, and the citations of the answer it belongs to."""

    document: Document
    paragraph: int = 1
    exchange: Exchange | None = None
    number: int | None = None
    note: str = ""
    kept: bool = False
    """Whether the words cited under `number` stand in the document no more, and are shown as they were kept."""
    carried: Mapping[str, str] | None = None
    """Titles of the documents that carry the same words, by paragraph."""


def render_source(view: View) -> Markup:
    """The document, opened at the paragraph looked at."""
    marks = _marks(view)
    cited = view.exchange.citation(view.number) if view.exchange and view.number is not None else None
    kept = cited if view.kept else None
    return element(
        "section",
        _bar(view.exchange, view.number),
        _head(view.document.info),
        element("p", view.note, class_="changed", role="note") if view.note else None,
        _kept(kept) if kept else None,
        element("h3", texts.DOCUMENT_NOW) if kept else None,
        _paragraphs(view, marks),
        class_="document",
        aria_label=texts.SOURCE,
        data_target="source-kept" if kept else f"source-p{view.paragraph}",
        # The same passage opened twice must still reach the browser, which may have closed the pane in between.
        data_opened=new_id(),
    )


def render_empty() -> Markup:
    """The pane before anything was opened."""
    return element(
        "section",
        element("span", "¶", class_="watermark", aria_hidden="true"),
        element("p", texts.SOURCE_EMPTY),
        element("p", texts.SOURCE_EMPTY_MORE, class_="about"),
        class_="document empty",
        aria_label=texts.SOURCE,
    )


def render_kept(exchange: Exchange, number: int, note: str) -> Markup:
    """A citation of a document that is gone, from what was kept with the answer."""
    citation = exchange.citation(number)
    if citation is None:
        return render_empty()
    return element(
        "section",
        _bar(exchange, number),
        _head(_info(citation)),
        element("p", note, class_="changed", role="note"),
        _kept(citation),
        class_="document",
        aria_label=texts.SOURCE,
        data_target="source-kept",
        data_opened=new_id(),
    )


def render_missing(why: str) -> Markup:
    """The pane when what was asked for cannot be shown."""
    line = element("p", why, role="alert")
    return element("section", line, class_="document empty", aria_label=texts.SOURCE, data_opened=new_id())


def _head(info: DocumentInfo) -> Markup:
    published = (texts.PUBLISHER, info.publisher)
    if info.kind == "statement":
        kind = texts.KIND_STATEMENT
        names = [(texts.ISSUER, info.issuer), (texts.SPEAKER, info.speaker), published]
    else:
        kind, names = texts.KIND_COVERAGE, [published, (texts.COVERS, info.issuer)]
    facts = [*names, (texts.DATE, info.date or texts.UNDATED)]
    address = web_address(info.url)
    return element(
        "header",
        element("p", kind, class_="kind"),
        element("h2", info.title, dir="auto", tabindex="-1"),
        element(
            "dl",
            join(join([element("dt", name), element("dd", aside_text(value))]) for name, value in facts if value),
        ),
        element("p", _outward(texts.PUBLISHER_PAGE, address) if address else texts.NO_PUBLISHER_PAGE, class_="about"),
        class_="head",
    )


def _outward(label: str, address: str) -> Markup:
    return element("a", label, href=address, target="_blank", rel="noopener noreferrer", class_="outward")


def _bar(exchange: Exchange | None, number: int | None) -> Markup:
    """Stays on top while the document is scrolled: from citation to citation, and back to the talk."""
    return element(
        "div",
        _citations(exchange, number) if exchange and number is not None else None,
        element("button", texts.CLOSE, type="button", class_="close outlined", data_act="close"),
        class_="bar" if exchange else "bar only-close",
    )


def _citations(exchange: Exchange, number: int) -> Markup:
    numbers = [citation["number"] for citation in exchange.citations]
    place = numbers.index(number)
    return element(
        "nav",
        _step("‹", texts.PREVIOUS_CITATION, exchange, numbers, place - 1),
        element("span", texts.CITATION_OF.format(number=number, count=len(numbers)), class_="where"),
        _step("›", texts.NEXT_CITATION, exchange, numbers, place + 1),
        aria_label=texts.CITATIONS,
    )


def _step(sign: str, label: str, exchange: Exchange, numbers: Sequence[int], place: int) -> Markup:
    there = 0 <= place < len(numbers)
    return element(
        "button",
        sign,
        type="button",
        data_act="cite",
        data_exchange=exchange.id,
        data_number=str(numbers[place]) if there else None,
        disabled=not there,
        aria_label=label,
        title=label,
    )


def _info(citation: Mapping[str, Any]) -> DocumentInfo:
    return DocumentInfo(
        id=citation["document"],
        title=citation["title"],
        date=citation["date"],
        issuer=citation["issuer"],
        publisher=citation["publisher"],
        url=citation["url"],
        kind=citation["kind"],
    )


def _kept(citation: Mapping[str, Any]) -> Markup:
    """The paragraph as it was cited. It is no link: under its number there is something else now, or nothing."""
    number = int(citation["paragraph"].rpartition("#p")[2])
    text = citation["paragraph_text"]
    mark = Marked(paragraph=number, start=citation["start"], end=citation["end"], number=citation["number"])
    return element(
        "div",
        element("span", f"¶{number}", class_="number"),
        element("p", _highlighted(text, [mark], citation["number"]), dir="auto"),
        element(
            "div",
            _tool(texts.COPY_PARAGRAPH, "copy", data_copy="kept-copy"),
            element("pre", _with_reference(_info(citation), number, text), hidden=True, id="kept-copy"),
            class_="tools",
        ),
        class_="paragraph cited here kept",
        id="source-kept",
    )


def _marks(view: View) -> tuple[Marked, ...]:
    if view.exchange is None:
        return ()
    texts_by_number = {paragraph.number: paragraph.text for paragraph in view.document.paragraphs}
    found = []
    for citation in view.exchange.citations:
        document, _, number = str(citation["paragraph"]).rpartition("#p")
        # An answer given before the document changed must not mark other words in its place.
        if document == view.document.id and texts_by_number.get(int(number)) == citation["paragraph_text"]:
            found.append(
                Marked(
                    paragraph=int(number),
                    start=citation["start"],
                    end=citation["end"],
                    number=citation["number"],
                    link=citation["link"],
                )
            )
    return tuple(found)


def _paragraphs(view: View, marks: Iterable[Marked]) -> Markup:
    by_paragraph: dict[int, list[Marked]] = {}
    for mark in marks:
        by_paragraph.setdefault(mark.paragraph, []).append(mark)
    paragraphs = view.document.paragraphs
    first = max(0, view.paragraph - 1 - _AROUND)
    last = min(len(paragraphs), view.paragraph + _AROUND)
    return element(
        "div",
        _more(texts.EARLIER_PARAGRAPHS, paragraphs[first - 1]) if first else None,
        join(_paragraph(view, shown, by_paragraph.get(shown.number, [])) for shown in paragraphs[first:last]),
        _more(texts.LATER_PARAGRAPHS, paragraphs[last]) if last < len(paragraphs) else None,
        class_="paragraphs",
        lang=view.document.info.language,
    )


def _more(label: str, paragraph: Paragraph) -> Markup:
    return element("button", label, type="button", class_="outlined", data_act="open", data_reference=paragraph.ref)


def _paragraph(view: View, paragraph: Paragraph, marks: Sequence[Marked]) -> Markup:
    looked_at = paragraph.number == view.paragraph
    state = " cited" if marks else ""
    return element(
        "div",
        element(
            "a",
            element("span", "¶", aria_hidden="true"),
            element("span", texts.PARAGRAPH.format(number=""), class_="unseen"),
            str(paragraph.number),
            class_="number",
            href=paragraph_address(paragraph.ref),
            data_act="open",
            data_reference=paragraph.ref,
        ),
        element("p", _highlighted(paragraph.text, marks, view.number), dir="auto"),
        _tools(view, paragraph, marks) if looked_at else None,
        class_=f"paragraph{state}{' here' if looked_at else ''}",
        id=f"source-p{paragraph.number}",
    )


def _highlighted(text: str, marks: Sequence[Marked], current: int | None) -> Markup:
    """The text cut at every edge of a mark, so that overlapping quotes are each marked from end to end."""
    edges = sorted({0, len(text), *(mark.start for mark in marks), *(mark.end for mark in marks)})
    pieces: list[str] = []
    for start, end in pairwise(edges):
        here = [mark.number for mark in marks if mark.start <= start and end <= mark.end]
        part = text[start:end]
        if here:
            numbers = " ".join(str(number) for number in here)
            pieces.append(element("mark", part, class_="current" if current in here else None, data_numbers=numbers))
        else:
            pieces.append(part)
    return join(pieces)


def _tools(view: View, paragraph: Paragraph, marks: Sequence[Marked]) -> Markup:
    mark = next((mark for mark in marks if mark.number == view.number), None)
    start, end = (mark.start, mark.end) if mark else (0, len(paragraph.text))
    link = mark.link if mark else publisher_link(view.document.info.url, paragraph.text, Span(start=start, end=end))
    passage = web_address(link)
    annotation = json.dumps(as_annotation(view.document, paragraph, start, end), ensure_ascii=False, indent=2)
    return element(
        "div",
        _tool(texts.COPY_PARAGRAPH, "copy", data_copy="source-copy"),
        _tool(texts.PARAGRAPH_LINK, "link", data_reference=paragraph.ref),
        _tool(texts.ANNOTATION, "download", data_copy="source-annotation", data_name="annotation.json"),
        _outward(texts.PUBLISHER_PASSAGE, passage) if passage else None,
        element(
            "pre", _with_reference(view.document.info, paragraph.number, paragraph.text), hidden=True, id="source-copy"
        ),
        element("pre", annotation, hidden=True, id="source-annotation"),
        _carried(view.carried or {}),
        class_="tools",
    )


def _tool(label: str, act: str, **data: str) -> Markup:
    return element("button", label, type="button", class_="quiet", data_act=act, **data)


def _carried(carried: Mapping[str, str]) -> Markup | None:
    if not carried:
        return None
    return element(
        "p",
        texts.ALSO_IN + " ",
        join(
            (
                element(
                    "a",
                    aside_text(title),
                    f" ¶ {reference.rpartition('#p')[2]}",
                    href=paragraph_address(reference),
                    data_act="open",
                    data_reference=reference,
                )
                for reference, title in carried.items()
            ),
            ", ",
        ),
        class_="also",
    )


def _with_reference(info: DocumentInfo, number: int, text: str) -> str:
    parts = [info.title, *voices_of(info), info.date or texts.UNDATED, f"¶ {number}"]
    parts.append(info.url or f"{info.id}#p{number}")
    return f"“{text}”\n" + ", ".join(dict.fromkeys(parts))
