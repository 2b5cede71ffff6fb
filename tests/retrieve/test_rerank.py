"""The reranker with a real, tiny CrossEncoder made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigurationError
from rag.retrieve import Searcher
from rag.retrieve.rerank import load_reranker
from tests.index.conftest import index_of, make_document, opened


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cross-encoder of one layer and random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("cross")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
    (folder / "vocab.txt").write_text("\n".join([*words, *(f"##{word}" for word in words[5:])]))
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=57, num_labels=1, max_position_embeddings=64, **sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_hits_come_in_the_order_of_the_reranker(tiny: Path, tmp_path: Path) -> None:
    index_of(tmp_path, [make_document("one", "alpha beta", "beta gamma", "gamma delta", "delta " * 200)])
    reranker = load_reranker(str(tiny))
    found = Searcher(opened(tmp_path), reranker=reranker).search("gamma")
    scores = reranker("gamma", [hit.paragraph.text for hit in found.hits])
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert reranker("gamma", []) == []


def test_a_reranker_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="PILCROW_RERANKER"):
        load_reranker("/no/such/folder")
