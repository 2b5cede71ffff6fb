"""Paragraphs -> vectors and words -> a folder that can be searched."""

from rag.index.build import Changes, ProgressReport, Step, update
from rag.index.catalog import Catalog, Stored
from rag.index.check import Finding, verify
from rag.index.embedding import Embedder, HashEmbedder, load_embedder
from rag.index.reader import Index

__all__ = [
    "Catalog",
    "Changes",
    "Embedder",
    "Finding",
    "HashEmbedder",
    "Index",
    "ProgressReport",
    "Step",
    "Stored",
    "load_embedder",
    "update",
    "verify",
]
