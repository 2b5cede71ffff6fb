from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.corpus import read_all
from rag.index.catalog import Catalog
from rag.index.writing import CatalogWriter
from rag.types import Filters, Span
from tests.index.conftest import index_of, make_document

FIRST = "Armenia withdraws its bid."
SECOND = "Azerbaijan supports the candidature of Armenia."
DOCUMENTS = [
    make_document("a", FIRST, SECOND, date="2023-12-07", issuer="Both"),
    make_document("b", f"As a sign of good will: {FIRST}", f"{FIRST} {SECOND}", date="2023-12", issuer="BOTH"),
    make_document("c", FIRST.upper(), "Something else."),
]


def descriptors() -> int:
    """How many files this process holds open."""
    return len(list(Path("/dev/fd").iterdir()))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    index_of(tmp_path, DOCUMENTS)
    return Catalog(tmp_path)


def test_documents_and_paragraphs_come_back_as_they_were(catalog: Catalog) -> None:
    assert [catalog.document(document.id) for document in DOCUMENTS] == DOCUMENTS
    assert catalog.paragraph("b#p2") == DOCUMENTS[1].paragraphs[1]
    assert catalog.info("a") == DOCUMENTS[0].info
    assert catalog.document_ids() == ("a", "b", "c")
    assert catalog.issuers() == ("BOTH", "Both")
    assert catalog.has_document("c")


@pytest.mark.parametrize("ref", ["a#p3", "a#p0", "a#p", "a", "d#p1", "a#p²", "a#p" + "9" * 40, "#p1", ""])
def test_what_is_not_there_is_none(catalog: Catalog, ref: str) -> None:
    assert catalog.paragraph(ref) is None
    assert catalog.document("d") is None
    assert catalog.info("d") is None
    assert not catalog.has_document("d")


def test_documents_are_newest_first_and_filtered(catalog: Catalog) -> None:
    assert [info.id for info in catalog.documents()] == ["a", "b", "c"]
    assert [info.id for info in catalog.documents(Filters(issuers=("both",)))] == ["a", "b"]
    assert [info.id for info in catalog.documents(Filters(since="2023-12-08"))] == ["b"]


def test_copies_are_paragraphs_of_others_with_all_the_quoted_sentences(catalog: Catalog) -> None:
    assert catalog.copies("a#p1", Span(start=0, end=len(FIRST))) == ("b#p2", "c#p1")
    assert catalog.copies("a#p2", Span(start=3, end=9)) == ("b#p2",)
    both = f"{FIRST} {SECOND}"
    assert catalog.copies("b#p2", Span(start=0, end=len(both))) == ()
    assert catalog.copies("b#p2", Span(start=0, end=5)) == ("a#p1", "c#p1")
    assert catalog.copies("c#p2", Span(start=0, end=4)) == ()
    assert catalog.copies("none#p1", Span(start=0, end=4)) == ()


def test_the_two_bundled_documents_share_statements(tmp_path: Path, corpus_folder: Path) -> None:
    documents = read_all([corpus_folder]).expect()
    index_of(tmp_path, documents)
    catalog = Catalog(tmp_path)
    trend = next(document for document in documents if document.id.startswith("trend"))
    last = trend.paragraphs[-1]
    copies = catalog.copies(last.ref, Span(start=0, end=20))
    assert copies
    assert all(ref.startswith("jamnews") for ref in copies)


def test_same_words_are_grouped(catalog: Catalog) -> None:
    stored = catalog.load([1, 5], dimension=64)
    assert len({item.words for item in stored.values()}) == 1
    (refs,) = catalog.same_words([stored[1].words]).values()
    assert [ref for _, ref in refs] == ["a#p1", "c#p1"]


def test_a_catalog_may_be_read_by_several_threads(catalog: Catalog) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(catalog.document("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [DOCUMENTS[0]] * 8


def test_a_thread_that_has_ended_leaves_no_descriptor_open(catalog: Catalog) -> None:
    def ask_from_new_threads() -> int:
        together = threading.Barrier(4)
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(lambda _: together.wait() >= 0 and catalog.has_document("a"), range(4)))
        return descriptors()

    assert catalog.has_document("a")
    before = ask_from_new_threads()
    assert max(ask_from_new_threads() for _ in range(20)) <= before


def test_closing_lets_go_of_every_descriptor(catalog: Catalog) -> None:
    before = descriptors()
    leave = threading.Event()
    asked = threading.Barrier(5)

    def stay() -> None:
        assert catalog.has_document("a")
        asked.wait()
        leave.wait()

    threads = [threading.Thread(target=stay) for _ in range(4)]
    for thread in threads:
        thread.start()
    asked.wait()
    assert descriptors() > before
    catalog.close()
    assert descriptors() <= before
    leave.set()
    for thread in threads:
        thread.join()


def test_a_reading_that_is_under_way_outlives_a_closing(catalog: Catalog) -> None:
    vectors = catalog.chunk_vectors()
    first, _ = next(vectors)
    catalog.close()
    assert [first, *(key for key, _ in vectors)] == [1, 2, 3, 4, 5, 6]


def test_a_closed_catalog_opens_again_when_asked(catalog: Catalog) -> None:
    assert catalog.has_document("a")
    catalog.close()
    catalog.close()
    assert catalog.has_document("a")


def test_space_is_given_back(tmp_path: Path) -> None:
    index_of(tmp_path, [make_document(f"d{n}", *(f"words {n} {p} " * 50 for p in range(20))) for n in range(20)])
    before = (tmp_path / "catalog.sqlite").stat().st_size
    index_of(tmp_path, [make_document("d0", "few words")])
    assert (tmp_path / "catalog.sqlite").stat().st_size < before / 2
    writer = CatalogWriter(tmp_path)
    assert writer.count(live=1) == 1
    writer.close()
