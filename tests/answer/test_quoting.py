from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answer.answerer import Answerable, closest
from rag.answer.exclusion import Said
from rag.answer.passages import rank_passages
from rag.answer.quoting import QuotingAnswerer, choose
from rag.text.sentences import split_sentences
from rag.text.terms import content_terms
from rag.types import (
    DocumentInfo,
    Draft,
    Filters,
    Hit,
    Paragraph,
    ReaderScores,
    Retrieval,
    SentenceScore,
    Signals,
    Span,
    TermStatistic,
    Turn,
)


def hit(
    text: str,
    *,
    score: float = 0.5,
    cosine: float | Sequence[float] = 0.4,
    number: int = 1,
) -> Hit:
    spans = split_sentences(text)
    cosines = [cosine] * len(spans) if isinstance(cosine, float) else list(cosine)
    return Hit(
        paragraph=Paragraph(document="doc", number=number, start=0, end=len(text), text=text),
        document=DocumentInfo(id="doc", title="A title"),
        score=score,
        signals=Signals(dense=0.5, lexical=1.0, sentence=max(cosines)),
        sentences=tuple(
            SentenceScore(start=span.start, end=span.end, score=value)
            for span, value in zip(spans, cosines, strict=True)
        ),
    )


def found(question: str, *hits: Hit) -> Retrieval:
    return Retrieval(
        question=question,
        standalone_question=question,
        hits=hits,
        terms=tuple(
            TermStatistic(term=term.text, surface=term.surface, paragraphs=1) for term in content_terms(question)
        ),
        paragraphs=50,
    )  # fmt: skip


def quotes(*retrievals: Retrieval) -> list[str]:
    return [passage.hit.paragraph.text[passage.span.start : passage.span.end] for passage in choose(retrievals)]


def answerer(*, answerable: bool = True, **options: object) -> QuotingAnswerer:
    verdict = Answerable(answerable, "" if answerable else "No paragraph mentions Mars.", 0.3)
    return QuotingAnswerer(
        copies=lambda paragraph, span: ("other#p1",), answerable=lambda retrieval: verdict, **options
    )  # type: ignore[arg-type]


def test_the_sentence_that_holds_the_question_is_quoted_not_its_long_paragraph() -> None:
    text = (
        "The council met on Monday. It thanked the host. The council set the fee at 40 crowns. Nobody objected to it. "
        "The meeting closed at noon. A dinner followed."
    )
    assert quotes(found("What fee did the council set?", hit(text))) == ["The council set the fee at 40 crowns."]


def test_a_word_of_the_same_sense_counts() -> None:
    servicemen = hit("The state frees 12 servicemen.", number=1)
    ships = hit("The state counts 12 ships.", number=2)
    ranked = rank_passages(found("How many soldiers does the state release?", ships, servicemen))
    assert ranked[0].hit is servicemen


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    text = "The minister spoke first. He promised 40 buses to the town. Applause followed. The hall emptied. Rain fell."
    assert quotes(found("How many buses were promised to the town?", hit(text))) == [
        "The minister spoke first. He promised 40 buses to the town."
    ]


def test_a_short_paragraph_is_quoted_as_the_one_thought_it_is() -> None:
    text = "The treaty was called historic in the hall. The chairman called the treaty historic."
    assert quotes(found("Who called the treaty historic?", hit(text, cosine=[0.5, 0.6]))) == [text]


def test_near_repeats_are_quoted_once() -> None:
    first = hit("The state frees 12 servicemen today.", number=1)
    second = hit("Today the state frees 12 servicemen.", number=2, score=0.49)
    assert len(quotes(found("How many servicemen are freed?", first, second))) == 1


def test_nearly_the_same_words_with_another_number_are_another_fact() -> None:
    first = hit("Out of good will the state of Orland frees 32 men of Arland.", number=1)
    second = hit("Out of good will, the state of Arland frees 2 men of Orland.", number=2, score=0.49)
    both = "Out of good will the state of Orland frees 32 men of Arland and the state of Arland 2 men of Orland."
    summary = hit(both, number=3, score=0.6)
    asked = "What did the states do out of good will?"
    assert len(quotes(found(asked, first, second))) == 2
    assert len(quotes(found(asked, summary, replace(first, score=0.47), replace(second, score=0.47)))) == 1


