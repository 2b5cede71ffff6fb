from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.frontmatter import read_front_matter, read_keys


def test_values_are_text_with_their_lines_and_the_body_follows() -> None:
    text = '---\nid: a\ndate: 2023-12-07\n# a remark\nlanguage: no\ntitle: "A: b # c"\n---\n\nText --- more.\n---\n'
    header = read_front_matter(text)
    assert header is not None
    assert dict(header.values) == {"id": "a", "date": "2023-12-07", "language": "no", "title": "A: b # c"}
    assert dict(header.lines) == {"id": 2, "date": 3, "language": 5, "title": 6}
    assert header.faults == ()
    assert text[header.body :] == "\nText --- more.\n---\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_ending(newline: str) -> None:
    text = newline.join(["---", "id: a", "title: T", "---", "Body.", ""])
    header = read_front_matter(text)
    assert header is not None
    assert dict(header.values) == {"id": "a", "title": "T"}
    assert text[header.body :] == f"Body.{newline}"


@pytest.mark.parametrize("text", ["", "Text.", "----\nid: a\n---\n", "\n---\nid: a\n---\n", "--- \u00a0x\n"])
def test_no_front_matter(text: str) -> None:
    assert read_front_matter(text) is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("---\nid: a\ntitle: b\n", 1, "not closed"),
        ("---\nid: a\ntitle: b: c\n---\n", 3, "no valid YAML"),
        ("---\n- a\n- b\n---\n", 2, "key: value"),
        ("---\nid: a\nid: b\n---\n", 3, "given twice"),
        ("---\nid: a\nissuer: [a, b]\n---\n", 3, "one value"),
        ("---\nid: \x07\n---\n", 2, "does not allow"),
        ("---\nid: *nowhere\n---\n", 2, "undefined alias"),
        (f"---\nid: {'[' * 5000}\n---\n", 2, ""),
    ],
)
def test_faults_say_the_line(text: str, line: int, what: str) -> None:
    header = read_front_matter(text)
    assert header is not None
    assert [fault.line for fault in header.faults] == [line]
    assert what in header.faults[0].what


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_keys(text)
    read_front_matter(f"---\n{text}")
