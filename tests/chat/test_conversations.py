from __future__ import annotations

from pathlib import Path

import pytest

from rag.chat.conversations import FILE_NAME, Conversations
from rag.chat.exchanges import Exchange, Near, history_of
from rag.errors import InputError, StoreError
from rag.types import Filters


def exchange(number: int, **changes: object) -> Exchange:
    data = {"id": f"e{number}", "question": f"Question {number}?", "asked": "2026-11-22T08:00:00+00:00", **changes}
    return Exchange(**data)  # type: ignore[arg-type]


def test_what_is_kept_comes_back_in_order_after_a_restart(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    conversation = store.start("ana", "  What   about\nthis? ")
    kept = [
        exchange(1, answer={"text": "Yes.[1]", "citations": [{"number": 1}]}, filters=Filters(issuers=("X",))),
        exchange(2, near=(Near(paragraph="d#p1", title="T", text="\U0001f600 ¶ \ud800"),), note="stopped", rating=-1),
    ]
    for each in kept:
        store.keep("ana", conversation.id, each)
    again = Conversations(tmp_path)
    assert again.exchanges("ana", conversation.id) == tuple(kept)
    assert [(known.title, known.exchanges) for known in again.list("ana")] == [("What about this?", 2)]


def test_nobody_sees_or_touches_the_conversations_of_another(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    conversation = store.start("ana", "Hers").id
    store.keep("ana", conversation, exchange(1))
    assert store.list("ben") == ()
    assert store.exchanges("ben", conversation) == ()
    assert store.find("ben", conversation) is None
    for act in (
        lambda: store.keep("ben", conversation, exchange(2)),
        lambda: store.rename("ben", conversation, "Mine"),
        lambda: store.delete("ben", conversation),
        lambda: store.drop("ben", conversation, "e1"),
    ):
        with pytest.raises(InputError):
            act()
    assert store.exchanges("ana", conversation) == (exchange(1),)


def test_an_exchange_is_written_anew_in_its_place(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    conversation = store.start("ana", "A").id
    for number in (1, 2):
        store.keep("ana", conversation, exchange(number))
    store.keep("ana", conversation, exchange(1, rating=1))
    assert [(each.id, each.rating) for each in store.exchanges("ana", conversation)] == [("e1", 1), ("e2", 0)]


def test_renaming_and_deleting(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    conversation = store.start("ana", "A" * 500).id
    assert len(store.list("ana")[0].title) == 80
    store.rename("ana", conversation, " Peace ")
    assert store.list("ana")[0].title == "Peace"
    with pytest.raises(InputError):
        store.rename("ana", conversation, "  ")
    store.keep("ana", conversation, exchange(1))
    store.delete("ana", conversation)
    assert store.list("ana") == ()
    assert store.exchanges("ana", conversation) == ()


def test_a_damaged_file_is_named_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database, and long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="Move conversations"):
        Conversations(tmp_path)


def test_the_history_leaves_out_what_was_never_answered() -> None:
    turns = history_of((exchange(1, answer={"text": "Yes."}), exchange(2, note="stopped", text="Half")))
    assert [(turn.role, turn.content) for turn in turns] == [("user", "Question 1?"), ("assistant", "Yes.")]
