from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from rag import evaluate
from rag.evaluate import wording
from rag.evaluate.figures import BY_NAME
from tests.evaluate.conftest import RELEASES
from tests.evaluate.toy import Altered, ToyAssistant, opener, quote_draft


def printed(renderable: RenderableType) -> str:
    written = StringIO()
    Console(width=140, file=written).print(renderable)
    return written.getvalue()


@pytest.fixture
def first(tmp_path: Path, questions_file: Path) -> evaluate.Evaluation:
    return evaluate.run(
        [questions_file], open_assistant=opener(ToyAssistant(RELEASES)), out=tmp_path / "runs", settings={}
    )


def test_the_table_has_every_figure_overall_by_split_and_by_kind(first: evaluate.Evaluation) -> None:
    text = printed(evaluate.render_table(first.summary))
    for label in ("MRR", "Recall@10", "Citation precision", "Citation recall", "Fact recall", "F1 of refusing",
                  "F1 of answering", "Seconds, median", "dev", "test", "unanswerable", "small sample"):  # fmt: skip
        assert label in text, label
    assert "Tokens read" not in text, "no language model was in use"


def test_a_comparison_names_what_broke(first: evaluate.Evaluation, tmp_path: Path, questions_file: Path) -> None:
    silent = Altered(ToyAssistant(RELEASES), lambda draft, _: quote_draft([], confidence=draft.confidence))
    after = evaluate.run(
        [questions_file], open_assistant=opener(silent), out=tmp_path / "runs", settings={}, baseline=first.folder.path
    )
    assert after.comparison is not None
    text = printed(evaluate.render_comparison(after.comparison))
    assert "REGRESSED" in text
    assert "Regressed: Right, Fact recall" in text
    assert "broken: releases/one-Avaria" in text.replace("\n", " ")


def test_a_gate_is_never_rounded_up_to_one() -> None:
    assert wording.number(BY_NAME["quote_exactness"], 0.99996) == "0.999"
    assert wording.number(BY_NAME["fact_recall"], 0.99996) == "1.000"


def test_nothing_in_a_name_reaches_the_terminal_as_a_command(first: evaluate.Evaluation) -> None:
    kinds = tuple(replace(part, name=f"\x1b[31m{part.name}") for part in first.summary.kinds)
    assert "\x1b[31m" not in printed(evaluate.render_table(replace(first.summary, kinds=kinds)))