def test_a_sentence_that_only_announces_what_follows_says_who_but_not_what() -> None:
    announced = hit("The office took these actions on junk fees:", number=1, cosine=0.55)
    action = hit("It banned junk fees for bank services.", number=2, cosine=0.5)
    assert rank_passages(found("What actions on junk fees were taken?", announced, action))[0].hit is action
    assert rank_passages(found("Who took actions on junk fees?", announced, action))[0].hit is announced


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (
            'It rained for days. Minister Dvorak said: "We did not ignore the warnings. They came too late for us '
            'all to act." She then left the room. Nobody followed her out.',
            'Minister Dvorak said: "We did not ignore the warnings. They came too late for us all to act."',
        ),
        (
            "It rained. \u201cThey came,\u201d she said, \u201cwhen we slept. The warnings were late.\u201d She left. "
            "He stayed.",
            "\u201cThey came,\u201d she said, \u201cwhen we slept. The warnings were late.\u201d",
        ),
        (
            "She left. He stayed. \u201cNobody was told. The warnings came too late. This goes on elsewhere.",
            "The warnings came too late.",
        ),
        (
            "She left. \u201c" + "He stayed there. " * 40 + "The warnings came too late.\u201d He left. They stayed.",
            "The warnings came too late.\u201d",
        ),
    ],
)
def test_a_quotation_is_quoted_whole_unless_it_is_too_long(text: str, quoted: str) -> None:
    cosines = [0.9 if "warnings" in text[span.start : span.end] else 0.1 for span in split_sentences(text)]
    assert quotes(found("Why were the warnings late?", hit(text, cosine=cosines))) == [quoted]


def test_of_the_same_words_those_of_a_document_of_the_date_asked_for_come_first() -> None:
    text = "The Committee decided to raise the range."
    both = [
        replace(hit(text), document=DocumentInfo(id=day, title="A", date=day)) for day in ("2018-12-19", "2022-03-16")
    ]
    for asked, day in (
        ("in March 2022", "2022-03-16"),
        ("on 19 December 2018", "2018-12-19"),
        ("in 2018", "2018-12-19"),
    ):
        first, *_ = rank_passages(found(f"To which range did they move {asked}?", *both))
        assert first.hit.document.date == day


def read(hit: Hit, *odds: float) -> Hit:
    return replace(hit, read=ReaderScores(answer=max(odds), sentences=odds))


def test_what_answers_the_whole_question_is_quoted_beside_the_best_for_each_part() -> None:
    town, fee = hit("The town council met on Monday.", number=1), hit("It set the fee at 40 crowns.", number=2)
    bell, rain = hit("The bell of the church rang.", number=3), hit("Rain fell all day.", number=4)
    parts = [found("When did the council meet", read(town, 2.0)), found("what did it set?", read(town, 1.0))]
    whole = found("When did the council meet, and what did it set?", read(fee, 1.0), read(bell, -7.0), read(rain, -7.0))
    chosen = [passage.hit.paragraph.number for passage in choose(parts, whole=whole)]
    assert chosen == [1, 2]
    assert [passage.hit.paragraph.number for passage in choose(parts, whole=found("When?", town, bell))] == [1]


def test_another_passage_stands_in_where_the_best_was_quoted_unless_the_reader_rules_it_out() -> None:
    held, freed = hit("The state holds 55 men.", number=1), hit("It lets go of 12.", number=2, cosine=0.4)
    asked = found("how many go free?", read(held, 1.0), read(freed, -2.0))
    first = found("How many men does the state hold", read(held, 4.0))
    assert [passage.hit.paragraph.number for passage in choose([first, asked])] == [1, 2]
    asked = found("how many go free?", read(held, 1.0), read(freed, -6.0))
    assert [passage.hit.paragraph.number for passage in choose([first, asked])] == [1]


@pytest.mark.parametrize(
    ("question", "odds", "chosen"),
    [
        ("How many men go home?", -1.0, [1]),
        ("What do the men get?", -1.0, [1, 2]),
        ("What do the men get?", -3.0, [1]),
        ("What does each side get?", -3.0, [1, 2]),
        ("What does each side get?", -6.0, [1]),
    ],
)
def test_an_open_question_is_given_more_quotes_and_one_for_several_things_also_less_sure_ones(
    question: str, odds: float, chosen: list[int]
) -> None:
    best = read(hit("The men are given 12 bars of soap by nurses.", number=1), 1.0)
    further = read(hit("Guards hand 30 loaves and coats to the men.", number=2), odds)
    assert [passage.hit.paragraph.number for passage in choose([found(question, best, further)])] == chosen


