"""Any reply, in any split: markers end accepted or rejected, and what streamed is what stands at the end."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.closeness import best_sentence
from rag.answer.evidence import pack
from rag.answer.markers import Marker, MarkerParser
from rag.answer.writer import AnswerWriter, keep, pieces, render
from rag.types import Evidence, Span
from tests.answer.material import retrieval

EVIDENCE: tuple[Evidence, ...] = pack(retrieval(), budget=5000)
HANDLES = [item.handle for item in EVIDENCE]
BITS = st.sampled_from(
    [
        *(f"[[{handle}]]" for handle in HANDLES),
        *(f"[[{HANDLES[0]}, {HANDLES[1]}]]", f"[{HANDLES[0]}]", f"\\[\\[{HANDLES[1]}\\]\\]", "(see ", ")"),
        f"[[{HANDLES[0]},zz99]]",
        *("[[zzzz]]", "[[]]", "[[", "]]", "[1]", "[", "]", "[0]", "\u0663", "\u2060", "é", "&lt;b&gt;", "&", "32"),
        *(" ", "\n", "\n\n- ", ". ", ".", "!", "Azerbaijan releases 32 servicemen", " “Both countries reaffirm” "),
    ]
)
REPLIES = st.one_of(st.text(max_size=60), st.lists(BITS, max_size=25).map("".join))


def write(split: list[str]) -> tuple[AnswerWriter, str]:
    writer = AnswerWriter(EVIDENCE, choose=best_sentence, copies=lambda ref, span: (f"other#{ref}",))
    parser = MarkerParser(HANDLES)
    shown = "".join(writer.write(parser.feed(piece)) for piece in split)
    shown += writer.write(parser.close()) + writer.close()
    return writer, shown


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]


@given(REPLIES, st.lists(st.integers(min_value=0, max_value=10_000), max_size=10))
def test_any_split_writes_the_same_answer(text: str, places: list[int]) -> None:
    whole, shown = write([text])
    other, shown_otherwise = write(cut(text, places))
    assert shown == shown_otherwise == whole.text == other.text
    assert whole.citations == other.citations
    assert whole.rejected == other.rejected
    assert pieces(whole.plain, whole.marks) == pieces(other.plain, other.marks)


@given(REPLIES)
def test_every_marker_ends_accepted_or_rejected(text: str) -> None:
    writer, _ = write([text])
    parser = MarkerParser(HANDLES)
    markers = [token for token in (*parser.feed(text), *parser.close()) if isinstance(token, Marker)]
    handles = [handle for marker in markers for handle in marker.handles or (marker.raw,)]
    rejected = [item.handle for item in writer.rejected]
    cited = {citation.paragraph for citation in writer.citations}
    for item in EVIDENCE:
        accepted = handles.count(item.handle) - rejected.count(item.handle)
        assert (accepted > 0) == (item.hit.paragraph.ref in cited)
    assert len(rejected) == len([h for h in handles if h not in HANDLES]) + sum(rejected.count(h) for h in HANDLES)
    assert all(item.reason for item in writer.rejected)


@given(REPLIES)
def test_numbers_in_text_claims_and_citations_agree(text: str) -> None:
    writer, shown = write([text])
    in_text = {int(number) for number in re.findall(r"\[(\d+)\]", shown)}
    in_claims = {number for piece in pieces(writer.plain, writer.marks) for number in piece.numbers}
    assert in_text == in_claims == {citation.number for citation in writer.citations}
    assert "[[" not in shown
    for citation in writer.citations:
        assert citation.paragraph_text[citation.start : citation.end] == citation.quote
        assert citation.also_in == (f"other#{citation.paragraph}",)


@given(REPLIES, st.data())
def test_what_is_kept_is_counted_from_one(text: str, data: st.DataObject) -> None:
    writer, _ = write([text])
    every = pieces(writer.plain, writer.marks)
    kept = [piece for piece in every if data.draw(st.booleans())]
    shown, new = keep(writer.plain, writer.marks, kept)
    assert sorted(new.values()) == list(range(1, len(new) + 1))
    assert {int(number) for number in re.findall(r"\[(\d+)\]", shown)} == set(new.values())


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("A b c. [[{0}]]", "A b c.[1]"),
        ("A b c [[{0}]]. D e.", "A b c.[1] D e."),
        ("A b c.[[{0}]]\n\n- D e.[[{1}]]\n", "A b c.[1]\n\n- D e.[2]"),
        ("A [[{0}]] b.", "A[1] b."),
        ("A [[{0}]]b.", "A[1] b."),
        ("A b.[[{0}]] [[{1}]], [[{0}]]", "A b.[1][2],[1]"),
        ("[[{0}]] A b.", "A b.[1]"),
        ("[[{0}]] A b. [[{1}]] C d.", "A b.[1] C d.[2]"),
        ("- [[{0}]] [[{1}]] A b.\n- [[{0}]] C d.\n\nE.", "- A b.[1][2]\n- C d.[1]\n\nE."),
        ("[[{0}]] A b.[[{1}]] C d. [[{1}]]", "A b.[1][2] C d.[2]"),
        ("[[{0}]]\nA b.\nC d.", "A b.[1]\nC d."),
        ("[[{0}]]", ""),
        ("A b ([[{0}]]). C d [[[{1}]]].", "A b.[1] C d.[2]"),
        ("A b (see [[zzzz]]). C d [[[zzzz]]].", "A b. C d."),
        ("See [3] and [[x]]. &lt;b&gt;", "See [\u20603] and. <b>"),
        ("A.[[{0},{1}]]", "A.[1][2]"),
    ],
)
def test_table_of_answers(reply: str, shown: str) -> None:
    text = reply.replace("{0}", HANDLES[0]).replace("{1}", HANDLES[1])
    writer, written = write(list(text))
    assert written == shown
    assert render(writer.plain, writer.marks) == shown


def test_each_quotation_of_a_sentence_is_cited() -> None:
    texts = {item.hit.paragraph.ref: item for item in EVIDENCE}
    handle = texts["joint-statement#p1"].handle
    writer, shown = write([f'They “reconfirm their intention” and see a "historical chance".[[{handle}]]'])
    assert [citation.quote for citation in writer.citations] == ["reconfirm their intention", "historical chance"]
    assert shown.endswith("[1][2]")


def test_a_quotation_found_nowhere_makes_no_citation_of_its_own() -> None:
    handle = EVIDENCE[0].handle
    writer, _ = write([f"They “agreed to withdraw all troops by March”.[[{handle}]]"])
    paragraph = EVIDENCE[0].hit.paragraph.text
    assert [citation.quote for citation in writer.citations] == [paragraph]


def test_the_sentence_that_carries_the_claim_is_quoted() -> None:
    item = next(item for item in EVIDENCE if item.hit.paragraph.ref == "joint-statement#p1")
    writer, _ = write([f"The two countries want to normalize relations and sign a peace treaty.[[{item.handle}]]"])
    assert writer.citations[0].quote.startswith("Two countries reconfirm")
    assert best_sentence("normalize relations", item.hit.paragraph.text) == Span(
        start=writer.citations[0].start, end=writer.citations[0].end
    )
