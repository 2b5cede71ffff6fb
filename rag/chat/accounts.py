"""People who may open the page: a file of names and salted scrypt hashes, one `name:hash` a line. No default account.

`python -m rag.chat.accounts FILE NAME` asks for NAME's password and writes the line.
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import hmac
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ConfigurationError, InputError

_SCHEME = "scrypt"
_COST, _BLOCK, _PARALLEL = 2**15, 8, 1
_MEMORY = 128 * _COST * _BLOCK * 2
_SHORTEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Hashes by name."""

    hashes: Mapping[str, str]

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password; takes as long for a name that does not exist."""
        return _matches(password, self.hashes.get(name, _NOBODY)) and name in self.hashes


def read_accounts(path: Path) -> Accounts:
    """The accounts in a file; blank lines and lines that begin with `#` are passed over.

    Raises:
        ConfigurationError: the file cannot be read, holds no account, or a line is not `name:hash`.
    """
    mend = f"Add an account: python -m rag.chat.accounts {path} NAME"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Accounts cannot be read from {str(path)!r}: {error}.", mend=mend) from None
    hashes: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, _, hashed = line.strip().partition(":")
        if not name or name.startswith("#"):
            continue
        if not hashed.startswith(f"{_SCHEME}$") or len(hashed.split("$")) != 6:
            raise ConfigurationError(f"{path}:{number} is not `name:hash`; no password is kept as text.", mend=mend)
        if name in hashes:
            raise ConfigurationError(f"{path}:{number} repeats the account {name!r}.", mend="Remove one of the two.")
        hashes[name] = hashed
    if not hashes:
        raise ConfigurationError(f"{str(path)!r} holds no account.", mend=mend)
    return Accounts(hashes=hashes)


def hash_password(password: str) -> str:
    """A salted hash that holds its own parameters.

    Raises:
        InputError: the password is too short.
    """
    if len(password) < _SHORTEST:
        raise InputError(f"The password has {len(password)} characters.", mend=f"Use at least {_SHORTEST}.")
    salt = secrets.token_bytes(16)
    return "$".join([_SCHEME, str(_COST), str(_BLOCK), str(_PARALLEL), _text(salt), _text(_scrypt(password, salt))])


def write_account(path: Path, name: str, password: str) -> None:
    """Adds the account, or gives it another password; the file is readable by its owner only."""
    if not name or any(character in ":#\n\r" for character in name) or name != name.strip():
        raise InputError(f"{name!r} cannot be an account's name.", mend="Use letters, digits, dots or hyphens.")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition(":")[0] != name]
    path.touch(mode=0o600)
    path.write_text("\n".join([*kept, f"{name}:{hash_password(password)}", ""]), encoding="utf-8")


def _matches(password: str, hashed: str) -> bool:
    _, cost, block, parallel, salt, digest = hashed.split("$")
    try:
        made = hashlib.scrypt(
            password.encode(), salt=base64.b64decode(salt), n=int(cost), r=int(block), p=int(parallel), maxmem=_MEMORY
        )
    except ValueError:
        return False
    return hmac.compare_digest(_text(made), digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


_NOBODY = "$".join([_SCHEME, str(_COST), str(_BLOCK), str(_PARALLEL), _text(b"nobody"), _text(bytes(64))])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m rag.chat.accounts FILE NAME")
    try:
        write_account(Path(sys.argv[1]), sys.argv[2], getpass.getpass(f"Password for {sys.argv[2]}: "))
    except InputError as error:
        sys.exit(str(error))
