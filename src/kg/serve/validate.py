"""POST /validate: a contribution, or data with shapes of its own, becomes a report."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.publish.versions import Published, base_name
from kg.serve.negotiate import Offer, Representation, choose, language
from kg.serve.problems import BAD_REQUEST, Details, RequestError, not_acceptable
from kg.serve.protocol import read_body
from kg.serve.validate_input import check_type
from kg.serve.validate_pool import Pool
from kg.serve.validate_task import Explain, Limits, Reply, Task
from kg.serve.validate_worker import Checks, Setup, own_checks
from kg.settings import Project

OFFER = Offer(
    representations=(
        Representation("json", "application/json"),
        Representation("turtle", "text/turtle"),
        Representation("jsonld", "application/ld+json"),
        Representation("text", "text/plain"),
        Representation("sarif", "application/sarif+json"),
    ),
    names={
        "json": "json",
        "turtle": "turtle",
        "ttl": "turtle",
        "jsonld": "jsonld",
        "json-ld": "jsonld",
        "text": "text",
        "txt": "text",
        "sarif": "sarif",
    },
)
_TRUE, _FALSE = ("true", "1", ""), ("false", "0")


class Validating:
    """Answers /validate on one version."""

    def __init__(
        self,
        project: Project,
        version: Published,
        *,
        limits: Limits | None = None,
        checks: Callable[[], Checks] = own_checks,
    ) -> None:
        """Check contributions to `version` within `limits`; `checks` is called in the worker."""
        self._limits = limits or Limits()
        self._project = project
        self._checks = checks
        self._version = version
        self.pool = self._pool(version)

    @contextlib.asynccontextmanager
    async def running(self, app: object) -> AsyncIterator[None]:
        """Have the process ready while the application runs."""
        del app
        self.pool.warm()
        try:
            yield
        finally:
            self.pool.close()

    def switch(self, version: Published) -> None:
        """Check contributions to another version from now on; what is under way ends there."""
        before, self._version = self._version, version
        if base_name(before.manifest) == base_name(version.manifest):
            return
        old, self.pool = self.pool, self._pool(version)
        self.pool.warm()
        threading.Thread(target=old.retire, name="kg-validate", daemon=True).start()

    def _pool(self, version: Published) -> Pool:
        path = self._project.build_dir / base_name(version.manifest)
        return Pool(Setup(path, self._project, self._limits, self._checks))

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises RequestError."""
        representation = _representation(request)
        impact = _flag(request, "impact")
        lang = language(
            request.headers.get("accept-language", ""), request.query_params.get("lang")
        )
        content_type = request.headers.get("content-type", "")
        coding = request.headers.get("content-encoding", "")
        check_type(content_type, coding)
        body = await read_body(request, self._limits.body)
        task = Task(body, content_type, coding, representation.name, lang, impact)
        reply = await self.reply(request, self.now(task))
        headers = {
            "Content-Type": representation.content_type,
            "Content-Language": lang,
            "Vary": "Accept, Accept-Language",
            "Cache-Control": "no-store",
        }
        return Response(reply.body, headers=headers)

    @property
    def limits(self) -> Limits:
        """How much a validation may take."""
        return self._limits

    def now(self, task: Task) -> Task:
        """Return a task as one on the version that is served now."""
        manifest = self._version.manifest
        return replace(task, version=manifest.version if manifest.base_version else "")

    async def reply(self, request: Request, task: Task | Explain) -> Reply:
        """Run a task in a thread and watch meanwhile whether the client is still there.

        Raises RequestError when nothing comes of it.
        """
        gone = threading.Event()
        watching = asyncio.create_task(_watch(request, gone))
        try:
            reply = await run_in_threadpool(self.pool.run, task, gone)
        finally:
            gone.set()
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        if reply.fault:
            raise reply.fault
        return reply


async def _watch(request: Request, gone: threading.Event) -> None:
    """Set `gone` when the client has left; the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _representation(request: Request) -> Representation:
    formats = request.query_params.getlist("format") + request.query_params.getlist("output")
    accept = ", ".join(request.headers.getlist("accept"))
    found = choose(OFFER, accept, formats)
    if found is None:
        raise not_acceptable(OFFER.media_types)
    return found


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name)
    if value is None or value.lower() in _FALSE:
        return False
    if value.lower() in _TRUE:
        return True
    raise RequestError(
        BAD_REQUEST,
        Text(de=f"{name} ist true oder false.", en=f"{name} is true or false."),
        Details(members={"parameter": name}),
    )
