"""Answers made of exact quotes: it cannot misquote by construction.

The best passage for each thing asked is quoted, and what else answers nearly as well and says something new. Whether
anything answers at all is decided first, by the same check that a language model's answers pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rag.answer.alignment import values_of
from rag.answer.answerer import Answerable, AnswerableCheck, closest
from rag.answer.asked import asks_for_several
from rag.answer.citations import CopyFinder, make_citation, neutral
from rag.answer.exclusion import Said
from rag.answer.overview import MOST_POINTS, Contents, document_asked_for, documents_on, main_points, unknown_document
from rag.answer.passages import REPEATED, RULED_OUT, Part, Passage, covered, is_ruled_out, part_of, rank_passages
from rag.answer.signs import asked_text
from rag.answer.verdict import Judging, Search, Verdict, says_what_is_lacking
from rag.text.values import names_agree
from rag.types import Citation, Claim, Delta, Draft, DraftEvent, Mode, Retrieval, Turn

MOST_QUOTES = 3
NEARLY_AS_WELL = 0.1
"""How much lower than the best a passage may score and still be quoted."""
NEARLY_AS_WELL_OPEN = 0.5
"""The same for a question that may well have several answers, where a reader has its say: scores lie farther apart."""
NOT_HELD = 0.25
"""The share of the question's words, by their weights, that a further passage must hold and those quoted do not."""
LESS_SURE = 3.5
"""How much lower than the highest the reader's log-odds of a further quote may be, unless several are asked for."""
LEAST_OF_MORE = -2.0
"""The reader's log-odds up to which nothing is quoted to who asks what else there is."""
OPEN = frozenset({"thing", "names", "reason"})
"""Kinds of answers of which there may be several."""
FOR_ANOTHER = 0.2
"""How much lower it may score where the best was quoted for another thing that was asked."""
FOR_ANOTHER_READ = 0.7
"""The same where a reader has its say."""
MOST_ON_TOPIC = 4
"""How many passages are quoted of what is said on a topic."""
MOST_ON_EACH_TOPIC = 2
"""The same where several topics are asked for."""
REPEATED_ELSEWHERE = 0.9
"""The share of a passage's words from which on it says nothing new on a topic beside what another document says."""
OF_WHOLE = 2
"""How many of the best passages for the whole question may be quoted beside those for each thing asked."""
_IN_ITS_TURN = re.compile(r"(?:In (?:its|their|his|her) turn|In return|For (?:its|their|his|her) part|Likewise)\b")
NOTHING_ELSE = "Nothing else was found that answers."
ABSTAINS = "The documents do not answer this question."


