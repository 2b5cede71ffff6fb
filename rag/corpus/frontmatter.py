"""YAML front matter with the line of every key.

Every value is read as text: `date: 2023-02-30` and `language: no` mean what they say, and a date that does not
exist is a fault of the document, not of the YAML parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_CLOSING = re.compile(r"(?:\A|(?<=[\n\r]))(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_LONGEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong; `line` counts from 1 within the file."""

    what: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Keys and values as written, the line of each key, and the offset where the text begins."""

    values: Mapping[str, str]
    lines: Mapping[str, int]
    faults: tuple[Fault, ...]
    body: int


def read_front_matter(text: str) -> Header | None:
    """The front matter of a file; None when the file does not begin with any."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    closing = _CLOSING.search(text, opening.end(), opening.end() + _LONGEST)
    if closing is None:
        fault = Fault(what="the front matter is not closed; write a line --- after its last key", line=1)
        return Header(values={}, lines={}, faults=(fault,), body=len(text))
    header = read_keys(text[opening.end() : closing.start()], first_line=2)
    return Header(values=header.values, lines=header.lines, faults=header.faults, body=closing.end())


def read_keys(text: str, *, first_line: int = 1) -> Header:
    """The keys of a YAML mapping of plain values (a whole sidecar file, or what stands between the marks)."""
    if len(text) > _LONGEST:
        return _faulty(f"the metadata is longer than {_LONGEST} characters", first_line)
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it holds a character that YAML does not allow"
        line = first_line + (mark.line if mark is not None else 0)
        return _faulty(f"the metadata is no valid YAML: {reason}; values with ': ' or '#' need quotes", line)
    except RecursionError:
        return _faulty("the metadata is nested too deeply; it holds keys with plain values", first_line)
    if node is None:
        return Header(values={}, lines={}, faults=(), body=0)
    if not isinstance(node, yaml.MappingNode):
        return _faulty("the metadata must be lines of the form key: value", first_line)
    return _pairs(node, first_line)


def _pairs(node: yaml.MappingNode, first_line: int) -> Header:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    for key, value in node.value:
        line = first_line + key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(what="a key of the metadata must be a word", line=line))
        elif key.value in values:
            faults.append(Fault(what=f"{key.value[:60]!r} is given twice", line=line))
        elif not isinstance(value, yaml.ScalarNode):
            lines[key.value] = line
            values[key.value] = ""
            faults.append(Fault(what=f"{key.value[:60]!r} must be one value, no list and no mapping", line=line))
        else:
            lines[key.value] = line
            values[key.value] = value.value
    return Header(values=values, lines=lines, faults=tuple(faults), body=0)


def _faulty(what: str, line: int) -> Header:
    return Header(values={}, lines={}, faults=(Fault(what=what, line=line),), body=0)
