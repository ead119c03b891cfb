"""All that writes in an application, made of a project and what it is served by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.serving import Serving
from kg.serve.writing.contributions import Contributions
from kg.serve.writing.cors import preflight
from kg.serve.writing.graphs import Graphs
from kg.serve.writing.history import History
from kg.serve.writing.kept import Shelf
from kg.serve.writing.transaction import Writes
from kg.serve.writing.update import Updates
from kg.write.journal import FOLDER
from kg.write.options import read_options
from kg.write.tokens import Tokens

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """A path, what answers there, and the methods that read and that write."""

    path: str
    handler: Handler
    reads: tuple[str, ...] = ("GET", "HEAD")
    writes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Methods that the handler itself says to be impossible."""


class WritingRoutes:
    """The routes that write, and those to what is kept of writing."""

    def __init__(self, serving: Serving) -> None:
        """Ask the writer of `serving`; raises ProjectError for wrong options."""
        project = serving.project
        folder = project.root / FOLDER
        options = read_options(project)
        self._origins = options.origins
        tokens = Tokens(folder, serving.options.admin)
        writes = Writes(project, options, tokens, folder, lambda: serving.writer)
        shelf = Shelf()
        self._writes = writes
        self._contributions = Contributions(writes, shelf, folder)
        self._history = History(writes, shelf, lambda: serving.current().manifest.commit)
        self.updates = Updates(writes)

    def sparql(self, handler: Handler) -> tuple[Route, ...]:
        """Return the routes to the endpoint, where scripts of other sites may send queries."""
        reads = ("GET", "HEAD", "POST")
        return tuple(Route(path, handler, reads, ("POST",)) for path in ("/sparql", "/sparql/"))

    def routes(self, read_graphs: Handler) -> tuple[Route, ...]:
        """Return the routes; `read_graphs` answers what reads at /graphs."""
        graphs, contributions = Graphs(self._writes, read_graphs), self._contributions
        one, commit = "/contributions/{name}", "/history/{number:int}"
        writes = ("PUT", "POST", "DELETE")
        return (
            Route("/graphs", graphs.handle, writes=writes, refused=("PATCH",)),
            Route("/contributions", contributions.all, writes=("POST",)),
            Route(one, contributions.one, writes=("POST",)),
            Route(f"{one}/documents/{{number:int}}", contributions.document),
            Route("/history", self._history.all),
            Route(commit, self._history.one),
            Route(f"{commit}/revert", self._history.revert, reads=(), writes=("POST",)),
        )

    def preflight(self, request: Request, route: Route) -> Response:
        """Return the answer to OPTIONS at a route."""
        return preflight(request, route.reads, route.writes, self._origins)
