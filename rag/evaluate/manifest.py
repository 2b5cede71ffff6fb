"""What a run was made of, written before the first question is asked."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.evaluate.figures import Prices
from rag.evaluate.questions import QuestionSet, Selected
from rag.evaluate.summary import DRAWS, FORMAT, SEED
from rag.types import Fingerprint

PACKAGES = (
    "pilcrow",
    "chromadb",
    "tantivy",
    "openvino",
    "tokenizers",
    "sentence-transformers",
    "torch",
    "langchain",
    "ir-measures",
    "numpy",
)


def make_manifest(
    sets: Sequence[QuestionSet],
    asked: Sequence[Selected],
    *,
    name: str,
    fingerprint: Fingerprint,
    settings: Mapping[str, Any],
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """The manifest of a run that begins now."""
    return {
        "format": FORMAT,
        "name": name,
        "started": now(),
        "finished": None,
        "commit": commit(),
        "fingerprint": asdict(fingerprint),
        "settings": {key: value for key, value in settings.items() if key != "index"},
        "questions": [
            {
                "name": each.name,
                "file": each.path.name,
                "sha256": each.digest,
                "asked": sum(one.set == each.name for one in asked),
                "of": len(each.questions),
                "notes": list(each.notes),
            }
            for each in sets
        ],
        **options,
        "bootstrap": {"seed": SEED, "draws": DRAWS},
        "versions": versions(),
    }


def check_resumable(manifest: Mapping[str, Any], fingerprint: Fingerprint, *, name: str) -> None:
    """Refuses to go on with a run under circumstances that would change its answers.

    Raises:
        InputError: corpus, index, prompts or settings differ from those the run began with.
    """
    before, current = manifest["fingerprint"], asdict(fingerprint)
    if changed := [part for part in current if before.get(part) != current[part]]:
        raise InputError(
            f"The run {name!r} began with other {', '.join(changed)}.",
            mend="Begin a new run: pilcrow eval; or put back what it began with.",
        )


def prices_of(manifest: Mapping[str, Any]) -> Prices | None:
    """The prices a run was given."""
    prices = manifest.get("prices")
    return Prices(*prices) if prices else None


def now() -> str:
    """The time in UTC to the second, as ISO."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit() -> dict[str, Any] | None:
    """The commit of the checkout this package is in and whether files differ from it; None outside a checkout."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return {"id": head, "changed": bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))}
    except (OSError, subprocess.SubprocessError):
        return None


def versions() -> dict[str, str]:
    """The versions of Python and of what can change a figure."""
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
