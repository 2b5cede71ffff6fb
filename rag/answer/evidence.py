"""Which paragraphs a language model is shown, and how: whole, best first, within a budget of tokens.

Paragraphs are data: they are escaped so that none can close its element or form a marker, and every handle is a
word that stands in no paragraph shown. A paragraph longer than the whole budget is shown as excerpts; the quote of
a citation still comes from, and its offsets still count in, the stored paragraph.
"""

from __future__ import annotations

import hashlib
import html
import math
import re
from collections.abc import Callable, Iterable, Sequence

from rag.answer.citations import neutral
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import DocumentInfo, Evidence, Hit, Paragraph, Retrieval, Signals, Span

ParagraphFinder = Callable[[str], Paragraph | None]
"""Given `DOCUMENT#pN`: the paragraph, or None when there is none."""

OMISSION = "[…]"
NEIGHBOURED_HITS = 3
"""Only the best hits bring their neighbours."""

_HANDLE_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_HANDLE_SIGNS = _HANDLE_LETTERS + "23456789"
_HANDLE_LENGTH = 6
_ELEMENT_TOKENS = 40
_SHORT_PARAGRAPH_WORDS = 25
# A paragraph that opens so leans on the one before it.
_LEANS_BACK = re.compile(
    r"\W*(?:this|that|these|those|it|its|they|their|he|his|she|her|both|such|also|however|moreover|furthermore|"
    r"therefore|accordingly|in (?:its|their|his|her) turn|in addition|the (?:latter|former|same|said|above))\b",
    re.IGNORECASE,
)


def estimate_tokens(text: str) -> int:
    """About how many tokens the text has, on the high side: 3.5 ASCII characters, or one other character, a token."""
    other = sum(not character.isascii() for character in text)
    return math.ceil((len(text) - other) / 3.5) + other


def pack(retrieval: Retrieval, *, budget: int, find: ParagraphFinder | None = None) -> tuple[Evidence, ...]:
    """Returns the evidence that fits the budget, best first; the best hit is always in it."""
    chosen: list[tuple[Hit, tuple[Span, ...]]] = []
    left = budget
    for hit in retrieval.hits:
        cost = _cost(hit.paragraph.text)
        if cost > budget and left > budget // 2:
            spans = _excerpts(hit, retrieval.standalone_question, left - _ELEMENT_TOKENS)
            chosen.append((hit, spans))
            left -= sum(estimate_tokens(hit.paragraph.text[span.start : span.end]) + 4 for span in spans)
            left -= _ELEMENT_TOKENS
        elif cost <= left or not chosen:
            chosen.append((hit, ()))
            left -= cost
    if find is not None:
        for neighbour in _neighbours(retrieval.hits[:NEIGHBOURED_HITS], find, {hit.paragraph.ref for hit, _ in chosen}):
            if (cost := _cost(neighbour.paragraph.text)) <= left:
                chosen.append((neighbour, ()))
                left -= cost
    handles = make_handles([hit.paragraph for hit, _ in chosen], salt=retrieval.standalone_question)
    return tuple(
        Evidence(handle=handle, hit=hit, shown=spans) for handle, (hit, spans) in zip(handles, chosen, strict=True)
    )


def make_handles(paragraphs: Sequence[Paragraph], *, salt: str) -> tuple[str, ...]:
    """Returns one opaque handle a paragraph: the same for the same question, and in none of the texts."""
    texts = "\n".join(paragraph.text for paragraph in paragraphs).lower()
    handles: dict[str, str] = {}
    for paragraph in paragraphs:
        attempt = 0
        handle = _handle(salt, paragraph, attempt)
        while handle in handles or handle in texts:
            attempt += 1
            handle = _handle(salt, paragraph, attempt)
        handles[handle] = paragraph.ref
    return tuple(handles)


def show(evidence: Iterable[Evidence]) -> str:
    """Returns the evidence as `<paragraph>` elements, those of one document together and in their order."""
    return "\n".join(_element(item) for item in in_reading_order(evidence))


