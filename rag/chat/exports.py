"""What can be taken away from the page.

An answer with its citations as text, Markdown, BibTeX and CSL-JSON; a quote as a W3C Web Annotation; a conversation
as Markdown, JSON and HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rag.chat import texts
from rag.chat.attribution import author, voices_cited
from rag.chat.exchanges import Exchange, Near, exchange_to_json
from rag.chat.markup import Markup, element, join
from rag.types import Document, Paragraph

_CONTEXT = 64
_BIBTEX_SPECIAL = re.compile(r"([\\{}$&#%_~^])")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")
_BIBTEX_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def copies_of(exchange: Exchange) -> tuple[tuple[str, str, str], ...]:
    """What the copy menu offers: kind, label, text."""
    return (
        ("plain", texts.COPY_PLAIN, as_plain(exchange)),
        ("markdown", texts.COPY_MARKDOWN, as_markdown(exchange)),
        ("bibtex", texts.COPY_BIBTEX, as_bibtex(exchange.citations)),
        ("csl", texts.COPY_CSL, as_csl(exchange.citations)),
    )


def as_plain(exchange: Exchange) -> str:
    """The answer and, under it, what each number cites."""
    lines = [
        f"[{citation['number']}] “{citation['quote']}” {reference_line(citation)}" for citation in exchange.citations
    ]
    nearest = [f"“{near.excerpt}” {_near_line(near)}" for near in exchange.near]
    return "\n\n".join([*exchange.said, *_block("", lines), *_block(f"{texts.CLOSEST}:\n", nearest)])


def as_markdown(exchange: Exchange) -> str:
    """The answer with numbered footnotes."""
    said = "\n\n".join(map(_escape_markdown, exchange.said))
    for citation in exchange.citations:
        said = said.replace(rf"\[{citation['number']}\]", f"[^{citation['number']}]")
    notes = [
        f"[^{citation['number']}]: “{_escape_markdown(_one_line(citation['quote']))}” "
        f"{_escape_markdown(reference_line(citation, address=False))}{_markdown_address(citation)}"
        for citation in exchange.citations
    ]
    nearest = [
        f"- “{_escape_markdown(_one_line(near.excerpt))}” {_escape_markdown(_near_line(near))}"
        for near in exchange.near
    ]
    return "\n\n".join([said, *_block("", notes), *_block(f"{texts.CLOSEST}:\n\n", nearest)])


def as_bibtex(citations: Sequence[Mapping[str, Any]]) -> str:
    """One `@misc` entry for each document cited; the paragraphs stand in its note."""
    entries = []
    for document, cited in _by_document(citations).items():
        first = cited[0]
        fields = {
            "title": first["title"],
            "author": f"{{{_escape_bibtex(who)}}}" if (who := author(first)) else None,
            "publisher": first["publisher"],
            "date": first["date"],
            "year": (first["date"] or "")[:4] or None,
            "url": first["url"],
            "note": _note(cited),
        }
        # `author` is wrapped whole so that an institution is not cut into names; `url` is read verbatim.
        lines = [
            f"  {name} = {{{value if name in ('author', 'url') else _escape_bibtex(value)}}},"
            for name, value in fields.items()
            if value
        ]
        entries.append("\n".join([f"@misc{{{re.sub(r'[^A-Za-z0-9-]+', '-', document).strip('-')},", *lines, "}"]))
    return "\n\n".join(entries)


def as_csl(citations: Sequence[Mapping[str, Any]]) -> str:
    """CSL-JSON, one item for each document cited."""
    items = []
    for document, cited in _by_document(citations).items():
        first = cited[0]
        item: dict[str, Any] = {"id": document, "type": "document", "title": first["title"]}
        if who := author(first):
            item["author"] = [{"literal": who}]
        if first["publisher"]:
            item["publisher"] = first["publisher"]
        if first["date"]:
            item["issued"] = {"date-parts": [[int(part) for part in first["date"].split("-")]]}
        if first["url"]:
            item["URL"] = first["url"]
        item["note"] = _note(cited)
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=2)


def as_annotation(document: Document, paragraph: Paragraph, start: int, end: int, body: str = "") -> dict[str, Any]:
    """A W3C Web Annotation of `paragraph.text[start:end]`, found again by its words and by its place.

    Positions count code points of the document's text; prefix and suffix are what stands around the quote there.
    """
    first, last = paragraph.start + start, paragraph.start + end
    text = document.text
    annotation: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:pilcrow:{paragraph.ref}:{start}-{end}",
        "type": "Annotation",
        "motivation": "highlighting",
        "target": {
            "source": document.info.url or f"urn:pilcrow:{document.id}",
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": text[first:last],
                    "prefix": text[max(0, first - _CONTEXT) : first],
                    "suffix": text[last : last + _CONTEXT],
                },
                {"type": "TextPositionSelector", "start": first, "end": last},
            ],
        },
    }
    if body:
        annotation["body"] = {"type": "TextualBody", "value": body, "format": "text/plain"}
    return annotation


def reference_line(citation: Mapping[str, Any], *, address: bool = True) -> str:
    """Who said it where: `Title, Issuer, Publisher, 2023-12-07, ¶ 9, address`, of coverage its publisher first."""
    parts = [citation["title"], *voices_cited(citation), citation["date"] or texts.UNDATED, f"¶ {_number(citation)}"]
    if address:
        parts.append(citation["link"] or citation["url"] or citation["paragraph"])
    return ", ".join(dict.fromkeys(part for part in parts if part))


def conversation_as_markdown(title: str, exchanges: Sequence[Exchange]) -> str:
    """The whole conversation, each answer with footnotes of its own."""
    parts = [f"# {_escape_markdown(title)}"]
    for position, exchange in enumerate(exchanges, start=1):
        body = as_markdown(exchange).replace("[^", f"[^{position}-")
        note = [f"*{_escape_markdown(exchange.note)}*"] if exchange.note else []
        parts += [f"## {_escape_markdown(_one_line(exchange.question))}", *note, body]
    return "\n\n".join(part for part in parts if part) + "\n"


def conversation_as_json(title: str, exchanges: Sequence[Exchange]) -> str:
    """The whole conversation as it is kept."""
    data = {"title": title, "exchanges": [exchange_to_json(exchange) for exchange in exchanges]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def conversation_as_html(title: str, exchanges: Sequence[Exchange], style: str) -> str:
    """The whole conversation as one page that needs nothing else."""
    sections = join(
        element(
            "section",
            element("h2", exchange.question, dir="auto"),
            element("p", exchange.note, class_="note") if exchange.note else None,
            join(element("p", text, class_="text", dir="auto") for text in exchange.said),
            element(
                "ol",
                join(
                    element(
                        "li",
                        element("blockquote", citation["quote"], dir="auto"),
                        element("p", reference_line(citation), class_="reference"),
                        value=str(citation["number"]),
                    )
                    for citation in exchange.citations
                ),
            )
            if exchange.citations
            else None,
            _nearest(exchange.near) if exchange.near else None,
        )
        for exchange in exchanges
    )
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><style>{style}</style>"
    page = join([element("h1", title, dir="auto"), sections])
    return f"<!doctype html><html lang=en><head>{head}{element('title', title)}</head><body>{page}</body></html>\n"


def _nearest(nearest: Sequence[Near]) -> Markup:
    return join(
        [
            element("h3", texts.CLOSEST),
            element(
                "ul",
                join(
                    element(
                        "li",
                        element("blockquote", near.excerpt, dir="auto"),
                        element("p", _near_line(near), class_="reference"),
                    )
                    for near in nearest
                ),
            ),
        ]
    )


def _near_line(near: Near) -> str:
    return reference_line({**asdict(near), "link": None, "url": None})


def _block(heading: str, lines: Sequence[str]) -> list[str]:
    return [heading + "\n".join(lines)] if lines else []


def _by_document(citations: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for citation in citations:
        documents.setdefault(citation["document"], []).append(citation)
    return documents


def _note(cited: Sequence[Mapping[str, Any]]) -> str:
    """Which paragraphs were cited and, of coverage, that it is coverage."""
    numbers = list(dict.fromkeys(_number(citation) for citation in cited))
    label = texts.PARAGRAPH.format(number=numbers[0]) if len(numbers) == 1 else None
    paragraphs = label or texts.PARAGRAPHS.format(numbers=", ".join(numbers))
    return "; ".join([paragraphs, *(voices_cited(cited[0]) if cited[0]["kind"] == "coverage" else ())])


def _number(citation: Mapping[str, Any]) -> str:
    return str(citation["paragraph"]).rpartition("#p")[2]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escape_markdown(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


def _escape_bibtex(text: str) -> str:
    return _BIBTEX_SPECIAL.sub(lambda match: _BIBTEX_ESCAPES.get(match[1], "\\" + match[1]), text)


def _markdown_address(citation: Mapping[str, Any]) -> str:
    address = citation["link"] or citation["url"]
    return f" <{address}>" if address else ""
