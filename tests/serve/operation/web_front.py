"""A front process with uvicorn, the metrics page and the request log, without a graph."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kg.serve.operation.board import Board
from kg.serve.operation.front import Seat
from kg.serve.operation.metrics import Metrics, Readings
from kg.serve.operation.metrics_page import MetricsPage
from kg.serve.operation.request_log import Record, RequestLog


def serving(listener: socket.socket, argument: dict[str, Any], seat: Seat) -> None:
    """Serve / and /metrics, with a log at argument["log"]."""
    log = RequestLog(argument["log"])
    metrics = Metrics(lambda: Readings("1", log_dropped=log.dropped), program="test")
    board = Board(metrics, folder=seat.folder, slot=seat.slot)

    @contextlib.asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, log.reopen)
        async with board.running():
            loop.call_later(0.1, seat.ready)
            yield
        log.close()

    async def who(request: Request) -> Response:
        await asyncio.sleep(float(request.query_params.get("seconds", "0")))
        hold = request.query_params.get("hold")
        if hold:
            await _wait_while(Path(hold))
        return PlainTextResponse(str(os.getpid()))

    routes = [
        Route("/", _counted(who, metrics, log)),
        Route("/metrics", MetricsPage(board).handle),
    ]
    app = Starlette(routes=routes, lifespan=running)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=60
    )
    uvicorn.Server(config).run(sockets=[listener])


async def _wait_while(path: Path) -> None:
    """Say by a file that a request has begun, and wait as long as another one is there."""
    path.with_suffix(".begun").touch()
    while path.exists():
        await asyncio.sleep(0.02)


def _counted(
    handler: Callable[[Request], Awaitable[Response]], metrics: Metrics, log: RequestLog
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        started = time.perf_counter()
        response = await handler(request)
        metrics.requests("/", response.status_code)
        number = request.query_params.get("number", "")
        seconds = time.perf_counter() - started
        log.write(Record("GET", "/", response.status_code, seconds, id=number, worker=os.getpid()))
        return response

    return handle
