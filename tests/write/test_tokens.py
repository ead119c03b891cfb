"""Tokens are made, found, revoked; nothing that is kept lets anybody write."""

from __future__ import annotations

import json
import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import StageError, UsageError
from kg.write.tokens import (
    FILE,
    SCOPES,
    Scope,
    Token,
    Tokens,
    create,
    environment_token,
    read_tokens,
    revoke,
)


@pytest.mark.parametrize("scope", SCOPES)
def test_create(tmp_path: Path, scope: Scope) -> None:
    """A token is found by its text, and the text is kept nowhere."""
    folder = tmp_path / "journal"
    text = create(folder, "Stadt Köln", scope)
    assert text.startswith(f"kg_{scope[0]}_")
    assert len(text) == 5 + 43
    found = Tokens(folder).find(text)
    assert found is not None
    assert (found.name, found.scope, found.expires) == ("Stadt Köln", scope, "")
    assert text not in (folder / FILE).read_text(encoding="utf-8")
    for other in (text[:-1], text + "x", text.upper(), "", found.sha256, "\udc80"):
        assert Tokens(folder).find(other) is None


def test_private(tmp_path: Path) -> None:
    """Nobody else on the machine reads folder and file, whatever the umask."""
    old = os.umask(0)
    try:
        create(tmp_path / "journal", "a", "admin")
    finally:
        os.umask(old)
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "journal" / FILE).stat().st_mode & 0o777 == 0o600


def test_scopes() -> None:
    """Each scope may do what a smaller one may, and no more."""
    may = {scope: [Token("", scope, "").may(other) for other in SCOPES] for scope in SCOPES}
    assert may == {
        "contribute": [True, False, False],
        "publish": [True, True, False],
        "admin": [True, True, True],
    }


def test_changes_are_seen(tmp_path: Path) -> None:
    """Who holds the tokens sees new ones and misses revoked ones at once."""
    tokens = Tokens(tmp_path)
    assert tokens.known() == ()
    one, two = create(tmp_path, "one", "publish"), create(tmp_path, "two", "publish")
    assert tokens.find(one)
    assert tokens.find(two)
    assert revoke(tmp_path, "one").name == "one"
    assert tokens.find(one) is None
    assert tokens.find(two)
    (tmp_path / FILE).unlink()
    assert tokens.find(two) is None


def test_expiry(tmp_path: Path) -> None:
    """A token of so many days is over after them, not before."""
    create(tmp_path, "short", "contribute", days=2)
    (token,) = read_tokens(tmp_path)
    now = datetime.now(UTC)
    assert not token.is_expired(now)
    assert not token.is_expired(now + timedelta(days=1, hours=23))
    assert token.is_expired(now + timedelta(days=2, seconds=2))


@pytest.mark.parametrize("name", ["", " ", "a" * 64, "a/b", "a\nb", "KG_TOKEN", "-a", "a@b"])
def test_wrong_name(tmp_path: Path, name: str) -> None:
    """A name is a few words."""
    with pytest.raises(UsageError):
        create(tmp_path, name, "admin")
    assert read_tokens(tmp_path) == ()


def test_names_are_taken_once(tmp_path: Path) -> None:
    """Two tokens have two names, however the letters are put together; so has a revoked one."""
    create(tmp_path, "Köln", "admin")
    with pytest.raises(UsageError):
        create(tmp_path, "Ko\u0308ln", "contribute")
    with pytest.raises(UsageError):
        revoke(tmp_path, "Bonn")
    revoke(tmp_path, "Ko\u0308ln")
    create(tmp_path, "Köln", "admin")


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_wrong_days(tmp_path: Path, days: int) -> None:
    """A token is valid for a number of days."""
    with pytest.raises(UsageError):
        create(tmp_path, "a", "admin", days=days)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"tokens": [1]}',
        '{"tokens": {"a": 1}}',
        '{"tokens": [{"name": "a", "scope": "root", "sha256": "' + "0" * 64 + '"}]}',
        '{"tokens": [{"name": "a", "scope": "admin", "sha256": ""}]}',
        '{"tokens": [{"name": 1, "scope": "admin", "sha256": "' + "0" * 64 + '"}]}',
        '{"tokens": [{"name": "a", "scope": "admin", "sha256": "' + "0" * 64 + '", "x": ""}]}',
        "\udcff",
    ],
)
def test_damage(tmp_path: Path, text: str) -> None:
    """A damaged file lets nobody write, and says where it is and what to do."""
    path = tmp_path / FILE
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    for call in (lambda: Tokens(tmp_path).find("x"), lambda: create(tmp_path, "a", "admin")):
        with pytest.raises(StageError) as caught:
            call()
        assert caught.value.place is not None
        assert caught.value.place.file == str(path)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


def _make(folder: Path, number: int) -> None:
    for each in range(10):
        create(folder, f"{number}.{each}", "contribute")


def test_made_at_once(tmp_path: Path) -> None:
    """Several who make tokens at once lose none, and readers never see a part of the file."""
    context = multiprocessing.get_context("spawn")
    makers = [context.Process(target=_make, args=(tmp_path, number)) for number in range(3)]
    for each in makers:
        each.start()
    while any(each.is_alive() for each in makers):
        read_tokens(tmp_path)
    for each in makers:
        each.join()
        assert each.exitcode == 0
    assert len(read_tokens(tmp_path)) == 30
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tokens.lock", FILE]


def test_unwritable(tmp_path: Path) -> None:
    """A folder that cannot be is said so."""
    (tmp_path / "journal").write_text("a file", encoding="utf-8")
    with pytest.raises(StageError):
        create(tmp_path / "journal", "a", "admin")


def test_environment() -> None:
    """KG_TOKEN gives one token of admin scope; spaces around it do not count."""
    token = environment_token({"KG_TOKEN": "0123456789abcdef\n"})
    assert token is not None
    assert (token.name, token.scope) == ("KG_TOKEN", "admin")
    assert Tokens(Path("nowhere"), token).find("0123456789abcdef") == token
    assert Tokens(Path("nowhere"), token).find("0123456789abcdeF") is None
    assert environment_token({}) is environment_token({"KG_TOKEN": " "}) is None


@pytest.mark.parametrize("text", ["x", "0123456789abcde", "0123456789 abcdefgh", "ä" * 16])
def test_bad_environment(text: str) -> None:
    """A token that can be guessed or cannot be sent is none, and the error does not tell it."""
    with pytest.raises(UsageError) as caught:
        environment_token({"KG_TOKEN": text})
    assert "openssl" in caught.value.text.en
    assert len(text) < 3 or text not in str(caught.value)


def test_file_is_plain(tmp_path: Path) -> None:
    """The file is JSON with names in plain letters."""
    create(tmp_path, "Köln", "admin")
    raw = (tmp_path / FILE).read_text(encoding="utf-8")
    assert "Köln" in raw
    (entry,) = json.loads(raw)["tokens"]
    assert sorted(entry) == ["created", "expires", "name", "scope", "sha256"]
