"""The JSON that `--json` and `--batch` write, as documented; plain dicts of plain values, in a fixed key order."""

from __future__ import annotations

from typing import Any

from rag.types import Answer, Citation, Document, DocumentInfo, Hit, Paragraph, Retrieval

RowId = str | int | float | bool | None
"""The `id` of a row of a batch, which is handed back as it came."""


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The documented object of `pilcrow ask --json`."""
    return {
        "id": answer.id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status,
        "reason": answer.reason,
        "text": answer.text,
        "claims": [
            {"text": claim.text, "citations": list(claim.citations), "support": claim.support, "why": claim.why}
            for claim in answer.claims
        ],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "rejected": [{"handle": rejected.handle, "reason": rejected.reason} for rejected in answer.rejected],
        "closest": [{"paragraph": near.paragraph, "score": round(near.score, 4)} for near in answer.closest],
        "mode": answer.draft.mode,
        "model": answer.draft.model,
        "seconds": {
            "retrieve": round(answer.seconds.retrieve, 4),
            "answer": round(answer.seconds.answer, 4),
            "total": round(answer.seconds.total, 4),
        },
        "fingerprint": {
            "corpus": answer.fingerprint.corpus,
            "index": answer.fingerprint.index,
            "prompts": answer.fingerprint.prompts,
            "settings": answer.fingerprint.settings,
        },
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """One citation; `paragraph_text[start:end] == quote`."""
    return {
        "number": citation.number,
        "paragraph": citation.paragraph,
        "document": citation.document.id,
        "title": citation.document.title,
        "date": citation.document.date,
        "issuer": citation.document.issuer,
        "publisher": citation.document.publisher,
        "url": citation.document.url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "paragraph_text": citation.paragraph_text,
        "link": citation.link,
        "also_in": list(citation.also_in),
    }


def retrieval_to_json(retrieval: Retrieval, *, id: RowId) -> dict[str, Any]:  # noqa: A002 - the documented key
    """The documented object of `pilcrow search --json`."""
    return {"id": id, "query": retrieval.question, "hits": [hit_to_json(hit) for hit in retrieval.hits]}


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """One hit of a search."""
    return {
        "paragraph": hit.paragraph.ref,
        "score": round(hit.score, 4),
        "document": hit.document.id,
        "title": hit.document.title,
        "date": hit.document.date,
        "issuer": hit.document.issuer,
        "text": hit.paragraph.text,
        "also_in": list(hit.also_in),
    }


def document_to_json(document: Document) -> dict[str, Any]:
    """A whole document with its numbered paragraphs."""
    return {
        **info_to_json(document.info),
        "text": document.text,
        "paragraphs": [paragraph_to_json(paragraph) for paragraph in document.paragraphs],
    }


def info_to_json(info: DocumentInfo) -> dict[str, Any]:
    """What is known about a document, without its text."""
    return {
        "id": info.id,
        "title": info.title,
        "date": info.date,
        "issuer": info.issuer,
        "publisher": info.publisher,
        "url": info.url,
        "language": info.language,
        "kind": info.kind,
        "retrieved": info.retrieved,
        "metadata": dict(info.metadata),
    }


def paragraph_to_json(paragraph: Paragraph) -> dict[str, Any]:
    """A paragraph with its offsets into the document's text."""
    return {
        "paragraph": paragraph.ref,
        "number": paragraph.number,
        "start": paragraph.start,
        "end": paragraph.end,
        "text": paragraph.text,
    }
