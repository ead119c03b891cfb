"""How front processes and the writer talk: messages of four bytes of length and their content.

Requests are pickles, for front processes are trusted. What the writer says is JSON: it parses
what strangers send.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import socket
import struct
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kg.errors import Text
from kg.settings import Project
from kg.write.journal import FOLDER
from kg.write.requests import Outcome, Request

SOCKET = ".writer"
LENGTH = struct.Struct(">I")
AT_ONCE = 1 << 18


def framed(content: bytes) -> bytes:
    """Return a message."""
    return LENGTH.pack(len(content)) + content


def asking(number: int, request: Request) -> bytes:
    """Return the message that asks for a request."""
    return framed(pickle.dumps((number, request), protocol=5))


def asked(content: bytes) -> tuple[int, Request]:
    """Return the number and the request of a message."""
    number, request = pickle.loads(content)
    return number, request


def saying(**message: Any) -> bytes:
    """Return a message of the writer: begun, outcome with its number, or published."""
    return framed(json.dumps(message).encode())


def outcome_as_dict(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome for JSON."""
    text = outcome.text.as_dict() if outcome.text else None
    return {**asdict(replace(outcome, text=None)), "text": text}


def outcome_of(raw: dict[str, Any]) -> Outcome:
    """Return the outcome that `outcome_as_dict` gave."""
    text = raw.pop("text")
    return Outcome(**raw, text=Text(**text) if text else None)


class Messages:
    """Bytes become messages as they come."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rest = bytearray()

    def take(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that are complete with `data`."""
        self._rest += data
        start = 0
        while len(self._rest) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest, start)
            end = start + LENGTH.size + length
            if end > len(self._rest):
                break
            yield bytes(self._rest[start + LENGTH.size : end])
            start = end
        del self._rest[:start]


@contextlib.contextmanager
def address_of(project: Project) -> Iterator[str]:
    """Give the address of the writer's socket, however long the path of the project is."""
    folder = project.root / FOLDER
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}" if _is_linux() else str(folder / SOCKET)
    finally:
        os.close(handle)


def _is_linux() -> bool:
    return Path("/proc/self/fd").is_dir()


def listening(project: Project) -> socket.socket:
    """Return the socket on which the writer is asked; only this user may connect."""
    (project.root / FOLDER / SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with address_of(project) as address:
            listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


def connected(project: Project) -> socket.socket | None:
    """Return a socket to the writer, None when there is none."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address_of(project) as address:
            link.connect(address)
    except OSError:
        link.close()
        return None
    return link
