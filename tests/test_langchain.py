from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from tests.conftest import SERVICEMEN


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
