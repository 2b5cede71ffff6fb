from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.metadata import KEYS, check_metadata, id_fault
from rag.types import DocumentInfo

GIVEN: dict[str, object] = {"id": "a", "title": "A"}


def faults(**values: object) -> dict[str, str]:
    checked = check_metadata({**GIVEN, **values})
    return {} if isinstance(checked, DocumentInfo) else dict(checked)


def test_everything_given_is_kept() -> None:
    values = {
        "id": "wh/2021/a", "title": "T", "date": "2023-12", "issuer": "I", "publisher": "P", "url": "https://a.example/b",
        "language": "en-GB", "kind": "coverage", "retrieved": "2024-01-01",
    }  # fmt: skip
    info = check_metadata(values, metadata={"joint": True})
    assert isinstance(info, DocumentInfo)
    assert {key: getattr(info, key) for key in KEYS} == values
    assert info.metadata == {"joint": True}


def test_what_is_not_known_is_none() -> None:
    info = check_metadata({**GIVEN, "date": None, "issuer": "", "url": "null", "kind": None, "language": "~"})
    assert isinstance(info, DocumentInfo)
    assert (info.date, info.issuer, info.url, info.kind, info.language) == (None, None, None, "statement", None)


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("date", "7 December 2023", "is no date; write it as"),
        ("date", "2023-02-30", "is no date"),
        ("retrieved", "yesterday", "is no date"),
        ("url", "javascript:alert(1)", "no http or https address"),
        ("url", "https://a.example/ b", "no http or https address"),
        ("url", 'https://a.example/"><script>', "no http or https address"),
        ("url", "http://[", "no web address"),
        ("kind", "covrage", "must be statement or coverage"),
        ("language", "English", "no language code"),
        ("issuer", 5, "must be text"),
        ("title", "", "must be text and not empty"),
        ("title", "x" * 3000, "longer than"),
        ("issuer", "\ud800", "surrogate"),
        ("id", "../a", "'..'"),
        ("isuer", "a", "did you mean 'issuer'?"),
        ("zzz", "a", "known keys are id, title"),
    ],
)
def test_faults(key: str, value: object, what: str) -> None:
    found = faults(**{key: value})
    assert list(found) == [key]
    assert what in found[key]


def test_every_fault_is_reported_at_once() -> None:
    checked = check_metadata({"title": "", "date": "x", "kind": "y", "autor": "z"})
    assert not isinstance(checked, DocumentInfo)
    assert {key for key, _ in checked} == {"id", "title", "date", "kind", "autor"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../a",
        "a/../b",
        "/a",
        "a/",
        "a//b",
        "./a",
        "a#p1",
        "a\\b",
        "a\nb",
        "a\0b",
        " a",
        "a ",
        "x" * 301,
        "\u2028",
    ],
)
def test_unsafe_ids(name: str) -> None:
    assert id_fault(name)


@pytest.mark.parametrize("name", ["a", "wh/2021-01-15/fact-sheet", "Şuşa", "a b", "a..b", "a.b", "x" * 300])
def test_safe_ids(name: str) -> None:
    assert id_fault(name) == ""


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(KEYS), st.text()), st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()))
    )
)
def test_any_mapping_is_checked(values: dict[str, object]) -> None:
    checked = check_metadata(values)
    assert isinstance(checked, DocumentInfo) or all(what for _, what in checked)
