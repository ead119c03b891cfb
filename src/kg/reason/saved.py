"""A closure is saved to a directory and opened by memory map, to be explained without reasoning.

tables     int64, three a relation: which of known, given and replaced; predicate; pairs
pairs      int64: the pairs of all relations one after the other, subject << 32 | object
ranks      int32: the rank of each pair
equality   int64: who is equal to whom and why, see `kg.reason.saved_equality`
instances  JSON: the rules as the ontology makes them, see `kg.reason.saved_instances`
header     JSON: layout, byte order, counts, rule files; size and BLAKE2 of each file. Written
           last: without it the directory does not open.
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
from kg.rdf.columns import Columns
from kg.rdf.dictionary import Dictionary
from kg.reason.arrays import EMPTY
from kg.reason.closure import Closure
from kg.reason.engine import Engine
from kg.reason.relation import NO_RANKS, Relation
from kg.reason.rule import Rule
from kg.reason.rule_files import parse_rule
from kg.reason.saved_equality import equality_of, numbers_of
from kg.reason.saved_instances import read_instances, write_instances

LAYOUT = 1
"""Counts the ways in which closures were laid out: those of another layout are made anew."""
HEADER = "header.json"
_TYPES = {"tables": "<i8", "pairs": "<i8", "ranks": "<i4", "equality": "<i8", "instances": "u1"}
_KINDS = ("relations", "given", "replaced")


class FixedTerms(Dictionary):
    """A dictionary that no longer grows: a term that it lacks is as good as nobody."""

    def __init__(self, dictionary: Dictionary, nobody: int) -> None:
        """Read from `dictionary`; `nobody` is the identifier that no statement has."""
        super().__init__(dictionary.blob, dictionary.offsets, dictionary.index())
        self._nobody = nobody

    def add(self, term: str) -> int:
        """Return the identifier of a term, that of nobody when it has none."""
        found = self.find(term)
        return self._nobody if found is None else found


def save(closure: Closure, directory: Path) -> None:
    """Write `closure` to `directory`.

    The columns that it was made of have to be saved after reasoning, with the terms that this
    added. Raises StageError when it cannot be written; the directory then does not open.
    """
    engine = closure.engine
    contents = {**_relations(engine), "equality": numbers_of(engine.state.facts.equality)}
    contents["instances"] = np.frombuffer(write_instances(engine), np.uint8)
    header: dict[str, Any] = {
        "layout": LAYOUT,
        "order": "little",
        "terms": len(closure.dictionary),
        "things": engine.state.things,
        "rank": engine.state.rank,
        "rules": [_rule(rule) for rule in engine.rules],
        "files": {},
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / HEADER).unlink(missing_ok=True)
        for name, array in contents.items():
            content = np.ascontiguousarray(array, _TYPES[name]).data
            header["files"][name] = write_file(directory / name, content)
        write_file(directory / HEADER, memoryview(json.dumps(header, indent=1).encode()))
        sync(directory)
    except OSError as error:
        raise StageError(
            Text(
                de=f"Das Erschlossene konnte nicht geschrieben werden: {error.strerror or error}",
                en=f"The closure could not be written: {error.strerror or error}",
            ),
            place=Place(str(directory)),
        ) from error


def open_closure(directory: Path, columns: Columns, *, verify: bool = True) -> Engine:
    """Open the closure in `directory` over the dictionary of `columns`, to be explained.

    The engine knows facts, ranks, equality and the rules that conclude something; it is not made
    for changes. Its terms are fixed. Sizes are always checked, the checksums unless `verify` is
    False. Raises StageError, which names the file, when something is missing, altered or foreign.
    """
    header = _header(directory)
    dictionary = columns.dictionary
    nobody = dictionary.find("<kg:nobody>")
    if nobody is None or header["terms"] != len(dictionary):
        raise _broken(directory / HEADER)
    files = {name: _map(directory / name, header["files"][name], verify) for name in _TYPES}
    try:
        rules = tuple(_read_rule(each) for each in header["rules"])
        engine = Engine(FixedTerms(dictionary, nobody), rules, things=bool(header["things"]))
        engine.state.rank = int(header["rank"])
        _fill(engine, files)
        equality_of(files["equality"], engine.state.facts.equality)
        read_instances(files["instances"].tobytes(), engine)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise _broken(directory) from error
    return engine


def _relations(engine: Engine) -> dict[str, NDArray[Any]]:
    tables: list[tuple[int, int, int]] = []
    pairs, ranks = [EMPTY], [NO_RANKS]
    for kind, name in enumerate(_KINDS):
        relations: Mapping[int, Relation] = getattr(engine.state.facts, name)
        for predicate, relation in relations.items():
            if len(relation):
                tables.append((kind, predicate, len(relation)))
                pairs.append(relation.pairs())
                ranks.append(relation.ranks())
    return {
        "tables": np.array(tables, np.int64).reshape(-1),
        "pairs": np.concatenate(pairs),
        "ranks": np.concatenate(ranks),
    }


def _fill(engine: Engine, files: Mapping[str, NDArray[Any]]) -> None:
    """Put the relations of `files` into `engine`, as views of what is mapped."""
    start = 0
    pairs, ranks = files["pairs"], files["ranks"]
    for kind, predicate, count in files["tables"].reshape(-1, 3).tolist():
        relations: dict[int, Relation] = getattr(engine.state.facts, _KINDS[kind])
        end = start + count
        relations[predicate] = Relation(pairs[start:end], ranks[start:end])
        start = end
    if start != len(pairs) or start != len(ranks):
        raise ValueError(start)


def _rule(rule: Rule) -> dict[str, str]:
    return {
        "name": rule.name,
        "de": rule.about.de,
        "en": rule.about.en,
        "file": Path(rule.place.file).name if rule.place else "",
        "text": rule.text,
    }


def _read_rule(saved: Mapping[str, str]) -> Rule:
    about = Text(de=saved["de"], en=saved["en"])
    return parse_rule(saved["text"], name=saved["name"], about=about, file=saved["file"])


def _header(directory: Path) -> dict[str, Any]:
    path = directory / HEADER
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _broken(path) from error
    if not isinstance(found, dict) or (found.get("layout"), found.get("order")) != (
        LAYOUT,
        sys.byteorder,
    ):
        raise _broken(path)
    if not {"terms", "things", "rank", "rules", "files"} <= found.keys():
        raise _broken(path)
    if not isinstance(found["files"], dict) or not _TYPES.keys() <= found["files"].keys():
        raise _broken(path)
    return found


def _map(path: Path, entry: object, verify: bool) -> NDArray[Any]:
    kind = np.dtype(_TYPES[path.name])
    match entry:
        case [int(size), str(digest)] if size % kind.itemsize == 0:
            pass
        case _:
            raise _broken(path)
    try:
        if path.stat().st_size != size or (verify and _digest(path.read_bytes()) != digest):
            raise _broken(path)
        return np.asarray(np.memmap(path, kind, "r")) if size else np.empty(0, kind)
    except OSError as error:
        raise _broken(path) from error


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=32).hexdigest()


def _broken(path: Path) -> StageError:
    return StageError(
        Text(
            de="Das gespeicherte Erschlossene fehlt, ist verändert oder gehört zu anderen Spalten. "
            "Bauen Sie neu: kg build --force",
            en="The saved closure is missing, altered or belongs to other columns. "
            "Build anew: kg build --force",
        ),
        place=Place(str(path)),
    )
