"""Queries on a store: SPARQL text becomes bytes of a result format, or an error with a place.

This interface is what the server and the command line see of Oxigraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kg.errors import Place, QueryError, RefusedQueryError, StageError, Text
from kg.publish.xml_output import Writable, XmlOutput, nameable
from kg.rdf.sparql_text import (
    by_appearance,
    forbid_service,
    kind_of,
    line_column,
    mask_service,
    offset_of,
    quote_at,
    spread,
    star_of,
)

Result = QuerySolutions | QueryBoolean | QueryTriples
ROWS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
GRAPHS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
"""Names of the result formats for rows (SELECT, ASK) and for graphs (CONSTRUCT, DESCRIBE)."""

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_HINTS = {
    "Prefix not found": Text(
        de=" Das Präfix ist nicht vereinbart.", en=" The prefix is not declared."
    ),
    "The SELECT contains a variable that is unbound": Text(
        de=" SELECT nennt eine Variable, die nicht gruppiert ist.",
        en=" SELECT names a variable that is not grouped.",
    ),
}
"""What the parser says in words among the signs that it expected."""
_LOCATED = 100_000


@dataclass(frozen=True)
class Query:
    """One query with its dataset, as in the SPARQL 1.1 Protocol section 2.1.4.

    `default_graphs` and `named_graphs` are IRIs; None for both means the store's own dataset.
    `dataset` goes before both: the arguments that `kg.publish.query_dataset` has found. Relative
    IRIs are resolved against `base`, an IRI.
    """

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    prefixes: dict[str, str] = field(default_factory=dict)
    dataset: Mapping[str, Any] | None = None
    base: str | None = None


def with_union(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield `quads`, and each of their triples once more, in the default graph.

    Oxigraph can see all graphs as one by itself, but finds a triple as often as there are graphs
    that hold it: counts would be wrong, for a graph is a set (RDF 1.1 Concepts, section 3).
    """
    merged: dict[Triple, None] = {}
    for quad in quads:
        merged[quad.triple] = None
        yield quad
    for triple in merged:
        yield Quad(triple.subject, triple.predicate, triple.object)


def memory_store(quads: Iterable[Quad]) -> Store:
    """Return a store in memory with `quads`, whose default graph is the union of them all."""
    store = Store()
    store.bulk_extend(with_union(quads))
    return store


def fill(store: Store, quads: Iterable[Quad], texts: Iterable[bytes] = ()) -> None:
    """Put `quads` and `texts` into `store`; texts are N-Quads of valid IRIs, no blank nodes."""
    store.bulk_extend(quads)
    for text in texts:
        store.bulk_load(text, RdfFormat.N_QUADS, lenient=True)


def open_read_only(path: Path) -> Store:
    """Open the store of a published version; raises StageError when it cannot be opened."""
    try:
        return Store.read_only(str(path))
    except OSError as error:
        raise StageError(
            Text(
                de=f"Der Speicher lässt sich nicht öffnen: {error}. Bauen Sie neu: kg build",
                en=f"The store cannot be opened: {error}. Build anew: kg build",
            ),
            place=Place(str(path)),
        ) from error


def run(store: Store, query: Query) -> Result:
    """Run a read query.

    Raises QueryError, with line and column, when it does not parse; RefusedQueryError when it is an
    update or contains SERVICE, which would make the server send requests of its own.
    """
    forbid_service(query.text)
    _prove_no_service(query)
    return _run(store, query)


def _prove_no_service(query: Query) -> None:
    """Let the parser itself say that no SERVICE clause is in the query; see `mask_service`."""
    masked = mask_service(query.text, query.prefixes)
    if masked is None:
        return
    text, prefixes = masked
    try:
        Store().query(text, prefixes=prefixes, base_iri=query.base)
    except (SyntaxError, ValueError) as error:
        raise _query_error(str(error), query) from error
    except RuntimeError:
        return  # it parses; what its evaluation lacks is said when it is run


def _run(store: Store, query: Query) -> Result:
    """Run a query; the columns of SELECT * come as their variables appear in the text."""
    star = star_of(query.text) if "*" in query.text else None
    result = _run_text(store, query, query.text)
    if star is None or not isinstance(result, QuerySolutions) or len(result.variables) < 2:
        return result
    names = by_appearance(query.text, (variable.value for variable in result.variables))
    columns = " ".join(f"?{name}" for name in names)
    return _run_text(store, query, f"{query.text[:star]} {columns} {query.text[star + 1 :]}")


def _run_text(store: Store, query: Query, text: str) -> Result:
    """Run `text`, at first as it stands: handing many prefixes over takes as long as a look-up."""
    try:
        return store.query(text, **_dataset(query))
    except (SyntaxError, ValueError, RuntimeError) as error:
        if isinstance(error, RuntimeError) or not (query.prefixes or query.base):
            raise _query_error(str(error), query) from error
    try:
        return store.query(text, prefixes=query.prefixes, base_iri=query.base, **_dataset(query))
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise _query_error(str(error), query) from error


def _dataset(query: Query) -> Mapping[str, Any]:
    if query.dataset is not None:
        return query.dataset
    if query.default_graphs is None and query.named_graphs is None:
        return {}
    return {
        "default_graph": _nodes(query.default_graphs),
        "named_graphs": _nodes(query.named_graphs),
    }


