"""Every script of the model server, over both protocols: pointers valid, quotes exact, each failure in its state."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answer.answerer import Answerable
from rag.answer.judge import Judge
from rag.answer.modelled import ModelAnswerer
from rag.answer.models import Request, open_chat_model
from rag.answer.prompts import load_prompts
from rag.answer.verdict import Judging
from rag.errors import ModelError
from rag.resources import prompts_folder
from rag.types import Delta, DocumentInfo, Draft, DraftEvent, Filters, Retrieval, Turn, Withdrawn
from tests.answer.material import HOSTILE, HOSTILE_TEXT, STATEMENT, STATEMENT_TEXTS, TEXTS, FirstSentence, retrieval
from tests.model_server import SCRIPTS, Asked, ModelServer, Pause, Reply, best_paragraph, free_port

TIMEOUT = 1.0
FAILURES = {
    "401": "refused the key (401)",
    "403": "refused the key (403)",
    "404": "not known to its server (404)",
    "429": "too many requests (429)",
    "500": "an error of its own (500)",
    "529": "an error of its own (529)",
    "context too long": "do not fit the context",
    "silent": "was silent for 1 seconds",
    "stalls": "was silent for 1 seconds",
    "cut off": "cut off",
    "reset": "cut off",
    "at its limit": "cut off at its limit",
    "withheld": "withheld",
    "empty": "empty",
    "blank": "empty",
    "endless": "without an end",
    "other language": "another language",
    "not the protocol": "",
    "no stream": "",
    "invents all": "No sentence",
    "only wrong handle": "No sentence",
    "hello": "No sentence",
    "uncited": "No sentence",
    "list positions": "No sentence",
}
RATES = tuple(
    (
        DocumentInfo(id=f"rates-{month}", title="Statement of the Rate Committee", date=f"2022-{month}-16", issuer=by),
        (f"The Committee decided to raise the target range for the key rate to {rate} percent.",),
    )
    for month, rate, by in (("03", "1/2", "Bank of Ardon"), ("05", "1", "Bank of Ardon"), ("06", "2", "Bank of Orla"))
)
ABSTENTIONS = ("abstains", "abstains late")
PROVIDERS = ("openai", "anthropic")


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer("hello") as running:
        with running.environment():
            # The vendors' libraries take seconds to load, which is no part of any time-out.
            for provider in PROVIDERS:
                list(open_chat_model(f"{provider}:scripted").stream(Request(system="s", user="u")))
        yield running


@pytest.fixture(autouse=True)
def _environment(server: ModelServer, clean_environment: None) -> Iterator[None]:
    with server.environment():
        yield


def answerer(provider: str = "openai", **options: object) -> ModelAnswerer:
    model = open_chat_model(f"{provider}:scripted", timeout=TIMEOUT)
    return ModelAnswerer(
        model,
        prompts=load_prompts(prompts_folder()),
        fallback=FirstSentence(),
        **options,  # type: ignore[arg-type]
    )


def run(answering: ModelAnswerer, found: Retrieval | None = None) -> tuple[Draft, list[DraftEvent]]:
    events = list(answering.answer(found or retrieval(), ()))
    draft = events[-1]
    assert isinstance(draft, Draft)
    assert sum(isinstance(event, Draft) for event in events) == 1
    return draft, events


def check_draft(draft: Draft, events: list[DraftEvent]) -> None:
    """What is always true of an answer."""
    last_withdrawal = max((i for i, event in enumerate(events) if isinstance(event, Withdrawn)), default=-1)
    standing = [event.text for event in events[last_withdrawal + 1 :] if isinstance(event, Delta)]
    assert "".join(standing) == draft.text
    by_number = {citation.number: citation for citation in draft.citations}
    assert sorted(by_number) == list(range(1, len(draft.citations) + 1))
    for citation in draft.citations:
        assert citation.paragraph_text[citation.start : citation.end] == citation.quote
        document, _, number = citation.paragraph.rpartition("#p")
        texts = {info.id: its for info, its in [*TEXTS, *RATES, (HOSTILE, (HOSTILE_TEXT,))]}
        assert texts[document][int(number) - 1] == citation.paragraph_text
        assert citation.link is None or citation.link.startswith("https://")
    in_text = {int(number) for number in re.findall(r"\[(\d+)\]", draft.text)}
    in_claims = {number for claim in draft.claims for number in claim.citations}
    assert in_text == in_claims == set(by_number)
    assert "[[" not in draft.text
    assert "sk-" not in draft.reason
    assert "\n" not in draft.reason


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("script", [name for name in SCRIPTS if name != "keeps alive"])
def test_every_script_ends_in_a_right_state(server: ModelServer, script: str, provider: str) -> None:
    server.play(script)
    begun = time.monotonic()
    draft, events = run(answerer(provider))
    assert time.monotonic() - begun < TIMEOUT + 4
    check_draft(draft, events)
    if script in ABSTENTIONS:
        assert (draft.status, draft.mode, draft.citations) == ("abstained", "model", ())
        assert draft.closest
    elif script in FAILURES and not (provider == "anthropic" and script in ("other language", "only wrong handle")):
        assert draft.mode == "quote"
        assert FAILURES[script] in draft.reason
        assert "quoted instead" in draft.reason
        streamed = [event for event in events[:-2] if isinstance(event, Delta)]
        assert bool(streamed) == any(isinstance(event, Withdrawn) for event in events)
    elif script not in FAILURES:
        assert (draft.status, draft.mode) == ("answered", "model"), draft.reason
        assert draft.citations


def test_a_connection_kept_open_without_words_ends(server: ModelServer) -> None:
    server.play("keeps alive")
    begun = time.monotonic()
    draft, events = run(answerer())
    assert time.monotonic() - begun < TIMEOUT + 2
    check_draft(draft, events)
    assert "silent" in draft.reason


def test_a_refused_connection_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    draft, events = run(answerer())
    check_draft(draft, events)
    assert "cannot be reached" in draft.reason
    assert draft.mode == "quote"


@pytest.mark.parametrize("script", ["401", "stalls", "cut off", "endless", "empty", "invents all"])
def test_without_fallback_a_failure_is_an_error(server: ModelServer, script: str) -> None:
    server.play(script)
    with pytest.raises(ModelError) as caught:
        list(answerer(allow_fallback=False).answer(retrieval(), ()))
    assert FAILURES[script] in str(caught.value)
    assert "sk-" not in str(caught.value)


def test_the_answer_streams_and_cites_the_sentence(server: ModelServer) -> None:
    server.play("good")
    draft, events = run(answerer())
    assert sum(isinstance(event, Delta) for event in events) > 5
    assert draft.text.endswith("32 Armenian military servicemen.[1]")
    assert draft.citations[0].paragraph == "joint-statement#p2"
    assert draft.claims[0].support == "supported"
    assert draft.tokens == (11, 7)


def test_native_citations_are_mapped_to_the_same_citation(server: ModelServer) -> None:
    server.play("good")
    with_markers, _ = run(answerer("openai"))
    natively, _ = run(answerer("anthropic"))
    assert server.requests[-1].body["messages"][0]["content"][0]["source"]["type"] == "content"
    assert natively.citations == with_markers.citations
    assert natively.text == with_markers.text


def test_quoted_words_become_the_quote(server: ModelServer) -> None:
    server.play("quotes")
    draft, _ = run(answerer())
    assert f"“{draft.citations[0].quote}”" in draft.text


def test_an_invented_quotation_is_marked(server: ModelServer) -> None:
    server.play("invented quote")
    draft, _ = run(answerer())
    assert [claim.support for claim in draft.claims] == ["supported", "unsupported"]
    assert "quoted words" in draft.claims[1].why


def test_a_changed_number_is_marked(server: ModelServer) -> None:
    server.play("changed number")
    draft, _ = run(answerer())
    assert draft.claims[0].support == "supported"
    assert draft.claims[1].support != "supported"
    assert "35" in draft.claims[1].why


@pytest.mark.parametrize(
    ("question", "reply", "why"),
    [
        ("What was decided on the key rate in March 2022?", "The rate was raised to 1/2 percent.[[03]]", ""),
        (
            "What was decided on the key rate in March 2022?",
            "The Committee decided to raise the key rate to 1 percent.[[05]]",
            "[1] is of 2022-05-16, not of March 2022",
        ),
        ("What was decided on the key rate in March 2022?", "In May 2022 it was raised to 1 percent.[[05]]", ""),
        ("What was decided on the key rate in March 2022?", "It was raised to 1/2 and then to 1.[[03]][[05]]", ""),
        (
            "What has been decided on the key rate since June 2022?",
            "The Committee decided to raise the key rate to 1 percent.[[05]]",
            "[1] is of 2022-05-16, not since June 2022",
        ),
        (
            "What did the Bank of Ardon say about the key rate?",
            "The Committee decided to raise the key rate to 2 percent.[[06]]",
            "[1] is by Bank of Orla, not by Bank of Ardon",
        ),
        (
            "What did the Bank of Ardon say about the key rate?",
            "The Committee of the Bank of Orla decided to raise the key rate to 2 percent.[[06]]",
            "",
        ),
        ("What was decided on the key rate?", "The Committee decided to raise the key rate to 1 percent.[[05]]", ""),
    ],
)
def test_a_claim_of_another_time_or_by_another_says_so_or_is_marked(
    server: ModelServer, question: str, reply: str, why: str
) -> None:
    def script(asked: Asked) -> Reply:
        handles = {paragraph.document.removeprefix("rates-"): paragraph.handle for paragraph in asked.paragraphs}
        return Reply(pieces=[re.sub(r"\[\[(\d\d)\]\]", lambda month: f"[[{handles[month[1]]}]]", reply)])

    server.play(script)
    draft, events = run(answerer(), retrieval(question, RATES))
    check_draft(draft, events)
    (claim,) = draft.claims
    assert why in claim.why
    assert bool(why) == (" is of " in claim.why or " is by " in claim.why)
    assert not why or claim.support == "partial"


def test_strict_removes_what_is_unsupported_and_counts_again(server: ModelServer) -> None:
    def script(asked: Asked) -> Reply:
        first, second = asked.paragraphs[:2]
        return Reply(
            pieces=[
                f"Mars has 7 moons.[[{first.handle}]] ",
                f"{second.text}[[{second.handle}]] ",
                "It rained for 40 days.",
            ]
        )

    server.play(script)
    draft, events = run(answerer(strict=True))
    check_draft(draft, events)
    assert "2 unsupported sentences were removed" in draft.reason
    assert "Mars" not in "".join(event.text for event in events if isinstance(event, Delta))
    assert [citation.number for citation in draft.citations] == [1]


def test_a_rejected_marker_leaves_its_claim_without_it(server: ModelServer) -> None:
    server.play("wrong handle")
    draft, _ = run(answerer())
    assert [item.handle for item in draft.rejected] == ["zzzz99"]
    assert draft.claims[0].citations == ()
    assert draft.claims[0].support == "unsupported"
    assert draft.claims[1].citations == (1,)


def test_nothing_is_asked_when_the_retrieval_does_not_answer(server: ModelServer) -> None:
    server.play("good")
    draft, events = run(answerer(judging=Judging(lambda found: Answerable(False, "nothing is near", 0.1))))
    check_draft(draft, events)
    assert (draft.status, draft.reason, draft.confidence) == ("abstained", "nothing is near", 0.1)
    assert draft.closest[0].paragraph == retrieval().hits[0].paragraph.ref
    assert server.requests == []


def test_the_model_is_shown_what_was_found_for_each_thing_asked_when_some_of_them_are_answered(
    server: ModelServer,
) -> None:
    server.play("good")
    found = retrieval()
    *near, far = found.hits
    whole = replace(found, question=f"{found.question} Who lives on Mars?", hits=tuple(near))
    whole = replace(whole, standalone_question=whole.question)

    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        return replace(found, question=question, standalone_question=question, hits=(far, near[0]))

    for answered, status, asked in (({found.question[:-1]}, "answered", 1), (set[str](), "abstained", 0)):
        server.requests.clear()
        judging = Judging(lambda part, sure=answered: Answerable(part.question in sure, "No.", 0.2), search)
        draft, events = run(answerer(judging=judging), whole)
        check_draft(draft, events)
        assert (draft.status, len(server.requests)) == (status, asked)
        shown = {one.text for request in server.requests for one in request.paragraphs}
        assert shown == ({hit.paragraph.text for hit in found.hits} if asked else set())


def test_the_model_is_shown_all_of_a_document_whose_main_points_are_asked_for(server: ModelServer) -> None:
    server.play("good")
    found = retrieval("Summarise the joint statement.", [(STATEMENT, STATEMENT_TEXTS)])
    near = replace(found, hits=found.hits[:1])
    judging = Judging(lambda part: Answerable(False, "No.", 0.2))
    draft, events = run(answerer(judging=judging, contents=lambda document: found.hits), near)
    check_draft(draft, events)
    assert draft.status == "answered"
    (request,) = server.requests
    assert {one.text for one in request.paragraphs} == set(STATEMENT_TEXTS)


def test_an_abstention_with_more_around_it_is_withdrawn(server: ModelServer) -> None:
    server.play("abstains late")
    draft, events = run(answerer())
    check_draft(draft, events)
    assert any(isinstance(event, Withdrawn) for event in events)
    server.play("abstains")
    draft, events = run(answerer())
    assert not any(isinstance(event, Withdrawn) for event in events)
    assert draft.text == load_prompts(prompts_folder()).abstention


@pytest.mark.parametrize(
    "reply",
    [
        *("The documents do not answer this question.[[{0}]]", "The documents don't answer this question."),
        *("The paragraphs do not answer this.[[{0}]] They do not say when.[[{0}]]", "I cannot answer this."),
        *("**The documents do not answer this question.**", "- The documents do not answer this question.[[{0}]]"),
    ],
)
def test_an_abstention_in_other_words_is_one(server: ModelServer, reply: str) -> None:
    server.play(lambda asked: Reply(pieces=[reply.replace("{0}", asked.paragraphs[0].handle)]))
    draft, events = run(answerer())
    check_draft(draft, events)
    assert (draft.status, draft.mode, draft.citations, draft.claims) == ("abstained", "model", (), ())
    assert draft.text == load_prompts(prompts_folder()).abstention


def test_an_answer_that_leaves_something_open_is_an_answer(server: ModelServer) -> None:
    def script(asked: Asked) -> Reply:
        best = best_paragraph(asked)
        return Reply(pieces=[f"{best.text}[[{best.handle}]] It does not say when."])

    server.play(script)
    draft, events = run(answerer())
    check_draft(draft, events)
    assert draft.status == "answered"
    assert [claim.support for claim in draft.claims] == ["supported", "unjudged"]


def test_a_quotation_over_two_sentences_is_marked_in_both(server: ModelServer) -> None:
    def script(asked: Asked) -> Reply:
        best = best_paragraph(asked)
        mark = f"[[{best.handle}]]"
        return Reply(pieces=[f"{best.text}{mark} It says: “Azerbaijan releases.{mark} 32 servicemen.”{mark}"])

    server.play(script)
    draft, events = run(answerer())
    check_draft(draft, events)
    assert [claim.support for claim in draft.claims] == ["supported", "unsupported", "unsupported"]
    assert "quoted words" in draft.claims[2].why


def test_no_paragraph_no_question(server: ModelServer) -> None:
    server.play("good")
    draft, _ = run(answerer(), Retrieval(question="x", standalone_question="x", hits=()))
    assert draft.status == "abstained"
    assert server.requests == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("script", ["good", "source markers", "obeys", "many markers", "two"])
def test_a_hostile_document_changes_nothing_but_text(server: ModelServer, script: str, provider: str) -> None:
    server.play(script)
    texts = ((HOSTILE, (HOSTILE_TEXT,)), (STATEMENT, STATEMENT_TEXTS))
    draft, events = run(answerer(provider), retrieval(texts=texts))
    check_draft(draft, events)
    asked = server.requests[-1]
    assert len(asked.paragraphs) == 5
    assert {shown.handle for shown in asked.paragraphs}.isdisjoint({"abc234"})
    assert all(citation.link is None for citation in draft.citations if citation.document is HOSTILE)
    if provider == "openai":
        assert asked.user.count("<paragraph ") == asked.user.count("</paragraph>") == 5


def test_connections_are_closed_when_nobody_listens(server: ModelServer) -> None:
    server.hung_up.clear()
    server.play(lambda asked: Reply(pieces=(piece for _ in range(10_000) for piece in ("word ", Pause(seconds=0.005)))))
    events = answerer().answer(retrieval(), ())
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert server.hung_up.wait(5)


def test_a_long_paragraph_is_shown_as_excerpts_and_cited_whole(server: ModelServer) -> None:
    filler = " ".join(f"Sentence number {number} is about the weather in the valley." for number in range(300))
    text = f"{filler} {STATEMENT_TEXTS[1]} {filler}"
    server.play("good")
    found = retrieval(texts=((STATEMENT, (text,)),))
    server.play("good")
    draft, _ = run(answerer(token_budget=400), found)
    shown = server.requests[-1].paragraphs[0].text
    assert "[…]" in shown
    assert len(shown) < 2000
    assert draft.citations[0].paragraph_text == text


BITS = st.sampled_from(
    [
        *("[[{0}]]", "[[{1}, {0}]]", "[[{2}]", "[[zz]]", "[[", "]]", "[1]", "&lt;", "&", " ", "\n", ". ", "“", "”"),
        *("<think>", "Azerbaijan releases 32 Armenian military servicemen", "Mars has 7 moons", "{abstention}"),
    ]
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(st.text(max_size=50), st.lists(BITS, max_size=14).map("".join)),
    st.lists(st.integers(min_value=0, max_value=10_000), max_size=6),
    st.sampled_from(PROVIDERS),
    st.booleans(),
)
def test_any_reply_over_the_wire_ends_in_a_right_state(
    server: ModelServer, text: str, places: list[int], provider: str, strict: bool
) -> None:
    def script(asked: Asked) -> Reply:
        reply = text.replace("{abstention}", "The documents do not answer this question.")
        for place, shown in enumerate(asked.paragraphs[:3]):
            reply = reply.replace(f"{{{place}}}", shown.handle)
        edges = [0, *sorted(place % (len(reply) + 1) for place in places), len(reply)]
        return Reply(pieces=[reply[begin:end] for begin, end in pairwise(edges) if begin < end])

    server.play(script)
    draft, events = run(answerer(provider, strict=strict))
    check_draft(draft, events)


def test_thoughts_that_end_late_are_withdrawn(server: ModelServer) -> None:
    def script(asked: Asked) -> Reply:
        good = SCRIPTS["good"](asked)
        return Reply(pieces=["Mars releases 7.", cited(asked), " Hm.\n", "</think>", "\n\n", *good.pieces])

    def cited(asked: Asked) -> str:
        return f"[[{asked.paragraphs[0].handle}]]"

    server.play(script)
    *events, draft = answerer().answer(retrieval(), ())
    assert isinstance(draft, Draft)
    withdrawn = [place for place, event in enumerate(events) if isinstance(event, Withdrawn)]
    assert len(withdrawn) == 1
    shown = "".join(event.text for event in events[withdrawn[0] :] if isinstance(event, Delta))
    assert shown == draft.text
    assert draft.mode == "model"
    assert "Mars" not in draft.text
    assert [citation.number for citation in draft.citations] == [1]


@pytest.mark.parametrize("strict", [False, True])
def test_a_judge_that_fails_is_named_in_the_reason(server: ModelServer, strict: bool) -> None:
    judge = Judge(open_chat_model("openai:judge", timeout=TIMEOUT), prompts=load_prompts(prompts_folder()))

    def script(asked: Asked) -> Reply:
        return SCRIPTS["two"](asked) if asked.paragraphs else Reply(status=401, error="no")

    server.play(script)
    draft = list(answerer(checker=judge, strict=strict).answer(retrieval(), ()))[-1]
    assert isinstance(draft, Draft)
    assert draft.mode == "model"
    assert draft.reason == "Not every claim was judged: openai:judge refused the key (401)."
    assert len(server.requests) == 2
