"""What every embedder keeps, tried on the fake, on the bundled model and on a tiny model made here."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.index import Embedder, HashEmbedder, Index, load_embedder, update
from rag.index.bert import TokenStates, bert_graph
from rag.index.converted import DIGESTS, ConvertedEmbedder, published_tokenizer, published_weights
from rag.index.embedding import BUNDLED, Passage, bundled_model
from rag.retrieve import Searcher
from rag.text.sentences import split_sentences
from rag.types import Span
from tests.conftest import ROOT
from tests.index.conftest import make_document

TEXTS = (
    "Azerbaijan releases 32 Armenian servicemen.",
    "The weather was fine. Nobody came!",
    "Ա, Ə, Ş and 日本語 — and an emoji 🙂",
    "long " * 3_000,
)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def bundled(models: Path) -> Embedder:
    return load_embedder(BUNDLED, cache=models)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder with a BERT of two layers and random weights."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


def make_tiny_model(folder: Path) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz0123456789"]
    (folder / "vocab.txt").write_text("\n".join([*words, *(f"##{word}" for word in words[5:])]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    config = BertConfig(vocab_size=77, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    BertModel(config).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"), max_seq_length=64)
    SentenceTransformer(modules=[bert, Pooling(32)]).save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(params=["fake", "bundled", "reference"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "fake":
        return HashEmbedder()
    if request.param == "bundled":
        return request.getfixturevalue("bundled")  # type: ignore[no-any-return]
    return load_embedder(str(request.getfixturevalue("tiny")), cache=Path())


def passages() -> list[Passage]:
    return [
        Passage(heading="Title. Issuer. 2023-12-07.", text=text, sentences=split_sentences(text))
        for text in (*TEXTS, "One sentence. " * 200, "Two. Short ones.", "x" * 5_000)
    ]


def test_vectors_are_of_length_one_and_of_the_declared_size(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    assert embedder.encode([]).shape == (0, embedder.dimension)


def test_the_order_and_the_company_of_texts_do_not_matter(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    apart = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert (together * apart).sum(axis=1).min() > 0.999
    assert (embedder.encode(TEXTS[::-1])[::-1] * together).sum(axis=1).min() > 0.999


def test_each_passage_has_chunks_and_a_vector_a_sentence(embedder: Embedder) -> None:
    vectors = embedder.encode_passages(passages())
    for passage, found in zip(passages(), vectors, strict=True):
        assert len(found.chunks) >= 1
        assert len(found.sentences) == len(passage.sentences)
        for rows in (found.chunks, found.sentences):
            assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-3)
    assert len(vectors[0].chunks) == 1
    assert len(vectors[4].chunks) > 1, "a long paragraph has several chunks"


def test_the_digest_is_stable(embedder: Embedder, models: Path, tiny: Path) -> None:
    name = str(tiny) if embedder.name.startswith("/") else embedder.name
    assert load_embedder(name, cache=models).digest == embedder.digest


def test_the_converted_copy_agrees_with_the_reference(bundled: Embedder) -> None:
    reference = load_embedder(str(bundled_model()), cache=Path())
    assert (reference.encode(TEXTS) * bundled.encode(TEXTS)).sum(axis=1).min() > 0.999


def test_weights_in_eight_bits_give_nearly_the_same(bundled: Embedder) -> None:
    source = bundled_model()
    graph = bert_graph(published_weights(source), name="eight bits", eight_bits=True)
    kept = {one.get_element_type().get_type_name() for one in graph.get_ops() if one.get_type_name() == "Constant"}
    states = TokenStates.load(graph, eight_bits=True)
    vectors = ConvertedEmbedder(states, published_tokenizer(source)).encode(TEXTS)
    assert "i8" in kept
    assert 0.99 < (vectors * bundled.encode(TEXTS)).sum(axis=1).min() < 0.99999


def test_the_wording_nearest_in_meaning_is_nearest(bundled: Embedder) -> None:
    question, *answers = bundled.encode(
        ["How many soldiers were set free?", "32 servicemen were released.", "The climate summit is in Baku."]
    )
    assert question @ answers[0] > question @ answers[1] + 0.2


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "model"
    source.mkdir()
    for name in DIGESTS:
        (source / name).write_bytes((bundled_model() / name).read_bytes())
    (source / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ConfigurationError, match=r"model\.safetensors is not the published one"):
        ConvertedEmbedder.load(source, cache=tmp_path / "cache")
    (source / "tokenizer.json").unlink()
    with pytest.raises(ConfigurationError, match=r"tokenizer\.json is missing"):
        ConvertedEmbedder.load(source, cache=tmp_path / "cache")


def test_a_damaged_copy_is_made_again(tmp_path: Path) -> None:
    first = load_embedder(BUNDLED, cache=tmp_path).encode(TEXTS[:1])
    (weights,) = tmp_path.glob("*/model.bin")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    weights.write_bytes(weights.read_bytes()[:-10])
    again = load_embedder(BUNDLED, cache=tmp_path).encode(TEXTS[:1])
    assert np.array_equal(first, again)
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == digest
    (seal,) = tmp_path.glob("*/digests.json")
    sealed = seal.read_text()
    for half_written in ("", "{}", sealed[:-5]):
        seal.write_text(half_written)
        assert np.array_equal(first, load_embedder(BUNDLED, cache=tmp_path).encode(TEXTS[:1]))
        # Names of nodes in model.xml are numbered on within a process.
        files = {name: hashlib.sha256((seal.parent / name).read_bytes()).hexdigest() for name in json.loads(sealed)}
        assert json.loads(seal.read_text()) == files


def test_the_bundled_model_runs_without_torch(models: Path, bundled: Embedder) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from rag.index import load_embedder\n"
        f"load_embedder('all-MiniLM-L6-v2', cache=Path({str(models)!r})).encode(['a'])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'chromadb'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="PILCROW_EMBEDDING"):
        load_embedder("/no/such/folder", cache=Path())


def test_an_index_with_another_model_searches(tmp_path: Path, tiny: Path) -> None:
    documents = [make_document("one", "alpha beta. gamma delta.", "epsilon zeta " * 60)]
    update(tmp_path, documents, load_embedder(str(tiny), cache=tmp_path))
    found = Searcher(Index.open(tmp_path, embedding=str(tiny))).search("gamma")
    assert found.hits[0].paragraph.ref == "one#p1"
    assert [Span(start=s.start, end=s.end) for s in found.hits[0].sentences] == [
        Span(start=0, end=11),
        Span(start=12, end=24),
    ]


TWO_AT_ONCE = """
import sys, threading, time
from pathlib import Path
from rag.index.bert import TokenStates

states, together = TokenStates.load(Path(sys.argv[1])), threading.Barrier(2)

def infer():
    together.wait()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        pass  # meanwhile the other one waits for the interpreter
    list(states([[101, 102]]))

threads = [threading.Thread(target=infer) for _ in range(2)]
sys.setswitchinterval(60)  # a thread goes on until it waits
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_two_threads_may_begin_together(bundled: Embedder, models: Path) -> None:
    (graph,) = models.glob("*/model.xml")
    # Several processes, since it is a matter of luck which thread is given the interpreter.
    processes = [subprocess.Popen([sys.executable, "-c", TWO_AT_ONCE, str(graph)], cwd=ROOT) for _ in range(4)]
    try:
        assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    finally:
        for process in processes:
            process.kill()
            process.wait()
