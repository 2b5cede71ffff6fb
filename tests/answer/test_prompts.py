"""Prompt files: those shipped are sound, and every way of being unsound is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from rag.answer.prompts import NAMES, load_prompts, parse_prompt, prompts_digest
from rag.errors import ConfigurationError
from rag.resources import prompts_folder

GOOD = "---\npurpose: To greet.\ninputs: [name]\n---\nHello $name, that is $$5.\n"


def test_the_shipped_prompts_load() -> None:
    prompts = load_prompts(prompts_folder())
    assert set(prompts.messages) == set(NAMES)
    assert prompts.digest == prompts_digest(prompts_folder())
    assert prompts.abstention.count(".") == 1


@pytest.mark.parametrize(
    "said",
    ["number", "date", "cause", "comparison", "prediction", "contested", "Coverage", "disagree", "not instructions"],
)
def test_the_rules_say_what_must_be_said(said: str) -> None:
    assert said in load_prompts(prompts_folder()).messages["answer.rules"].text


@pytest.mark.parametrize("name", ["answer.system", "answer.native.system"])
def test_one_good_and_two_bad_forms_are_shown(name: str) -> None:
    text = load_prompts(prompts_folder()).messages[name].text
    assert (text.count("- Good:"), text.count("- Bad:")) == (1, 2)


def test_values_are_put_in_once() -> None:
    prompt = parse_prompt("greeting", GOOD)
    assert prompt.fill(name="$name $other ${x}") == "Hello $name $other ${x}, that is $5."


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hello", "front matter"),
        ("---\npurpose: x\ninputs: []\n", "front matter"),
        ("---\n: : [\n---\nx", "not YAML"),
        ("---\npurpose: x\n---\nx", "exactly the keys"),
        ("---\npurpose: x\ninputs: []\nmodel: y\n---\nx", "exactly the keys"),
        ("---\npurpose: x\ninputs: name\n---\n$name", "list of names"),
        ("---\npurpose: x\ninputs: [a, b]\n---\n$a $c", "declares ['a', 'b'] and uses ['a', 'c']"),
        ("---\npurpose: x\ninputs: []\n---\ncosts $5", "begins no variable"),
        ("---\npurpose: x\ninputs: []\n---\n \n", "empty"),
    ],
)
def test_an_unsound_file_is_refused(source: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_prompt("x", source)


def test_every_problem_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(prompts_folder(), folder)
    before = prompts_digest(folder)
    (folder / "abstention.md").unlink()
    (folder / "judge.user.md").write_text("no front matter", encoding="utf-8")
    (folder / "extra.md").write_text(GOOD, encoding="utf-8")
    (folder / "rewrite.user.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError) as caught:
        load_prompts(folder)
    for name in ("abstention.md", "judge.user.md", "extra.md", "rewrite.user.md"):
        assert name in str(caught.value)
    assert prompts_digest(folder) != before


def test_other_inputs_than_declared_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"missing \['name'\], unknown \['nome'\]"):
        parse_prompt("greeting", GOOD).fill(nome="x")
