"""Searching a small index made with the deterministic embedder."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.index import HashEmbedder, Index
from rag.index.embedding import Vectors
from rag.retrieve import Searcher
from rag.retrieve.search import LARGEST_DOCUMENT
from rag.types import Filters, Retrieval, Turn
from tests.index.conftest import index_of, make_document, opened

DOCUMENTS = [
    make_document(
        "joint",
        "The Republic of Azerbaijan releases 32 Armenian servicemen.",
        "The Republic of Armenia releases 2 Azerbaijani servicemen.",
        "Armenia withdraws its candidacy and supports the bid of Baku to host COP29.",
        title="Joint statement",
        date="2023-12-07",
        issuer="Yerevan and Baku",
    ),
    make_document(
        "coverage",
        "the republic of Azerbaijan releases 32 Armenian servicemen!",
        "Nothing was said about the border. The border stays closed.",
        title="What the press wrote",
        date="2023-12-08",
        issuer="Press",
    ),
    make_document("recipe", "Take two eggs.", "Stir the flour.", "Take two eggs.", title="Cake"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("search") / "index"
    index_of(folder, DOCUMENTS)
    return opened(folder)


@pytest.fixture
def searcher(index: Index) -> Searcher:
    return Searcher(index)


def refs(found: Retrieval) -> list[str]:
    return [hit.paragraph.ref for hit in found.hits]


def test_the_paragraph_that_answers_comes_first(searcher: Searcher) -> None:
    found = searcher.search("Who supports the bid to host COP29?")
    assert refs(found)[0] == "joint#p3"
    assert found.hits[0].document.title == "Joint statement"
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert found.paragraphs == 6, "each wording counts once"
    assert found.seconds > 0


def test_the_same_words_take_one_place_and_are_named(searcher: Searcher) -> None:
    found = searcher.search("How many Armenian servicemen does Azerbaijan release?")
    first = found.hits[0]
    assert {first.paragraph.ref, *first.also_in} == {"joint#p1", "coverage#p1"}
    assert len(refs(found)) == 6
    assert refs(searcher.search("eggs", k=1)) == ["recipe#p1"]
    assert searcher.search("eggs", k=1).hits[0].also_in == (), "a repetition in the same document is no other source"


def test_signals_say_what_the_score_was_made_of(searcher: Searcher) -> None:
    found = searcher.search("border closed")
    best = found.hits[0]
    assert best.paragraph.ref == "coverage#p2"
    assert best.signals.lexical > 0
    assert best.signals.sentence == pytest.approx(max(s.score for s in best.sentences), abs=1e-5)
    assert [best.paragraph.text[s.start : s.end] for s in best.sentences] == [
        "Nothing was said about the border.",
        "The border stays closed.",
    ]
    assert found.hits[-1].signals.lexical == 0


def test_titles_issuers_and_dates_count(searcher: Searcher) -> None:
    assert refs(searcher.search("cake"))[0].startswith("recipe")
    assert refs(searcher.search("press border"))[0].startswith("coverage")


def test_quotation_marks_ask_for_the_phrase(searcher: Searcher) -> None:
    assert refs(searcher.search('"Armenian servicemen"')) == ["joint#p1"]
    assert len(refs(searcher.search('"servicemen Armenian"'))) > 1, "a phrase that stands nowhere is only words"


def test_copies_in_other_documents_change_no_score(tmp_path: Path) -> None:
    copies = [make_document(f"copy{number}", *(p.text for p in DOCUMENTS[0].paragraphs)) for number in range(5)]
    found = []
    for folder, documents in (("alone", DOCUMENTS), ("copied", [*DOCUMENTS, *copies])):
        index_of(tmp_path / folder, documents)
        searcher = Searcher(opened(tmp_path / folder))
        found.append([searcher.search(q) for q in ("Who supports the bid to host COP29?", "the Azerbaijan servicemen")])
    for alone, copied in zip(*found, strict=True):
        assert [replace(hit, also_in=()) for hit in copied.hits] == [replace(hit, also_in=()) for hit in alone.hits]
        assert (copied.terms, copied.paragraphs) == (alone.terms, alone.paragraphs)


def test_a_flash_in_capitals_is_found_by_its_words(tmp_path: Path) -> None:
    flash = make_document("flash", "AZERBAIJAN RELEASES CAPTURED SOLDIERS AND HOSTAGES", date="2023-01-01")
    story = make_document("story", "Azerbaijan releases captured soldiers and hostages.", "Cows graze.", date="2023-02")
    index_of(tmp_path, [flash, story])
    searcher = Searcher(opened(tmp_path))
    for question in ("Which soldier and hostage did they release?", '"captured soldiers" hostage'):
        found = searcher.search(question)
        assert refs(found)[0] == "flash#p1"
        assert found.hits[0].also_in == ("story#p1",)
        assert {term.paragraphs for term in found.terms if term.term in ("soldier", "hostag")} <= {1}
        assert refs(searcher.search(question, filters=Filters(documents=("story",))))[0] == "story#p1"


def test_a_phrase_is_looked_for_in_the_carrier_that_a_filter_lets_through(tmp_path: Path) -> None:
    first = make_document("a", "The river rose.", "Eggs are sold.", title="Alpha bulletin", date="2023-01-01")
    second = make_document("b", "The river rose.", "Cows graze.", title="Zebra gazette", date="2023-02-01")
    index_of(tmp_path, [first, second])
    searcher, only = Searcher(opened(tmp_path)), Filters(documents=("b",))
    assert set(refs(searcher.search('"Zebra gazette" river', filters=only))) == {"b#p1", "b#p2"}
    assert "b#p1" not in refs(searcher.search('"Alpha bulletin" river', filters=only))


def test_a_document_is_given_whole_and_its_sentences_by_what_they_share_with_it(searcher: Searcher) -> None:
    some = searcher.search("bridge").hits[0].document.id
    hits = searcher.document(some)
    assert [hit.paragraph.number for hit in hits] == list(range(1, len(hits) + 1))
    assert {hit.document.id for hit in hits} == {some}
    for hit in hits:
        assert hit.sentences
        assert all(-1 <= sentence.score <= 1.0001 for sentence in hit.sentences)
    assert searcher.document("nothing of that name") == ()


def test_of_a_very_long_document_paragraphs_from_all_of_it_are_given(tmp_path: Path) -> None:
    texts = [f"The council met for the {number}th time." for number in range(1, 701)]
    index_of(tmp_path / "index", [make_document("minutes", *texts, title="Minutes")])
    numbers = [hit.paragraph.number for hit in Searcher(opened(tmp_path / "index")).document("minutes")]
    assert len(numbers) <= LARGEST_DOCUMENT
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert numbers[-1] > 690


def test_filters_hold(searcher: Searcher) -> None:
    for filters in (Filters(issuers=("PRESS",)), Filters(since="2023-12-08"), Filters(documents=("coverage",))):
        assert {ref.split("#")[0] for ref in refs(searcher.search("servicemen", filters=filters))} == {"coverage"}
    assert refs(searcher.search("servicemen", filters=Filters(until="1990"))) == []
    with pytest.raises(InputError, match="not a date"):
        searcher.search("servicemen", filters=Filters(since="yesterday"))


def test_a_follow_up_is_searched_in_the_light_of_the_turn_before(searcher: Searcher) -> None:
    history = (
        Turn(role="user", content="How many servicemen does Azerbaijan release?"),
        Turn(role="assistant", content="32."),
    )
    found = searcher.search("And the Republic of Armenia?", history=history)
    assert refs(found)[0] == "joint#p2"
    assert "servicemen" in found.standalone_question
    alone = searcher.search("How is flour stirred?", history=history)
    assert refs(alone)[0] == "recipe#p2"
    rewritten = searcher.search("And?", history=history, standalone_question="How is flour stirred?")
    assert refs(rewritten)[0] == "recipe#p2"
    assert rewritten.question == "And?"
    assert rewritten.standalone_question == "How is flour stirred?"


def test_terms_say_in_how_many_paragraphs_each_word_stands(searcher: Searcher) -> None:
    found = searcher.search("How many servicemen did the volcano release?")
    found_in = {term.surface: term.paragraphs for term in found.terms}
    assert (found_in["servicemen"], found_in["volcano"], found_in["release"]) == (2, 0, 2), "a copy counts once"


@pytest.mark.parametrize(
    "question",
    ["", " ", "?!", "\x00\x07", "a" * 5_000, "«»“”", '"', '""', "日本語の質問", "Հարց", "[[x]] $name {} <b>"],
)
def test_any_text_is_searched_without_harm(searcher: Searcher, question: str) -> None:
    found = searcher.search(question, k=3)
    assert len(found.hits) <= 3
    assert found.question == question


def test_k_limits_the_hits(searcher: Searcher) -> None:
    assert len(searcher.search("servicemen", k=2).hits) == 2
    assert len(searcher.search("servicemen", k=200).hits) == 6


def test_several_threads_may_search(searcher: Searcher) -> None:
    questions = ["COP29", "border", "eggs", "flour"] * 10
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda question: refs(searcher.search(question)), questions))
    assert found == [refs(searcher.search(question)) for question in questions]


def test_a_reranker_reorders_the_best(index: Index) -> None:
    def longest(question: str, texts: Sequence[str]) -> list[float]:
        return [float(len(text)) for text in texts]

    found = Searcher(index, reranker=longest).search("servicemen eggs")
    lengths = [len(hit.paragraph.text) for hit in found.hits]
    assert lengths == sorted(lengths, reverse=True)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_new_generation_is_used_without_a_new_searcher(tmp_path: Path) -> None:
    index_of(tmp_path, DOCUMENTS)
    searcher = Searcher(opened(tmp_path))
    assert refs(searcher.search("eggs", k=1)) == ["recipe#p1"]
    index_of(tmp_path, DOCUMENTS[:2])
    assert "recipe#p1" not in refs(searcher.search("eggs"))


NEWER = [
    make_document(document.id, *(f"{paragraph.text} Corrected." for paragraph in document.paragraphs))
    for document in DOCUMENTS
]


def test_an_index_run_that_ends_while_the_question_is_embedded_hides_nothing(tmp_path: Path) -> None:
    class Interrupted(HashEmbedder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            index_of(tmp_path, NEWER)
            return super().encode(texts)

    index_of(tmp_path, DOCUMENTS)
    found = Searcher(Index(tmp_path, Interrupted)).search("eggs")
    assert found.hits[0].paragraph.text == "Take two eggs. Corrected."
    assert [term.paragraphs for term in found.terms] == [1]


def test_an_index_run_that_ends_while_the_hits_are_reranked_hides_nothing(tmp_path: Path) -> None:
    def interrupted(question: str, texts: Sequence[str]) -> list[float]:
        index_of(tmp_path, NEWER)
        return [float("eggs" in text) for text in texts]

    index_of(tmp_path, DOCUMENTS)
    found = Searcher(opened(tmp_path), reranker=interrupted).search("eggs")
    assert found.hits[0].paragraph.text == "Take two eggs. Corrected."


def test_an_index_that_never_rests_is_searched_three_times(tmp_path: Path) -> None:
    searched: list[int] = []

    def interrupted(question: str, texts: Sequence[str]) -> list[float]:
        searched.append(len(texts))
        index_of(tmp_path, (DOCUMENTS, NEWER)[len(searched) % 2])
        return [0.0] * len(texts)

    index_of(tmp_path, DOCUMENTS)
    assert Searcher(opened(tmp_path), reranker=interrupted).search("eggs").question == "eggs"
    assert searched == [6, 6, 6]


def test_who_asks_for_the_words_of_one_publisher_is_shown_no_others(tmp_path: Path) -> None:
    one, other = (
        make_document(name, "The river rose and 14 men died.", text, publisher=publisher)
        for name, text, publisher in (("a", "Eggs are sold.", "Trend"), ("b", "Cows graze by the river.", "JAM-news"))
    )
    index_of(tmp_path, [one, other])
    searcher = Searcher(opened(tmp_path))
    found = searcher.search("According to JAM-news, how many men died in the river?")
    assert set(refs(found)) == {"b#p1", "b#p2"}
    assert found.filters.publishers == ("JAM-news",)
    assert found.standalone_question == "how many men died in the river?"
    assert "a#p2" in refs(searcher.search("How many men died in the river?"))
    only = Filters(documents=("a",))
    assert searcher.search("What does JAM-news say about the river?", filters=only).filters == only
    before = (Turn(role="user", content="What does Trend report about the river?"),)
    assert searcher.search("And it?", history=before).filters.publishers == ("Trend",)
