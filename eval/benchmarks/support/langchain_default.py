"""The pipeline everybody starts with: recursive splitter 1000/200, the same model, langchain-chroma, all defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Texts = Iterable[tuple[str, str]]
"""Name and text of each thing to index."""


def open_store(folder: Path | None = None) -> Any:
    """A langchain-chroma store, in memory without a folder."""
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    from rag.index.embedding import bundled_model

    embeddings = HuggingFaceEmbeddings(model_name=str(bundled_model()), model_kwargs={"device": "cpu"})
    return Chroma("default", embeddings, persist_directory=str(folder) if folder else None)


def fill(store: Any, texts: Texts) -> int:
    """Splits and adds the texts; gives the number of chunks."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [Document(page_content=text, metadata={"name": name}) for name, text in texts]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    for at in range(0, len(chunks), 5_000):  # Chroma takes no more at once
        store.add_documents(chunks[at : at + 5_000])
    return len(chunks)


def search(store: Any, question: str, *, k: int) -> list[str]:
    """The names of the texts whose chunks are nearest, each once, nearest first."""
    return _names(store.similarity_search(question, k=3 * k), k)


def search_all(store: Any, questions: Sequence[str], *, k: int) -> list[list[str]]:
    """The same for many questions, embedded together since torch is slow with one at a time."""
    vectors = store.embeddings.embed_documents(list(questions))
    return [_names(store.similarity_search_by_vector(vector, k=3 * k), k) for vector in vectors]


def _names(found: Sequence[Any], k: int) -> list[str]:
    return list(dict.fromkeys(document.metadata["name"] for document in found))[:k]
