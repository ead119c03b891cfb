"""A project's current version is served by uvicorn until the process is told to stop."""

from __future__ import annotations

import socket
import sys

import uvicorn

from kg.errors import StageError, Text
from kg.publish.versions import Manifest, open_current
from kg.serve.app import create_app
from kg.settings import Project

BACKLOG = 2048
GRACE_SECONDS = 5


def run_server(project: Project, *, host: str, port: int, lang: str = "en") -> None:
    """Serve `project`; says on standard error where, which is news for port 0.

    Raises StageError when nothing is published or the address cannot be had.
    """
    version = open_current(project.build_dir)
    app = create_app(project, version)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with _listen(host, port) as listener:
        sys.stderr.write(_greeting(listener, version.manifest).to(lang) + "\n")
        sys.stderr.flush()
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return


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
