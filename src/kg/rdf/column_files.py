"""Columns are saved to a directory and opened from it by memory map.

terms      the terms, UTF-8, one a line, and eight newlines
offsets    int64: where each term starts, and where the last ends
index      uint64: high half of a term's hash and its id in one, sorted
s p o g    int32: the columns
spo ...    int32: permutations, if asked for
header     JSON: layout, byte order, counts, graphs; size and BLAKE2 of each file. Written last:
           without it the directory does not open.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import Place, StageError, Text
from kg.rdf.checked_files import AT_ONCE, sync, write_file
from kg.rdf.columns import ORDERS, Columns
from kg.rdf.dictionary import Dictionary

LAYOUT = 1
"""Counts the ways in which columns were laid out: those of another layout are built anew."""
HEADER = "header.json"
_TYPES = {"terms": "u1", "offsets": "<i8", "index": "<u8"}
_COLUMNS = ("s", "p", "o", "g")


def save(columns: Columns, directory: Path, *, orders: Sequence[str] = ()) -> None:
    """Write `columns` to `directory`, with the permutations of `orders`.

    What stands there of older columns is replaced. Raises StageError when it cannot be written;
    the directory then does not open.
    """
    dictionary = columns.dictionary.settled()
    arrays: dict[str, Callable[[], NDArray[Any]]] = {
        "terms": lambda: dictionary.blob,
        "offsets": lambda: dictionary.offsets,
        "index": dictionary.index,
        "s": lambda: columns.s,
        "p": lambda: columns.p,
        "o": lambda: columns.o,
        "g": lambda: columns.g,
    }
    for name in orders:
        arrays[name] = lambda name=name: columns.order(name)  # type: ignore[misc]
    header = {
        "layout": LAYOUT,
        "order": "little",
        "terms": len(dictionary),
        "rows": len(columns),
        "graphs": columns.graphs,
        "files": {},
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / HEADER).unlink(missing_ok=True)
        header["files"] = {
            name: write_file(directory / name, np.ascontiguousarray(array(), _type(name)).data)
            for name, array in arrays.items()
        }
        write_file(directory / HEADER, memoryview(json.dumps(header, indent=1).encode()))
        sync(directory)
    except OSError as error:
        raise StageError(
            Text(
                de=f"Die Spalten konnten nicht geschrieben werden: {error.strerror or error}",
                en=f"The columns could not be written: {error.strerror or error}",
            ),
            place=Place(str(directory)),
        ) from error


def open_columns(directory: Path, *, verify: bool = True) -> Columns:
    """Open the columns in `directory` by memory map, read-only.

    Sizes and header are always checked, the checksums unless `verify` is False. Raises
    StageError, which names the file, when something is missing, cut off, altered or foreign.
    """
    header = _header(directory)
    counts = {"offsets": header["terms"] + 1, "index": header["terms"]}
    maps: dict[str, NDArray[Any]] = {}
    for name, (size, digest) in header["files"].items():
        path = directory / name
        kind = np.dtype(_type(name))
        count = size if name == "terms" else counts.get(name, header["rows"])
        if size != count * kind.itemsize or _size(path) != size:
            raise _broken(path)
        if verify and _digest(path) != digest:
            raise _broken(path)
        maps[name] = _map(path, kind, count)
    if int(maps["offsets"][-1]) + 8 != len(maps["terms"]):
        raise _broken(directory / "offsets")
    dictionary = Dictionary(maps["terms"], maps["offsets"], maps["index"])
    orders = {name: maps[name] for name in ORDERS if name in maps}
    s, p, o, g = (maps[name] for name in _COLUMNS)
    return Columns(dictionary, tuple(header["graphs"]), s, p, o, g, orders)


def _type(name: str) -> str:
    return _TYPES.get(name, "<i4")


def _header(directory: Path) -> dict[str, Any]:
    path = directory / HEADER
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _broken(path) from error
    if not isinstance(found, dict) or not _is_header(found):
        raise _broken(path)
    if found["layout"] != LAYOUT or found["order"] != sys.byteorder:
        raise StageError(
            Text(
                de="Die Spalten sind anders abgelegt, als dieses Programm es kennt. "
                "Bauen Sie sie neu.",
                en="The columns are laid out in a way that this program does not know. "
                "Build them anew.",
            ),
            place=Place(str(path)),
        )
    return found


def _is_header(found: dict[str, Any]) -> bool:
    files, graphs = found.get("files"), found.get("graphs")
    if not isinstance(files, dict) or not isinstance(graphs, list):
        return False
    counts = [found.get(name) for name in ("layout", "terms", "rows")]
    needed = {*_TYPES, *_COLUMNS}
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and all(isinstance(name, str) for name in graphs)
        and needed <= files.keys() <= needed | set(ORDERS)
        and all(_is_entry(entry) for entry in files.values())
        and "order" in found
    )


def _is_entry(entry: object) -> bool:
    match entry:
        case [int(size), str()]:
            return size >= 0
    return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _broken(path) from error


def _map(path: Path, kind: np.dtype[Any], count: int) -> NDArray[Any]:
    if not count:
        return np.empty(0, kind)
    try:
        return np.asarray(np.memmap(path, kind, "r", shape=(count,)))
    except (OSError, ValueError) as error:
        raise _broken(path) from error


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=32)
    try:
        for part in _parts(path):
            digest.update(part)
    except OSError as error:
        raise _broken(path) from error
    return digest.hexdigest()


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(AT_ONCE):
            yield part


def _broken(path: Path) -> StageError:
    return StageError(
        Text(
            de="Die Datei der Spalten fehlt, ist abgeschnitten, verändert oder fremd. "
            "Bauen Sie die Spalten neu.",
            en="The file of the columns is missing, cut off, altered or foreign. "
            "Build the columns anew.",
        ),
        place=Place(str(path)),
    )
