"""One reader for each form of file: a path goes in, documents and problems come out.

A reader is registered under its suffix in `READERS`; that is all a new form of file needs.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from rag.corpus.frontmatter import Header, read_front_matter, read_keys
from rag.corpus.metadata import KEYS, check_metadata
from rag.corpus.paragraphs import join_paragraphs, split_paragraphs
from rag.errors import Problem
from rag.types import Document, DocumentInfo, Paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to read: `source` is its name in messages, `names` are the ids it may carry."""

    path: Path
    source: str
    names: tuple[str, ...]


_HALF_OF_A_PAIR = re.compile(r"[\ud800-\udfff]")
_DEEPEST = 20
Read = Iterator[Document | Problem]
Reader = Callable[[File], Read]


def read_markdown(file: File) -> Read:
    """One document with YAML front matter."""
    text = _decoded(file.path.read_bytes(), file.source)
    if isinstance(text, Problem):
        yield text
        return
    header = read_front_matter(text)
    if header is None:
        yield Problem(
            path=file.source,
            what=f"has no front matter; begin it with the lines ---, id: {file.names[0]}, title: …, ---",
        )
        return
    values = _header_values(header, file)
    if "id" not in values and not header.faults:
        yield Problem(path=file.source, line=1, what=f"'id' is missing; write id: {file.names[0]}")
        values = {**values, "id": file.names[0]}
        yield from _header_problems(header, values, file)
        return
    yield from _described(header, values, text[header.body :], file)


def read_plain(file: File) -> Read:
    """One document without front matter, described by NAME.yaml beside it."""
    sidecar = file.path.with_suffix(".yaml")
    sidecar_source = f"{file.source.removesuffix(file.path.suffix)}.yaml"
    if not sidecar.is_file():
        yield Problem(
            path=file.source,
            what=f"needs {sidecar.name} beside it, with at least title: … and, where known, "
            "date, issuer, publisher, url, language, kind, retrieved",
        )
        return
    described = _decoded(sidecar.read_bytes(), sidecar_source)
    text = _decoded(file.path.read_bytes(), file.source)
    faults = [item for item in (described, text) if isinstance(item, Problem)]
    if faults or isinstance(described, Problem) or isinstance(text, Problem):
        yield from faults
        return
    header = read_keys(described)
    values = {"id": file.names[0], **_header_values(header, file)}
    beside = File(path=sidecar, source=sidecar_source, names=file.names)
    for item in _described(header, values, text, beside):
        yield item if isinstance(item, Problem) else _moved(item, file.source)


def read_json_lines(file: File) -> Read:
    """One document a line; `paragraphs` are kept as they are, unknown keys become metadata."""
    with file.path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            yield from _json_document(line, number, file)


READERS: Mapping[str, Reader] = MappingProxyType({".md": read_markdown, ".txt": read_plain, ".jsonl": read_json_lines})
"""Readers by suffix, in lower case."""


def _decoded(data: bytes, source: str, line: int = 0) -> str | Problem:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = error.start
        inner = line or data[:at].count(b"\n") + 1
        return Problem(
            path=source, line=inner, what=f"is not UTF-8: byte {at + 1} is 0x{data[at]:02x}; save it as UTF-8"
        )


def _header_values(header: Header, file: File) -> dict[str, object]:
    """The values, with the id as the file's own name writes it when they differ in Unicode form only."""
    values: dict[str, object] = dict(header.values)
    for name in file.names:
        if unicodedata.normalize("NFC", str(values.get("id", ""))) == unicodedata.normalize("NFC", name):
            values["id"] = unicodedata.normalize("NFC", name)
    return values


def _header_problems(header: Header, values: Mapping[str, object], file: File) -> Iterator[Problem]:
    for fault in header.faults:
        yield Problem(path=file.source, line=fault.line, what=fault.what)
    if header.faults and not header.values:
        return
    checked = check_metadata(values)
    if isinstance(checked, DocumentInfo):
        names = {unicodedata.normalize("NFC", name) for name in file.names}
        if checked.id not in names:
            what = f"id {checked.id!r} is not the file's name; write id: {file.names[0]}"
            yield Problem(path=file.source, line=header.lines.get("id", 1), what=what)
        return
    faulty_keys = {key for fault in header.faults for key, line in header.lines.items() if line == fault.line}
    for key, what in checked:
        if key not in faulty_keys:
            yield Problem(path=file.source, line=header.lines.get(key, 1), what=what)


