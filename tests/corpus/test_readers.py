from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import Reading, read_all
from rag.corpus.readers import READERS
from rag.types import Document

HOSTILE = (
    "<script>alert(1)</script> **bold** [1] [[x9k2]] $name {} {{a}} </paragraph> `code` | a | %s \\n &amp; <!-- -->"
)


def write(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def markdown(body: str, **keys: str) -> str:
    lines = [f"{key}: {value}" for key, value in {"id": "a", "title": "A", **keys}.items()]
    return "\n".join(["---", *lines, "---", body])


def row(**keys: object) -> str:
    return json.dumps({"id": "a", "title": "A", "paragraphs": ["One.", "Two."], **keys})


def only(reading: Reading) -> Document:
    assert [str(problem) for problem in reading.problems] == []
    (document,) = reading.documents
    return document


def whats(reading: Reading) -> list[str]:
    return [problem.what for problem in reading.problems]


def test_markdown(tmp_path: Path) -> None:
    body = f"\nOne “quote”\u00a0here.\n\n{HOSTILE}\n\n"
    document = only(read_all([write(tmp_path, "a.md", markdown(body, date="2023-12-07", issuer="I"))]))
    assert document.text == body
    assert [paragraph.text for paragraph in document.paragraphs] == ["One “quote”\u00a0here.", HOSTILE]
    assert document.info.date == "2023-12-07"
    assert document.source.endswith("a.md")


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + markdown("One.\n\nTwo.\n").replace("\n", "\r\n").encode()
    document = only(read_all([write(tmp_path, "a.md", data)]))
    assert document.text == "One.\r\n\r\nTwo.\r\n"
    assert [paragraph.text for paragraph in document.paragraphs] == ["One.", "Two."]


@pytest.mark.parametrize("date", ["1992", "1992-09", "1992-09-25"])
def test_dates_may_be_coarse(tmp_path: Path, date: str) -> None:
    assert only(read_all([write(tmp_path, "a.md", markdown("x", date=date))])).info.date == date
    assert only(read_all([write(tmp_path, "b.jsonl", row(date=date))])).info.date == date


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        ("No front matter.", 0, "has no front matter"),
        (markdown("x", id="b"), 2, "id 'b' is not the file's name; write id: a"),
        ("---\ntitle: A\n---\nx", 1, "'id' is missing; write id: a"),
        ("---\nid: a\n---\nx", 1, "'title' is missing"),
        (markdown("x", isuer="I"), 4, "unknown key 'isuer'; did you mean 'issuer'?"),
        (markdown("x", date="2023-02-30"), 4, "'2023-02-30' is no date"),
        (markdown("x", date="soon"), 4, "'soon' is no date"),
        (markdown(" \n\t"), 0, "holds no text"),
        (b"---\nid: a\ntitle: A\n---\ncaf\xe9", 5, "is not UTF-8: byte 27 is 0xe9"),
        ("---\nid: a\ntitle: b: c\n---\nx", 3, "no valid YAML"),
    ],
)
def test_markdown_problems(tmp_path: Path, data: str | bytes, line: int, what: str) -> None:
    reading = read_all([write(tmp_path, "a.md", data)])
    assert reading.documents == ()
    assert [(problem.line, what in problem.what) for problem in reading.problems] == [(line, True)], whats(reading)


def test_every_problem_of_a_file_at_once(tmp_path: Path) -> None:
    data = markdown("", date="x", kind="y", autor="z", url="javascript:1")
    assert len(read_all([write(tmp_path, "a.md", data)]).problems) == 5


def test_an_id_may_be_the_path_within_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "wh/a.md", markdown("x", id="wh/a"))
    assert only(read_all([tmp_path])).id == "wh/a"


def test_plain_text_with_its_sidecar(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "---\nOne.\n\nTwo.")
    assert "needs a.yaml beside it, with at least title" in whats(read_all([path]))[0]
    write(tmp_path, "a.yaml", "title: A\ndate: 2023\n")
    document = only(read_all([path]))
    assert (document.id, document.info.date, document.text) == ("a", "2023", "---\nOne.\n\nTwo.")
    assert document.source.endswith("a.txt")
    write(tmp_path, "a.yaml", "date: 2023\ndat: x\n")
    reading = read_all([path])
    assert all(problem.path.endswith("a.yaml") for problem in reading.problems)
    assert len(reading.problems) == 2


