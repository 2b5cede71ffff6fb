from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.errors import InputError
from tests.conftest import SERVICEMEN, in_own_thread
from tests.model_server import SCRIPTS, ModelServer, Pause, Reply


@pytest.fixture(scope="module")
def assistant(index_folder: Path) -> Iterator[rag.Assistant]:
    with rag.open(index=index_folder) as opened:
        yield opened


def test_the_retriever_gives_verbatim_paragraphs(assistant: rag.Assistant) -> None:
    documents = rag.PilcrowRetriever(assistant=assistant, k=3).invoke("COP29 bid")
    assert len(documents) == 3
    for document in documents:
        paragraph = assistant.paragraph(document.metadata["paragraph"])
        assert document.page_content == paragraph.text
        whole = assistant.document(document.metadata["document"]).text
        assert whole[document.metadata["start"] : document.metadata["end"]] == document.page_content


def test_the_retriever_keeps_its_filters(assistant: rag.Assistant) -> None:
    retriever = rag.PilcrowRetriever(assistant=assistant, filters=rag.Filters(since="2023-12-08"))
    assert {document.metadata["publisher"] for document in retriever.invoke("servicemen")} == {"Trend"}


def test_the_runnable_answers_text_and_conversations(assistant: rag.Assistant) -> None:
    chain = rag.PilcrowRunnable(assistant)
    assert "32" in chain.invoke(SERVICEMEN).text
    answer = chain.invoke(
        {"question": "And how many does Armenia release?", "history": [{"role": "user", "content": SERVICEMEN}]}
    )
    assert answer.status == "answered"
    assert "2" in answer.text


def test_the_runnable_composes_and_batches(assistant: rag.Assistant) -> None:
    from langchain_core.runnables import RunnableLambda

    chain = rag.PilcrowRunnable(assistant) | RunnableLambda(lambda answer: answer.status)
    assert chain.batch([SERVICEMEN, "What is the capital of Peru?"]) == ["answered", "abstained"]


def test_events_end_with_the_answer(assistant: rag.Assistant) -> None:
    kinds = [type(event).__name__ for event in rag.PilcrowRunnable(assistant).events(SERVICEMEN)]
    assert (kinds[0], kinds[-1]) == ("Retrieved", "Finished")


FOLLOW_UP = "And how many does Armenia release?"


def test_a_history_is_taken_as_langchain_users_write_it(assistant: rag.Assistant) -> None:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    histories: list[object] = [
        [HumanMessage(SERVICEMEN), AIMessage("32.")],
        [SystemMessage("Be brief."), HumanMessage([{"type": "text", "text": SERVICEMEN}]), AIMessage("32.")],
        [("human", SERVICEMEN), ("ai", "32.")],
        [("user", SERVICEMEN), ("assistant", "32.")],
        [rag.Turn(role="user", content=SERVICEMEN), {"role": "assistant", "content": "32."}],
    ]
    chain = rag.PilcrowRunnable(assistant)
    answers = [chain.invoke({"question": FOLLOW_UP, "history": history}) for history in histories]  # type: ignore[typeddict-item]
    assert {answer.standalone_question for answer in answers} == {answers[0].standalone_question}
    assert answers[0].standalone_question != FOLLOW_UP
    assert all(answer.status == "answered" and "2" in answer.text for answer in answers)


def test_no_history_is_no_history(assistant: rag.Assistant) -> None:
    answer = rag.PilcrowRunnable(assistant).invoke({"question": SERVICEMEN, "history": None})
    assert "32" in answer.text


@pytest.mark.parametrize("value", [5, None, {"query": "x"}, {"question": 5}, ["x"]])
def test_an_input_without_a_question_is_refused(assistant: rag.Assistant, value: object) -> None:
    with pytest.raises(InputError, match="holds no question"):
        rag.PilcrowRunnable(assistant).invoke(value)  # type: ignore[arg-type]


def test_the_runnable_streams_text(assistant: rag.Assistant) -> None:
    chain = rag.PilcrowRunnable(assistant)
    texts = list(chain.stream(SERVICEMEN))
    assert "".join(texts) == chain.invoke(SERVICEMEN).text
    assert all(isinstance(text, str) for text in texts)


def test_the_runnable_streams_text_to_those_who_await_it(assistant: rag.Assistant) -> None:
    chain = rag.PilcrowRunnable(assistant)

    async def joined() -> str:
        return "".join([text async for text in chain.astream(SERVICEMEN)])

    assert in_own_thread(lambda: asyncio.run(joined())) == chain.invoke(SERVICEMEN).text


def test_a_chain_streams_what_follows_the_whole_answer(assistant: rag.Assistant) -> None:
    from langchain_core.runnables import RunnableLambda

    chain = rag.PilcrowRunnable(assistant) | RunnableLambda(lambda answer: answer.status)

    async def awaited() -> list[str]:
        return [status async for status in chain.astream(SERVICEMEN)]

    assert list(chain.stream(SERVICEMEN)) == ["answered"]
    assert in_own_thread(lambda: asyncio.run(awaited())) == ["answered"]


def test_a_model_is_streamed_as_it_writes_and_withdrawn_in_words(index_folder: Path) -> None:
    with (
        ModelServer("hello") as server,
        server.environment(),
        rag.open(index=index_folder, model="openai:scripted") as opened,
    ):
        chain = rag.PilcrowRunnable(opened)
        opened.load()
        server.play(lambda asked: Reply(pieces=["One ", Pause(seconds=30)]))
        begun = chain.stream(SERVICEMEN)
        assert next(begun) == "One"
        begun.close()
        server.play("cut off")
        texts = "".join(chain.stream(SERVICEMEN))
        assert "Withdrawn, what stands above is no answer: openai:scripted was cut off" in texts
        server.play(SCRIPTS["good"])
        assert "".join(chain.stream(SERVICEMEN)) == chain.invoke(SERVICEMEN).text
