"""A query with SERVICE becomes one that Oxigraph can run without reaching any server but ours.

What is run within `with relaying(...)` must be run to its end there, and an answer must not be
called complete before the `with` is left: only its end says whether another server failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, QuerySolutions

from kg.errors import QueryError, Text
from kg.publish.store import Query, memory_store, run
from kg.rdf.service_clauses import (
    Clause,
    as_graphs,
    find_clauses,
    prologue_of,
    refuse_clause,
    with_addresses,
    without_keyword,
)
from kg.serve.federation.allowed import Allowed, Endpoint
from kg.serve.federation.faults import ServiceError

if TYPE_CHECKING:
    from kg.serve.federation.relay import Call, Relay


@dataclass(frozen=True)
class Relayed:
    """The text to run and the number of its SERVICE clauses.

    With `clauses` 0 the text is as it was and nothing is proven: it must run under the guard of
    `kg.publish.store.run`. Otherwise it is proven that Oxigraph will call the relay only.
    """

    text: str
    clauses: int = 0


@contextmanager
def relaying(text: str, prefixes: Mapping[str, str], allowed: Allowed) -> Iterator[Relayed]:
    """Yield what to run in place of the query `text`, with a relay that lives as long.

    Raises RefusedQueryError, with line and column, for a server that is not allowed, a variable
    in place of one, nested and too many clauses; QueryError when the query does not parse; at the
    end ServiceError when a call without SILENT failed. That goes before other errors, and is
    raised as well if the run succeeded: Oxigraph takes an EXISTS whose SERVICE failed for true.
    """
    clauses = find_clauses(text) if allowed.endpoints and "service" in text.lower() else ()
    if not clauses:
        yield Relayed(text)
        return
    if len(clauses) > allowed.limits.requests:
        raise refuse_clause(clauses[allowed.limits.requests].place, _too_many(allowed))
    _prove(text, clauses, prefixes)
    with _relay(_calls(text, clauses, prefixes, allowed), allowed) as relay:
        addresses = [relay.address(number) for number in range(len(clauses))]
        yield Relayed(with_addresses(text, clauses, addresses), len(clauses))


@contextmanager
def _relay(calls: Sequence[Call], allowed: Allowed) -> Iterator[Relay]:
    from kg.serve.federation.relay import Relay  # noqa: PLC0415 - most queries do without a client

    relay = Relay(calls, allowed)
    try:
        yield relay
    except Exception as error:
        _check(relay, str(error))
        raise
    else:
        _check(relay, "")
    finally:
        relay.close()


def _check(relay: Relay, message: str) -> None:
    """Raise what went wrong with the relay, also when only an error of Oxigraph speaks of it.

    The error is not left in a variable of a frame that it refers to itself: results of Oxigraph
    in such a circle might be collected in a thread of the relay, which they do not allow.
    """
    fault = relay.fault()
    if fault is None and (relay.broken or relay.address(0).rpartition("/")[0] in message):
        fault = ServiceError(_BROKEN)
    try:
        if fault is not None:
            raise fault
    finally:
        del fault


def _prove(text: str, clauses: Sequence[Clause], prefixes: Mapping[str, str]) -> None:
    """Let the parser say that `clauses` are the SERVICE clauses of `text`, all and only these.

    With GRAPH in their place, which stands wherever SERVICE may stand, the query parses and has
    none left: `run` lets nothing pass that has. With a meaningless word in place of any single
    one it does not parse, which it would if that one stood in a string or a comment.
    """
    _run(as_graphs(text, clauses), prefixes)
    for clause in clauses:
        try:
            _run(without_keyword(text, clauses, clause), prefixes)
        except QueryError as error:
            if error.place is not None:
                continue
        raise refuse_clause(clause.place, _UNCLEAR)


def _calls(
    text: str, clauses: Sequence[Clause], prefixes: Mapping[str, str], allowed: Allowed
) -> list[Call]:
    from kg.serve.federation.relay import Call  # noqa: PLC0415 - most queries do without a client

    urls = _resolved(prologue_of(text), [clause.name for clause in clauses], prefixes)
    found = []
    for clause, url in zip(clauses, urls, strict=True):
        endpoint = allowed.endpoint(url)
        if endpoint is None:
            raise refuse_clause(clause.place, _not_listed(url, allowed.endpoints))
        found.append(Call(endpoint, clause.silent, clause.place))
    return found


def _resolved(prologue: str, names: Sequence[str], prefixes: Mapping[str, str]) -> list[str]:
    """Return the IRIs that the parser makes of `names` after `prologue`."""
    variables = " ".join(f"?i{number}" for number in range(len(names)))
    text = f"{prologue} SELECT * {{ VALUES ({variables}) {{ ({' '.join(names)}) }} }}"
    rows = _run(text, prefixes)
    row = next(rows, None) if isinstance(rows, QuerySolutions) else None
    terms = [row[f"i{number}"] for number in range(len(names))] if row else []
    return [term.value if isinstance(term, NamedNode) else "" for term in terms] or [""] * len(
        names
    )


def _run(text: str, prefixes: Mapping[str, str]) -> object:
    return run(memory_store(()), Query(text, prefixes=dict(prefixes)))


def _not_listed(url: str, endpoints: Sequence[Endpoint]) -> Text:
    names = ", ".join(endpoint.url for endpoint in endpoints)
    return Text(
        de=f"Der Server {url} steht nicht auf der Liste der erlaubten. Erlaubt sind: {names}",
        en=f"The server {url} is not on the list of those that are allowed: {names}",
    )


def _too_many(allowed: Allowed) -> Text:
    most = allowed.limits.requests
    return Text(
        de=f"Eine Abfrage darf höchstens {most} Mal SERVICE enthalten.",
        en=f"A query may have SERVICE at most {most} times.",
    )


_UNCLEAR = Text(
    de="Es ist nicht eindeutig, ob das ein Aufruf ist. Setzen Sie ihn in eine eigene Zeile.",
    en="It is not clear whether this is a call. Put it on a line of its own.",
)
_BROKEN = Text(
    de="Ein anderer Server konnte nicht gefragt werden, weil hier Speicher oder Prozesse fehlen.",
    en="Another server could not be asked because memory or processes are lacking here.",
)
