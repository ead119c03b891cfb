"""Hygiene queries: each .rq file is one rule on the dataset, each row of its answer a finding.

The header says `severity` (error, warning or info) and, as `de` and `en`, the message with the
variables of the query in braces, such as `{term} has no definition.` The first IRI of a row is the
focus; the variables `property`, `value` and `graph`, where there are, narrow the place down.
`contribution: yes` says that the rule holds for one file beside the published graph too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import Place, QueryError, Text
from kg.namespaces import shorten
from kg.publish.store import Query, run
from kg.rdf.dataset import Dataset
from kg.rdf.queries import QueryFile, read_queries
from kg.validate.places import with_places
from kg.validate.report import Report, Result, Severity

HYGIENE_FOLDER = ("queries", "hygiene")
_SEVERITIES: Mapping[str, Severity] = {
    "error": "Violation",
    "warning": "Warning",
    "info": "Info",
}
_AT_ONCE = 2
"""Rules that are asked at a time: Oxigraph answers each on a core of its own."""
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Scope:
    """Whose findings are wanted: subjects in N-Triples form and IRIs of named graphs."""

    subjects: frozenset[str]
    graphs: frozenset[str]


def check_hygiene(dataset: Dataset, store: Store) -> Report:
    """Run the hygiene queries of the project on `store`, which holds the quads of `dataset`.

    Raises QueryError when a rule does not parse, is not a SELECT or lacks a known severity.
    """
    folder = dataset.project.root.joinpath(*HYGIENE_FOLDER)
    rules = read_queries(folder)
    prefixes = dataset.project.prefixes
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda rule: run_rule(rule, store, prefixes), rules)
        found = tuple(result for results in answers for result in results)
    return with_places(Report(found, {"hygiene rules": len(rules)}), dataset.sources)


def run_rule(
    rule: QueryFile,
    store: Store,
    prefixes: Mapping[str, str],
    *,
    scope: Scope | None = None,
) -> list[Result]:
    """Run one hygiene rule and return its findings; messages write IRIs with `prefixes`.

    With a `scope`, only its findings are returned.
    """
    place = Place(str(rule.path))
    severity = _SEVERITIES.get(rule.header.get("severity", ""))
    if severity is None:
        raise QueryError(
            Text(
                de="Im Kopf fehlt `# severity: error`, `warning` oder `info`.",
                en="The header lacks `# severity: error`, `warning` or `info`.",
            ),
            place=place,
        )
    try:
        rows = run(store, Query(rule.text))
    except QueryError as error:
        raise error.in_file(rule.path) from error
    if not isinstance(rows, QuerySolutions):
        del rows  # or the error would keep it, and it may only go in the thread it came from
        raise QueryError(
            Text(de="Erwartet wird eine SELECT-Abfrage.", en="A SELECT query is expected."),
            place=place,
        )
    names = [variable.value for variable in rows.variables]
    found = []
    for row in rows:
        values = {name: row[name] for name in names if row[name] is not None}
        focus = _focus(values, scope)
        if focus is not None:
            found.append(_result(rule, severity, values, focus, prefixes))
    return found


def _focus(values: Mapping[str, object], scope: Scope | None) -> str | None:
    """Return the first IRI of a row, or None if the row is outside of `scope`.

    Of a row that names no graph it is the first IRI that the scope has.
    """
    nodes = [str(node) for node in values.values() if isinstance(node, NamedNode)]
    nodes.append(str(next(iter(values.values()), None)))
    graph = values.get("graph")
    if scope is None:
        return nodes[0]
    if isinstance(graph, NamedNode):
        return nodes[0] if graph.value in scope.graphs else None
    return next((node for node in nodes if node in scope.subjects), None)


def _result(
    rule: QueryFile,
    severity: Severity,
    values: Mapping[str, Any],
    focus: str,
    prefixes: Mapping[str, str],
) -> Result:
    shown = {
        name: shorten(node.value, prefixes) if isinstance(node, NamedNode) else _plain(node)
        for name, node in values.items()
    }

    def fill(template: str) -> str:
        return _SLOT.sub(lambda match: shown.get(match.group(1), "–"), template)

    return Result(
        severity=severity,
        message=Text(de=fill(rule.about.de), en=fill(rule.about.en)),
        focus=focus,
        path=_iri(values.get("property")),
        value=str(values["value"]) if "value" in values else None,
        rule=rule.path.stem,
        graph=graph.value if isinstance(graph := values.get("graph"), NamedNode) else None,
    )


def _iri(node: object) -> str | None:
    return str(node) if isinstance(node, NamedNode) else None


def _plain(node: object) -> str:
    return node.value if isinstance(node, Literal) else str(node)
