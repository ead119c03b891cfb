"""Files of a version are written so that they are whole or not there, with their checksum."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

_NEW = ".new"
AT_ONCE = 1 << 20


def write_file(path: Path, content: memoryview) -> tuple[int, str]:
    """Write a file under another name, bring it to the disk, name it; return size and digest.

    The digest is BLAKE2b of 32 bytes, in hexadecimal. Raises OSError; nothing is left then.
    """
    new = path.with_name(path.name + _NEW)
    digest = blake2b(digest_size=32)
    data = content.cast("B") if content.nbytes else memoryview(b"")
    try:
        with new.open("wb") as file:
            for start in range(0, len(data), AT_ONCE):
                digest.update(data[start : start + AT_ONCE])
                file.write(data[start : start + AT_ONCE])
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    return len(data), digest.hexdigest()


def sync(directory: Path) -> None:
    """Bring the names in a directory to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