def answer(store: Store, query: Query, result_format: str) -> bytes:
    """Run `query` and return its whole result in `result_format`, one of ROWS or GRAPHS.

    Raises QueryError as `run` does, when the format is not one for this form of query and when
    the query calls a function that is not there.
    """
    output = BytesIO()
    write(store, query, result_format, output)
    return output.getvalue()


def write(
    store: Store, query: Query, result_format: str, output: Writable, *, proven: bool = False
) -> None:
    """Run `query` and write its result to `output` as it comes, in `result_format`.

    With `proven` it is known that the query reaches no server that it may not. Raises what
    `answer` raises; part of the result may have been written by then.
    """
    try:
        result = _run(store, query) if proven else run(store, query)
        _serialize(result, query, result_format, output)
    except RuntimeError as error:
        raise _query_error(str(error), query) from error


def dump(store: Store, graph: str | None, query: Query, result_format: str, output: Any) -> None:
    """Write a whole graph, the default graph for None, which takes no memory.

    The same as CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }, which keeps all triples to find repeated ones,
    though a graph has none. `query` has the prefixes. Not for RDF/XML: see `nameable`.
    """
    form = GRAPHS[result_format]
    name = NamedNode(graph) if graph else DefaultGraph()
    store.dump(output, form, from_graph=name, prefixes=_usable(query.prefixes, form))


def _serialize(
    result: Result,
    query: Query,
    result_format: str,
    output: Any,
) -> None:
    if isinstance(result, QueryTriples):
        if result_format not in GRAPHS:
            raise _format_error(result_format, tuple(GRAPHS))
        form = GRAPHS[result_format]
        triples = nameable(result) if form == RdfFormat.RDF_XML else result
        target: Any = XmlOutput(output) if form == RdfFormat.RDF_XML else output
        serialize(triples, target, form, prefixes=_usable(query.prefixes, form))
        return
    if result_format not in ROWS:
        raise _format_error(result_format, tuple(ROWS))
    safe: Any = XmlOutput(output) if result_format == "xml" else output
    result.serialize(safe, format=ROWS[result_format])


def is_graph_query(text: str) -> bool:
    """Return whether `text` is a CONSTRUCT or DESCRIBE query."""
    return kind_of(text) in ("CONSTRUCT", "DESCRIBE")


def _usable(prefixes: dict[str, str], form: RdfFormat) -> dict[str, str] | None:
    return prefixes if form == RdfFormat.TURTLE else None


def _nodes(iris: tuple[str, ...] | None) -> list[Any]:
    return [NamedNode(iri) for iri in iris or ()]


def _query_error(message: str, query: Query) -> QueryError:
    match = _PLACE.match(message)
    if match is None:
        return QueryError(Text(de=f"Fehler in der Abfrage: {message}", en=message))
    kind = kind_of(query.text)
    if kind in UPDATES:
        return refuse_update(kind)
    offset = _locate(query)
    if offset is None:
        offset = offset_of(query.text, int(match.group(1)), int(match.group(2)))
    line, column = line_column(query.text, offset)
    near = quote_at(query.text, offset)
    hints = (text for words, text in _HINTS.items() if words in match.group(3))
    hint = next(hints, Text(de="", en=""))
    return QueryError(
        Text(
            de=f"Die Abfrage ist ab Zeile {line}, Spalte {column} nicht zu verstehen, "
            f"{near.de}.{hint.de}",
            en=f"The query cannot be understood from line {line}, column {column} on, "
            f"{near.en}.{hint.en}",
        ),
        place=Place("query", line, column),
    )


def _locate(query: Query) -> int | None:
    """Return the offset at which the parser does not go on; see `spread`.

    The wide text is masked: whatever it means to the parser, it has no SERVICE clause.
    """
    if len(query.text) > _LOCATED:
        return None
    wide, chunks = spread(query.text)
    text, prefixes = mask_service(wide, query.prefixes) or (wide, query.prefixes)
    try:
        Store().query(text, prefixes=prefixes, base_iri=query.base)
    except SyntaxError as error:
        match = _PLACE.match(str(error))
        if match is None:
            return None
        reached = offset_of(wide, int(match.group(1)), int(match.group(2)))
        if reached >= len(wide):
            return len(query.text.rstrip())
        return next((there for here, there in reversed(chunks) if here <= reached), 0)
    except (ValueError, RuntimeError):
        return None
    return None


UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)


def refuse_update(kind: str) -> RefusedQueryError:
    """Return the error for an update where only queries are answered."""
    return RefusedQueryError(
        Text(
            de=f"{kind} ändert Daten. Hier werden nur Abfragen beantwortet: SELECT, ASK, "
            "CONSTRUCT, DESCRIBE.",
            en=f"{kind} changes data. Only queries are answered here: SELECT, ASK, CONSTRUCT, "
            "DESCRIBE.",
        )
    )


def _format_error(asked: str, known: tuple[str, ...]) -> QueryError:
    names = ", ".join(known)
    return QueryError(
        Text(
            de=f"Das Format {asked} passt nicht zu dieser Abfrage. Möglich sind {names}.",
            en=f"The format {asked} does not fit this query. Possible are {names}.",
        )
    )
