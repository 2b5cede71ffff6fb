"""Files to documents to numbered paragraphs: `scan` yields a `Document` or a `Problem`, one file at a time."""

from rag.corpus.dates import check_date
from rag.corpus.metadata import check_metadata
from rag.corpus.paragraphs import split_paragraphs
from rag.corpus.scan import Reading, left_out, read_all, scan

__all__ = ["Reading", "check_date", "check_metadata", "left_out", "read_all", "scan", "split_paragraphs"]
