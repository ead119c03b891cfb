"""/graphs: whole graphs are read by name (SPARQL 1.1 Graph Store HTTP Protocol, section 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.namespaces import ABSOLUTE_IRI
from kg.publish.versions import Published
from kg.serve.answers import Question
from kg.serve.description import write
from kg.serve.engine import Engine
from kg.serve.headers import allowed, etag, is_fresh
from kg.serve.negotiate import Representation, coding_of
from kg.serve.problems import (
    BAD_REQUEST,
    METHOD,
    NOT_FOUND,
    Details,
    RequestError,
)
from kg.serve.reply import Reply, unless_gone
from kg.serve.sparql import answer_headers, negotiated
from kg.serve.time_travel import TimeTravel
from kg.serve.void import Counts, about, graph_at, root_of, subsets, void_at
from kg.settings import DefaultGraph

METHODS = ("GET", "HEAD", "OPTIONS")
WRITING = ("PUT", "POST", "DELETE", "PATCH")
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_MOST_FIELDS = 100
_COMPARED = 5000
_SURELY_LONG = 1000
"""So many statements are compressed for a client that takes it, whatever they are."""
_NEAREST = 3
_LONGEST = 1000


@dataclass(frozen=True)
class Target:
    """Which graph is asked for: `graph` is its IRI; without one, `default` says the default graph.

    Without both, the list of the graphs is meant. `formats` are format names of parameters.
    """

    graph: str | None
    default: bool
    formats: tuple[str, ...]
    version: str | None = None
    """The name or commit of the version that it is read in."""


class GraphStore:
    """Answers /graphs on the current version."""

    def __init__(
        self,
        current: Callable[[], Published],
        engine: Engine,
        travel: TimeTravel,
        *,
        default_graph: DefaultGraph = "union",
    ) -> None:
        """Read the graphs of what `current` returns, with `engine`."""
        self._current = current
        self._travel = travel
        self._default_graph = default_graph
        self._engine = engine
        self._counts = Counts()

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises RequestError, or KgError when there is no answer."""
        if request.method == "OPTIONS":
            return allowed(METHODS)
        if request.method not in METHODS:
            raise _no_writing()
        target = read_target(request.scope.get("query_string", b""))
        accept = ", ".join(request.headers.getlist("accept"))
        representation = negotiated("graphs", accept, target.formats)
        if target.graph is None and not target.default:
            return self._list(request, self._current(), representation)
        past = self._travel.find(request, target.version)
        published = past.version if past else self._current()
        if target.graph is not None and target.graph not in published.manifest.graphs:
            raise _no_graph(target.graph, published.manifest.graphs)
        question = question_of(request, target, representation)
        if past is None:
            return await self._graph(request, published, question)
        response = await self._graph(request, published, question._replace(past=past.setup))
        response.headers.update(self._travel.headers(request, past))
        return response

    def _list(
        self, request: Request, published: Published, representation: Representation
    ) -> Response:
        headers = {
            "ETag": etag(published.manifest.version, "graphs", representation.name),
            "Vary": "Accept",
        }
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        root, statistics = root_of(request), self._counts.of(published)
        triples = (
            *about(root, published.manifest, statistics),
            *subsets(root, published.manifest, statistics),
        )
        headers["Content-Type"] = representation.content_type
        return Response(write(iter(triples), representation.name), headers=headers)

    async def _graph(self, request: Request, published: Published, question: Question) -> Response:
        """Answer with a graph; a large one is streamed, and not even begun for HEAD."""
        if request.method == "HEAD" and self._size(published, question) > _SURELY_LONG:
            version = published.manifest.version
            headers = answer_headers(question, version, question.coding, tagged=True)
            fresh = is_fresh(request, headers["ETag"])
            response = Response(status_code=304 if fresh else 200, headers=headers)
            del response.headers["Content-Length"]
        else:
            answer = await unless_gone(request, self._engine.stream(question))
            response = Reply(request, question, answer)
        response.headers.update(_links(request, question))
        return response

    def _size(self, published: Published, question: Question) -> int:
        if question.default_graphs:
            return published.manifest.graphs[question.default_graphs[0]]
        return published.manifest.triples if self._default_graph == "union" else 0


