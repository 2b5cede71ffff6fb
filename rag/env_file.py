"""`.env` in the current folder, read once and strictly: a line that says nothing is named instead of dropped."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from rag.errors import ConfigurationError

ENV_FILE = Path(".env")


def read_env_file() -> Mapping[str, str]:
    """The variables it sets, empty where there is none.

    Raises:
        ConfigurationError: it is not UTF-8, or a line of it is not `NAME=value`.
    """
    if not ENV_FILE.is_file():
        return {}
    try:
        text = ENV_FILE.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{ENV_FILE} is not UTF-8 at byte {error.start + 1}.", mend="Save it as UTF-8."
        ) from None
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise ConfigurationError(
                f"{ENV_FILE}:{line} cannot be read.", mend="Write NAME=value there, or take the line out."
            )
    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value is not None}
