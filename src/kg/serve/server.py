"""A project's current version is served by uvicorn until the process is told to stop."""

from __future__ import annotations

import gc
import logging
import resource
import socket
import sys
from dataclasses import replace

import uvicorn

from kg.errors import StageError, Text
from kg.publish.versions import Manifest, find_current
from kg.serve.app import create_app
from kg.serve.bundles import missing_bundles
from kg.serve.operation.front import Seat
from kg.serve.operation.processes import Fronts, run_fronts
from kg.serve.options import ServeOptions
from kg.serve.serving import Serving
from kg.settings import Project

BACKLOG = 2048
GRACE_SECONDS = 5
KEEP_ALIVE_SECONDS = 15
CONNECTIONS = 65_536


def run_server(
    project: Project,
    *,
    host: str,
    port: int,
    options: ServeOptions | None = None,
    lang: str = "en",
) -> None:
    """Serve `project`; says on standard error where, which is news for port 0.

    Raises StageError when nothing is published or the address cannot be had.
    """
    options = options or ServeOptions()
    published = find_current(project.build_dir)
    with _listen(host, port) as listener:
        greeting = _greeting(listener, published.manifest).to(lang)
        missing = missing_bundles()
        if missing:
            greeting += f"\n{missing.to(lang)}"

        def greet() -> None:
            sys.stderr.write(greeting + "\n")
            sys.stderr.flush()

        if options.processes == 1:
            serve_on(project, listener, options, seat=Seat(ready=greet))
            return
        plain = replace(project, prefixes=dict(project.prefixes))  # as it can be pickled
        fronts = Fronts(
            "kg.serve.server:serve_front",
            (plain, options),
            options.processes,
            grace=GRACE_SECONDS,
            hangup_ends=options.request_log in (None, "-"),
        )
        run_fronts(listener, fronts, on_ready=greet)


def serve_front(
    listener: socket.socket, argument: tuple[Project, ServeOptions], seat: Seat
) -> None:
    """Serve as one of several processes; raises StageError as `serve_on`."""
    project, options = argument
    serve_on(project, listener, options, seat=seat)


def serve_on(
    project: Project, listener: socket.socket, options: ServeOptions, *, seat: Seat | None = None
) -> None:
    """Serve the current version of `project` on a listening socket until told to stop.

    Raises StageError when nothing is published or no worker can open it.
    """
    _allow_many_connections()
    app = create_app(project, find_current(project.build_dir), options=options, seat=seat)
    config = uvicorn.Config(
        app,
        http=app.state.serving.front.protocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)  # what requests leave behind has no cycles
    serving: Serving = app.state.serving
    logging.getLogger("uvicorn.error").addFilter(lambda _: serving.fault is None)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    except SystemExit:
        if serving.fault is None:
            raise
    if serving.fault:
        raise serving.fault


def _allow_many_connections() -> None:
    """Raise the limit on open files as far as this process may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that clients may connect from the greeting on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _no_address(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _no_address(host, port, error) from error
    return listener


def _no_address(host: str, port: int, error: OSError) -> StageError:
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"{host}:{port} ist nicht zu haben ({reason}). Nehmen Sie einen anderen Port: "
            "kg serve --port 8001",
            en=f"{host}:{port} cannot be had ({reason}). Take another port: kg serve --port 8001",
        )
    )


def _greeting(listener: socket.socket, manifest: Manifest) -> Text:
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    return Text(
        de=f"{manifest.title} ist auf {address} (Version {manifest.version}, "
        f"{manifest.triples} Tripel). Ende mit Strg+C.",
        en=f"{manifest.title} is at {address} (version {manifest.version}, "
        f"{manifest.triples} triples). Stop with Ctrl+C.",
    )
