"""Arrays are saved to a directory, a file each, and opened from it by memory map.

header.json has layout and byte order, size and BLAKE2 of each file. It is written last: without
it the directory does not open.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import Place, StageError, Text
from kg.rdf.checked_files import sync, write_file

HEADER = "header.json"


def save_arrays(
    directory: Path, arrays: Mapping[str, NDArray[Any]], types: Mapping[str, str], *, layout: int
) -> None:
    """Write `arrays`, of the dtypes `types`, to `directory`, which is made.

    `layout` counts the ways in which they were laid out. Raises StageError when they cannot be
    written; the directory then does not open.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / HEADER).unlink(missing_ok=True)
        files = {
            name: write_file(directory / name, np.ascontiguousarray(array, types[name]).data)
            for name, array in arrays.items()
        }
        header = {"layout": layout, "order": sys.byteorder, "files": files}
        write_file(directory / HEADER, memoryview(json.dumps(header, indent=1).encode()))
        sync(directory)
    except OSError as error:
        raise StageError(
            Text(
                de=f"Die Dateien konnten nicht geschrieben werden: {error.strerror or error}",
                en=f"The files could not be written: {error.strerror or error}",
            ),
            place=Place(str(directory)),
        ) from error


def open_arrays(
    directory: Path, types: Mapping[str, str], *, layout: int
) -> dict[str, NDArray[Any]]:
    """Open the arrays of `types` in `directory`, read-only.

    Raises StageError, which names the file, when one is missing, cut off, altered or foreign.
    """
    header = directory / HEADER
    try:
        found = json.loads(header.read_bytes())
        files, mark = found["files"], (found["layout"], found["order"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(header) from error
    if mark != (layout, sys.byteorder) or not isinstance(files, dict):
        raise _broken(header)
    return {
        name: _opened(directory / name, np.dtype(kind), files.get(name))
        for name, kind in types.items()
    }


def _opened(path: Path, kind: np.dtype[Any], entry: object) -> NDArray[Any]:
    match entry:
        case [int(size), str(digest)] if size % kind.itemsize == 0:
            pass
        case _:
            raise _broken(path)
    try:
        if path.stat().st_size != size:
            raise _broken(path)
        array = np.asarray(np.memmap(path, kind, "r")) if size else np.empty(0, kind)
    except OSError as error:
        raise _broken(path) from error
    if blake2b(array.data, digest_size=32).hexdigest() != digest:
        raise _broken(path)
    return array


def _broken(path: Path) -> StageError:
    return StageError(
        Text(
            de="Die Datei fehlt, ist abgeschnitten, verändert oder fremd. Bauen Sie neu: "
            "kg build --force",
            en="The file is missing, cut off, altered or foreign. Build anew: kg build --force",
        ),
        place=Place(str(path)),
    )