class QuotingAnswerer:
    """An `Answerer` that needs no language model.

    Args:
        copies: says which other documents carry a quote.
        answerable: decides on silence.
        search: searches for each of several things asked in one question; without it they are looked for together.
        contents: what a document holds, for its main points; without it they are searched for like anything else.
    """

    mode: Mode = "quote"
    model: str | None = None

    def __init__(
        self,
        *,
        copies: CopyFinder,
        answerable: AnswerableCheck,
        search: Search | None = None,
        contents: Contents | None = None,
    ) -> None:
        self._copies = copies
        self._contents = contents
        self.judging = Judging(answerable, search)

    def answer(self, retrieval: Retrieval, history: Sequence[Turn] = ()) -> Iterator[DraftEvent]:
        """The quotes that answer, or an abstention with its reason; beside an answer the reason is what it lacks.

        Who asks what else there is gets no quote that stands in the `history`.
        """
        said = Said(asked_text(retrieval), history, silence=ABSTAINS)
        left = said.left_of(retrieval)
        judged = self.judging(left)
        if points := self._points(retrieval, before=said):
            passages = points
        elif unknown := unknown_document(retrieval):
            judged, passages = judged._replace(decided=Answerable(False, unknown, 0.0)), ()
        else:
            judged = judged._replace(parts=tuple(map(said.left_of, judged.parts)))
            passages = self._passages(left, judged) if judged.decided.answerable else ()
        if said:
            passages = _unsaid(passages, said, alone=len(judged.parts) == 1)
            if not passages and (left != retrieval or judged.decided.answerable):
                judged = judged._replace(decided=Answerable(False, NOTHING_ELSE, 0.0))
        if not passages:
            yield Delta(text=ABSTAINS)
            yield Draft(
                status="abstained",
                text=ABSTAINS,
                reason=judged.decided.reason or NOTHING_ELSE,
                closest=closest(retrieval),
                confidence=judged.decided.confidence,
            )
            return
        citations = tuple(self._citation(number, passage) for number, passage in enumerate(passages, start=1))
        claims = tuple(
            Claim(text=neutral(citation.quote), citations=(citation.number,), support="supported", why="exact quote")
            for citation in citations
        )
        text = " ".join(f"{claim.text}[{claim.citations[0]}]" for claim in claims)
        yield Delta(text=text)
        yield Draft(
            status="answered",
            text=text,
            reason=says_what_is_lacking(
                one for one in judged.lacking if not (one[0] in judged.parts and self._points(one[0]))
            ),
            claims=claims,
            citations=citations,
            confidence=judged.decided.confidence,
        )

    def _points(
        self, retrieval: Retrieval, at_most: int = MOST_POINTS, *, before: Said | None = None
    ) -> tuple[Passage, ...]:
        """The main points of a document that were not said, where they are asked for and it is clear of which."""
        if self._contents is None:
            return ()
        if said := documents_on(retrieval):
            # Where he spoke on it several times, the main point of each.
            each = at_most if len(said) == 1 else 1
            points = (main_points(self._contents(one.id), at_most=each) for one in said[-at_most:])
            return tuple(point for some in points for point in some[:each])
        document = document_asked_for(retrieval)
        if document is None:
            return ()
        left = before.left_of(replace(retrieval, hits=tuple(self._contents(document.id)))) if before else None
        return main_points(left.hits if left else self._contents(document.id), part_of(retrieval), at_most=at_most)

    def _passages(self, retrieval: Retrieval, judged: Verdict) -> tuple[Passage, ...]:
        several = judged.parts if judged.parts != (retrieval,) else ()
        if any(points := [self._points(part, MOST_QUOTES) for part in several]):
            found: list[Passage] = []
            for part, some in zip(several, points, strict=True):
                found += (one for one in some or choose((part,)) if not _stands_in_one(one, found))
            return tuple(found)
        if passages := choose(judged.parts, whole=retrieval if judged.whole else None):
            return passages
        # All that answers was left out by the question: what it does not leave out may stand elsewhere.
        rest = self.judging.without_what_is_left_out(retrieval)
        return choose((rest,)) if rest else ()

    def _citation(self, number: int, passage: Passage) -> Citation:
        return make_citation(number, passage.hit, passage.span, self._copies(passage.hit.paragraph.ref, passage.span))


def choose(
    retrievals: Sequence[Retrieval], *, whole: Retrieval | None = None, most: int = MOST_QUOTES
) -> tuple[Passage, ...]:
    """The passages to quote, in the order of what was asked.

    Args:
        retrievals: one for each thing asked.
        whole: where several things are asked, the retrieval of all together: a piece of a question says less than all
            of it, and what answers the whole best is quoted too.
        most: how many at most, when not more things are asked.
    """
    chosen = _one_for_each(retrievals) if len(retrievals) > 1 else []
    if not chosen:
        asked = retrievals[0] if len(retrievals) == 1 or whole is None else whole
        return _with_counterparts(_what_answers(asked, most), asked)
    for passage in rank_passages(whole)[:OF_WHOLE] if whole else ():
        read = passage.odds is not None and not is_ruled_out(passage)
        if len(chosen) < most and read and not _stands_in_one(passage, chosen):
            chosen.append(passage)
    return _with_counterparts(chosen, whole or retrievals[0])


def _with_counterparts(chosen: Sequence[Passage], retrieval: Retrieval) -> tuple[Passage, ...]:
    """Before what opens with "In its turn" the paragraph it answers to, where both may be meant.

    Not where one quote is all, nor where the question names one of those it speaks of and not the others.
    """
    if len(chosen) <= 1:
        return tuple(chosen)
    named = part_of(retrieval).asked.names
    found: list[Passage] = []
    for passage in chosen:
        text = passage.hit.paragraph.text
        ref = f"{passage.hit.paragraph.document}#p{passage.hit.paragraph.number - 1}"
        if _IN_ITS_TURN.match(text[passage.span.start :]):
            agreeing = {any(names_agree(name, own) for name in named) for own in values_of(text).names}
            others = chosen if any(one.hit.paragraph.ref == ref for one in chosen) else rank_passages(retrieval)
            if others is chosen or len(agreeing) < 2:
                found += (one for one in others if one.hit.paragraph.ref == ref and one not in found)
        if passage not in found:
            found.append(passage)
    return tuple(found)


