"""True counts of what a version holds, made once when it is built; VoID and queries use them.

A count is what a query on the published store gives: statements that Oxigraph stores alike, such
as 1.50 and 1.5, are one, and in the union of all graphs a triple that stands in several is one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import Place, StageError, Text
from kg.publish.versions import read_manifest

NAME = "statistics.json"
SHARED = "shared.nq"
"""The statements whose triples stand more than once in named graphs, as N-Quads."""


@dataclass(frozen=True)
class Property:
    """How often a property is used: triples, and their distinct subjects and objects."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True)
class Linkset:
    """Triples of the named graph `graph` that link into the namespace `target`."""

    graph: str
    predicate: str
    target: str
    triples: int


@dataclass(frozen=True)
class Statistics:
    """Counts of the union of all named graphs; keys are IRIs.

    `entities` are subjects whose IRIs begin with `space`; `classes` has the number of instances
    of each class, `examples` those of the largest classes of which most is said. `graphs` has
    the statements of each named graph. `shared` are the sets of named graphs that have a triple
    in common, None when there are too many sets.
    """

    space: str
    triples: int
    subjects: int
    objects: int
    entities: int
    properties: dict[str, Property]
    classes: dict[str, int]
    graphs: dict[str, int]
    linksets: tuple[Linkset, ...]
    examples: tuple[str, ...]
    shared: tuple[tuple[str, ...], ...] | None


def save_statistics(statistics: Statistics, folder: Path) -> None:
    """Write NAME into the folder of a version; raises OSError."""
    text = json.dumps(asdict(statistics), indent=1, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def statistics_of(version: Path) -> Statistics | None:
    """Return the counts of the version in that folder; None if it was made of commits.

    Raises StageError if they are not there.
    """
    return None if read_manifest(version).base_version else read_statistics(version)


def read_statistics(version: Path) -> Statistics:
    """Return the counts of the version in that folder; raises StageError if they are not there."""
    path = version / NAME
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        shared = raw["shared"]
        return Statistics(
            **raw
            | {
                "properties": {iri: Property(**one) for iri, one in raw["properties"].items()},
                "linksets": tuple(Linkset(**one) for one in raw["linksets"]),
                "examples": tuple(raw["examples"]),
                "shared": None if shared is None else tuple(tuple(one) for one in shared),
            }
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StageError(
            Text(
                de="Die Zählung dieser Version fehlt oder ist beschädigt. Bauen Sie neu: "
                "kg build --force",
                en="The counts of this version are missing or damaged. Build anew: "
                "kg build --force",
            ),
            place=Place(str(path)),
        ) from error
