"""Tokens say who may write: they are made, listed and revoked, and found again by their hash.

Only the SHA-256 of a token is kept: a token has 256 random bits, so its hash cannot be guessed
and needs no salt. The file is read again whenever it has changed, so a revoked token is of no use
from then on.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args
from unicodedata import normalize

from kg.errors import Place, StageError, Text, UsageError
from kg.rdf.checked_files import sync

FILE = "tokens.json"
VARIABLE = "KG_TOKEN"
LEAST = 16
"""So many signs the token of the environment has at least."""
MOST_DAYS = 36_500
Scope = Literal["contribute", "publish", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""Each one may do what the ones before it may."""
_NAME = re.compile(r"\w[\w. -]{0,62}(?<! )\Z")
_VISIBLE = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True)
class Token:
    """What is known of a token; times are in UTC as xsd:dateTime, `expires` is "" for never."""

    name: str
    scope: Scope
    sha256: str
    created: str = ""
    expires: str = ""

    def may(self, scope: Scope) -> bool:
        """Return whether it has at least `scope`."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    def is_expired(self, now: datetime | None = None) -> bool:
        """Return whether its time is over."""
        return bool(self.expires) and _time(now or datetime.now(UTC)) >= self.expires


class Tokens:
    """The tokens that are valid now: those of the file in `folder`, and one of the environment."""

    def __init__(self, folder: Path, admin: Token | None = None) -> None:
        """Read the file in `folder` when it is asked for, and know `admin` besides."""
        self._path = folder / FILE
        self._admin = admin
        self._seen: object = None
        self._tokens: tuple[Token, ...] = ()

    def find(self, text: str) -> Token | None:
        """Return the token with this text, expired or not; raises StageError for a bad file.

        The time this takes does not depend on which token it is.
        """
        digest = _digest(text)
        found = None
        for each in self.known():
            if hmac.compare_digest(each.sha256, digest):
                found = each
        return found

    def known(self) -> tuple[Token, ...]:
        """Return all tokens as they are now; raises StageError when the file is damaged."""
        try:
            about = self._path.stat()
            seen = (about.st_mtime_ns, about.st_ino, about.st_size)
        except FileNotFoundError:
            seen = None
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if seen != self._seen or seen is None:
            self._tokens = read_tokens(self._path.parent)
            self._seen = seen
        return (*self._tokens, self._admin) if self._admin else self._tokens


def environment_token(environment: Mapping[str, str]) -> Token | None:
    """Return the token of admin scope that KG_TOKEN gives, None without.

    Raises UsageError when it is too short or cannot stand in a header.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return None
    if len(text) < LEAST or not _VISIBLE.match(text):
        raise UsageError(
            Text(
                de=f"{VARIABLE} braucht mindestens {LEAST} Zeichen und nur solche aus ASCII, ohne "
                "Leerzeichen. Ein gutes macht: openssl rand -hex 32",
                en=f"{VARIABLE} needs at least {LEAST} signs, of ASCII only and without spaces. "
                "A good one is made by: openssl rand -hex 32",
            )
        )
    return Token(VARIABLE, "admin", _digest(text))


def create(folder: Path, name: str, scope: Scope, *, days: int | None = None) -> str:
    """Make a token that is valid for `days`, else for ever, and return its text.

    Nobody can find the text again. Raises UsageError for a name that is no name or is taken, or
    for days that are none, StageError when the file cannot be read or written.
    """
    name = normalize("NFC", name.strip())
    if not _NAME.match(name) or name == VARIABLE:
        raise UsageError(_WRONG_NAME)
    if days is not None and not 0 < days <= MOST_DAYS:
        raise UsageError(_WRONG_DAYS)
    text = f"kg_{scope[0]}_{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    expires = _time(now + timedelta(days=days)) if days else ""
    with _changing(folder):
        tokens = read_tokens(folder)
        if any(each.name == name for each in tokens):
            raise UsageError(
                Text(
                    de=f"Ein Token „{name}“ gibt es schon. Nehmen Sie einen anderen Namen, oder "
                    f"widerrufen Sie es: kg token revoke {name}",
                    en=f"There is a token “{name}” already. Take another name, or revoke it: "
                    f"kg token revoke {name}",
                )
            )
        _write(folder, (*tokens, Token(name, scope, _digest(text), _time(now), expires)))
    return text


def revoke(folder: Path, name: str) -> Token:
    """Take away the token `name` and return it.

    Raises UsageError when there is none, StageError when the file cannot be read or written.
    """
    name = normalize("NFC", name.strip())
    with _changing(folder):
        tokens = read_tokens(folder)
        gone = next((each for each in tokens if each.name == name), None)
        if gone is None:
            raise UsageError(
                Text(
                    de=f"Ein Token „{name}“ gibt es nicht. Alle nennt: kg token list",
                    en=f"There is no token “{name}”. All are named by: kg token list",
                )
            )
        _write(folder, tuple(each for each in tokens if each is not gone))
    return gone


def read_tokens(folder: Path) -> tuple[Token, ...]:
    """Return the tokens of the file, none without it; raises StageError when it is damaged."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    try:
        return tuple(_token(each) for each in json.loads(text)["tokens"])
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(path, error) from error


def _token(entry: dict[str, Any]) -> Token:
    token = Token(**entry)
    if token.scope not in SCOPES or not all(isinstance(each, str) for each in entry.values()):
        raise ValueError(f"scope {token.scope!r}")
    if not re.fullmatch(r"[0-9a-f]{64}", token.sha256):
        raise ValueError("sha256")
    return token


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Let nobody else change the file meanwhile; raises StageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / ".tokens.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(folder / FILE, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(folder: Path, tokens: tuple[Token, ...]) -> None:
    """Write the file in one step, so that readers see the old one or the new one."""
    path, fresh = folder / FILE, folder / f".{FILE}.{secrets.token_hex(4)}"
    text = json.dumps({"tokens": [asdict(each) for each in tokens]}, ensure_ascii=False, indent=1)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(folder)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unreadable(path: Path, error: Exception) -> StageError:
    reason = error.strerror if isinstance(error, OSError) else type(error).__name__
    return StageError(
        Text(
            de=f"Die Datei der Token ist nicht zu lesen ({reason}). Stellen Sie sie aus einer "
            "Sicherung wieder her, oder entfernen Sie sie und geben Sie neue Token aus.",
            en=f"The file of tokens cannot be read ({reason}). Restore it from a backup, or "
            "remove it and issue new tokens.",
        ),
        place=Place(str(path)),
    )


def _unwritable(path: Path, error: OSError) -> StageError:
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"Die Datei der Token ist nicht zu schreiben ({reason}).",
            en=f"The file of tokens cannot be written ({reason}).",
        ),
        place=Place(str(path)),
    )


_WRONG_NAME = Text(
    de="Der Name eines Tokens hat 1 bis 64 Buchstaben, Ziffern, Punkte, Striche und Leerzeichen.",
    en="The name of a token has 1 to 64 letters, digits, dots, dashes and spaces.",
)
_WRONG_DAYS = Text(
    de=f"Ein Token gilt 1 bis {MOST_DAYS} Tage.", en=f"A token is valid for 1 to {MOST_DAYS} days."
)