@pytest.mark.parametrize(("odds", "chosen"), [(-3.0, [1, 2]), (-3.6, [1])])
def test_what_holds_the_rest_of_the_question_is_quoted_too(odds: float, chosen: list[int]) -> None:
    held = read(hit("The town holds 55 prisoners in its tower.", number=1, cosine=0.8), -1.0)
    freed = read(hit("The mayor freed 32 men at noon.", number=2, cosine=0.3), odds)
    rain = read(hit("Rain fell on 7 days.", number=3, cosine=0.3), odds)
    asked = found("How many prisoners were freed?", held, freed, rain)
    assert [passage.hit.paragraph.number for passage in choose([asked])] == chosen


@pytest.mark.parametrize(("odds", "first"), [(0.9, 1), (1.1, 1), (2.0, 2)])
def test_of_passages_that_score_alike_the_one_more_like_the_question_comes_first(odds: float, first: int) -> None:
    likest = read(hit("The men are given 12 bars of soap by nurses.", number=1, cosine=0.5), 0.0)
    surer = read(hit("Guards hand 30 loaves and coats to the men.", number=2, cosine=0.4), odds)
    assert rank_passages(found("What do the men get?", surer, likest))[0].hit.paragraph.number == first


@pytest.mark.parametrize(("surest", "order"), [(0.5, [1, 2]), (1.5, [2, 1])])
def test_what_the_reader_denies_comes_behind_what_it_is_sure_of(surest: float, order: list[int]) -> None:
    likest = read(hit("The men are given 12 bars of soap by nurses.", number=1, cosine=0.9), surest - 4)
    sure = read(hit("Guards hand 30 loaves and coats to them.", number=2, cosine=0.1), surest)
    ranked = rank_passages(found("What do the men get?", likest, sure))
    assert [passage.hit.paragraph.number for passage in ranked] == order


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("Who was set free?", [1]),
        ("Apart from the ten miners, who else was set free?", [2]),
        ("Who was set free, other than the ten miners?", [2]),
        ("Besides the ten bakers, who was set free?", [1]),
        ("Besides the ten miners at noon, who was surely set free?", [1]),
    ],
)
def test_what_a_question_leaves_out_is_not_quoted(question: str, chosen: list[int]) -> None:
    # Where the reader is sure the passage tells more than what is left out: "the miners and the mayor".
    odds = 3.5 if "surely" in question else 2.0
    first = read(hit("Ten miners were set free at noon.", number=1, cosine=0.9), odds)
    second = read(hit("A priest of the town was set free later.", number=2, cosine=0.4), 0.0)
    asked = found(question, first, second)
    assert [passage.hit.paragraph.number for passage in choose([asked])][:1] == chosen


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("What else was set free?", ["Two doves were set free too."]),
        ("Anything else?", ["Two doves were set free too."]),
        ("Besides that, what was set free?", ["Two doves were set free too."]),
        ("What was set free?", ["Ten miners were set free at noon."]),
        ("Which others did they set free?", ["Two doves were set free too."]),
        ("Which other men were set free?", ["Ten miners were set free at noon."]),
        ("If somebody else asks, what was set free?", ["Ten miners were set free at noon."]),
    ],
)
def test_who_asks_what_else_there_is_gets_no_quote_twice(question: str, quotes: list[str]) -> None:
    both = read(hit("Ten miners were set free at noon. Two doves were set free too.", cosine=[0.9, 0.1]), 2.0, 0.0)
    asked = replace(found(f"Who was set free? {question}", both), question=question, asked=question)
    before = (
        Turn(role="user", content="Who was set free?"),
        Turn(role="assistant", content="Ten miners were set free at noon.[1]"),
    )
    *_, draft = answerer().answer(asked, before)
    assert isinstance(draft, Draft)
    assert [citation.quote for citation in draft.citations] == quotes


