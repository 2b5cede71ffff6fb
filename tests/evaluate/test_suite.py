"""What an evaluation must notice, and what it must not: each defect moves its own metrics and no other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rag import evaluate
from rag.errors import InputError, ModelError, QuestionsError
from rag.evaluate import Evaluation
from rag.types import Answer, Draft
from tests.conftest import ROOT
from tests.evaluate.conftest import RELEASES, line, release_questions, write_lines
from tests.evaluate.toy import Altered, ToyAssistant, opener, quote_draft

RETRIEVAL = {"recall@1", "recall@5", "recall@10", "ndcg@10", "mrr"}
GATES = {"pointer_validity", "quote_exactness"}
CITATIONS = {"citation_precision", "citation_recall", "citation_f1"}
REFUSING = {"refusing_f1", "answering_f1", "abstention", "false_refusals", "false_answers"}
SUPPORT = {"number_support", "date_support", "name_support", "alce_recall", "alce_precision", "support_rate"}
ANSWERS = {"right", "fact_recall", "aurc"}
CITING = {"citation_coverage", "primary_source_rate"}

Evaluate = Callable[..., Evaluation]


@pytest.fixture
def run(tmp_path: Path, questions_file: Path) -> Evaluate:
    def run(assistant: object, **options: object) -> Evaluation:
        options.setdefault("questions", [questions_file])
        questions = options.pop("questions")
        return evaluate.run(
            questions, open_assistant=opener(assistant), out=tmp_path / "runs", settings={"model": "quote"}, **options
        )

    return run


def moved(evaluation: Evaluation) -> set[str]:
    """The metrics whose value changed or is no longer told, but for those that time alone changes."""
    assert evaluation.comparison is not None
    return {
        each.metric.name
        for each in evaluation.comparison.differences
        if not each.metric.timed and each.before != each.after
    }


def shifted(draft: Draft, assistant: ToyAssistant) -> Draft:
    """Each citation taken from the paragraph after the one it should be."""

    def next_paragraph(reference: str) -> str:
        document, _, number = reference.rpartition("#p")
        return f"{document}#p{int(number) % 3 + 1}"

    citations = []
    for citation in draft.citations:
        reference = next_paragraph(citation.paragraph)
        text = assistant.paragraphs[reference].text
        citations.append(
            replace(citation, paragraph=reference, paragraph_text=text, quote=text, start=0, end=len(text))
        )
    return replace(draft, citations=tuple(citations))


def misnumbered(draft: Draft, assistant: ToyAssistant) -> Draft:
    """Each citation with the right words under the number of the paragraph after."""
    other = shifted(draft, assistant)
    return replace(
        draft,
        citations=tuple(
            replace(citation, paragraph=moved.paragraph)
            for citation, moved in zip(draft.citations, other.citations, strict=True)
        ),
    )


def misspelt(draft: Draft, assistant: ToyAssistant) -> Draft:
    """Each quote with one letter changed."""

    def spoil(text: str) -> str:
        return text.replace("e", "o", 1)

    return replace(
        draft,
        citations=tuple(
            replace(citation, quote=spoil(citation.quote), paragraph_text=spoil(citation.paragraph_text))
            for citation in draft.citations
        ),
    )


def silent(draft: Draft, assistant: ToyAssistant) -> Draft:
    return replace(quote_draft([], confidence=draft.confidence))


def test_the_untouched_system_scores_as_it_should(releases: ToyAssistant, run: Evaluate) -> None:
    evaluation = run(releases)
    values = {name: figure.value for name, figure in evaluation.summary.overall.figures.items()}
    for name in (RETRIEVAL - {"recall@1"}) | GATES | CITATIONS | SUPPORT - {"date_support"} | {"right", "fact_recall"}:
        assert values[name] == 1.0, name
    assert values["refusing_f1"] == values["answering_f1"] == 1.0
    assert values["false_refusals"] == values["false_answers"] == 0.0
    assert evaluation.exit_code == 0


def test_retrieving_one_paragraph_only_moves_retrieval_and_what_rests_on_it(
    releases: ToyAssistant, run: Evaluate
) -> None:
    before = run(releases)
    after = run(releases, k=1, baseline=before.folder.path)
    assert {"recall@5", "recall@10", "ndcg@10"} <= moved(after)
    assert moved(after) <= (RETRIEVAL - {"recall@1", "mrr"}) | {"citation_recall", "citation_f1"} | ANSWERS
    assert after.exit_code == 1


def test_citing_the_next_paragraph_moves_the_citations(releases: ToyAssistant, run: Evaluate) -> None:
    before = run(releases)
    after = run(Altered(releases, shifted), baseline=before.folder.path)
    assert {"citation_precision", "citation_recall", "alce_recall", "number_support"} <= moved(after)
    assert moved(after) <= CITATIONS | SUPPORT
    assert not after.broken_gates, "the pointers are wrong, but each leads to a paragraph that holds its quote"
    assert after.exit_code == 1


def test_a_citation_under_the_wrong_number_breaks_the_gate(releases: ToyAssistant, run: Evaluate) -> None:
    before = run(releases)
    after = run(Altered(releases, misnumbered), baseline=before.folder.path)
    assert after.broken_gates == ("quote_exactness",)
    assert moved(after) <= CITATIONS | SUPPORT | {"quote_exactness"}
    assert after.exit_code == 1


def test_a_changed_letter_in_a_quote_moves_that_gate_alone(releases: ToyAssistant, run: Evaluate) -> None:
    before = run(releases)
    after = run(Altered(releases, misspelt), baseline=before.folder.path)
    assert moved(after) == {"quote_exactness"}
    assert after.broken_gates == ("quote_exactness",)
    assert after.exit_code == 1


def test_a_pointer_to_nowhere_and_a_number_without_citation_break_the_gate(
    releases: ToyAssistant, run: Evaluate
) -> None:
    def nowhere(draft: Draft, assistant: ToyAssistant) -> Draft:
        return replace(draft, citations=tuple(replace(each, paragraph="nowhere#p1") for each in draft.citations))

    def dangling(draft: Draft, assistant: ToyAssistant) -> Draft:
        return replace(draft, text=draft.text + "[9]") if draft.citations else draft

    assert "pointer_validity" in run(Altered(releases, nowhere)).broken_gates
    broken = run(Altered(releases, dangling))
    assert broken.broken_gates == ("pointer_validity",)
    assert broken.exit_code == 1, "a broken gate fails without a baseline too"


def test_always_abstaining_moves_everything_about_answers_and_nothing_about_search(
    releases: ToyAssistant, run: Evaluate
) -> None:
    before = run(releases)
    after = run(Altered(releases, silent), baseline=before.folder.path)
    assert {"answering_f1", "refusing_f1", "abstention", "false_refusals", "fact_recall", "citation_recall"} <= moved(
        after
    )
    assert not moved(after) & (RETRIEVAL | {"auroc", "false_answers", "errors"})
    assert after.summary.value("false_refusals") == 1.0
    assert after.summary.value("citation_precision") is None, "nothing was cited, so nothing can be called imprecise"
    assert after.exit_code == 1


def test_never_abstaining_moves_the_refusals_alone(run: Evaluate) -> None:
    before = run(ToyAssistant(RELEASES))
    after = run(ToyAssistant(RELEASES, threshold=0.0), baseline=before.folder.path)
    assert moved(after) == (REFUSING - {"false_refusals"}) | {"right"}
    assert after.summary.value("false_answers") == 1.0
    assert after.exit_code == 1


@pytest.mark.parametrize("name", ["zz-copy", "aa-copy"], ids=["copies last", "copies first"])
@pytest.mark.parametrize("copied", ["ministry-avaria#p1", "ministry-avaria#p3"], ids=["a gold one", "another"])
def test_copying_a_paragraph_into_five_documents_changes_nothing(
    releases: ToyAssistant, run: Evaluate, name: str, copied: str
) -> None:
    text = releases.paragraphs[copied].text
    copies = {f"{name}-{number}": [text.replace(" ", "  "), "Weather stays fair."] for number in range(5)}
    before = run(releases)
    after = run(ToyAssistant({**RELEASES, **copies}), baseline=before.folder.path)
    assert moved(after) == set()
    assert after.exit_code == 0


def test_copies_that_the_search_leaves_in_change_nothing_either(releases: ToyAssistant, run: Evaluate) -> None:
    class Repeating(ToyAssistant):
        def ask(self, question: str, **options: object) -> Answer:
            given = super().ask(question, **options)
            twice = [
                replace(hit, paragraph=replace(hit.paragraph, document=f"copy-{copy}"))
                for hit in given.hits
                for copy in range(5)
            ]
            return replace(given, hits=tuple(twice))

    before = run(releases)
    assert moved(run(Repeating(RELEASES), baseline=before.folder.path)) == set()


def test_a_baseline_of_other_questions_is_refused_before_anything_is_asked(
    releases: ToyAssistant, run: Evaluate, tmp_path: Path
) -> None:
    before = run(releases)
    asked: list[str] = []

    class Listening(ToyAssistant):
        def ask(self, question: str, **options: object) -> Answer:
            asked.append(question)
            return super().ask(question, **options)

    others = [{**each, "question": f"Say: {each['question']}"} for each in release_questions()]
    with pytest.raises(InputError, match="holds none of these questions"):
        run(
            Listening(RELEASES), questions=[write_lines(tmp_path / "others.jsonl", others)], baseline=before.folder.path
        )
    assert asked == []


def test_two_identical_runs_are_equal_byte_for_byte_but_for_time(releases: ToyAssistant, run: Evaluate) -> None:
    first, second = run(releases), run(releases)
    assert first.folder.path != second.folder.path
    for name in ("questions.jsonl", "results.jsonl", "scores.jsonl"):
        assert (first.folder.path / name).read_bytes() == (second.folder.path / name).read_bytes(), name
    summaries = [json.loads((each.folder.path / "summary.json").read_text()) for each in (first, second)]
    assert [each.pop("seconds") is not None for each in summaries] == [True, True]
    assert summaries[0] == summaries[1]
    compared = evaluate.compare_runs(first.folder.path, second.folder.path)
    assert compared.comparison is not None
    assert compared.comparison.equal
    assert compared.exit_code == 0


class Stopped(ToyAssistant):
    """Is killed when it has answered seven questions."""

    def ask(self, question: str, **options: object) -> Answer:
        if len(self.asked) == 7:
            raise KeyboardInterrupt
        return super().ask(question, **options)


def test_a_resumed_run_equals_one_that_was_never_stopped(releases: ToyAssistant, run: Evaluate, tmp_path: Path) -> None:
    whole = run(releases)
    with pytest.raises(KeyboardInterrupt):
        run(Stopped(RELEASES))
    stopped = max((tmp_path / "runs").iterdir(), key=lambda path: path.name)
    assert stopped != whole.folder.path
    with (stopped / "results.jsonl").open("a") as torn:
        torn.write('{"set": "releases", "id": "two-')
    with pytest.raises(InputError, match="not finished: 9 of 16"):
        evaluate.rescore(stopped)
    asked_before = len(releases.asked)
    resumed = evaluate.resume(stopped, open_assistant=opener(releases))
    assert len(releases.asked) - asked_before == 9, "what was answered is not asked again"
    for name in ("questions.jsonl", "results.jsonl", "scores.jsonl"):
        assert (resumed.folder.path / name).read_bytes() == (whole.folder.path / name).read_bytes(), name


def test_a_run_is_not_resumed_under_other_settings(releases: ToyAssistant, run: Evaluate) -> None:
    done = run(releases)
    with pytest.raises(InputError, match="began with other settings"):
        evaluate.resume(done.folder.path, open_assistant=opener(ToyAssistant(RELEASES, threshold=0.9)))


def test_questions_asked_several_at_a_time_give_the_same_run(releases: ToyAssistant, run: Evaluate) -> None:
    one, several = run(releases), run(releases, workers=5)
    assert (one.folder.path / "results.jsonl").read_bytes() == (several.folder.path / "results.jsonl").read_bytes()


def test_a_question_that_fails_scores_the_minimum_and_is_counted(releases: ToyAssistant, run: Evaluate) -> None:
    class Failing(ToyAssistant):
        def ask(self, question: str, **options: object) -> Answer:
            if "Avaria released" in question:
                raise ModelError("The model did not answer.")
            return super().ask(question, **options)

    before = run(releases)
    after = run(Failing(RELEASES), baseline=before.folder.path)
    failed = next(each for each in after.scored if each.record.error)
    assert failed.scores["recall@10"] == failed.scores["fact_recall"] == failed.scores["citation_recall"] == 0.0
    assert not failed.right
    assert after.summary.value("errors") == pytest.approx(1 / 16)
    assert after.exit_code == 1
    mended = evaluate.resume(after.folder.path, open_assistant=opener(releases))
    assert mended.summary.value("errors") == 0.0


def test_a_run_is_scored_again_without_asking(releases: ToyAssistant, run: Evaluate) -> None:
    done = run(releases)
    summary = (done.folder.path / "summary.json").read_bytes()
    (done.folder.path / "summary.json").unlink()
    asked = len(releases.asked)
    again = evaluate.rescore(done.folder.path)
    assert len(releases.asked) == asked
    assert (again.folder.path / "summary.json").read_bytes() == summary


def test_another_judge_of_entailment_changes_alce_alone(releases: ToyAssistant, run: Evaluate) -> None:
    from rag.evaluate.entailment import remembered

    done = run(releases)
    doubting = evaluate.rescore(done.folder.path, entailment=remembered("nobody", lambda paragraphs, claim: False))
    assert doubting.summary.value("alce_recall") == doubting.summary.value("alce_precision") == 0.0
    for name in set(done.summary.overall.figures) - {"alce_recall", "alce_precision"}:
        assert doubting.summary.value(name) == done.summary.value(name), name
    kept = evaluate.load(done.folder.path)
    assert kept.manifest["entailment"] == "nobody"
    assert kept.summary == doubting.summary, "a report shows what the judge said, without asking it again"
    compared = evaluate.compare_runs(run(releases).folder.path, done.folder.path)
    assert compared.exit_code == 0, "two judges are not compared with each other"


def test_a_baseline_is_what_a_later_run_is_held_against(releases: ToyAssistant, run: Evaluate, tmp_path: Path) -> None:
    kept = evaluate.keep_as_baseline(run(releases).folder.path, tmp_path / "baselines" / "toy")
    assert run(releases, baseline=kept).exit_code == 0
    assert run(Altered(releases, silent), baseline=kept).exit_code == 1


@pytest.mark.parametrize("target", ["a-file", "a-file/toy"])
def test_a_run_that_cannot_be_kept_stays_as_it_was(
    releases: ToyAssistant, run: Evaluate, tmp_path: Path, target: str
) -> None:
    done = run(releases).folder
    (done.path / "summary.json").write_text("{}")
    (tmp_path / "a-file").touch()
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in done.path.iterdir()}
    with pytest.raises(InputError, match="a-file"):
        evaluate.keep_as_baseline(done.path, tmp_path / target)
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in done.path.iterdir()} == before


def test_what_is_no_run_is_kept_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        evaluate.keep_as_baseline(tmp_path, tmp_path / "baselines" / "toy")
    assert list(tmp_path.iterdir()) == []


def test_a_run_over_one_split_is_compared_on_its_own_questions(releases: ToyAssistant, run: Evaluate) -> None:
    whole = run(releases)
    half = run(releases, split="dev", baseline=whole.folder.path)
    assert half.comparison is not None
    assert len(half.comparison.pairs) == 8
    assert len(half.comparison.only_before) == 8
    assert half.comparison.small


def test_nothing_is_asked_when_a_question_is_wrong(releases: ToyAssistant, run: Evaluate, tmp_path: Path) -> None:
    rows = release_questions()
    rows[0]["gold"] = [["ministry-avaria#p9"]]
    rows[1]["facts"] = ["nobody says this"]
    with pytest.raises(QuestionsError) as caught:
        run(releases, questions=[write_lines(tmp_path / "wrong.jsonl", rows)])
    assert [(problem.line, problem.what) for problem in caught.value.problems] == [
        (1, "one-Avaria: there is no paragraph ministry-avaria#p9"),
        (2, "two-Avaria: fact 'nobody says this' matches no gold paragraph"),
    ]
    assert releases.asked == []


def test_a_baseline_that_is_not_there_is_said_before_anything_is_asked(releases: ToyAssistant, run: Evaluate) -> None:
    with pytest.raises(InputError, match="holds no run"):
        run(releases, baseline=Path("nowhere"))
    assert releases.asked == []


def test_the_figures_equal_those_of_the_independent_script(releases: ToyAssistant, run: Evaluate) -> None:
    clumsy = run(Altered(ToyAssistant(RELEASES, threshold=0.6, k=3), misnumbered))
    done = subprocess.run(
        [sys.executable, ROOT / "eval" / "recompute.py", clumsy.folder.path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("=") == 11


def test_files_are_checked_without_asking(releases: ToyAssistant, questions_file: Path, tmp_path: Path) -> None:
    (checked,) = evaluate.check_files([questions_file], open_assistant=opener(releases))
    assert len(checked.questions) == 16
    assert releases.asked == []
    lost = write_lines(tmp_path / "lost.jsonl", [line(id="a", question="Who?", gold=[["nowhere#p1"]])])
    with pytest.raises(QuestionsError, match="there is no paragraph nowhere#p1"):
        evaluate.check_files([lost], open_assistant=opener(releases))
