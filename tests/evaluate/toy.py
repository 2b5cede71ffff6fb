"""A small assistant over a few paragraphs: real answers, real citations, word overlap instead of an index.

It collapses paragraphs of the same words as the real search does, and abstains below a share of words found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag.errors import InputError
from rag.text.normalize import words_key
from rag.types import (
    Answer,
    Citation,
    Claim,
    Document,
    DocumentInfo,
    Draft,
    Filters,
    Fingerprint,
    Hit,
    Paragraph,
    Retrieval,
    Seconds,
    Signals,
    Turn,
)

STOP = frozenset(
    re.findall(
        r"\w+",
        """
a an the of to in on by for and or is are was were did does do who what when where how many much which
""",
    )
)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - STOP


class ToyAssistant:
    """Answers with the paragraphs that share the most words with the question."""

    def __init__(self, documents: Mapping[str, Sequence[str]], *, threshold: float = 0.4, k: int = 10) -> None:
        self.paragraphs = {
            f"{name}#p{number}": Paragraph(document=name, number=number, start=0, end=len(text), text=text)
            for name, texts in documents.items()
            for number, text in enumerate(texts, 1)
        }
        self.documents = dict(documents)
        self.threshold = threshold
        self.k = k
        self.asked: list[str] = []
        self.fingerprint = Fingerprint(corpus="toy", index="toy", prompts="none", settings=f"{threshold}/{k}")

    def document(self, id: str) -> Document:  # noqa: A002
        if id not in self.documents:
            raise InputError(f"There is no document {id!r}.")
        paragraphs = tuple(each for each in self.paragraphs.values() if each.document == id)
        kind = "coverage" if id.startswith("press") else "statement"
        return Document(
            info=DocumentInfo(id=id, title=id, kind=kind), text="", paragraphs=paragraphs, source="toy", digest=""
        )

    def search(self, query: str, *, history: Sequence[Turn] = (), k: int | None = None) -> Retrieval:
        wanted = words(query)
        ranked = sorted(
            self.paragraphs.values(), key=lambda paragraph: (-len(wanted & words(paragraph.text)), paragraph.ref)
        )
        by_words: dict[str, list[Paragraph]] = {}
        for paragraph in ranked:
            by_words.setdefault(words_key(paragraph.text), []).append(paragraph)
        hits = tuple(
            Hit(
                paragraph=copies[0],
                document=DocumentInfo(id=copies[0].document, title=copies[0].document),
                score=len(wanted & words(copies[0].text)) / max(1, len(wanted)),
                signals=Signals(dense=0, lexical=0, sentence=0),
                also_in=tuple(copy.ref for copy in copies[1:]),
            )
            for copies in by_words.values()
        )
        return Retrieval(question=query, standalone_question=query, hits=hits[: k or self.k])

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int | None = None) -> Answer:
        self.asked.append(question)
        query = " ".join([*(turn.content for turn in history if turn.role == "user"), question])
        hits = self.search(query, k=k).hits
        best = hits[0].score if hits else 0.0
        chosen = [hit for hit in hits[:2] if hit.score == best >= self.threshold]
        return answer(question, hits, quote_draft(chosen, confidence=best), self.fingerprint)


def quote_draft(chosen: Sequence[Hit], *, confidence: float) -> Draft:
    """An answer that quotes each paragraph whole, or an abstention when there is none."""
    if not chosen:
        return Draft(status="abstained", text="The documents do not answer this.", confidence=confidence)
    citations = tuple(
        Citation(
            number=number,
            paragraph=hit.paragraph.ref,
            document=hit.document,
            quote=hit.paragraph.text,
            start=0,
            end=len(hit.paragraph.text),
            paragraph_text=hit.paragraph.text,
            link=None,
            also_in=hit.also_in,
        )
        for number, hit in enumerate(chosen, 1)
    )
    claims = tuple(
        Claim(text=citation.quote, citations=(citation.number,), support="supported") for citation in citations
    )
    text = " ".join(f"{claim.text}[{claim.citations[0]}]" for claim in claims)
    return Draft(status="answered", text=text, claims=claims, citations=citations, confidence=confidence)


def answer(question: str, hits: Sequence[Hit], draft: Draft, fingerprint: Fingerprint) -> Answer:
    return Answer(
        id="toy",
        question=question,
        standalone_question=question,
        draft=draft,
        hits=tuple(hits),
        filters=Filters(),
        seconds=Seconds(retrieve=0.001, answer=0.002, total=0.003),
        fingerprint=fingerprint,
    )


class Altered:
    """An assistant whose answers pass through a function on their way out."""

    def __init__(self, assistant: ToyAssistant, change) -> None:  # type: ignore[no-untyped-def]
        self._assistant = assistant
        self._change = change
        self.fingerprint = assistant.fingerprint
        self.document = assistant.document
        self.search = assistant.search

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int | None = None) -> Answer:
        given = self._assistant.ask(question, history=history, k=k)
        return replace(given, draft=self._change(given.draft, self._assistant))


def opener(assistant):  # type: ignore[no-untyped-def]
    """What `run` takes: opens this assistant, whatever the documents."""

    @contextmanager
    def open_assistant(documents: Path | None) -> Iterator[object]:
        yield assistant

    return open_assistant
