"""What one front process works with: workers, cache, counters, and the version that is served."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable

from kg import __version__
from kg.errors import Place, ProjectError, StageError
from kg.publish.versions import Published, current, find_current
from kg.serve.answers import Answers
from kg.serve.cache import Cache
from kg.serve.engine import PooledEngine
from kg.serve.federation.allowed import Allowed, read_allowed
from kg.serve.front import Front
from kg.serve.operation.board import Board
from kg.serve.operation.front import Seat
from kg.serve.operation.metrics import Metrics, Readings
from kg.serve.operation.request_log import RequestLog
from kg.serve.options import ServeOptions
from kg.serve.workers.pool import Pool
from kg.serve.workers.worker import Setup
from kg.serve.writer_client import WriterClient
from kg.settings import CONFIG_NAME, DefaultGraph, Project
from kg.write.journal import FILE as COMMITS
from kg.write.journal import FOLDER as JOURNAL
from kg.write.state import Mode

_LOG = logging.getLogger("kg.serve")
_LOOK = 0.5
"""So often it is looked whether another version was published."""
OnSwitch = Callable[[Published], None]


class Serving:
    """One version at a time, and what answers on it."""

    def __init__(
        self,
        project: Project,
        published: Published,
        options: ServeOptions | None = None,
        *,
        seat: Seat | None = None,
    ) -> None:
        """Prepare to serve `published`; nothing is started yet."""
        self.project = project
        self.options = options or ServeOptions()
        self._published = published
        self._allowed = _allowed(project)
        self.fault: StageError | None = None
        """Why it could not start."""
        self._on_switch: list[OnSwitch] = []
        self._looking = asyncio.Lock()
        self.pool = Pool(self.setup_of(published))
        self.cache = Cache(self.options.cache)
        self.log = RequestLog(self.options.request_log, slow=self.options.slow_query)
        seat = seat or Seat()
        self._ready = seat.ready
        self.metrics = Metrics(self._read, program=__version__)
        self.metrics.kills = self.pool.kills
        self.board = Board(self.metrics, folder=seat.folder, slot=seat.slot)
        self.answers = Answers(self.pool, self.cache, self.metrics)
        self.engine = PooledEngine(self.answers)
        federated = bool(self.federated)
        self.front = Front(self.answers, self.metrics, self.log, federated=federated)
        self.writer = WriterClient(project, Mode(plain=self.options.plain), self._written)

    @property
    def federated(self) -> tuple[str, ...]:
        """The endpoints that a query may ask with SERVICE."""
        return tuple(endpoint.url for endpoint in self._allowed.endpoints)

    @property
    def default_graph(self) -> DefaultGraph:
        """What a query without a dataset sees."""
        return self.options.default_graph or self.project.default_graph

    def current(self) -> Published:
        """Return the version that is served."""
        return self._published

    def on_switch(self, call: OnSwitch) -> None:
        """Have `call` called with each other version that is served from then on."""
        self._on_switch.append(call)

    @contextlib.asynccontextmanager
    async def running(self, app: object = None) -> AsyncIterator[None]:
        """Have the workers at work, on the newest version; raises StageError."""
        del app
        try:
            await self.pool.start()
        except StageError as error:
            self.fault = error
            raise
        try:
            if self._is_written():
                await self.writer.start()
        except StageError as error:
            self.fault = error
            await self.pool.close()
            raise
        self.answers.direct.follow(self.setup_of(self._published))
        watching = asyncio.create_task(self._watch())
        if self.options.request_log not in (None, "-"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.log.reopen)
        try:
            async with self.board.running():
                self._ready()
                yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await self.writer.close()
            await self.answers.direct.close()
            await self.pool.close()
            self.log.close()

    def _is_written(self) -> bool:
        """Return whether there is or will be something that is not in the files."""
        folder = self.project.root / JOURNAL
        seen = self._published.manifest.commit > 0
        return seen or self.options.plain or (folder / COMMITS).exists()

    async def _written(self, version: str) -> None:
        await self.switch_to(version)

    async def switch_to(self, version: str) -> str:
        """Serve the version of that name, which is the current one, or one that came after it.

        Returns the name of the version that is served then. Raises StageError when the new one
        cannot be opened: the old one stays.
        """
        if version != self._published.manifest.version:
            await self.look()
        return self._published.manifest.version

    async def look(self) -> bool:
        """Serve the current version of the project; return whether it is another one.

        Raises StageError when it cannot be opened: the old one stays.
        """
        async with self._looking:
            if current(self.project.build_dir) == self._published.path:
                return False
            found = find_current(self.project.build_dir)
            setup = self.setup_of(found)
            await self.pool.switch(setup)
            self.answers.direct.follow(setup)
            self._published = found
            self.cache.clear()
            for call in self._on_switch:
                call(found)
            return True

    async def _watch(self) -> None:
        refused: object = None
        while True:
            await asyncio.sleep(_LOOK)
            try:
                link = (self.project.build_dir / "current").readlink()
                if link != refused and await self.look():
                    found = self.current().manifest
                    if not found.commit:  # of commits the history tells
                        _LOG.warning("now serving version %s", found.version)
            except (StageError, OSError) as error:
                if isinstance(error, StageError):
                    _LOG.error("the new version is not served: %s", error)
                    refused = link

    def setup_of(self, published: Published) -> Setup:
        """Return what workers need to answer on a version.

        In a plain store its own default graph is what is seen.
        """
        return Setup(
            published.manifest.version,
            published.path / "store",
            dict(self.project.prefixes),
            self.project.base,
            self.options.limits,
            "union" if published.manifest.plain else self.default_graph,
            self._allowed,
        )

    def _read(self) -> Readings:
        gauges = self.pool.gauges()
        self.metrics.evictions = self.cache.evictions
        self.metrics.replaced = self.pool.started
        return Readings(
            version=self._published.manifest.version,
            workers={name: gauges[name] for name in ("idle", "busy", "long", "starting")},
            worker_ids=tuple(self.pool.process_ids()),
            queue=gauges["waiting"],
            cache_entries=len(self.cache),
            cache_bytes=self.cache.bytes,
            connections=len(self.front.protocols),
            log_dropped=self.log.dropped,
        )


def _allowed(project: Project) -> Allowed:
    """Return which servers queries may call; raises ProjectError when kg.toml is wrong there."""
    try:
        return read_allowed(project.service)
    except ProjectError as error:
        raise ProjectError(error.text, place=Place(str(project.root / CONFIG_NAME))) from error
