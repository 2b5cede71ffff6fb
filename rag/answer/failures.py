"""Why a language model failed, in words written here: those of a provider may repeat a key or a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from rag.answer.reading import RedirectedError
from rag.errors import ModelError

_OVERFULL = (
    "context length",
    "context window",
    "context_length",
    "context size",
    "prompt is too long",
    "too many tokens",
)
_DEEPEST_CAUSE = 5


def explain(
    error: BaseException, *, name: str, key: str, address: str, timeout: float, begun: bool = False
) -> ModelError:
    """Returns the `ModelError` for what a provider's library raised.

    Args:
        error: what was raised.
        name: the model's name.
        key: the variable that holds its key.
        address: the variable that holds its server's address.
        timeout: the seconds of silence allowed.
        begun: whether a part of the answer had arrived.
    """
    for cause in _causes(error):
        if isinstance(cause, RedirectedError):
            return ModelError(
                f"{name} is redirected by its server ({cause.status}), which is not followed.",
                mend=f"If it has moved, set {address} to its new address.",
            )
    kinds = {cls.__name__ for cls in type(error).__mro__}
    status = _status(error)
    if "ContextOverflowError" in kinds or _is_overfull(error):
        return ModelError(f"The paragraphs do not fit the context of {name}.", mend="Set PILCROW_CONTEXT_TOKENS lower.")
    if status in (401, 403):
        return ModelError(f"{name} refused the key ({status}).", mend=f"Set {key} to a key that is valid for it.")
    if status == 404:
        return ModelError(f"{name} is not known to its server (404).", mend=f"Check PILCROW_MODEL and {address}.")
    if status == 429:
        return ModelError(f"{name} gets too many requests (429).", mend="Wait, then try again.", retryable=True)
    if status and status >= 500:
        return ModelError(f"{name} had an error of its own ({status}).", mend="Try again later.", retryable=True)
    if status:
        return ModelError(f"{name} refused the request ({status}).", mend="Check PILCROW_MODEL.")
    if _is_kind(kinds, "Timeout"):
        return ModelError(f"{name} was silent for {timeout:g} seconds.", mend="Set PILCROW_TIMEOUT higher.")
    if begun or _is_kind(kinds, "RemoteProtocolError", "ReadError", "IncompleteRead"):
        return ModelError(f"{name} was cut off: the connection broke.", mend="Try again.", retryable=True)
    if _is_kind(kinds, "APIConnectionError", "ConnectError", "ConnectionError", "NetworkError"):
        return ModelError(f"{name} cannot be reached.", mend=f"Check that it runs, and {address}.", retryable=True)
    return ModelError(f"{name} sent what cannot be read ({type(error).__name__}).", mend="Try again.")


def _is_kind(kinds: set[str], *words: str) -> bool:
    return any(word in kind for kind in kinds for word in words)


def _status(error: BaseException) -> int | None:
    """The HTTP status: under whatever name the vendor's error keeps it, or in the error it was made from."""
    for cause in _causes(error):
        for value in (getattr(cause, "status_code", None), getattr(cause, "code", None)):
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those it was made from."""
    current: BaseException | None = error
    for _ in range(_DEEPEST_CAUSE):
        if current is None:
            return
        yield current
        current = current.__cause__


def _is_overfull(error: BaseException) -> bool:
    # The vendor's words are read, never repeated.
    words = str(error)[:2000].lower()
    return _status(error) in (400, 413, None) and any(sign in words for sign in _OVERFULL)
