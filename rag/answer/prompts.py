"""Prompts as files: one Markdown file a message, `$name` variables, no logic.

The front matter declares the inputs, and declared is used: a file whose variables differ from its declaration is
refused when it is loaded, together with every other problem found. Values are put in once; a `$` in them stays.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from rag.errors import ConfigurationError

NAMES = (
    "abstention",
    "answer.rules",
    "answer.system",
    "answer.user",
    "answer.native.system",
    "answer.native.user",
    "rewrite.system",
    "rewrite.user",
    "judge.system",
    "judge.user",
)
_KEYS = {"purpose", "inputs"}
_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One message with its variables."""

    name: str
    purpose: str
    inputs: frozenset[str]
    text: str

    def fill(self, **values: str) -> str:
        """Returns the message; raises `ConfigurationError` unless exactly the declared inputs are given."""
        missing, unknown = sorted(self.inputs - values.keys()), sorted(values.keys() - self.inputs)
        if missing or unknown:
            raise ConfigurationError(
                f"Prompt {self.name!r} is given other inputs than it declares: missing {missing}, unknown {unknown}.",
                mend="Correct `inputs` in its front matter.",
            )
        return string.Template(self.text).substitute(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """Every message Pilcrow sends to a language model."""

    messages: Mapping[str, Prompt]
    digest: str
    """Changes when any prompt does; part of an answer's fingerprint."""

    def fill(self, name: str, **values: str) -> str:
        return self.messages[name].fill(**values)

    @property
    def abstention(self) -> str:
        """The sentence that says that the documents do not answer."""
        return self.messages["abstention"].text


def load_prompts(folder: Path) -> Prompts:
    """Returns the prompts of a folder.

    Raises:
        ConfigurationError: files are missing, superfluous, or not as declared; all of it is named at once.
    """
    found = {path.name.removesuffix(".md"): path for path in folder.glob("*.md") if path.name != "README.md"}
    problems = [f"{name}.md is missing" for name in NAMES if name not in found]
    problems += [f"{name}.md is not a prompt Pilcrow uses" for name in sorted(found.keys() - set(NAMES))]
    messages = {}
    for name in NAMES:
        if name in found:
            try:
                messages[name] = parse_prompt(name, _read(found[name]))
            except ValueError as error:
                problems.append(f"{name}.md {error}")
    if problems:
        raise ConfigurationError(
            f"The prompts in {folder} cannot be used: {'; '.join(problems)}.",
            mend="Restore them from the package, or correct the files named.",
        )
    return Prompts(messages=messages, digest=prompts_digest(folder))


def prompts_digest(folder: Path) -> str:
    """Returns a short digest of every prompt file's name and content."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.md")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def parse_prompt(name: str, source: str) -> Prompt:
    """Returns the prompt written in a file; raises `ValueError` that says what is wrong with it."""
    opening, _, rest = source.partition("\n")
    front, fence, text = rest.partition(f"\n{_FENCE}\n")
    if opening.rstrip() != _FENCE or not fence:
        raise ValueError("has no front matter between two lines of ---")
    try:
        data = yaml.safe_load(front)
    except yaml.YAMLError:
        raise ValueError("has front matter that is not YAML") from None
    if not isinstance(data, dict) or set(data) != _KEYS:
        raise ValueError(f"must have exactly the keys {sorted(_KEYS)} in its front matter")
    inputs, purpose = data["inputs"], data["purpose"]
    if (
        not isinstance(inputs, list)
        or not all(isinstance(item, str) for item in inputs)
        or not isinstance(purpose, str)
    ):
        raise ValueError("must declare `purpose` as text and `inputs` as a list of names")
    template = string.Template(text.strip())
    if not template.is_valid():
        raise ValueError("has a $ that begins no variable (write $$ for the sign)")
    used, declared = set(template.get_identifiers()), set(inputs)
    if used != declared:
        raise ValueError(f"declares {sorted(declared)} and uses {sorted(used)}")
    if not template.template:
        raise ValueError("is empty")
    return Prompt(name=name, purpose=purpose, inputs=frozenset(declared), text=template.template)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError("cannot be read as UTF-8 text") from None
