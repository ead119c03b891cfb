"""kg query: ask the published version."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, Store, serialize
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from kg.commands.common import one_of
from kg.errors import QueryError, UsageError
from kg.namespaces import shorten
from kg.publish import versions
from kg.publish.query_dataset import Dataset, dataset_of, in_merge
from kg.publish.store import GRAPHS, Query, answer, run
from kg.rdf.read import read_text
from kg.settings import Project


def query(project: Project, asked: Path | str, *, form: str, console: Console) -> None:
    """Answer a query, from a file or as text, on the published version."""
    forms = ("table", "csv", "tsv", "json", "turtle")
    if form not in forms:
        raise UsageError(one_of("--format", forms))
    text = read_text(asked) if isinstance(asked, Path) else asked
    version = versions.open_current(project.build_dir)
    wanted = Query(text, prefixes=dict(project.prefixes))

    def show(store: Store, dataset: Dataset) -> None:
        seen = replace(wanted, dataset=dataset)
        _answer(store, seen, project, form=form, console=console)

    dataset = dataset_of(project.default_graph, wanted)
    try:
        in_merge(version.store, dataset, show, version=version.path)
    except QueryError as error:
        if isinstance(asked, str) or error.place is None:
            raise
        raise error.in_file(asked) from error


def _answer(store: Store, wanted: Query, project: Project, *, form: str, console: Console) -> None:
    """Print the answer as a table for people, or in the result format `form`."""
    if form != "table":
        sys.stdout.buffer.write(answer(store, wanted, form))
        return
    result = run(store, wanted)
    if isinstance(result, QuerySolutions):
        _print_table(result, project, console)
    elif isinstance(result, QueryBoolean):
        console.print("true" if result else "false")
    else:
        sys.stdout.buffer.write(serialize(result, format=GRAPHS["turtle"]) or b"")


def _print_table(rows: QuerySolutions, project: Project, console: Console) -> None:
    table = Table(*(variable.value for variable in rows.variables))
    names = [variable.value for variable in rows.variables]
    for row in rows:
        cells = []
        for name in names:
            node = row[name]
            text = "" if node is None else str(getattr(node, "value", node))
            is_iri = node is not None and str(node).startswith("<")
            cells.append(RichText(shorten(text, project.prefixes) if is_iri else text))
        table.add_row(*cells)
    console.print(table)
