"""The words of Pilcrow as frozen dataclasses.

    document    one text as one publisher carried it
    paragraph   numbered unit that is cited: `DOCUMENT#pN`, N from 1
    chunk       unit that is embedded, never quoted (lives in `rag.index` only)
    hit         paragraph with a score
    evidence    hit shown to the answerer, under an opaque handle
    citation    verified pointer to a paragraph, with the exact quote
    claim       one sentence of an answer
    statement   what an issuer said; several documents may carry it
    version     one document's wording of a statement

Offsets count Unicode code points of the original text, never of a normalised copy:
`document.text[paragraph.start:paragraph.end] == paragraph.text`, and
`citation.paragraph_text[citation.start:citation.end] == citation.quote`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["user", "assistant"]
Kind = Literal["statement", "coverage"]
Status = Literal["answered", "abstained"]
Support = Literal["supported", "partial", "unsupported", "unjudged"]
Mode = Literal["quote", "model"]


_ROMAN = re.compile(r"[IVX]+\Z")


def in_small_letters(name: str) -> str:
    """A name that is written in capitals as others are: of capitals nothing tells that they are a name."""
    if not name.isupper():
        return name
    return " ".join(word if _ROMAN.match(word) and len(word) > 1 else word.title() for word in name.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What is known about a document, without its text.

    `date` is ISO and may be a year or a month only ("1992", "1992-09"); `issuer` speaks, `publisher` carried it.
    """

    id: str
    title: str
    date: str | None = None
    issuer: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    kind: Kind = "statement"
    retrieved: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)

    @property
    def speaker(self) -> str | None:
        """The person whom its metadata names as its speaker; a name in capitals is written as others are."""
        speaker = self.metadata.get("speaker")
        return in_small_letters(" ".join(speaker.split())) or None if isinstance(speaker, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A slice of a document's text; `number` counts from 1, `start` and `end` are offsets into the document."""

    document: str
    number: int
    start: int
    end: int
    text: str

    @property
    def ref(self) -> str:
        """The name under which it is cited: `DOCUMENT#pN`."""
        return f"{self.document}#p{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text as one publisher carried it, cut into paragraphs without losing a character that is not white space."""

    info: DocumentInfo
    text: str
    paragraphs: tuple[Paragraph, ...]
    source: str
    """The file it was read from (with `:LINE` for one of several documents in a `.jsonl`)."""
    digest: str
    """SHA-256 over metadata and text: a document is re-indexed when this changes, whatever its name or time."""

    @property
    def id(self) -> str:
        return self.info.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of the conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which documents may answer; an empty filter lets all through.

    `since` and `until` are ISO dates, inclusive; a document dated with a year or month only matches when its
    period overlaps the range, an undated one never does. `issuers` compare without regard to case, `publishers` do not.
    """

    issuers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    documents: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.issuers or self.since or self.until or self.documents or self.publishers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Offsets into one paragraph's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScore:
    """One sentence of a paragraph (offsets into the paragraph's text) and its cosine to the question."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What a hit's score was made of: cosines in [-1, 1] and a BM25 score (0 when no word matched)."""

    dense: float
    lexical: float
    sentence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderScores:
    """What the reader thinks of a hit, in log-odds: that it answers the question, and that each sentence does."""

    answer: float
    sentences: tuple[float, ...]
    """In the order of the hit's sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paragraph with a score in [0, 1]; comparable within one search, not between searches."""

    paragraph: Paragraph
    document: DocumentInfo
    score: float
    signals: Signals
    sentences: tuple[SentenceScore, ...] = ()
    also_in: tuple[str, ...] = ()
    """Paragraphs of other documents that carry the same words; they take no slot of their own."""
    read: ReaderScores | None = None
    """None where no reader looked at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermStatistic:
    """One content term of the question as the lexical index sees it, and in how many paragraphs it stands.

    Paragraphs with the same words count as one.
    """

    term: str
    surface: str
    paragraphs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What one search returned, best hit first, with what an answerer needs to decide on silence."""

    question: str
    standalone_question: str
    """The question that was searched for: with what it leans on of the turns before."""
    hits: tuple[Hit, ...]
    terms: tuple[TermStatistic, ...] = ()
    paragraphs: int = 0
    """How many live paragraphs the index holds."""
    filters: Filters = Filters()
    asked: str = ""
    """The question by itself, as it was searched for: rewritten by a model, or as typed, without what is only said
    around it; empty where it is the one that was typed."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A hit shown to the answerer; `handle` is opaque, 4 to 8 characters of [a-z0-9], never a list position."""

    handle: str
    hit: Hit
    shown: tuple[Span, ...] = ()
    """The parts of the paragraph that were shown; empty when the whole paragraph was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verified pointer: `paragraph_text[start:end] == quote`, and the quote stands verbatim in the document."""

    number: int
    paragraph: str
    document: DocumentInfo
    quote: str
    start: int
    end: int
    paragraph_text: str
    link: str | None
    """The publisher's page with a text fragment that marks the quote, when the document has a URL."""
    also_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.quote or self.paragraph_text[self.start : self.end] != self.quote:
            raise ValueError(f"citation of {self.paragraph} does not hold its quote at {self.start}:{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    support: Support = "unjudged"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A marker that did not become a citation, and why."""

    handle: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """What came nearest when nothing answered."""

    paragraph: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer made of a retrieval, before the assistant adds identity, timing and fingerprints."""

    status: Status
    text: str
    reason: str = ""
    """Why it abstained, what happened on the way (a model that failed), or what of several things asked is not
    answered; empty when there is nothing to say."""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    closest: tuple[Closest, ...] = ()
    mode: Mode = "quote"
    model: str | None = None
    confidence: float = 0.0
    """How sure the answerer is that the corpus answers, in [0, 1]; the risk-coverage curve runs along it."""
    tokens: tuple[int, int] | None = None
    """Tokens read and written by a language model, as its provider counted them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Wall time of the parts of one answer."""

    retrieve: float
    answer: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Short digests of everything that could change an answer."""

    corpus: str
    index: str
    prompts: str
    settings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer with its verified citations; `rag.json.answer_to_json` gives the documented JSON."""

    id: str
    question: str
    standalone_question: str
    draft: Draft
    hits: tuple[Hit, ...]
    filters: Filters
    seconds: Seconds
    fingerprint: Fingerprint

    @property
    def status(self) -> Status:
        return self.draft.status

    @property
    def reason(self) -> str:
        return self.draft.reason

    @property
    def text(self) -> str:
        return self.draft.text

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.draft.claims

    @property
    def citations(self) -> tuple[Citation, ...]:
        return self.draft.citations

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        return self.draft.rejected

    @property
    def closest(self) -> tuple[Closest, ...]:
        return self.draft.closest


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Stream event: the search is done, answering begins."""

    retrieval: Retrieval


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Stream event: more text to show; citation numbers stand in it as `[1]`, markers never do."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Stream event: everything streamed so far is taken back (the model failed); `reason` is one line."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Last stream event: the whole answer, which repeats everything that was streamed and not withdrawn."""

    answer: Answer


AnswerEvent = Retrieved | Delta | Withdrawn | Finished
"""What `Assistant.stream` yields."""

DraftEvent = Delta | Withdrawn | Draft
"""What an answerer yields; the `Draft` comes last, exactly once."""