def test_json_lines(tmp_path: Path) -> None:
    texts = ["One\n\nstill one.", "", f" {HOSTILE} ", "Two."]
    path = write(
        tmp_path, "a.jsonl", row(id="wh/a", paragraphs=texts, joint=True, speaker=None, issuer=None, kind="coverage")
    )
    document = only(read_all([path]))
    assert [paragraph.text for paragraph in document.paragraphs] == texts
    assert document.text == "\n\n".join(texts)
    assert all(document.text[part.start : part.end] == part.text for part in document.paragraphs)
    assert document.info.metadata == {"joint": True, "speaker": None}
    assert (document.info.issuer, document.info.kind) == (None, "coverage")
    assert document.source.endswith("a.jsonl:1")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"id": "a"', "is no valid JSON"),
        ("[1]", "must be an object"),
        (row(paragraphs=None), "'paragraphs' must be a list of texts"),
        (row(paragraphs="One."), "'paragraphs' must be a list of texts"),
        (row(paragraphs=["One.", 2]), "paragraph 2 is no text"),
        (row(paragraphs=["", " "]), "holds no text"),
        (row(paragraphs=[]), "holds no text"),
        (row(paragraphs=["\ud800"]), "half of a surrogate pair"),
        (row(tweet="ok \ud83d"), "'tweet' holds half of a surrogate pair"),
        (row(deep=[{"\ud83d": 1}]), "'deep' holds half of a surrogate pair"),
        (row(kind="\ud83d"), "'kind' holds half of a surrogate pair"),
        (row(id=None), "'id' must be text"),
        (row(id="../a"), "'id' holds an empty"),
        (row(date="soon"), "is no date"),
        ('{"title": "A", "paragraphs": ["x"]}', "'id' is missing"),
        ('{"id": "a", "paragraphs": ["x"]}', "'title' is missing"),
        ('{"id": NaN}', "is no valid JSON: NaN"),
        (row(deep=json.loads("[" * 30 + "]" * 30)), "nested deeper than 20 levels"),
        ("[" * 100_000, "is no valid JSON"),
        ('{"id": ' + "9" * 5000 + "}", "is no valid JSON"),
        ("\ufeff\x00", "is no valid JSON"),
    ],
)
def test_a_bad_line_is_a_problem_of_its_own(tmp_path: Path, line: str, what: str) -> None:
    reading = read_all([write(tmp_path, "a.jsonl", "\n".join([row(id="before"), "", line, row(id="after")]))])
    assert [document.id for document in reading.documents] == ["before", "after"]
    assert [(problem.line, what in problem.what) for problem in reading.problems] == [(3, True)], whats(reading)


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    data = row(id="before").encode() + b'\n{"id": "caf\xe9"}\r\n' + row(id="after").encode()
    reading = read_all([write(tmp_path, "a.jsonl", data)])
    assert [document.id for document in reading.documents] == ["before", "after"]
    assert [(problem.line, problem.what) for problem in reading.problems] == [
        (2, "is not UTF-8: byte 12 is 0xe9; save it as UTF-8")
    ]


def test_foreign_titles_and_kinds_of_json_lines(tmp_path: Path) -> None:
    document = only(read_all([write(tmp_path, "a.jsonl", row(title=None, kind="related release"))]))
    assert document.info.title == "a"
    assert document.info.kind == "statement"
    assert document.info.metadata == {"kind": "related release"}


def test_the_digest_follows_everything_that_is_indexed(tmp_path: Path) -> None:
    def digest(**keys: object) -> str:
        return only(read_all([write(tmp_path, "a.jsonl", row(**keys))])).digest

    plain = digest()
    assert plain == digest()
    others = [
        digest(paragraphs=["One.", "Two!"]),
        digest(paragraphs=["One.\n\nTwo."]),
        digest(title="B"),
        digest(x=1),
        digest(date="2023"),
    ]
    assert len({plain, *others}) == 6


def test_the_digest_ignores_where_the_file_lies(tmp_path: Path) -> None:
    first = only(read_all([write(tmp_path / "one", "a.md", markdown("x"))]))
    assert first.digest == only(read_all([write(tmp_path / "two", "a.md", markdown("x"))])).digest


def test_a_hundred_thousand_paragraphs(tmp_path: Path) -> None:
    write(tmp_path, "a.md", markdown("p\n\n" * 100_000))
    write(tmp_path, "b.jsonl", row(id="b", paragraphs=["p"] * 100_000))
    assert [len(document.paragraphs) for document in read_all([tmp_path]).documents] == [100_000, 100_000]


@settings(max_examples=60)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: markdown(text).encode("utf-8", "ignore")))
)
def test_any_bytes_are_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    for suffix in READERS:
        write(folder, f"a{suffix}", data)
    write(folder, "a.yaml", data)
    reading = read_all([folder])
    for document in reading.documents:
        assert document.text.strip()
        assert all(document.text[part.start : part.end] == part.text for part in document.paragraphs)