def test_when_all_was_said_there_is_nothing_else() -> None:
    asked = found("What else was set free?", read(hit("Ten miners were set free at noon."), 2.0))
    before = (Turn(role="assistant", content="“Ten miners were set free at noon.”[1] So it was."),)
    *_, draft = answerer().answer(asked, before)
    assert isinstance(draft, Draft)
    assert (draft.status, draft.reason) == ("abstained", "Nothing else was found that answers.")
    again = found("What else was set free?", read(hit("At noon, set free were ten miners."), 2.0))
    assert [*answerer().answer(again, before)][-1].status == "abstained"  # type: ignore[union-attr]
    silent = answerer(answerable=False).answer(found("What else does Mars do?", hit("A lamp was lit.")), before)
    assert [*silent][-1].reason == "No paragraph mentions Mars."  # type: ignore[union-attr]
    unsure = found("What else was set free?", read(hit("A lamp was lit at noon."), -2.5))
    *_, draft = answerer().answer(unsure, before)
    assert isinstance(draft, Draft)
    assert draft.status == "abstained"


def test_a_quote_that_would_hold_what_was_said_is_cut_there() -> None:
    text = "Ten miners were set free at noon. Two doves were set free too. Then rain fell on the doves and miners."
    spans = split_sentences(text)
    said = Said("What else?", [Turn(role="assistant", content="Two doves were set free too.[1]")], silence="Nothing.")
    rest = said.unsaid(text, Span(start=0, end=len(text)))
    assert rest == Span(start=spans[2].start, end=spans[2].end)
    assert said.unsaid(text, spans[1]) is None
    assert said.unsaid(text, spans[0]) == spans[0]


def test_on_a_topic_every_document_is_heard_before_one_is_heard_again() -> None:
    texts = ["The harbour is closed in winter.", "The harbour was built by Mills.", "A harbour pays no tax this year."]
    first, again, other = (read(hit(text, cosine=0.5, number=n), 2.0) for n, text in enumerate(texts, start=1))
    elsewhere = replace(other, document=DocumentInfo(id="other", title="Another"))
    same = replace(elsewhere, paragraph=replace(first.paragraph, document="other", number=2))
    told = choose([found("What is said about the harbour?", first, again, elsewhere, same)])
    assert [passage.hit for passage in told] == [first, elsewhere, again]
    # What another document says in nearly the same words is a copy.
    assert same not in [passage.hit for passage in told]
    assert len(choose([found("Who built the harbour?", first, again, elsewhere)])) == 1
    # Beside what comes nearest, what holds no word of the topic is not quoted.
    off = read(hit("Nobody pays for it.", cosine=0.9, number=3), 2.0)
    assert off not in [passage.hit for passage in choose([found("What is said about the harbour?", first, again, off)])]


def test_who_names_both_answers_who_besides_one_where_nothing_else_does() -> None:
    both = read(hit("The mayor and the guild signed it.", number=1), 2.0)
    other = read(hit("It rained all day in the town.", number=2), -6.0)
    assert quotes(found("Who besides the mayor signed it?", both, other)) == ["The mayor and the guild signed it."]


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("What do the two towns give each other?", [1, 2, 3]),
        ("What is done, and by whom?", [1, 2, 3]),
        ("What gifts does Ardon make?", [2, 3]),
    ],
)
def test_what_opens_with_in_its_turn_comes_with_what_it_answers_to(question: str, chosen: list[int]) -> None:
    before = read(hit("Moved by friendship, Belden hands Ardon 30 maps.", number=1, cosine=0.2), -3.4)
    turn = read(hit("In its turn, moved by friendship, Ardon hands Belden 2 bells.", number=2, cosine=0.9), 3.0)
    more = read(hit("The towns will plant trees together.", number=3, cosine=0.9), 3.0)
    whole = found(question, turn, more, before)
    parts = [found("What is done", turn, before), found("by whom?", more)] if "whom" in question else [whole]
    numbers = [passage.hit.paragraph.number for passage in choose(parts, whole=whole)]
    assert sorted(numbers) == chosen
    assert 1 not in numbers or numbers.index(1) == numbers.index(2) - 1


