"""The documents as HTML: a list, a timeline, paragraphs found, and what a tray holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.chat import texts
from rag.chat.answers import paragraph_address
from rag.chat.attribution import voices_of
from rag.chat.markup import Markup, aside_text, element, join
from rag.errors import Problem
from rag.types import Document, DocumentInfo, Hit

SHOWN_AT_ONCE = 100
_FEW_YEARS = 3
_MOST_BARS = 60
_PREVIEWED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One bar of the timeline: a year or a month, from its first to its last day."""

    name: str
    since: str
    until: str
    count: int


def periods(documents: Sequence[DocumentInfo]) -> tuple[Period, ...]:
    """The timeline without gaps: months when the documents lie within three years, else years."""
    dates = [info.date for info in documents if info.date]
    years = sorted({int(date[:4]) for date in dates})
    if not years:
        return ()
    if years[-1] - years[0] < _FEW_YEARS and all(len(date) >= 7 for date in dates):
        count = Counter(date[:7] for date in dates)
        return tuple(_month(month, count[month]) for month in _months(min(count), max(count)))
    count = Counter(date[:4] for date in dates)
    return tuple(
        Period(name=f"{year:04}", since=f"{year:04}-01-01", until=f"{year:04}-12-31", count=count[f"{year:04}"])
        for year in range(years[0], years[-1] + 1)
    )


def render_documents(
    documents: Sequence[DocumentInfo], *, shown: int = SHOWN_AT_ONCE, added: frozenset[str] = frozenset()
) -> Markup:
    """The list of documents; those that were added from the page can be removed again."""
    if not documents:
        return element("p", texts.DOCUMENTS_NONE, class_="about")
    count = len(documents)
    label = texts.counted(texts.DOCUMENT_COUNT_ONE, texts.DOCUMENTS_COUNT, count)
    more = element("button", texts.DOCUMENTS_MORE, type="button", class_="outlined", data_act="more")
    return join(
        [
            element("p", label, class_="about", role="status"),
            element(
                "ul", join(_document(info, removable=info.id in added) for info in documents[:shown]), class_="list"
            ),
            more if count > shown else None,
        ]
    )


def render_hits(query: str, hits: Sequence[Hit]) -> Markup:
    """The paragraphs a search found, best first."""
    if not hits:
        return element("p", texts.HITS_NONE, class_="about", role="status")
    heading = element("p", texts.HITS_FOR.format(query=query), class_="about", role="status")
    return join([heading, element("ul", join(_hit(hit) for hit in hits), class_="list nearest")])


def render_timeline(documents: Sequence[DocumentInfo], chosen: str = "") -> Markup:
    """Bars by year or month; each is a button that shows the documents of its period only."""
    bars = periods(documents)
    if len(bars) < 2 and not chosen:
        return Markup("")
    # Beyond this a bar is too narrow to hit; the years without documents at the ends are not among them anyway.
    bars = bars[-_MOST_BARS:]
    most = max((bar.count for bar in bars), default=1) or 1
    undated = sum(info.date is None for info in documents)
    return element(
        "section",
        element(
            "p",
            texts.TIMELINE,
            element("span", f" · {texts.TIMELINE_UNDATED.format(count=undated)}") if undated else None,
            element(
                "button",
                texts.TIMELINE_ALL,
                type="button",
                class_="quiet",
                data_act="period",
                data_since="",
                data_until="",
            )
            if chosen
            else None,
            class_="about",
        ),
        element("ol", join(_bar(bar, most, chosen) for bar in bars), class_="bars"),
        class_="timeline",
        aria_label=texts.TIMELINE,
    )


def render_preview(documents: Sequence[Document], problems: Sequence[Problem]) -> Markup:
    """What a tray holds: the paragraphs as they would be cited, and everything that is wrong."""
    faults = element(
        "section",
        element("h4", texts.PROBLEMS),
        element("ul", join(element("li", str(problem), dir="auto") for problem in problems)),
        element("p", texts.PROBLEMS_STOP, class_="about"),
        class_="problems",
        role="alert",
    )
    return join(
        [
            faults if problems else None,
            element("h4", texts.PREVIEW) if documents else None,
            join(_previewed(document) for document in documents),
        ]
    )


def _document(info: DocumentInfo, *, removable: bool) -> Markup:
    remove = element(
        "button",
        texts.REMOVE,
        type="button",
        class_="quiet",
        data_act="remove",
        data_reference=info.id,
        data_confirm=texts.REMOVE_ASK.format(title=info.title),
    )
    return element(
        "li",
        element(
            "a",
            element("bdi", info.title, class_="title"),
            href=paragraph_address(info.id),
            data_act="open",
            data_reference=info.id,
        ),
        element("p", _about(info), class_="about"),
        remove if removable else None,
    )


def _about(info: DocumentInfo) -> Markup:
    names = [aside_text(who) for who in voices_of(info)]
    kind = texts.KIND_STATEMENT if info.kind == "statement" else None
    return join([element("time", info.date or texts.UNDATED), *names, kind], " · ")


def _hit(hit: Hit) -> Markup:
    return element(
        "li",
        element(
            "a",
            element("span", f"¶ {hit.paragraph.number} ", class_="place"),
            element("bdi", hit.document.title, class_="title"),
            href=paragraph_address(hit.paragraph.ref),
            data_act="open",
            data_reference=hit.paragraph.ref,
            class_="clamp",
        ),
        element("p", hit.paragraph.text[:400], class_="found", dir="auto"),
        element("p", _about(hit.document), class_="about"),
    )


def _bar(bar: Period, most: int, chosen: str) -> Markup:
    label = (texts.TIMELINE_BAR_ONE if bar.count == 1 else texts.TIMELINE_BAR).format(period=bar.name, count=bar.count)
    return element(
        "li",
        element(
            "button",
            element("span", class_="height", style=f"block-size:{100 * bar.count / most:.1f}%"),
            element("span", bar.name, class_="name"),
            type="button",
            data_act="period",
            data_since=bar.since,
            data_until=bar.until,
            aria_label=label,
            title=label,
            aria_pressed="true" if chosen == bar.since else "false",
            disabled=not bar.count,
        ),
    )


def _previewed(document: Document) -> Markup:
    first = document.paragraphs[:_PREVIEWED]
    left = len(document.paragraphs) - len(first)
    count = texts.counted(texts.PREVIEW_PARAGRAPHS_ONE, texts.PREVIEW_PARAGRAPHS, len(document.paragraphs))
    return element(
        "details",
        element(
            "summary",
            element("bdi", document.info.title, class_="title"),
            element("span", f" · {count}", class_="about"),
        ),
        element("p", _about(document.info), class_="about"),
        element(
            "ol",
            join(
                element("li", element("span", f"¶ {paragraph.number}", class_="place"), " ", aside_text(paragraph.text))
                for paragraph in first
            ),
        ),
        element("p", texts.counted(texts.PREVIEW_MORE_ONE, texts.PREVIEW_MORE, left), class_="about") if left else None,
        class_="previewed",
        open=True,
    )


def _month(month: str, count: int) -> Period:
    year, number = int(month[:4]), int(month[5:])
    # ISO strings compare as text, and no month is longer than this.
    return Period(
        name=month,
        since=f"{year:04}-{number:02}-01",
        until=f"{year:04}-{number:02}-{_last_day(year, number)}",
        count=count,
    )


def _months(first: str, last: str) -> list[str]:
    start, end = int(first[:4]) * 12 + int(first[5:7]) - 1, int(last[:4]) * 12 + int(last[5:7]) - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def _last_day(year: int, month: int) -> int:
    from calendar import monthrange

    return monthrange(year, month)[1]
