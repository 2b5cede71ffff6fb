"""What the commands share: options, settings, an open assistant, JSON on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings


def path_for(name: str) -> Callable[[str | Path], Path]:
    """Reads what was given as `name`; empty, as an unset variable of a script is, it would mean the current folder."""

    def read(text: str | Path) -> Path:
        if not str(text).strip():  # a default is read too
            raise InputError(f"{name} is empty.", mend="Name a file or folder, or leave it out.")
        return Path(text)

    return read


IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="DIR", parser=path_for("--index"), help="Index folder (PILCROW_INDEX; default .pilcrow)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else there.")]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        parser=path_for("--batch"),
        help="Questions as JSON lines (- for stdin); answers in the same order.",
    ),
]
CountOption = Annotated[int | None, typer.Option("-k", min=1, max=200, help="How many paragraphs to retrieve.")]
IssuerOption = Annotated[list[str] | None, typer.Option("--issuer", help="Only documents of this issuer; repeatable.")]
SinceOption = Annotated[str | None, typer.Option(metavar="DATE", help="Only documents of this date or later.")]
UntilOption = Annotated[str | None, typer.Option(metavar="DATE", help="Only documents of this date or earlier.")]
DocumentOption = Annotated[list[str] | None, typer.Option("--document", help="Only this document; repeatable.")]


def load_settings(**overrides: Any) -> Settings:
    """The settings in force; flags that were not given are None and passed over."""
    from rag.settings import Settings

    return Settings.load(**overrides)


@contextmanager
def opened(**overrides: Any) -> Iterator[Assistant]:
    """An assistant over the index that the settings name, closed afterwards."""
    from rag.assistant import Assistant

    with Assistant.open(load_settings(**overrides)) as assistant:
        yield assistant


def print_json(value: Any) -> None:
    """One JSON document on one line of stdout."""
    print(json.dumps(value, ensure_ascii=False))
