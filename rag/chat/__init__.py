"""The browser interface: ask, check every sentence against its source, keep conversations.

`launch` serves the page; everything that is shown of documents and users goes through `rag.chat.markup`.
"""

from rag.chat.server import launch

__all__ = ["launch"]
