"""Settings: environment, then `.env` in the current folder, then what the caller passes.

Settings are data: reading them builds no model and touches no folder. Every name is `PILCROW_` and the field in
capitals; an unknown `PILCROW_*` variable is an error that names the nearest one.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.env_file import ENV_FILE, read_env_file
from rag.errors import DEFAULT_INDEX, ConfigurationError

PREFIX = "PILCROW_"
_WORDINGS = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be 1 (on) or 0 (off)",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
"""What pydantic finds wrong, in our own words."""


class Settings(BaseSettings):
    """Everything a user can set; `Settings.load()` gives readable errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, str_strip_whitespace=True
    )

    index: Path = Field(DEFAULT_INDEX, description="Folder of the index.")
    model: str = Field("quote", description="`quote`, or a LangChain name `provider:model`.")
    embedding: str = Field("all-MiniLM-L6-v2", description="A sentence-transformers name or folder.")
    chroma_url: str | None = Field(None, description="A Chroma server instead of the embedded store.")
    reranker: str | None = Field(None, description="A CrossEncoder name or folder that reorders the best hits.")
    nli: str | None = Field(None, description="A CrossEncoder trained on entailment, as a second look at each claim.")
    judge: str | None = Field(None, description="A LangChain model that judges claims, as a last look.")
    fallback: bool = Field(True, description="Answer by quoting when the language model fails.")
    strict: bool = Field(False, description="Remove unsupported claims instead of marking them.")
    caution: float = Field(0.5, ge=0, le=1, description="0 answers nearly always, 1 only when nearly certain.")
    k: int = Field(10, ge=1, le=200, description="How many paragraphs are retrieved.")
    context_tokens: int = Field(6000, ge=200, description="Budget of evidence shown to a language model, in tokens.")
    timeout: float = Field(60.0, gt=0, description="Seconds a language model may be silent.")

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: ValidationInfo) -> object:
        empty = isinstance(value, str) and not value.strip()
        return cls.model_fields[str(info.field_name)].default if empty else value

    @field_validator("model")
    @classmethod
    def _model_has_provider(cls, value: str) -> str:
        if value != "quote" and not all(value.partition(":")):
            raise ValueError("must be `quote` or `provider:model`, for example `openai:gpt-5-mini`")
        return value

    @field_validator("chroma_url")
    @classmethod
    def _url_has_scheme(cls, value: str | None) -> str | None:
        if value is not None:
            url = urlsplit(value)
            if url.scheme not in ("http", "https") or not url.hostname or url.port == 0:
                raise ValueError("must be like http://host:8000 or https://host")
        return value

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """The settings in force; `overrides` (flags) win, and those that are None are passed over.

        Raises:
            ConfigurationError: a variable is unknown or its value cannot be used.
        """
        _refuse_unknown()
        try:
            return cls(**{name: value for name, value in overrides.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + str(first["loc"][0]).upper()
            wording = _WORDINGS.get(first["type"], "")
            message = wording.format(**first.get("ctx", {})) or first["msg"].removeprefix("Value error, ")
            raise ConfigurationError(
                f"{name}={first['input']!r}: {message}.", mend=f"Set {name} to a value it can take, or unset it."
            ) from None

    def fingerprint(self) -> str:
        """A short digest of the settings that can change an answer (where the index lies is not among them)."""
        data = self.model_dump_json(exclude={"index", "timeout", "chroma_url", "fallback"})
        return hashlib.sha256(data.encode()).hexdigest()[:12]


def _refuse_unknown() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    # Windows and some shells change the case of variables; pydantic-settings compares without regard to it too.
    places = {**dict.fromkeys(read_env_file(), str(ENV_FILE)), **dict.fromkeys(os.environ, "the environment")}
    for name, place in sorted(places.items()):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)
            raise ConfigurationError(
                f"Unknown setting {name} in {place}.", mend=f"The nearest is {near[0]}; rename it or unset it."
            )
