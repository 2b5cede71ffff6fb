"""Documents made on the spot, and indexes of them."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.index import Changes, HashEmbedder, Index, update
from rag.types import Document, DocumentInfo, Filters, Paragraph

MakeIndex = Callable[..., Index]


def make_document(
    document: str,
    *texts: str,
    title: str = "",
    date: str | None = None,
    issuer: str | None = None,
    publisher: str | None = None,
) -> Document:
    """A document of these paragraphs."""
    paragraphs, at = [], 0
    for number, text in enumerate(texts, start=1):
        paragraphs.append(Paragraph(document=document, number=number, start=at, end=at + len(text), text=text))
        at += len(text) + 2
    whole = "\n\n".join(texts)
    info = DocumentInfo(id=document, title=title or document, date=date, issuer=issuer, publisher=publisher)
    digest = hashlib.sha256(f"{info}{whole}".encode()).hexdigest()
    return Document(info=info, text=whole, paragraphs=tuple(paragraphs), source=f"{document}.md", digest=digest)


def index_of(folder: Path, documents: Sequence[Document], **options: object) -> Changes:
    return update(folder, documents, HashEmbedder(), **options)  # type: ignore[arg-type]


def opened(folder: Path, **options: object) -> Index:
    return Index.open(folder, embedding="test:hash", **options)  # type: ignore[arg-type]


def kept_by(index: Index) -> set[str]:
    """The references of all live paragraphs, as both ways of searching give them back."""
    snapshot = index.snapshot()
    stored = index.load(snapshot.keys.tolist(), dimension=64)
    for item in stored.values():
        near = snapshot.search_dense(item.chunk_vectors[0], 5, snapshot.scope(Filters()))
        found = {stored[one.key].words for one in near}
        assert item.words in found, f"{item.paragraph.ref} is not found by its own vector"
    return {item.paragraph.ref for item in stored.values()}


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Chroma server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--host", "127.0.0.1"]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log, env=environment)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the Chroma server ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the Chroma server did not start")
