"""Any text, in any split, gives the same tokens; the table of cuts comes from what went wrong elsewhere."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.markers import LONGEST, Marker, MarkerParser, Text, Token

ALPHABET = st.sampled_from(
    ["[", "]", "[[", "]]", "[[a1b2c3]]", "a1b2c3", ",", " ", "\n", "&", "&lt;", "&am", ";", "x", "1", "é", "]"]
)
REPLIES = st.one_of(st.text(max_size=80), st.lists(ALPHABET, max_size=30).map("".join))


def parse(pieces: list[str], handles: tuple[str, ...] = ()) -> list[Token]:
    parser = MarkerParser(handles)
    tokens = [token for piece in pieces for token in parser.feed(piece)]
    tokens += parser.close()
    joined: list[Token] = []
    for token in tokens:
        if joined and isinstance(token, Text) and isinstance(joined[-1], Text):
            joined[-1] = Text(text=joined[-1].text + token.text)
        else:
            joined.append(token)
    return joined


KNOWN = ("a1b2c3", "d4e5f6")
BRACKETED = st.lists(
    st.sampled_from(
        [
            *(
                "[",
                "]",
                "[[",
                "]]",
                "(",
                ")",
                "【",
                "】",
                "［",
                "］",
                "\\",
                "\\[",
                "\\]",
                " ",
                "\n",
                ", ",
                "&lt;",
                "&am",
            ),
            *("a1b2c3", "D4E5F6", "a1b2", "c3", "zzzz", "see ", "x", "id=", "é", "_"),
        ]
    ),
    max_size=30,
).map("".join)


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]


@given(REPLIES, st.lists(st.integers(min_value=0, max_value=10_000), max_size=12))
def test_any_split_gives_the_same_tokens(text: str, places: list[int]) -> None:
    assert parse(cut(text, places)) == parse([text]) == parse(list(text))


@given(BRACKETED, st.lists(st.integers(min_value=0, max_value=10_000), max_size=12))
def test_any_split_gives_the_same_tokens_where_handles_are_known(text: str, places: list[int]) -> None:
    assert parse(cut(text, places), KNOWN) == parse([text], KNOWN) == parse(list(text), KNOWN)


@pytest.mark.parametrize(
    "marker",
    [
        *(
            "[[a1b2c3]]",
            "[a1b2c3]",
            "【a1b2c3】",
            "［［a1b2c3］］",
            r"\[\[a1b2c3\]\]",
            r"\[a1b2c3\]",
            "(a1b2c3)",
            "[[[a1b2c3]]]",
        ),
        *("[[A1B2C3]]", "[[id=a1b2c3]]", "[[paragraph a1b2c3]]", '[[id="a1b2c3"]]', "([[a1b2c3]])", "[ [[a1b2c3]] ]"),
        *("(see [[a1b2c3]].)", "(Source: [a1b2c3])", "[[[[a1b2c3]]]]", "[\u200b[a1b2c3\u2060]]"),
    ],
)
def test_a_known_handle_in_any_brackets_is_a_marker(marker: str) -> None:
    for pieces in ([f"A {marker}."], list(f"A {marker}.")):
        before, token, after = parse(pieces, KNOWN)
        assert (before, after) == (Text(text="A "), Text(text="."))
        assert isinstance(token, Marker)
        assert (token.handles, token.reason) == (("a1b2c3",), "")


@pytest.mark.parametrize(
    "marker", ["[[a1b2c3 [[d4e5f6]]]]", "[a1b2c3, d4e5f6]", "([[a1b2c3]], [[d4e5f6]])", "([a1b2c3] and [d4e5f6])"]
)
def test_several_known_handles_share_their_brackets(marker: str) -> None:
    (token,) = parse(list(marker), KNOWN)
    assert isinstance(token, Marker)
    assert token.handles == KNOWN


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[zzzz]",
            "(the a1b2c3)",
            "[T]he",
            "(see)",
            "[a1b2c3",
            "(a1b2c3]",
            "[a1b2c3\n]",
            "a \\ b \\",
            "[1]",
            "a1b2c3",
        ),
        *("【" + "a" * 300 + "】", "[a1b2c3d]", "[éa1b2c3]"),
    ],
)
def test_other_brackets_stay_text(text: str) -> None:
    assert parse([text], KNOWN) == parse(list(text), KNOWN) == [Text(text=text)]


def test_what_is_unknown_counts_between_double_brackets_only() -> None:
    assert parse(["(see [[zzzz]])"], KNOWN) == [Marker(raw="(see [[zzzz]])", handles=("zzzz",))]
    assert parse(["[[a_b]] [[]]"], KNOWN) == [
        Marker(raw="a_b", handles=("a_b",)),
        Text(text=" "),
        Marker(raw="", reason="the marker is empty"),
    ]
    assert parse(["x [a [[a1b2c3]] (b"], KNOWN) == [
        Text(text="x [a "),
        Marker(raw="[[a1b2c3]]", handles=("a1b2c3",)),
        Text(text=" (b"),
    ]


@given(REPLIES)
def test_every_sign_ends_in_a_token(text: str) -> None:
    rebuilt = ""
    for token in parse([text]):
        if isinstance(token, Text):
            rebuilt += token.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        else:
            rebuilt += token.raw if token.reason == "the marker is not closed" else f"[[{token.raw}]]"
    # Escaped and bare signs read the same; apart from that, nothing is lost or added.
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert rebuilt.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") in {plain, text} or "&" in text


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("A.[[a1b2c3]]", [Text(text="A."), Marker(raw="a1b2c3", handles=("a1b2c3",))]),
        ("[[a1, b2;c3|d4]]", [Marker(raw="a1, b2;c3|d4", handles=("a1", "b2", "c3", "d4"))]),
        ("[[a1]][[b2]]", [Marker(raw="a1", handles=("a1",)), Marker(raw="b2", handles=("b2",))]),
        ("[[[a1]]]", [Text(text="["), Marker(raw="a1", handles=("a1",)), Text(text="]")]),
        ("[a1] [1]", [Text(text="[a1] [1]")]),
        ("[[a1] b", [Text(text="[[a1] b")]),
        ("[[a\n1]]", [Text(text="[[a\n1]]")]),
        ("[[]]", [Marker(raw="", reason="the marker is empty")]),
        ("x [[a1", [Text(text="x "), Marker(raw="[[a1", reason="the marker is not closed")]),
        ("[", [Text(text="[")]),
        ("a &lt;b&gt; &amp;lt; & &x", [Text(text="a <b> &lt; & &x")]),
        ("[[" + "a" * (LONGEST + 1) + "]]", [Text(text="[[" + "a" * (LONGEST + 1) + "]]")]),
    ],
)
def test_table_of_replies(reply: str, expected: list[Token]) -> None:
    assert parse([reply]) == expected
    assert parse(list(reply)) == expected


@pytest.mark.parametrize("handles", [(), KNOWN])
@pytest.mark.parametrize(
    "text", ["[" * 200_000, "[[a" * 60_000, "&" * 200_000, "[[" + "a" * 200_000, "(see " * 20_000, "[a1b2c3 " * 20_000]
)
def test_the_work_is_linear(text: str, handles: tuple[str, ...]) -> None:
    begun = time.process_time()
    parse([text[i : i + 7] for i in range(0, len(text), 7)], handles)
    assert time.process_time() - begun < 5


@settings(max_examples=30)
@given(st.text(alphabet="[]&a1 \n", max_size=300))
def test_nothing_is_held_beyond_a_marker(text: str) -> None:
    parser = MarkerParser()
    given_back = 0
    for place, letter in enumerate(text, 1):
        given_back += sum(
            len(token.text) if isinstance(token, Text) else len(token.raw) + 4 for token in parser.feed(letter)
        )
        assert place - given_back <= LONGEST + 8 or "&" in text
