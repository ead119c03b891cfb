"""Which of the versions on disk stay, judged by their names, which say when they were made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

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