def _what_answers(retrieval: Retrieval, most: int) -> tuple[Passage, ...]:
    """The best passage, and what else answers nearly as well and says something new."""
    ranked = rank_passages(retrieval)
    part = part_of(retrieval)
    if part.topic:
        return _on_topic(ranked, MOST_ON_TOPIC)
    several = asks_for_several(part.question)
    is_open = several or OPEN.issuperset(part.asked.kinds)
    surest = max((passage.odds for passage in ranked if passage.odds is not None), default=0.0)
    least = RULED_OUT if several else max(RULED_OUT, surest - LESS_SURE)
    chosen: list[Passage] = []
    for passage in ranked:
        within = NEARLY_AS_WELL_OPEN if is_open and passage.odds is not None else NEARLY_AS_WELL
        answers = passage.score >= ranked[0].score - within and (passage.odds is None or passage.odds > least)
        new = not any(passage.repeats(quoted, share=REPEATED) for quoted in chosen)
        if not chosen or (answers and new and len(chosen) < most):
            chosen.append(passage)
    for passage in ranked:
        read = passage.odds is not None and not is_ruled_out(passage)
        if len(chosen) < most and read and _completes(passage, chosen, part):
            chosen.append(passage)
    return tuple(chosen)


def _completes(passage: Passage, chosen: Sequence[Passage], part: Part) -> bool:
    """Whether it holds much of what the question says and none of those chosen do, and says something new.

    "How many prisoners were freed?" is answered by who frees 32 men, beside the 55 prisoners who are held.
    """
    if any(passage.repeats(quoted, share=REPEATED) for quoted in chosen):
        return False
    held = frozenset[str]().union(*(covered(quoted, part) for quoted in chosen))
    added = sum(part.weights[word] for word in covered(passage, part) - held)
    return added >= NOT_HELD * sum(part.weights.values())


def _on_topic(ranked: Sequence[Passage], most: int) -> tuple[Passage, ...]:
    """What is said on a topic: of each document what says most about it, then what else they say."""
    telling = [
        passage
        for passage in ranked
        if passage.speaks and passage.score >= ranked[0].score - NEARLY_AS_WELL_OPEN and not is_ruled_out(passage)
    ]
    firsts = {passage.hit.document.id: passage for passage in reversed(telling)}
    chosen: list[Passage] = list(ranked[:1])
    for passage in sorted(telling, key=lambda passage: passage is not firsts[passage.hit.document.id]):
        if len(chosen) < most and not any(_tells_again(passage, quoted) for quoted in chosen):
            chosen.append(passage)
    return tuple(chosen)


def _tells_again(passage: Passage, quoted: Passage) -> bool:
    """Whether it says on a topic what was quoted: in another document only nearly the same words do."""
    same = passage.hit.document.id == quoted.hit.document.id
    return passage.repeats(quoted, share=REPEATED if same else REPEATED_ELSEWHERE)


def _one_for_each(retrievals: Sequence[Retrieval]) -> list[Passage]:
    """For each thing asked the best passage, or one nearly as good where the best was quoted for another thing."""
    chosen: list[Passage] = []
    for retrieval in retrievals:
        ranked = [passage for passage in rank_passages(retrieval) if not is_ruled_out(passage)]
        if ranked and part_of(retrieval).topic:
            telling = _on_topic(ranked, MOST_ON_EACH_TOPIC)
            chosen += (passage for passage in telling if not _stands_in_one(passage, chosen))
            continue
        for passage in ranked:
            within = FOR_ANOTHER if passage.odds is None else FOR_ANOTHER_READ
            if passage.score < ranked[0].score - within:
                break
            both = ((at, joined) for at, quoted in enumerate(chosen) if (joined := quoted.joined(passage)))
            if found := next(both, None):
                chosen[found[0]] = found[1]
                break
            if not _stands_in_one(passage, chosen):
                chosen.append(passage)
                break
    return chosen


def _unsaid(passages: Iterable[Passage], said: Said, *, alone: bool) -> tuple[Passage, ...]:
    """What may be quoted to who asks for more, without what was said; where that alone is asked, what is surer."""
    found = []
    for passage in passages:
        span = said.unsaid(passage.hit.paragraph.text, passage.span)
        if span and not (alone and passage.odds is not None and passage.odds <= LEAST_OF_MORE):
            found.append(replace(passage, span=span))
    return tuple(found)


def _stands_in_one(passage: Passage, chosen: Sequence[Passage]) -> bool:
    return any(passage.stands_in(quoted, share=REPEATED) for quoted in chosen)