def test_what_opens_with_in_its_turn_comes_behind_what_it_answers_to_when_both_are_quoted() -> None:
    before = read(hit("Belden hands Ardon 30 maps.", number=1, cosine=0.2), 2.0)
    turn = read(hit("In its turn, Ardon hands Belden 2 bells.", number=2, cosine=0.9), 3.0)
    parts = [found("What does Ardon hand over", turn), found("what does Belden hand over?", before)]
    assert [passage.hit.paragraph.number for passage in choose(parts)] == [1, 2]


@pytest.mark.parametrize(
    ("odds", "last"),
    [
        ((3.0, 2.0, -6.0, -6.0), "They also hand out 30 loaves."),
        ((3.0, 0.5, -6.0, -6.0), "The men are given soap."),
        ((3.0, -6.0, 2.0, -6.0), "The men are given soap."),
        ((0.5, -0.5, -6.0, -6.0), "The men are given soap."),
    ],
)
def test_of_a_longer_paragraph_a_neighbour_that_answers_too_is_quoted_with_the_best(
    odds: tuple[float, ...], last: str
) -> None:
    text = "The men are given soap. They also hand out 30 loaves. It rains. The nurses go home."
    one = replace(hit(text), read=ReaderScores(answer=max(odds), sentences=odds))
    (quote,) = quotes(found("What are the men given?", one))
    assert quote.startswith("The men are given soap.")
    assert quote.endswith(last)


@pytest.mark.parametrize(
    ("question", "unsure", "before", "status"),
    [
        ("What was the fee, and who paid it?", "", "", "answered"),
        ("What was the fee, and who paid it?", "", "And in Rome? ", "abstained"),
        ("What was the fee in Rome and in Paris?", "", "", "answered"),
        ("Who paid a fee in Rome and in Paris?", "", "", "abstained"),
        ("What was the fee, who paid it, how was it paid, and why?", "", "", "answered"),
        ("What was the fee, who paid it, how did he, when was it, what for, and why did he?", "", "", "abstained"),
    ],
)
def test_a_question_is_answered_when_each_thing_it_asks_is(
    question: str, unsure: str, before: str, status: str
) -> None:
    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        return found(question, hit("The council set it at 40 crowns." if "fee" in question else "Mills did."))

    answering = QuotingAnswerer(
        copies=lambda paragraph, span: (),
        answerable=lambda found: Answerable(found.question not in (question, unsure), "No paragraph says so.", 0.3),
        search=search,
    )
    asked = replace(found(question, hit("Nothing of use.")), standalone_question=before + question)
    *_, draft = answering.answer(asked)
    assert isinstance(draft, Draft)
    assert draft.status == status


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("What was the fee, and who lives on Mars?", "who lives on Mars?"),
        ("Who lives on Mars? And what was the fee?", "Who lives on Mars"),
    ],
)
def test_what_is_not_answered_of_several_things_is_said_beside_what_is(question: str, lacking: str) -> None:
    fee, other = "The council set it at 40 crowns.", "Mills did."

    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        return found(question, hit(fee if "fee" in question else other))

    def answerable(retrieval: Retrieval) -> Answerable:
        one = "Mars" not in retrieval.question
        return Answerable(one, "" if one else "No paragraph mentions Mars.", 0.7 if one else 0.1)

    answering = QuotingAnswerer(copies=lambda paragraph, span: (), answerable=answerable, search=search)
    *_, draft = answering.answer(found(question, hit("Nothing of use.")))
    assert isinstance(draft, Draft)
    assert [citation.quote for citation in draft.citations] == [fee]
    assert draft.reason == f"Not answered: \u201c{lacking}\u201d No paragraph mentions Mars."
    assert draft.confidence == 0.1
    *_, draft = answering.answer(found("Who lives on Mars, and who was on Mars?", hit("Nothing of use.")))
    assert (draft.status, draft.reason) == ("abstained", "No paragraph mentions Mars.")


def test_nothing_is_quoted_for_a_part_that_names_what_stands_nowhere() -> None:
    fee, near = (
        read(hit("The council set the fee at 40 crowns."), 3.0),
        read(hit("Mills lives on the moor.", number=2), 0.0),
    )
    answering = QuotingAnswerer(
        copies=lambda paragraph, span: (),
        answerable=lambda found: Answerable("fee" in found.question, "No paragraph mentions Mars.", 0.6),
        search=lambda question, history, filters: found(question, fee if "fee" in question else near),
    )
    *_, draft = answering.answer(found("What was the fee, and who lives on Mars?", fee))
    assert isinstance(draft, Draft)
    assert [citation.quote for citation in draft.citations] == ["The council set the fee at 40 crowns."]
    assert draft.reason == "Not answered: \u201cwho lives on Mars?\u201d No paragraph mentions Mars."


