"""Pilcrow for LangChain users: a retriever and a runnable over the same assistant.

    retriever = PilcrowRetriever(assistant=assistant, k=5)
    retriever.invoke("COP29 bid")                          -> list of langchain_core Documents, one a paragraph
    chain = PilcrowRunnable(assistant)
    chain.invoke({"question": "…", "history": [...]})      -> rag.Answer
    chain.stream("…")                                      -> text as it comes; .events() says what is withdrawn

A history holds LangChain's messages, pairs such as ("human", "…"), `{"role": …, "content": …}` or turns.

The only module, beside the language models', where LangChain's types cross into Pilcrow's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict

from rag.assistant import NO_FILTERS, Assistant
from rag.errors import InputError
from rag.types import Answer, AnswerEvent, Delta, Filters, Hit, Turn, Withdrawn

Remark = Turn | Mapping[str, str] | BaseMessage | tuple[str, str]
"""One message of a history, in any of the ways LangChain's users write it."""


class Question(TypedDict):
    """What `PilcrowRunnable` takes; a plain string does as well."""

    question: str
    history: NotRequired[Sequence[Remark] | None]
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
    """A question in, an `Answer` with verified citations out; in a chain, what follows is given the whole answer."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def invoke(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: A002, ARG002 - LangChain's
        """The answer to a question.

        Raises:
            InputError: there is no question in the input, or as `Assistant.ask`.
            ModelError: as `Assistant.ask`.
        """
        asked = _question(input)
        return self._call_with_config(
            lambda _: self.assistant.ask(
                asked["question"],
                history=_history(asked.get("history")),
                filters=asked.get("filters", NO_FILTERS),
            ),
            input,
            config,
            run_type="chain",
        )

    def stream(  # type: ignore[override]  # text is shown as it comes, an answer is whole
        self,
        input: Question | str,  # noqa: A002 - LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ARG002 - LangChain's
    ) -> Generator[str, None, None]:
        """The text of an answer as it comes, with citation numbers.

        Where a language model failed, a paragraph says that what stands before it is withdrawn.
        """
        texts: Iterator[Any] = self._transform_stream_with_config(iter([input]), self._texts, config, run_type="chain")
        yield from texts

    async def astream(  # type: ignore[override]
        self,
        input: Question | str,  # noqa: A002 - LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[str]:
        """As `stream`."""
        texts = self.stream(input, config, **kwargs)
        try:
            while (text := await run_in_executor(config, next, texts, None)) is not None:
                yield text
        finally:
            await run_in_executor(config, texts.close)

    def transform(
        self,
        input: Iterator[Question | str],  # noqa: A002 - LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[Answer]:
        """The whole answer, for what follows in a chain."""
        yield self.invoke(_joined(list(input)), config, **kwargs)

    async def atransform(
        self,
        input: AsyncIterator[Question | str],  # noqa: A002 - LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Answer]:
        """As `transform`."""
        yield await self.ainvoke(_joined([part async for part in input]), config, **kwargs)

    def events(self, input: Question | str) -> Iterator[AnswerEvent]:  # noqa: A002
        """The stream events of an answer, as `Assistant.stream` yields them."""
        asked = _question(input)
        return self.assistant.stream(
            asked["question"], history=_history(asked.get("history")), filters=asked.get("filters", NO_FILTERS)
        )

    def _texts(self, inputs: Iterator[Question | str]) -> Iterator[Any]:
        for asked in inputs:
            for event in self.events(asked):
                if isinstance(event, Delta):
                    yield event.text
                elif isinstance(event, Withdrawn):
                    yield f"\n\nWithdrawn, what stands above is no answer: {event.reason}\n\n"


def _question(value: object) -> Question:
    if isinstance(value, str):
        return {"question": value}
    if isinstance(value, Mapping) and isinstance(value.get("question"), str):
        return cast("Question", value)
    raise InputError("The input holds no question.", mend="Give a text, or {'question': '…', 'history': […]}.")


def _joined(parts: Sequence[Question | str]) -> Question | str:
    """The input of a chain, of which a text may come in parts; of anything else the last counts."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else parts[-1]


def _history(remarks: Sequence[Remark] | None) -> tuple[Turn, ...]:
    turns = (_turn(remark) for remark in remarks or ())
    return tuple(turn for turn in turns if turn is not None)


def _turn(remark: Remark) -> Turn | None:
    """The turn, or None for what neither the user nor the assistant said, such as a system message."""
    from rag.batch import read_history

    if isinstance(remark, Turn):
        return remark
    if isinstance(remark, Mapping):
        return read_history([remark])[0]
    message = convert_to_messages([remark])[0]
    if isinstance(message, HumanMessage):
        return Turn(role="user", content=str(message.text))
    if isinstance(message, AIMessage) and message.text:
        return Turn(role="assistant", content=str(message.text))
    return None


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
