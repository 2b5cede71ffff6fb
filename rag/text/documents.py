"""What a question calls the documents it asks about: "the joint statement", "this agreement", "his speech"."""

from __future__ import annotations

import re

KINDS = r"(?:speech|letter|resolution|readout|remarks|message|fact\s+sheet)"
"""Kinds of documents that are said to be that in their title."""
DOCUMENT = (
    rf"(?:statement|document|declaration|deal|agreement|accord|communiqu\w+|text|report|article|coverage|story|"
    rf"announcement|release|reaction|piece|{KINDS})"
)
SOURCES = (
    r"(?:documents?|texts?|reports?|articles?|sources?|statements?|papers?|files?|publications?|passages?|paragraphs?|"
    r"materials?|corpus|coverage|collection|archive|press|outlets?)"
)
"""What all documents may be called together, or any of them."""
IMPRINT = re.compile(
    r"\bmedia\s+inquir|\bvoting\s+(?:for|against)\b|\bfor\s+(?:more|further)\s+information\b|\bpress\s+(?:office|contact)\b"
    r"|^\W*(?:implementation\s+note|contact|issued\s+(?:at|on))\b|@|\bhttps?://",
    re.IGNORECASE,
)
"""What says whom to call or who voted."""
_DOCUMENT = re.compile(rf"\b{DOCUMENT}\b", re.IGNORECASE)


def names_a_document(text: str) -> bool:
    """Whether it holds what one document may be called."""
    return _DOCUMENT.search(text) is not None
