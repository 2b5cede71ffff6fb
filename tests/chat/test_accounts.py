from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rag.chat.accounts import hash_password, read_accounts, write_account
from rag.errors import ConfigurationError, InputError


def test_the_right_password_of_the_right_name(tmp_path: Path) -> None:
    path = tmp_path / "accounts"
    write_account(path, "ana", "correct horse")
    write_account(path, "bén", "påsswörd ¶¶")
    write_account(path, "ana", "battery staple")
    accounts = read_accounts(path)
    assert accounts.check("ana", "battery staple")
    assert accounts.check("bén", "påsswörd ¶¶")
    for name, password in [("ana", "correct horse"), ("ana", ""), ("bén", "battery staple"), ("nobody", "nobody")]:
        assert not accounts.check(name, password)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "staple" not in path.read_text(encoding="utf-8")


def test_the_same_password_is_hashed_differently_each_time() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no account"),
        ("# only a comment\n\n", "holds no account"),
        ("ana:password\n", ":1 is not `name:hash`"),
        ("ana\n", ":1 is not `name:hash`"),
        ("ana:scrypt$1$2\n", ":1 is not `name:hash`"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "accounts"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        read_accounts(path)


def test_a_missing_file_and_a_repeated_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"python -m rag\.chat\.accounts"):
        read_accounts(tmp_path / "none")
    path = tmp_path / "accounts"
    line = f"ana:{hash_password('correct horse')}\n"
    path.write_text(line * 2, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="repeats the account 'ana'"):
        read_accounts(path)


@pytest.mark.parametrize(("name", "password"), [("ana", "short"), ("", "long enough"), ("a:b", "long enough")])
def test_what_is_no_account(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(InputError):
        write_account(tmp_path / "accounts", name, password)
