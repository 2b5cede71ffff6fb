"""Answers written by a language model, of which nothing is shown as a citation that was not verified.

The reply streams through one parser for all providers; when it is complete, each of its sentences is checked
against the paragraphs it cites. Whenever the model fails, what was streamed is withdrawn and the given answerer,
which quotes, takes over, or a `ModelError` is raised if that is forbidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from rag.answer.answerer import Answerable, Answerer, closest
from rag.answer.citations import CopyFinder, no_copies
from rag.answer.claims import judge_claims
from rag.answer.closeness import best_sentence
from rag.answer.evidence import ParagraphFinder, describe, in_reading_order, pack, show, show_documents, shown_text
from rag.answer.judge import Judge, Sitting
from rag.answer.markers import MarkerParser
from rag.answer.models import ChatModel, Ended, Pointer, Request, Restarted, SourceDocument, Words
from rag.answer.overview import Contents, document_asked_for
from rag.answer.prompts import Prompts
from rag.answer.replies import abstains, in_other_language, says
from rag.answer.strays import strays_marked
from rag.answer.support import ClaimChecker, check_claim
from rag.answer.verdict import Verdict, found_together
from rag.answer.writer import AnswerWriter, keep, pieces
from rag.errors import ModelError
from rag.types import Citation, Claim, Delta, Draft, DraftEvent, Evidence, Mode, Retrieval, Turn, Withdrawn

QUOTED_INSTEAD = "The answer is quoted instead."
HITS_OF_EACH = 4
"""Hits of each of several things asked that the model is shown beside those of the whole question."""
_MOST_BLOCKS = 20


class ModelAnswerer:
    """An `Answerer` over a language model.

    Args:
        model: writes the answer.
        prompts: what it is told.
        fallback: answers when the model fails, or when nothing it wrote is supported.
        copies: says which other documents carry a quote.
        strict: unsupported claims are removed instead of marked; nothing is shown before all are checked.
        allow_fallback: when False, a model that fails raises `ModelError`.
        token_budget: how much evidence is shown, in estimated tokens.
        checker: judges a claim against the paragraphs it cites.
        judging: decides on silence before the model is asked, and searches for each of several things asked.
        contents: what a document holds, shown whole where its main points are asked for.
        find: finds the neighbours of a hit.
    """

    mode: Mode = "model"

    def __init__(
        self,
        model: ChatModel,
        *,
        prompts: Prompts,
        fallback: Answerer,
        copies: CopyFinder = no_copies,
        strict: bool = False,
        allow_fallback: bool = True,
        token_budget: int = 6000,
        checker: ClaimChecker = check_claim,
        judging: Callable[[Retrieval], Verdict] | None = None,
        contents: Contents | None = None,
        find: ParagraphFinder | None = None,
    ) -> None:
        self._model, self._prompts, self._fallback = model, prompts, fallback
        self._copies, self._find, self._check = copies, find, checker
        self._strict, self._allow_fallback, self._budget = strict, allow_fallback, token_budget
        self._judging, self._contents = judging, contents

    @property
    def model(self) -> str | None:
        return self._model.name

    def answer(self, retrieval: Retrieval, history: Sequence[Turn]) -> Iterator[DraftEvent]:
        """Yields the answer as it is written; raises `ModelError` only where falling back is forbidden."""
        judged = self._judged(retrieval)
        document = document_asked_for(retrieval) if self._contents else None
        if not judged.decided.answerable and not document:
            silence = self._silence(retrieval, judged.decided.reason, judged.decided.confidence)
            yield Delta(text=silence.text)
            yield silence
            return
        streamed = False
        try:
            seen = found_together(retrieval, judged.parts, each=HITS_OF_EACH)
            if self._contents and document:
                seen = replace(retrieval, hits=tuple(self._contents(document.id)))
            for event in self._ask(seen, judged.decided.confidence):
                streamed = streamed or isinstance(event, Delta)
                yield event
            return
        except ModelError as error:
            if not self._allow_fallback:
                raise
            reason = f"{error.what} {QUOTED_INSTEAD}"
        if streamed:
            yield Withdrawn(reason=reason)
        for event in self._fallback.answer(retrieval, history):
            yield replace(event, reason=f"{reason} {event.reason}".strip()) if isinstance(event, Draft) else event

    def _judged(self, retrieval: Retrieval) -> Verdict:
        if not retrieval.hits:
            return Verdict(Answerable(False, "No paragraph was found.", 0.0), (retrieval,))
        if self._judging is None:
            return Verdict(Answerable(True, "", retrieval.hits[0].score), (retrieval,))
        return self._judging(retrieval)

    def _ask(self, retrieval: Retrieval, confidence: float) -> Iterator[DraftEvent]:
        evidence = pack(retrieval, budget=self._budget, find=self._find)
        handles = [item.handle for item in evidence]
        parser, writer, tokens = MarkerParser(handles), self._writer(evidence), None
        streamed = ""
        with closing(self._model.stream(self._request(retrieval, evidence))) as reply:
            for part in reply:
                if isinstance(part, Ended):
                    tokens = part.tokens
                    continue
                if isinstance(part, Restarted):
                    parser, writer = MarkerParser(handles), self._writer(evidence)
                    if streamed:
                        streamed = ""
                        yield Withdrawn(reason=f"{self._model.name} was thinking aloud.")
                    continue
                words = part.text if isinstance(part, Words) else _as_marker(part, evidence)
                if (shown := writer.write(parser.feed(words))) and not self._strict:
                    streamed += shown
                    yield Delta(text=shown)
        rest = writer.write(parser.close()) + writer.close()
        if self._is_abstention(writer):
            reason = f"{self._model.name} found no answer in the paragraphs."
            silence = self._silence(retrieval, reason, confidence / 2)
            yield from _say_instead(silence.text, streamed, rest)
            yield replace(silence, rejected=tuple(writer.rejected), tokens=tokens)
            return
        if rest and not self._strict:
            yield Delta(text=rest)
        draft = self._draft(retrieval, writer, confidence)
        if self._strict:
            yield Delta(text=draft.text)
        yield replace(draft, tokens=tokens)

    def _writer(self, evidence: Sequence[Evidence]) -> AnswerWriter:
        return AnswerWriter(evidence, choose=best_sentence, copies=self._copies)

    def _request(self, retrieval: Retrieval, evidence: Sequence[Evidence]) -> Request:
        prompts = self._prompts
        rules = prompts.fill("answer.rules", abstention=prompts.abstention)
        documents = show_documents(in_reading_order(evidence))
        question = retrieval.standalone_question or retrieval.question
        if self._model.cites_natively:
            return Request(
                system=prompts.fill("answer.native.system", rules=rules),
                user=prompts.fill("answer.native.user", documents=documents, question=question),
                documents=tuple(
                    SourceDocument(
                        title=items[0].hit.document.title,
                        context=describe(items[0].hit.document),
                        blocks=tuple(shown_text(item) for item in items),
                    )
                    for items in _by_document(evidence)
                ),
            )
        return Request(
            system=prompts.fill("answer.system", rules=rules),
            user=prompts.fill("answer.user", documents=documents, paragraphs=show(evidence), question=question),
        )

    def _is_abstention(self, writer: AnswerWriter) -> bool:
        sentence = self._prompts.abstention
        if not writer.citations and says(writer.plain, sentence):
            return True
        written = [piece.text for piece in pieces(writer.plain, writer.marks) if any(map(str.isalnum, piece.text))]
        return abstains(written, sentence)

    def _draft(self, retrieval: Retrieval, writer: AnswerWriter, confidence: float) -> Draft:
        """Returns the checked answer; raises `ModelError` when nothing in it holds."""
        name = self._model.name
        if not any(character.isalnum() for character in writer.plain):
            raise ModelError(f"{name} sent an empty answer.", mend="Try again, or use another model.")
        if in_other_language(writer.plain, retrieval, writer.evidence):
            raise ModelError(f"{name} answered in another language.", mend="Try again, or use another model.")
        sentences = pieces(writer.plain, writer.marks)
        check = self._check.sitting() if isinstance(self._check, Judge) else self._check
        judged = judge_claims(writer.plain, sentences, writer.citations, check=check, rejected_at=writer.rejected_at)
        claims = strays_marked(judged, writer.citations, (item.hit for item in writer.evidence), retrieval)
        if not any(claim.support in ("supported", "partial") for claim in claims):
            raise ModelError(
                f"No sentence that {name} wrote is supported by the paragraphs it cites.",
                mend="Ask in other words, or use another model.",
            )
        draft = Draft(
            status="answered",
            text=writer.text,
            reason=check.failure if isinstance(check, Sitting) else "",
            claims=claims,
            citations=tuple(writer.citations),
            rejected=tuple(writer.rejected),
            mode="model",
            model=name,
            confidence=confidence * _share_supported(claims),
        )
        return self._strictly(draft, writer) if self._strict else draft

    def _strictly(self, draft: Draft, writer: AnswerWriter) -> Draft:
        sentences = [piece for piece in pieces(writer.plain, writer.marks) if any(map(str.isalnum, piece.text))]
        pairs = list(zip(sentences, draft.claims, strict=True))
        kept = [(piece, claim) for piece, claim in pairs if claim.support != "unsupported"]
        if removed := len(pairs) - len(kept):
            text, new = keep(writer.plain, writer.marks, [piece for piece, _ in kept])
            count = "1 unsupported sentence was" if removed == 1 else f"{removed} unsupported sentences were"
            return replace(
                draft,
                text=text,
                reason=f"{draft.reason} {count} removed.".strip(),
                claims=tuple(replace(claim, citations=_renamed(claim.citations, new)) for _, claim in kept),
                citations=_renumbered(draft.citations, new),
            )
        return draft

    def _silence(self, retrieval: Retrieval, reason: str, confidence: float) -> Draft:
        return Draft(
            status="abstained",
            text=self._prompts.abstention,
            reason=reason,
            closest=closest(retrieval),
            mode="model",
            model=self._model.name,
            confidence=confidence,
        )


def _say_instead(text: str, streamed: str, rest: str) -> Iterator[DraftEvent]:
    """Yields what turns the streamed text into `text`; nothing is withdrawn when it only has to go on."""
    if not streamed or streamed + rest == text:
        yield Delta(text=rest if streamed else text)
    else:
        yield Withdrawn(reason="The language model abstained.")
        yield Delta(text=text)


def _as_marker(pointer: Pointer, evidence: Sequence[Evidence]) -> str:
    """Returns a native citation as the marker of the same paragraphs, so that one parser serves all providers."""
    documents = dict(enumerate(_by_document(evidence)))
    blocks = dict(enumerate(documents.get(pointer.document, [])))
    last = min(max(pointer.last, pointer.first + 1), pointer.first + _MOST_BLOCKS)
    return "".join(
        f"[[{blocks[block].handle if block in blocks else f'document-{pointer.document}-block-{block}'}]]"
        for block in range(pointer.first, last)
    )


def _by_document(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    documents: dict[str, list[Evidence]] = {}
    for item in in_reading_order(evidence):
        documents.setdefault(item.hit.document.id, []).append(item)
    return list(documents.values())


def _share_supported(claims: Sequence[Claim]) -> float:
    worth = {"supported": 1.0, "partial": 0.5, "unsupported": 0.0}
    judged = [worth[claim.support] for claim in claims if claim.support in worth]
    return sum(judged) / len(judged) if judged else 0.0


def _renamed(numbers: Sequence[int], new: dict[int, int]) -> tuple[int, ...]:
    return tuple(new[number] for number in numbers)


def _renumbered(citations: Sequence[Citation], new: dict[int, int]) -> tuple[Citation, ...]:
    kept = [replace(citation, number=new[citation.number]) for citation in citations if citation.number in new]
    return tuple(sorted(kept, key=lambda citation: citation.number))
