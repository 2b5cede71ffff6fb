"""Hits become evidence, claims and verified citations: by exact quotes, or by a language model that is checked."""
