"""Pilcrow: ask a corpus of official statements; every sentence of the answer points at a verified paragraph.

    import rag

    with rag.open(index=".pilcrow") as assistant:
        answer = assistant.ask("How many Armenian servicemen does Azerbaijan release?")
        for citation in answer.citations:
            print(citation.paragraph, citation.quote)

Importing this loads nothing heavy; names are resolved when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.errors import PilcrowError
    from rag.json import answer_to_json
    from rag.langchain import PilcrowRetriever, PilcrowRunnable
    from rag.library import update_index
    from rag.settings import Settings
    from rag.types import Answer, Citation, Claim, Document, Filters, Hit, Paragraph, Retrieval, Turn

_HOMES = {
    # the pipeline
    "Assistant": "rag.assistant",
    "Settings": "rag.settings",
    "update_index": "rag.library",
    # what goes in and comes out
    "Filters": "rag.types",
    "Turn": "rag.types",
    "Answer": "rag.types",
    "Claim": "rag.types",
    "Citation": "rag.types",
    "Document": "rag.types",
    "Paragraph": "rag.types",
    "Hit": "rag.types",
    "Retrieval": "rag.types",
    "answer_to_json": "rag.json",
    "PilcrowError": "rag.errors",
    # for LangChain
    "PilcrowRetriever": "rag.langchain",
    "PilcrowRunnable": "rag.langchain",
}

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Claim",
    "Document",
    "Filters",
    "Hit",
    "Paragraph",
    "PilcrowError",
    "PilcrowRetriever",
    "PilcrowRunnable",
    "Retrieval",
    "Settings",
    "Turn",
    "answer_to_json",
    "open",
    "update_index",
]


def open(settings: Settings | None = None, **overrides: object) -> Assistant:  # noqa: A001 - reads as rag.open()
    """An assistant over the index that the settings name (environment, `.env`, then `overrides`).

    Raises:
        ConfigurationError: a setting is unknown or cannot be used.
        StoreError: the index is missing, damaged or was made by something else.
    """
    from rag.assistant import Assistant

    return Assistant.open(settings, **overrides)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
