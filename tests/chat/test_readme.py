"""What rag/chat/README.md shows another program works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.chat.double import Double
from tests.conftest import ROOT, in_own_thread

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "rag/chat/README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=["gradio_client", "mcp"])
def test_an_example(example: str, double: Double, serve: Callable[..., str]) -> None:
    url = serve(double, mcp="mcp" in example)
    names: dict[str, Any] = {}
    in_own_thread(lambda: exec(example.replace("http://127.0.0.1:7860/", url), names))
    assert names["answer"]["status"] == "answered"
