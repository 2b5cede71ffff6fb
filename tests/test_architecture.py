"""The rules of the house, read off the imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "rag"
# The way of the data: each part imports only from itself and from parts listed before it.
ORDER = [
    "errors", "types", "json", "batch", "resources", "text", "corpus", "statements", "index", "retrieve", "answer",
    "env_file", "settings", "library", "questions", "assistant", "check", "langchain", "evaluate", "chat", "terminal",
    "cli_options", "cli_eval", "cli", "__main__",
]  # fmt: skip
VENDORS = {
    "chromadb": {"index/vectors.py"},
    "tantivy": {"index/words.py"},
    "gradio": {"chat"},
    "typer": {"cli.py", "cli_eval.py", "cli_options.py"},
    "langchain": {"answer/models.py"},
    "langchain_openai": {"answer/models.py"},
    "openai": {"answer/models.py"},
    "anthropic": {"answer/models.py"},
    "nupunkt": {"text/sentences.py"},
    "snowballstemmer": {"text/terms.py"},
    "ir_measures": {"evaluate/relevance.py"},
    "jinja2": {"evaluate/report.py"},
    "dotenv": {"env_file.py"},
    "pydantic_settings": {"settings.py"},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    return module.split("/")[0].removesuffix(".py")


def test_every_part_is_listed() -> None:
    assert {part_of(name) for name, _ in modules()} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize(("name", "tree"), [pytest.param(name, tree, id=name) for name, tree in modules()])
def test_a_part_imports_only_from_parts_before_it(name: str, tree: ast.Module) -> None:
    part = part_of(name)
    if part == "__init__":
        return
    allowed = set(ORDER[: ORDER.index(part) + 1])
    used = {module.split(".")[1] for module in imported(tree) if module.startswith("rag.")}
    assert used <= allowed, f"{name} imports {used - allowed}"


def test_a_vendor_is_imported_in_one_place() -> None:
    strays = [
        (name, vendor)
        for name, tree in modules()
        for module in imported(tree)
        for vendor, homes in VENDORS.items()
        if module.split(".")[0] == vendor and name not in homes and part_of(name) not in homes
    ]
    assert strays == []


def test_print_stands_only_in_the_command_line() -> None:
    printing = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli.py", "cli_eval.py", "cli_options.py"}


def test_importing_loads_nothing_heavy() -> None:
    heavy = {"torch", "sentence_transformers", "transformers", "gradio", "chromadb", "openvino", "langchain", "sklearn"}
    # The rooms of the page are Gradio components; they are imported when a page is built.
    names = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name, _ in modules()
        if not name.startswith("chat/rooms/")
    ]
    code = (
        "import sys, importlib\n"
        f"for name in {[f'rag.{name}' for name in names if name != '__init__']}: importlib.import_module(name)\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_order_is_the_documented_one() -> None:
    documented = ["errors", "types", "corpus", "statements", "index", "retrieve", "answer", "settings", "assistant",
                  "evaluate", "chat", "cli"]  # fmt: skip
    assert all(ORDER.index(first) < ORDER.index(second) for first, second in pairwise(documented))


def test_no_module_is_a_novel() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_tests_mirror_the_package() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    for room in rooms:
        assert list((Path(__file__).parent / room).glob("test_*.py")), f"tests/{room}/ holds no test"
