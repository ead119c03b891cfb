"""The audit log: one line of JSON for each request that would write, whoever made it.

A line is written with one call to a file that is opened for appending, so that several processes
may write to it, and it may be moved away at any time. The text of a token never gets here.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "audit.log"
_LONGEST = 1000


@dataclass(frozen=True)
class Line:
    """One request. `token` is a name, `commit` a number or 0, `bytes` the size of the body.

    `why` says in one word why nothing was written, "" if something was.
    """

    token: str
    client: str
    method: str
    route: str
    status: int
    commit: int = 0
    added: int = 0
    removed: int = 0
    note: str = ""
    bytes: int = 0
    why: str = ""
    dry_run: bool = False


def write(folder: Path, line: Line) -> None:
    """Append a line to the audit log in `folder`, which is made if need be; raises OSError."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry = {"time": now, **asdict(line), "note": line.note[:_LONGEST]}
    text = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        handle = os.open(folder / FILE, flags, 0o600)
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / FILE, flags, 0o600)
    try:
        os.write(handle, text)
    finally:
        os.close(handle)
