"""Which of the versions on disk stay: by their names, which say when they were made, or in use."""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

KEPT = 10
"""So many of the newest versions stay, however old they are."""
MOST = 60
"""So many at most stay because they are young."""
YOUNG = timedelta(minutes=10)
DAYS = 30
"""For so many days the last version of each day stays."""
_NAME = re.compile(r"(\d{8}T\d{6}Z)-(?:c(\d+)-)?")


def made_at(name: str) -> datetime | None:
    """Return when the version of that name was made, None if the name does not say it."""
    match = _NAME.match(name)
    try:
        found = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ") if match else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found else None


def order(name: str) -> tuple[str, int, str]:
    """Return what sorts names of versions by time and, within a second, by commit."""
    match = _NAME.match(name)
    return (match[1], int(match[2] or 0), name) if match else ("", 0, name)


def kept(names: Iterable[str], *, keep: int = KEPT, now: datetime | None = None) -> set[str]:
    """Return those of `names` that stay: the newest `keep`, young ones, the last of each day."""
    now = now or datetime.now(UTC)
    newest = sorted(names, key=order, reverse=True)
    found = set(newest[:keep])
    days = set()
    for place, name in enumerate(newest):
        made = made_at(name)
        if made is None:
            continue
        age = now - made
        if (age < YOUNG and place < MOST) or (age < timedelta(DAYS) and made.date() not in days):
            found.add(name)
        days.add(made.date())
    return found


def removed(path: Path) -> bool:
    """Remove a version that nobody holds; return whether it is gone."""
    with ExitStack() as stack:
        with suppress(FileNotFoundError):
            file = stack.enter_context((path / "manifest.json").open("rb"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        shutil.rmtree(path, ignore_errors=True)
    return True


def hold(path: Path) -> IO[bytes] | None:
    """Keep the version in `path` from being removed until what is returned is closed.

    None when it is not there or is being removed.
    """
    try:
        file = (path / "manifest.json").open("rb")
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
