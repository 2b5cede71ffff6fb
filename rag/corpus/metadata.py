"""What a document says about itself, checked: front matter, sidecar files and the keys of a `.jsonl` line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from rag.corpus.dates import is_date
from rag.types import DocumentInfo

KEYS = ("id", "title", "date", "issuer", "publisher", "url", "language", "kind", "retrieved")
_LONGEST_ID = 300
_LONGEST_VALUE = 2_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NULLS = ("", "~", "null", "Null", "NULL")


def id_fault(id: str) -> str:  # noqa: A002 - the documented word
    """What makes an id unusable, or "" when it is safe in a reference, a path and a URL."""
    if not id:
        return "is empty"
    if len(id) > _LONGEST_ID:
        return f"is longer than {_LONGEST_ID} characters"
    if id != id.strip():
        return "begins or ends with white space"
    if _CONTROL.search(id):
        return "holds a control character"
    for forbidden in ("#", "\\"):
        if forbidden in id:
            return f"holds {forbidden!r}"
    if any(part in ("", ".", "..") for part in id.split("/")):
        return "holds an empty, '.' or '..' part between slashes"
    return ""


def _not_null(value: object) -> object:
    return None if isinstance(value, str) and value.strip() in _NULLS else value


def _plain(value: str) -> str:
    value = value.strip()
    if len(value) > _LONGEST_VALUE:
        raise ValueError(f"is longer than {_LONGEST_VALUE} characters")
    if _SURROGATE.search(value):
        raise ValueError("holds half of a surrogate pair")
    return value


def _id(value: str) -> str:
    fault = id_fault(value)
    if fault:
        raise ValueError(fault)
    return value


def _date(value: str) -> str:
    if not is_date(value.strip()):
        raise ValueError(f"{value[:40]!r} is no date; write it as 2023-12-07, 2023-12 or 2023")
    return value.strip()


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(f"{value[:80]!r} is no web address") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\x00-\x1f\x7f<>\"]", value):
        raise ValueError(f"{value[:80]!r} is no http or https address")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value[:40]!r} is no language code such as en")
    return value


_Text = Annotated[str, AfterValidator(_plain)]
_Optional = Annotated[_Text | None, BeforeValidator(_not_null)]
_Date = Annotated[Annotated[str, AfterValidator(_date)] | None, BeforeValidator(_not_null)]
_Required = Annotated[_Text, BeforeValidator(_not_null)]


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, AfterValidator(_id)]
    title: _Required
    date: _Date = None
    issuer: _Optional = None
    publisher: _Optional = None
    url: Annotated[Annotated[_Text, AfterValidator(_url)] | None, BeforeValidator(_not_null)] = None
    language: Annotated[Annotated[_Text, AfterValidator(_language)] | None, BeforeValidator(_not_null)] = None
    kind: Literal["statement", "coverage"] = "statement"
    retrieved: _Date = None


def check_metadata(
    values: Mapping[str, object], *, metadata: Mapping[str, object] | None = None
) -> DocumentInfo | tuple[tuple[str, str], ...]:
    """The information, or every fault as (key, what is wrong).

    Args:
        values: the documented keys; any other is a fault that names the nearest documented one.
        metadata: further keys that are kept as they are.
    """
    given = {key: value for key, value in values.items() if not (key == "kind" and _not_null(value) is None)}
    try:
        checked = _Metadata.model_validate(given)
    except ValidationError as error:
        return tuple(_fault(dict(found)) for found in error.errors(include_url=False, include_input=False))
    return DocumentInfo(**checked.model_dump(), metadata=dict(metadata or {}))


def _fault(error: Mapping[str, object]) -> tuple[str, str]:
    location = error["loc"]
    key = str(location[0]) if isinstance(location, tuple) and location else ""
    kind = error["type"]
    if kind == "missing":
        return key, f"{key!r} is missing"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(KEYS)}"
        return key, f"unknown key {key[:60]!r}; {hint}"
    if kind == "literal_error":
        return key, f"{key!r} must be statement or coverage"
    if kind == "string_type":
        return key, f"{key!r} must be text" if key not in ("id", "title") else f"{key!r} must be text and not empty"
    message = str(error["msg"]).removeprefix("Value error, ")
    return key, f"{key!r} {message}" if not message.startswith(("'", '"')) else f"{key} {message}"
