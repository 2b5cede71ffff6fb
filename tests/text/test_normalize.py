from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.normalize import locate, locate_all, normalize, normalized_text, words_hash, words_key

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAe .,-\"'`\n\t“”‘’«»„–—−\u00ad\u200b\u2060\ufeff\u00a0\u2003\u0301\u0323\u0307\u0327İıŞşß"),
        st.sampled_from("éö\u1100\u1161\u11a8가\u0958\u212b\u2126\u2000\u1fef\U00016d63\U00016d67\U0001d15e"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


@given(MIXED)
@example("e\u00ad\u0301x")
@example("\u0958a")
def test_every_character_knows_its_offset(text: str) -> None:
    found = normalize(text)
    assert len(found.offsets) == len(found.text) + 1
    assert list(found.offsets) == sorted(found.offsets)
    assert found.offsets[-1] == len(text) or text[found.offsets[-1] :] == ""
    assert normalized_text(found.text) == found.text


@given(st.text(alphabet=st.sampled_from("aAéÉİıŞşßﬁǅΣς ”—\u00ad")))
def test_letters_are_never_folded(text: str) -> None:
    assert [letter for letter in normalized_text(text) if letter.isalpha()] == [
        letter for letter in text if letter.isalpha()
    ]


@given(MIXED, st.data())
def test_a_located_quote_says_what_was_looked_for(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    for span in locate_all(quote, text):
        assert 0 <= span.start < span.end <= len(text)
        assert normalized_text(text[span.start : span.end]) == normalized_text(quote).strip()


@given(
    st.lists(
        st.sampled_from(["Baku’s", "“peace”", "İstanbul", "32", "e\u0301te\u0301", "co\u00adop", "—", "q\u0307"]),
        min_size=1,
    )
)
def test_the_words_of_a_text_are_found_in_it(words: list[str]) -> None:
    text = "Before \n" + " \u200b ".join(words) + "\t after"
    quote = normalized_text(" ".join(words))
    span = locate(quote, text)
    assert span is not None
    assert normalized_text(text[span.start : span.end]) == quote


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ('"the region."', "peace in “the region.” Both", "“the region.”"),
        ("Azerbaijan's bid", "support Azerbaijan’s bid to host", "Azerbaijan’s bid"),
        ("Azerbaijan’s bid", "support Azerbaijan's bid to host", "Azerbaijan's bid"),
        ("long - awaited", "a long —\u00a0\n awaited peace", "long —\u00a0\n awaited"),
        ("Armenia-Azerbaijan", "the Armenia–Azerbaijan talks", "Armenia–Azerbaijan"),
        ("cooperation", "further co\u00adopera\u200btion now", "co\u00adopera\u200btion"),
        ("été", "un e\u0301te\u0301 chaud", "e\u0301te\u0301"),
        ("İstanbul and Şuşa", "in İstanbul and Şuşa", "İstanbul and Şuşa"),
        ("I\u0307stanbul", "in İstanbul", "İstanbul"),
        ("ﬁnal", "the ﬁnal text", "ﬁnal"),
        ("“32”", "said „32“ men", "„32“"),
        ("3.5 million", "about 3.5 million.", "3.5 million"),
        ("平和", "これは平和です", "平和"),
        ("  two countries\n", "The two  countries agree", "two  countries"),
    ],
)
def test_what_counts_as_the_same_words(quote: str, text: str, found: str) -> None:
    span = locate(quote, text)
    assert span is not None
    assert text[span.start : span.end] == found


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("armenia releases", "Armenia releases two"),  # case
        ("istanbul", "İstanbul"),
        ("final", "the ﬁnal text"),  # NFC, not NFKC
        ("2 men", "releases 32 men"),  # inside a number
        ("releases 3", "releases 32 men"),
        ("3", "3.5 million"),
        ("5 million", "3.5 million"),
        ("500", "1,500 men"),
        ("Armenia", "Armenian servicemen"),  # inside a word
        ("e", "e\u0301"),  # inside a character
        ("q", "q\u0307 mark"),
        ("withdraw all troops by March", "withdraw all troops by May"),
        ("", "text"),
        (" \u00ad ", "a \u00ad b"),
    ],
)
def test_what_does_not(quote: str, text: str) -> None:
    assert locate(quote, text) is None


def test_every_place_is_found() -> None:
    text = "peace, “peace” and long-lasting peace; Peace and peaceful"
    assert [text[span.start :][:5] for span in locate_all("peace", text)] == ["peace"] * 3
    assert [span.start for span in locate_all("peace", text)] == [0, 8, 32]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The two sides AGREED.", "the two sides agreed"),
        ("“Peace,” he said", '"peace" he said.'),
        ("confidence-building measures", "confidence building measures"),
        ("Azerbaijan’s bid", "Azerbaijan's bid"),
    ],
)
def test_same_words(one: str, other: str) -> None:
    assert words_key(one) == words_key(other)
    assert words_hash(one) == words_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("$3.5", "$35"), ("-5 degrees", "5 degrees"), ("€5", "$5"), ("5%", "5"), ("कि", "के"), ("32 men", "3 2 men")],
)
def test_other_words(one: str, other: str) -> None:
    assert words_key(one) != words_key(other)


@given(MIXED)
def test_hash_fits_a_signed_column(text: str) -> None:
    assert 0 <= words_hash(text) < 2**63


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301\u0323" * 50_000, "x" * 100_000, "“a” " * 25_000, "\u00ad" * 100_000, " \n" * 50_000, "é" * 100_000],
    ids=["marks", "one word", "quotes", "invisible", "spaces", "accents"],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    normalize(text)
    locate("a" * 40, text)
    locate(text[-50:], text)
    assert time.process_time() - began < 3