def test_what_is_answered_in_none_of_its_parts_is_not_answered_as_a_whole() -> None:
    question = "Who lives on Mars, and who was there?"
    answering = QuotingAnswerer(
        copies=lambda paragraph, span: (),
        answerable=lambda found: Answerable(found.question == question, "No paragraph mentions Mars.", 0.6),
        search=lambda question, history, filters: found(question, hit("Mills was there.")),
    )
    *_, draft = answering.answer(found(question, hit("Mills was there.")))
    assert isinstance(draft, Draft)
    assert (draft.status, draft.reason) == ("abstained", "No paragraph mentions Mars.")


@pytest.mark.parametrize(("odds", "said"), [(-2.0, ""), (-6.0, "Not answered: \u201cwho paid it?\u201d Why.")])
def test_of_a_question_that_is_answered_as_a_whole_what_the_reader_rules_out_is_said_to_lack(
    odds: float, said: str
) -> None:
    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        sure = read(hit("The council set the fee at 40 crowns."), 3.0)
        return found(question, sure if "fee" in question else read(hit("Mills did.", number=2), odds))

    question = "What was the fee, and who paid it?"
    answering = QuotingAnswerer(
        copies=lambda paragraph, span: (),
        answerable=lambda retrieval: Answerable(retrieval.question != "who paid it?", "Why.", 0.7),
        search=search,
    )
    *_, draft = answering.answer(found(question, read(hit("The council set the fee at 40 crowns."), 3.0)))
    assert isinstance(draft, Draft)
    assert (draft.status, draft.reason) == ("answered", said)


def test_what_each_part_finds_in_one_short_paragraph_is_quoted_as_one() -> None:
    text = "The bridge cost 4 million crowns. It was built by Hallam Brothers. It was opened in June."
    cost, opened = [
        replace(one, read=ReaderScores(answer=4.0, sentences=odds))
        for one, odds in ((hit(text), (4.0, -4.0, -4.0)), (hit(text), (-4.0, -4.0, 4.0)))
    ]
    parts = [found("What did the bridge cost", cost), found("when was it opened?", opened)]
    (passage,) = choose(parts, whole=found("What did the bridge cost, and when was it opened?", cost))
    assert text[passage.span.start : passage.span.end] == text


def test_each_part_is_searched_by_itself_in_the_light_of_the_one_before() -> None:
    asked: list[tuple[str, tuple[Turn, ...]]] = []

    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        asked.append((question, tuple(history)))
        texts = ["The town council did.", "On Monday at noon."]
        return found(question, hit(texts[len(asked) - 1], number=len(asked)))

    retrieval = found("Who paid the fee, and when was it paid?", hit("Nothing of use."))
    events = list(answerer(search=search).answer(retrieval))
    assert [question for question, _ in asked] == ["Who paid the fee", "when was it paid?"]
    assert asked[1][1] == (Turn(role="user", content="Who paid the fee"),)
    draft = events[-1]
    assert isinstance(draft, Draft)
    assert [citation.paragraph for citation in draft.citations] == ["doc#p1", "doc#p2"]


def test_a_part_that_needs_no_other_is_searched_alone() -> None:
    asked: list[tuple[str, int]] = []

    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        asked.append((question, len(history)))
        return found(question, hit("The town council did.", number=len(asked)))

    question = "Who paid the fee, and which ministers signed the treaty, and who welcomed it?"
    list(answerer(search=search).answer(found(question, hit("Nothing."))))
    assert asked == [("Who paid the fee", 0), ("which ministers signed the treaty", 0), ("who welcomed it?", 1)]


def test_a_question_that_asks_one_thing_is_judged_once() -> None:
    judged: list[Retrieval] = []

    def answerable(retrieval: Retrieval) -> Answerable:
        judged.append(retrieval)
        return Answerable(False, "Nothing.", 0.1)

    quoting = QuotingAnswerer(copies=lambda paragraph, span: (), answerable=answerable)
    list(quoting.answer(found("Who paid the fee?", hit("Nothing of use."))))
    assert len(judged) == 1