def in_reading_order(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Returns the evidence document by document, the document of the best hit first."""
    by_document: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_document.setdefault(item.hit.document.id, []).append(item)
    return tuple(
        item for items in by_document.values() for item in sorted(items, key=lambda item: item.hit.paragraph.number)
    )


def show_documents(evidence: Iterable[Evidence]) -> str:
    """Returns one line a document: what it is, who speaks and who carried it."""
    documents = {item.hit.document.id: item.hit.document for item in evidence}
    return "\n".join(f"- {_attribute(document.id)}: {describe(document)}" for document in documents.values())


def describe(document: DocumentInfo) -> str:
    """Returns one line on a document: its title, whether it is a statement or coverage, who speaks, publisher, date."""
    kind = "news coverage, which quotes or reports what others said" if document.kind == "coverage" else "statement"
    parts = [f'"{_attribute(document.title)}"', kind]
    if document.issuer:
        parts.append(f"issued by {_attribute(document.issuer)}")
    if document.speaker and document.kind == "statement":
        parts.append(f"spoken by {_attribute(document.speaker)}")
    if document.publisher:
        parts.append(f"carried by {_attribute(document.publisher)}")
    if document.date:
        parts.append(_attribute(document.date))
    return ", ".join(parts)


def shown_text(item: Evidence) -> str:
    """Returns what is shown of the paragraph, unescaped, with `[…]` where something was left out."""
    text = item.hit.paragraph.text
    if not item.shown:
        return text
    parts = [OMISSION] if item.shown[0].start > 0 else []
    for before, span in zip((None, *item.shown), item.shown, strict=False):
        if before is not None and text[before.end : span.start].strip():
            parts.append(OMISSION)
        parts.append(text[span.start : span.end])
    if item.shown[-1].end < len(text):
        parts.append(OMISSION)
    return " ".join(parts)


def _element(item: Evidence) -> str:
    document = item.hit.document
    attributes = {
        "id": item.handle,
        "document": document.id,
        "issuer": document.issuer or "",
        "date": document.date or "",
        "number": str(item.hit.paragraph.number),
    }
    opening = " ".join(f'{name}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<paragraph {opening}>{neutral(html.escape(shown_text(item), quote=False))}</paragraph>"


def _attribute(value: str) -> str:
    return neutral(html.escape(" ".join(value.split())))


def _handle(salt: str, paragraph: Paragraph, attempt: int) -> str:
    source = "\0".join([salt, paragraph.ref, paragraph.text, str(attempt)])
    digest = int.from_bytes(hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest())
    # Beginning with a letter, it never reads as a position; without vowels' look-alikes it is copied without error.
    signs = [_HANDLE_LETTERS[digest % len(_HANDLE_LETTERS)]]
    digest //= len(_HANDLE_LETTERS)
    for _ in range(_HANDLE_LENGTH - 1):
        signs.append(_HANDLE_SIGNS[digest % len(_HANDLE_SIGNS)])
        digest //= len(_HANDLE_SIGNS)
    return "".join(signs)


def _cost(text: str) -> int:
    return estimate_tokens(text) + _ELEMENT_TOKENS


def _excerpts(hit: Hit, question: str, budget: int) -> tuple[Span, ...]:
    """Returns the sentences that fit, those nearest to the question first, joined where they touch."""
    text = hit.paragraph.text
    scored = {(score.start, score.end): score.score for score in hit.sentences}
    wanted = {term.text for term in content_terms(question)}
    spans = split_sentences(text)

    def nearness(span: Span) -> tuple[int, float]:
        shared = len(wanted & {term.text for term in content_terms(text[span.start : span.end])})
        return shared, scored.get((span.start, span.end), 0.0)

    best = max(spans, key=nearness)
    ranked = sorted(spans, key=lambda span: (*(-value for value in nearness(span)), abs(span.start - best.start)))
    taken: list[Span] = []
    for span in ranked:
        cost = estimate_tokens(text[span.start : span.end]) + 4
        if cost <= budget:
            taken.append(span)
            budget -= cost
        elif not taken:
            # Not even one sentence fits: its beginning, cut at a space.
            end = text.rfind(" ", span.start, span.start + max(budget, 20) * 2)
            taken.append(Span(start=span.start, end=end if end > span.start else min(span.end, span.start + budget)))
            break
    return _joined(text, sorted(taken, key=lambda span: span.start))


def _joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _neighbours(hits: Sequence[Hit], find: ParagraphFinder, taken: set[str]) -> Iterable[Hit]:
    """Yields paragraphs beside a hit that help to read it, as hits without a score of their own."""
    for hit in hits:
        for number in _helpful(hit.paragraph):
            ref = f"{hit.paragraph.document}#p{number}"
            if number < 1 or ref in taken or (paragraph := find(ref)) is None:
                continue
            taken.add(ref)
            yield Hit(
                paragraph=paragraph,
                document=hit.document,
                score=0.0,
                signals=Signals(dense=0.0, lexical=0.0, sentence=0.0),
            )


def _helpful(paragraph: Paragraph) -> Iterable[int]:
    text = paragraph.text.rstrip()
    short = len(text.split()) < _SHORT_PARAGRAPH_WORDS
    if short or _LEANS_BACK.match(text):
        yield paragraph.number - 1
    if short or text.endswith(":"):
        yield paragraph.number + 1
