"""Optional second look at a claim: a CrossEncoder trained on entailment, run on this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from rag.answer.closeness import rank_sentences
from rag.answer.support import ClaimChecker, Judgement, check_claim
from rag.errors import ConfigurationError
from rag.text.sentences import sentence_texts

ENTAILED_FROM = 0.5
CONTRADICTED_FROM = 0.7
SENTENCES_READ = 3


class EntailmentChecker:
    """A `ClaimChecker` that reads the paragraphs' nearest sentences with an entailment model.

    It can raise what `first` found lacking in words, and lower what it found supported; a contradiction that
    `first` found stays.
    """

    def __init__(self, name: str, *, first: ClaimChecker = check_claim) -> None:
        self._encoder, self._labels = load_entailment(name)
        self._first = first
        self._lock = threading.Lock()

    def __call__(self, claim: str, paragraphs: Sequence[str], *, about: Sequence[str] = ()) -> Judgement:
        first = self._first(claim, paragraphs, about=about)
        if first.contradicted:
            return first
        entailed, contradicted = self._read(claim, paragraphs)
        score = max(first.score, entailed)
        if entailed >= ENTAILED_FROM:
            return Judgement(support="supported", score=score)
        if contradicted >= CONTRADICTED_FROM:
            return Judgement(support="unsupported", why="the cited paragraph contradicts it", score=first.score)
        return first

    def _read(self, claim: str, paragraphs: Sequence[str]) -> tuple[float, float]:
        """Returns the highest probability of entailment over all premises, and the lowest of contradiction."""
        sentences = [sentence for paragraph in paragraphs for sentence in sentence_texts(paragraph)]
        if not sentences:
            return 0.0, 0.0
        scores = rank_sentences(claim, sentences)
        nearest = sorted(range(len(sentences)), key=lambda index: -scores[index])[:SENTENCES_READ]
        premises = [*(sentences[index] for index in nearest), " ".join(sentences[index] for index in sorted(nearest))]
        with self._lock:
            rows = self._encoder.predict([(premise, claim) for premise in premises], apply_softmax=True)
        entailment, contradiction = self._labels
        return max(float(row[entailment]) for row in rows), min(float(row[contradiction]) for row in rows)


def load_entailment(name: str) -> tuple[Any, tuple[int, int]]:
    """Returns a CrossEncoder and the places of its labels for entailment and contradiction.

    Raises:
        ConfigurationError: it cannot be loaded, or is not trained on entailment.
    """
    from sentence_transformers import CrossEncoder

    try:
        encoder = CrossEncoder(name, device="cpu")
    except (OSError, ValueError):
        raise ConfigurationError(
            f"The entailment model {name!r} cannot be loaded.", mend="Set PILCROW_NLI to a folder or name that can be."
        ) from None
    labels = {str(label).lower(): int(place) for place, label in (encoder.config.id2label or {}).items()}
    if "entailment" not in labels or "contradiction" not in labels:
        raise ConfigurationError(
            f"The model {name!r} has the labels {sorted(labels)}, not those of entailment.",
            mend="Set PILCROW_NLI to a CrossEncoder trained on NLI.",
        )
    return encoder, (labels["entailment"], labels["contradiction"])
