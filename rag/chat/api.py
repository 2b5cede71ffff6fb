"""What other programs may call, in plain values: the functions behind the endpoints and MCP tools of the page.

Each function's docstring and parameter names are what a program, or a language model, is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rag.chat.desk import Desk
from rag.chat.limits import checked_question
from rag.errors import InputError
from rag.json import answer_to_json, document_to_json, info_to_json, paragraph_to_json, retrieval_to_json
from rag.types import Filters, Turn

_MOST_DOCUMENTS = 10_000
_MOST_HITS = 200

Endpoint = Callable[..., Any]


def endpoints(desk: Desk) -> dict[str, Endpoint]:
    """The functions by name: ask, search, paragraph, documents."""

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        issuers: list[str] | None = None,
        since: str = "",
        until: str = "",
        documents: list[str] | None = None,
        k: int = 0,
    ) -> dict[str, Any]:
        """Answers a question from the documents; every sentence carries verified citations with exact quotes.

        The status is "answered" or "abstained"; an abstention says what came nearest.

        Args:
            question: What is asked, in plain words.
            history: Earlier turns, each {"role": "user" or "assistant", "content": "..."}.
            issuers: Only documents of these issuers.
            since: Only documents of this date (YYYY-MM-DD) or later.
            until: Only documents of this date (YYYY-MM-DD) or earlier.
            documents: Only documents with these ids.
            k: How many paragraphs to retrieve; 0 for the usual number.
        """
        filters = _filters(issuers, since, until, documents)
        asked = checked_question(question, desk.limits)
        answer = desk.assistant.ask(asked, history=_turns(history), filters=filters, k=_count(k))
        return answer_to_json(answer)

    def search(
        query: str,
        issuers: list[str] | None = None,
        since: str = "",
        until: str = "",
        documents: list[str] | None = None,
        k: int = 10,
    ) -> dict[str, Any]:
        """Finds the paragraphs nearest to a query, best first, each with its score, document and text.

        Args:
            query: What to look for.
            issuers: Only documents of these issuers.
            since: Only documents of this date (YYYY-MM-DD) or later.
            until: Only documents of this date (YYYY-MM-DD) or earlier.
            documents: Only documents with these ids.
            k: How many paragraphs.
        """
        filters = _filters(issuers, since, until, documents)
        retrieval = desk.assistant.search(checked_question(query, desk.limits), filters=filters, k=_count(k))
        return retrieval_to_json(retrieval, id="")

    def paragraph(reference: str) -> dict[str, Any]:
        """Returns one paragraph by its reference DOCUMENT#pN with its document's metadata, or a whole document.

        Args:
            reference: DOCUMENT#pN for a paragraph, DOCUMENT for all its paragraphs.
        """
        if "#p" not in reference:
            return document_to_json(desk.assistant.document(reference))
        found = desk.assistant.paragraph(reference)
        info = desk.assistant.document(found.document).info
        return {**paragraph_to_json(found), "document": info_to_json(info)}

    def documents(
        issuers: list[str] | None = None, since: str = "", until: str = "", limit: int = 1000
    ) -> list[dict[str, Any]]:
        """Lists the documents with title, date, issuer, publisher and address, newest first.

        Args:
            issuers: Only documents of these issuers.
            since: Only documents of this date (YYYY-MM-DD) or later.
            until: Only documents of this date (YYYY-MM-DD) or earlier.
            limit: How many at most.
        """
        found = desk.assistant.documents(_filters(issuers, since, until, None))
        return [info_to_json(info) for info in found[: max(0, min(limit, _MOST_DOCUMENTS))]]

    return {"ask": ask, "search": search, "paragraph": paragraph, "documents": documents}


def _filters(issuers: list[str] | None, since: str, until: str, documents: list[str] | None) -> Filters:
    return Filters(
        issuers=tuple(issuers or ()),
        since=since.strip() or None,
        until=until.strip() or None,
        documents=tuple(documents or ()),
    )


def _turns(history: list[dict[str, str]] | None) -> tuple[Turn, ...]:
    turns = []
    for number, turn in enumerate(history or (), start=1):
        role, content = turn.get("role"), turn.get("content")
        if role not in ("user", "assistant") or not isinstance(content, str):
            raise InputError(
                f"Turn {number} of the history is not a message.",
                mend='Write {"role": "user" or "assistant", "content": "…"}.',
            )
        turns.append(Turn(role="user" if role == "user" else "assistant", content=content))
    return tuple(turns)


def _count(k: int) -> int | None:
    if not 0 <= k <= _MOST_HITS:
        raise InputError(f"k={k} is not between 1 and {_MOST_HITS}.", mend="Leave it out for the usual number.")
    return k or None
