"""How often terms are used, and where: counts of the build, one example of each term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.errors import StageError
from kg.publish.statistics import Statistics, read_statistics
from kg.publish.versions import base_name
from kg.serve.pages.site import Site
from kg.serve.pages.terms import iri
from kg.serve.pages.visit import Visit

_MOST = 400


@dataclass(frozen=True)
class Usage:
    """Numbers of things of a class, or of statements with a property; an example of a class.

    `of` is the name of the version that was counted: that of the build.
    """

    counts: Mapping[str, int]
    examples: Mapping[str, str]


async def usage(site: Site, visit: Visit, classes: Iterable[str]) -> Usage:
    """Return the counts of all terms, and an example of each of `classes`, by one query."""
    statistics = _statistics(site, visit)
    counts: dict[str, int] = {}
    if statistics:
        counts |= {name: used.triples for name, used in statistics.properties.items()}
        counts |= statistics.classes
    asked = [name for name in classes if not statistics or counts.get(name)][:_MOST]
    rows = await site.rows(visit, _examples_query(asked)) if asked else []
    return Usage(counts, {row["c"].value: row["x"].value for row in rows})


def _statistics(site: Site, visit: Visit) -> Statistics | None:
    """Return the counts of the build that a version is based on, None without any."""
    try:
        return read_statistics(site.project.build_dir / base_name(visit.version))
    except StageError:
        return None


def _examples_query(classes: Iterable[str]) -> str:
    branches = " UNION ".join(
        f"{{ SELECT ?c ?x WHERE {{ VALUES ?c {{ {iri(name)} }} ?x a ?c FILTER (isIRI(?x)) }} "
        "LIMIT 1 }"
        for name in classes
    )
    return f"SELECT ?c ?x WHERE {{ {branches} }}"