def _described(header: Header, values: Mapping[str, object], text: str, file: File) -> Read:
    problems = list(_header_problems(header, values, file))
    if not text.strip() and not (header.faults and not header.values):
        problems.append(Problem(path=file.source, what="holds no text"))
    info = check_metadata(values)
    if problems or not isinstance(info, DocumentInfo):
        yield from problems
        return
    yield _document(info, text, split_paragraphs(info.id, text), file.source)


def _document(info: DocumentInfo, text: str, paragraphs: Sequence[Paragraph], source: str) -> Document:
    return Document(
        info=info, text=text, paragraphs=tuple(paragraphs), source=source, digest=_digest(info, text, paragraphs)
    )


def _moved(document: Document, source: str) -> Document:
    return Document(
        info=document.info, text=document.text, paragraphs=document.paragraphs, source=source, digest=document.digest
    )


def _digest(info: DocumentInfo, text: str, paragraphs: Sequence[Paragraph]) -> str:
    """SHA-256 over all that is indexed: two splittings of the same text differ."""
    described = {field.name: getattr(info, field.name) for field in fields(info) if field.name != "metadata"}
    described["metadata"] = dict(info.metadata)
    described["starts"] = [paragraph.start for paragraph in paragraphs]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, ensure_ascii=True).encode("ascii"))
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _json_document(line: bytes, number: int, file: File) -> Read:
    source = f"{file.source}:{number}"
    decoded = _decoded(line.removesuffix(b"\n"), file.source, line=number)
    if isinstance(decoded, Problem):
        yield decoded
        return
    try:
        row = json.loads(decoded, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        yield Problem(path=file.source, line=number, what=f"is no valid JSON: {error.msg} at column {error.colno}")
        return
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        yield Problem(path=file.source, line=number, what=f"is no valid JSON: {reason}")
        return
    if not isinstance(row, dict):
        yield Problem(path=file.source, line=number, what='must be an object such as {"id": …, "paragraphs": […]}')
        return
    faults, texts = _paragraph_faults(row.get("paragraphs"))
    known, metadata = _json_keys(row)
    if _is_deeper(metadata, _DEEPEST):
        faults.append(f"metadata is nested deeper than {_DEEPEST} levels")
        metadata = {}
    faults += [
        f"{key[:60]!r} holds half of a surrogate pair; take it out"
        for key, value in metadata.items()
        if _HALF_OF_A_PAIR.search(json.dumps({key: value}, ensure_ascii=False))
    ]
    info = check_metadata(known, metadata=metadata)
    if not isinstance(info, DocumentInfo):
        faults = [*(what for _, what in info), *faults]
    if faults or not isinstance(info, DocumentInfo):
        for what in faults:
            yield Problem(path=file.source, line=number, what=what)
        return
    text, paragraphs = join_paragraphs(info.id, texts)
    yield _document(info, text, paragraphs, source)


def _json_keys(row: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """The documented keys and the others; a title that is not known is the id, a foreign `kind` is metadata."""
    known = {key: row[key] for key in KEYS if key in row}
    metadata = {key: row[key] for key in row if key not in KEYS and key != "paragraphs"}
    if "title" in known and known["title"] in (None, ""):
        known["title"] = known.get("id")
    if known.get("kind") not in ("statement", "coverage", None):
        metadata["kind"] = known.pop("kind")
    return known, metadata


def _paragraph_faults(value: object) -> tuple[list[str], list[str]]:
    """What is wrong with the list of paragraphs, and its texts."""
    if not isinstance(value, list):
        return ["'paragraphs' must be a list of texts"], []
    texts = [item for item in value if isinstance(item, str)]
    if len(texts) < len(value):
        place = next(place for place, item in enumerate(value, start=1) if not isinstance(item, str))
        return [f"paragraph {place} is no text"], []
    if not any(text.strip() for text in texts):
        return ["holds no text"], []
    for place, text in enumerate(texts, start=1):
        if _HALF_OF_A_PAIR.search(text):
            return [f"paragraph {place} holds half of a surrogate pair"], []
    return [], texts


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _is_deeper(item, levels - 1) for item in (value.values() if isinstance(value, dict) else value)
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
