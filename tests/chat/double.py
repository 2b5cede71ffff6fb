"""A small real assistant for the page's own tests: reads Markdown, answers by word overlap, streams, keeps offsets.

It implements what the page needs and nothing else, so that a test of the page never waits for an embedding model.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from rag.errors import InputError
from rag.types import (
    Answer,
    AnswerEvent,
    Citation,
    Claim,
    Closest,
    Delta,
    Document,
    DocumentInfo,
    Draft,
    Filters,
    Fingerprint,
    Finished,
    Hit,
    Mode,
    Paragraph,
    Retrieval,
    Retrieved,
    Seconds,
    Signals,
    Support,
    Turn,
)

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_COMMON = frozenset(
    [
        "how",
        "many",
        "does",
        "do",
        "the",
        "a",
        "of",
        "in",
        "on",
        "to",
        "and",
        "is",
        "are",
        "was",
        "by",
        "who",
        "what",
        "when",
        "will",
        "be",
        "for",
        "with",
        "it",
    ]
)


def make_document(info: DocumentInfo, paragraphs: Sequence[str]) -> Document:
    """A document of the given paragraphs, with true offsets."""
    text = "\n\n".join(paragraphs)
    made, start = [], 0
    for number, paragraph in enumerate(paragraphs, start=1):
        made.append(Paragraph(document=info.id, number=number, start=start, end=start + len(paragraph), text=paragraph))
        start += len(paragraph) + 2
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Document(info=info, text=text, paragraphs=tuple(made), source=f"{info.id}.md", digest=digest)


def read_markdown(path: Path) -> Document:
    """One native document."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    data = {key: str(value) for key, value in yaml.safe_load(front).items() if value is not None}
    names = set(DocumentInfo.__dataclass_fields__) - {"metadata"}
    info = DocumentInfo(**{key: value for key, value in data.items() if key in names})  # type: ignore[arg-type]
    return make_document(info, [part.strip() for part in body.split("\n\n") if part.strip()])


class Double:
    """Answers when enough words of the question stand in one sentence, else abstains."""

    mode: Mode = "quote"
    model: str | None = None

    def __init__(self, documents: Sequence[Document], folder: Path, *, delay: float = 0.0) -> None:
        self.held = {document.id: document for document in documents}
        self.index_folder = folder
        self.delay = delay
        self.support: Support = "supported"
        self.asked: list[tuple[str, tuple[Turn, ...], Filters]] = []

    def load(self) -> None:
        """Nothing to load."""

    def document(self, id: str) -> Document:  # noqa: A002
        if id not in self.held:
            raise InputError(f"There is no document {id!r}.")
        return self.held[id]

    def paragraph(self, reference: str) -> Paragraph:
        name, _, number = reference.rpartition("#p")
        document = self.document(name)
        if not number.isdecimal() or not 1 <= int(number) <= len(document.paragraphs):
            raise InputError(f"There is no paragraph {reference!r}.")
        return document.paragraphs[int(number) - 1]

    def documents(self, filters: Filters = Filters()) -> tuple[DocumentInfo, ...]:  # noqa: B008
        return tuple(document.info for document in self._let_through(filters))

    def search(
        self,
        query: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008
        k: int | None = None,
    ) -> Retrieval:
        words = _words(query)
        scored = [
            (len(words & _words(paragraph.text)) / (len(words) or 1), document, paragraph)
            for document in self._let_through(filters)
            for paragraph in document.paragraphs
        ]
        best = sorted(scored, key=lambda row: -row[0])[: k or 10]
        hits = tuple(
            Hit(
                paragraph=paragraph,
                document=document.info,
                score=score,
                signals=Signals(dense=score, lexical=score, sentence=score),
            )
            for score, document, paragraph in best
        )
        return Retrieval(question=query, standalone_question=query, hits=hits, filters=filters)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008
        k: int | None = None,
    ) -> Answer:
        *_, last = self.stream(question, history=history, filters=filters, k=k)
        assert isinstance(last, Finished)
        return last.answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008
        k: int | None = None,
    ) -> Iterator[AnswerEvent]:
        self.asked.append((question, tuple(history), filters))
        started = time.perf_counter()
        retrieval = self.search(question, filters=filters, k=k)
        if history:
            retrieval = replace(retrieval, standalone_question=f"{history[-2].content} {question}")
        yield Retrieved(retrieval=retrieval)
        draft = self._draft(retrieval)
        for word in re.findall(r"\S+\s*", draft.text):
            time.sleep(self.delay)
            yield Delta(text=word)
        seconds = Seconds(retrieve=0.01, answer=0.01, total=time.perf_counter() - started)
        yield Finished(
            answer=Answer(
                id=hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()[:12],
                question=question,
                standalone_question=retrieval.standalone_question,
                draft=draft,
                hits=retrieval.hits,
                filters=filters,
                seconds=seconds,
                fingerprint=Fingerprint(corpus="c", index="i", prompts="p", settings="s"),
            )
        )

    def _draft(self, retrieval: Retrieval) -> Draft:
        words = _words(retrieval.question)
        found = [hit for hit in retrieval.hits if hit.score >= 0.6][:3]
        if not found:
            closest = tuple(Closest(paragraph=hit.paragraph.ref, score=hit.score) for hit in retrieval.hits[:3])
            return Draft(status="abstained", text="The documents do not answer this.", reason="", closest=closest)
        claims, citations = [], []
        for number, hit in enumerate(found, start=1):
            text = hit.paragraph.text
            best = max(_SENTENCE.finditer(text), key=lambda match: len(words & _words(match[0])))
            start = best.start() + len(best[0]) - len(best[0].lstrip())
            quote = text[start : best.end()].rstrip()
            link = f"{hit.document.url}#:~:text=x" if hit.document.url else None
            others = tuple(other.paragraph.ref for other in found if other.document.id != hit.document.id)
            citations.append(
                Citation(
                    number=number,
                    paragraph=hit.paragraph.ref,
                    document=hit.document,
                    quote=quote,
                    start=start,
                    end=start + len(quote),
                    paragraph_text=text,
                    link=link,
                    also_in=others,
                )
            )
            claims.append(Claim(text=quote, citations=(number,), support=self.support, why="32 does not stand there"))
        text = " ".join(f"{claim.text}[{claim.citations[0]}]" for claim in claims)
        return Draft(status="answered", text=text, claims=tuple(claims), citations=tuple(citations))

    def _let_through(self, filters: Filters) -> list[Document]:
        wanted = {issuer.casefold() for issuer in filters.issuers}
        return [
            document
            for document in self.held.values()
            if (not wanted or (document.info.issuer or "").casefold() in wanted)
            and (not filters.documents or document.id in filters.documents)
            and (not filters.since or (document.info.date or "") >= filters.since)
            and (not filters.until or (document.info.date or "9") <= filters.until)
        ]


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.casefold())} - _COMMON
