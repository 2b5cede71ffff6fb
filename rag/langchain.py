"""Pilcrow for LangChain users: a retriever and a runnable over the same assistant.

    retriever = PilcrowRetriever(assistant=assistant, k=5)
    retriever.invoke("COP29 bid")                          -> list of langchain_core Documents, one a paragraph
    chain = PilcrowRunnable(assistant)
    chain.invoke({"question": "…", "history": [...]})      -> rag.Answer; .stream() yields text as it comes

The only module, beside the language models', where LangChain's types cross into Pilcrow's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict

from rag.assistant import NO_FILTERS, Assistant
from rag.types import Answer, AnswerEvent, Filters, Hit, Turn


class Question(TypedDict):
    """What `PilcrowRunnable` takes; a plain string does as well."""

    question: str
    history: NotRequired[Sequence[Turn | Mapping[str, str]]]
    filters: NotRequired[Filters]


class PilcrowRetriever(BaseRetriever):
    """Hits as LangChain documents: `page_content` is the paragraph, verbatim; metadata says where it stands."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    k: int | None = None
    filters: Filters = NO_FILTERS

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's
    ) -> list[LangChainDocument]:
        retrieval = self.assistant.search(query, k=self.k, filters=self.filters)
        return [_document(hit) for hit in retrieval.hits]


class PilcrowRunnable(Runnable[Question | str, Answer]):
    """A question in, an `Answer` with verified citations out."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def invoke(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: A002, ARG002 - LangChain's
        """The answer to a question."""
        asked = _question(input)
        return self._call_with_config(
            lambda _: self.assistant.ask(
                asked["question"],
                history=_history(asked.get("history", ())),
                filters=asked.get("filters", NO_FILTERS),
            ),
            input,
            config,
            run_type="chain",
        )

    def events(self, input: Question | str) -> Iterator[AnswerEvent]:  # noqa: A002
        """The stream events of an answer, as `Assistant.stream` yields them."""
        asked = _question(input)
        return self.assistant.stream(
            asked["question"], history=_history(asked.get("history", ())), filters=asked.get("filters", NO_FILTERS)
        )


def _question(value: Question | str) -> Question:
    return {"question": value} if isinstance(value, str) else value


def _history(turns: Sequence[Turn | Mapping[str, str]]) -> tuple[Turn, ...]:
    from rag.batch import read_history

    return tuple(turn if isinstance(turn, Turn) else read_history([turn])[0] for turn in turns)


def _document(hit: Hit) -> LangChainDocument:
    return LangChainDocument(
        id=hit.paragraph.ref,
        page_content=hit.paragraph.text,
        metadata={
            "paragraph": hit.paragraph.ref,
            "document": hit.document.id,
            "title": hit.document.title,
            "date": hit.document.date,
            "issuer": hit.document.issuer,
            "publisher": hit.document.publisher,
            "url": hit.document.url,
            "score": hit.score,
            "start": hit.paragraph.start,
            "end": hit.paragraph.end,
            "also_in": list(hit.also_in),
        },
    )
