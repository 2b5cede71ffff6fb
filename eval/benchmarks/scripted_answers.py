"""Every script of the model server over both protocols: are pointers valid, quotes exact, and failures in their state?

    python -m eval.benchmarks.scripted_answers [--timeout 2]

Asks over the bundled documents through the real search. A pointer is valid when its paragraph exists and is the one
shown; a quote is exact when it is a slice of that paragraph and of the document. Failures must end as the quoting
answer with a reason, within the time-out of the model and the time that quoting takes.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

import rag
from rag.resources import bundled_corpus
from rag.settings import Settings
from rag.types import Answer, Delta, Finished, Withdrawn
from tests.model_server import SCRIPTS, ModelServer

QUESTIONS = (
    "How many Armenian servicemen does Azerbaijan release?",
    "What does Armenia support with regard to COP29?",
    "What did the Secretary General of the Organization of Turkic States welcome?",
)
PROVIDERS = ("openai", "anthropic")
GRACE = 3.0


def ask(assistant: rag.Assistant, question: str) -> tuple[Answer, bool]:
    """The answer, and whether what streamed and was not withdrawn is its text."""
    text, answer = "", None
    for event in assistant.stream(question):
        if isinstance(event, Delta):
            text += event.text
        elif isinstance(event, Withdrawn):
            text = ""
        elif isinstance(event, Finished):
            answer = event.answer
    assert answer is not None
    return answer, text == answer.text


def main() -> int:
    """Prints the table; 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=2.0)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, ModelServer("hello") as server, server.environment():
        index = Path(folder) / "index"
        rag.update_index(Settings.load(index=index), [bundled_corpus()])
        for provider in PROVIDERS:
            with rag.open(index=index, model=f"{provider}:scripted", timeout=options.timeout) as assistant:
                assistant.ask(QUESTIONS[0])
                for name in SCRIPTS:
                    for question in QUESTIONS:
                        server.play(name)
                        begun = time.monotonic()
                        answer, streamed = ask(assistant, question)
                        seconds = time.monotonic() - begun
                        counts["answers"] += 1
                        counts["in time"] += seconds < options.timeout + GRACE
                        counts["streamed as it ends"] += streamed
                        counts[f"state: {answer.draft.mode}, {answer.status}"] += 1
                        counts["fell back with a reason"] += answer.draft.mode == "quote" and bool(answer.reason)
                        counts["fell back"] += answer.draft.mode == "quote"
                        count_citations(assistant, answer, counts)
    for name, count in counts.items():
        print(f"{name:<32}{count:>6}")
    validity = counts["valid pointers"] / max(1, counts["citations"])
    exactness = counts["exact quotes"] / max(1, counts["citations"])
    print(f"pointer validity {validity:.3f}, quote exactness {exactness:.3f}")
    whole = all(counts[name] == counts["answers"] for name in ("in time", "streamed as it ends", "numbers agree"))
    return int(
        not (whole and validity == exactness == 1.0 and counts["fell back"] == counts["fell back with a reason"])
    )


def count_citations(assistant: rag.Assistant, answer: Answer, counts: Counter[str]) -> None:
    for citation in answer.citations:
        document, paragraph = assistant.resolve(citation.paragraph)
        counts["citations"] += 1
        counts["valid pointers"] += paragraph is not None and paragraph.text == citation.paragraph_text
        counts["exact quotes"] += (
            citation.paragraph_text[citation.start : citation.end] == citation.quote and citation.quote in document.text
        )
    in_text = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    in_claims = {number for claim in answer.claims for number in claim.citations}
    counts["numbers agree"] += in_text == in_claims == {citation.number for citation in answer.citations}
    counts["claims"] += len(answer.claims)
    counts["claims marked"] += sum(claim.support in ("unsupported", "partial") for claim in answer.claims)
    counts["markers rejected"] += len(answer.rejected)


if __name__ == "__main__":
    raise SystemExit(main())