def read_target(query_string: bytes) -> Target:
    """Return what the parameters of a request name; raises RequestError (section 4.2)."""
    values: dict[str, list[str]] = {}
    try:
        fields = parse_qsl(
            query_string.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise _bad(_UNREADABLE) from error
    for name, value in fields:
        values.setdefault(name, []).append(value)
    graphs, defaults = values.get("graph", []), values.get("default", [])
    if len(graphs) + len(defaults) > 1:
        raise _bad(_ONE_GRAPH)
    for iri in graphs:
        if not ABSOLUTE_IRI.match(iri):
            raise _bad(
                Text(
                    de=f"graph erwartet eine absolute IRI, nicht „{iri}“.",
                    en=f"graph expects an absolute IRI, not “{iri}”.",
                )
            )
    formats = (*values.get("format", ()), *values.get("output", ()))
    version = values.get("version", [None])[0]
    return Target(graphs[0] if graphs else None, bool(defaults), formats, version)


def question_of(request: Request, target: Target, representation: Representation) -> Question:
    """Return the question whose answer is the graph: each triple once, for a graph is a set."""
    coding = coding_of(", ".join(request.headers.getlist("accept-encoding")))
    if target.graph is None:
        return Question(_ALL, representation, coding=coding, is_dump=True)
    return Question(_ALL, representation, (target.graph,), (), coding, is_dump=True)


def _links(request: Request, question: Question) -> dict[str, str]:
    """Return headers that say where this representation is and what describes it."""
    root = root_of(request)
    graph = question.default_graphs[0] if question.default_graphs else None
    return {
        "Content-Location": graph_at(root, graph, question.representation.name),
        "Link": f'<{void_at(root)}>; rel="describedby"',
    }


def _no_graph(iri: str, graphs: Iterable[str]) -> RequestError:
    """Return the problem for a graph that is not there, with the names that are most like it."""
    ends: dict[str, list[str]] = {}
    for name in list(graphs)[:_COMPARED]:
        ends.setdefault(_end(name), []).append(name)
    near = get_close_matches(_end(iri), ends, n=_NEAREST) if len(iri) < _LONGEST else []
    similar = [name for end in near for name in ends[end]][:_NEAREST]
    hint = Text(
        de=f" Ähnlich heißen {', '.join(similar)}." if similar else " /graphs nennt alle.",
        en=f" Similar names are {', '.join(similar)}." if similar else " /graphs names them all.",
    )
    return RequestError(
        NOT_FOUND,
        Text(
            de=f"Es gibt keinen Graphen {iri}.{hint.de}",
            en=f"There is no graph {iri}.{hint.en}",
        ),
        Details(members={"graph": iri, "similar": similar}),
    )


def _end(iri: str) -> str:
    return iri.rpartition("/")[2]


def _no_writing() -> RequestError:
    return RequestError(METHOD, _READ_ONLY, Details(headers={"Allow": ", ".join(METHODS)}))


def _bad(text: Text) -> RequestError:
    return RequestError(BAD_REQUEST, text)


_UNREADABLE = Text(
    de="Die Parameter sind nicht in UTF-8, oder es sind zu viele.",
    en="The parameters are not in UTF-8, or there are too many.",
)
_ONE_GRAPH = Text(
    de="Eine Anfrage nennt genau einen Graphen: entweder graph=IRI oder default.",
    en="A request names exactly one graph: either graph=IRI or default.",
)
_READ_ONLY = Text(
    de="Graphen werden hier nur gelesen. Das Schreiben ist ausgeschaltet.",
    en="Graphs can only be read here. Writing is off.",
)