def test_what_is_said_beside_a_question_is_no_part_of_it() -> None:
    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        return found(question, hit("The town council paid the fee."))

    def answerable(retrieval: Retrieval) -> Answerable:
        return Answerable("Baker" not in retrieval.standalone_question, "No paragraph mentions Baker.", 0.5)

    quoting = QuotingAnswerer(copies=lambda paragraph, span: (), answerable=answerable, search=search)
    for question, status in (
        ("Who paid the fee? Regards, Tom Baker", "answered"),
        ("Good morning! Who paid the fee? I live in Baker.", "answered"),
        ("Who paid the fee to Tom Baker?", "abstained"),
    ):
        draft = [*quoting.answer(found(question, hit("Nothing of use.")))][-1]
        assert isinstance(draft, Draft)
        assert draft.status == status, question


def test_what_a_question_of_several_parts_leans_on_goes_with_each() -> None:
    asked: list[tuple[str, str]] = []

    def search(question: str, history: Sequence[Turn], filters: Filters) -> Retrieval:
        asked.append((question, " ".join(turn.content for turn in history)))
        return found(question, hit("The council set the fee at 40 crowns."))

    question = "When was it set, who set it, and why?"
    first, *others = ["When was it set", "who set it", "why?"]
    leaning = replace(found(question, hit("Nothing.")), standalone_question=f"What is the fee? {question}")
    rewritten = replace(found("And the rest?", hit("Nothing.")), standalone_question=question)
    for retrieval, before in ((leaning, "What is the fee?"), (rewritten, "")):
        asked.clear()
        list(answerer(search=search).answer(retrieval))
        assert asked == [(first, before), *((other, f"{before} {first}".strip()) for other in others)]


def test_every_claim_is_its_quote_and_every_number_is_cited() -> None:
    text = "Paragraph [3] of the act sets the fee at 40 crowns."
    (_, draft) = answerer().answer(found("What fee does the act set?", hit(text)))
    assert isinstance(draft, Draft)
    (citation,) = draft.citations
    assert citation.quote == text
    assert citation.also_in == ("other#p1",)
    assert draft.claims[0].citations == (1,)
    assert draft.text.endswith("[1]")
    assert "[3]" not in draft.text, "a number of the source must not read as a citation"


def test_silence_says_why_and_what_came_nearest() -> None:
    (_, draft) = answerer(answerable=False).answer(found("Who lives on Mars?", hit("The state frees 12 men.")))
    assert isinstance(draft, Draft)
    assert (draft.status, draft.claims, draft.citations) == ("abstained", (), ())
    assert draft.reason == "No paragraph mentions Mars."
    assert draft.closest[0].paragraph == "doc#p1"


def test_what_came_nearest_says_nothing_twice() -> None:
    first, second, third = "The state frees 12 men.", "It closes two camps.", "Talks go on in Geneva."
    texts = (f"{first} {second}", second.upper(), third, f"{third} {first}", "Nobody spoke.", "All left.")
    hits = [hit(text, number=number) for number, text in enumerate(texts, start=1)]
    near = closest(found("Who lives on Mars?", *hits))
    assert [each.paragraph for each in near] == ["doc#p1", "doc#p3", "doc#p5"]


def test_no_hit_is_silence_too() -> None:
    (_, draft) = answerer().answer(found("Who?"))
    assert isinstance(draft, Draft)
    assert draft.status == "abstained"


def test_blank_paragraphs_are_never_quoted() -> None:
    blank = Hit(
        paragraph=Paragraph(document="doc", number=2, start=0, end=0, text=""),
        document=DocumentInfo(id="doc", title="t"),
        score=0.9,
        signals=Signals(dense=0, lexical=0, sentence=0),
    )
    assert quotes(found("What?", blank)) == []


def test_spans_are_exact() -> None:
    text = "One. Two is here. Three."
    (passage,) = rank_passages(found("What is two?", hit(text, cosine=[0.1, 0.9, 0.1])))
    assert isinstance(passage.span, Span)
    assert text[passage.span.start : passage.span.end].startswith(("One.", "Two"))
