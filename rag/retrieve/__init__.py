"""A question -> the paragraphs nearest to it."""

from rag.retrieve.search import Searcher

__all__ = ["Searcher"]
