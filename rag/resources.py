"""Where the files that travel with the package are: in a checkout at its top level, in a wheel under `rag/_data`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(packaged: str, in_checkout: str) -> Path:
    inside = _PACKAGE / "_data" / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / in_checkout


def prompts_folder() -> Path:
    """The folder of prompt files, one a message."""
    return _folder("prompts", "prompts")


def bundled_corpus() -> Path:
    """The folder of the two documents Pilcrow comes with."""
    return _folder("corpus", "corpus")


def questions_folder() -> Path:
    """The folder of the fixed questions over the bundled corpus."""
    return _folder("questions", "eval/questions")


def baselines_folder() -> Path:
    """The folder of committed baselines."""
    return _folder("baselines", "eval/baselines")
