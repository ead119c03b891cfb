"""kg serve: answer on what is published."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from kg.commands.common import one_of
from kg.errors import Text, UsageError
from kg.serve.options import ServeOptions
from kg.serve.workers.limits import MIB, QueryLimits
from kg.settings import DefaultGraph, Project
from kg.write.tokens import environment_token

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\Z", re.IGNORECASE | re.ASCII)
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "": MIB}
_LEAST_MEMORY = 64 * MIB
_GRAPHS: dict[str, DefaultGraph] = {"union": "union", "plain": "plain"}


@dataclass(frozen=True)
class Asked:
    """The options as they are given; sizes are texts such as 512M."""

    workers: int
    timeout: float
    memory: str
    long: int
    queue: int
    cache: str
    processes: int
    default_graph: str | None
    slow_query: float
    request_log: str | None
    reasoning: bool = True


def options_of(asked: Asked, *, default_graph: DefaultGraph = "union") -> ServeOptions:
    """Return the options; raises UsageError for what has no meaning.

    `default_graph` is the setting of the project.
    """
    if asked.default_graph not in (None, *_GRAPHS):
        raise UsageError(one_of("--default-graph", _GRAPHS))
    if not 0 < asked.timeout <= 86_400:
        raise UsageError(
            Text(
                de="--timeout ist eine Zahl von Sekunden über 0, höchstens ein Tag (86400).",
                en="--timeout is a number of seconds above 0, at most a day (86400).",
            )
        )
    if not asked.reasoning and (asked.default_graph or default_graph) != "plain":
        raise UsageError(
            Text(
                de="--no-reasoning geht nur mit --default-graph plain: Das ist dann ein "
                "gewöhnlicher Speicher, in dem nichts folgt und nichts geprüft wird.",
                en="--no-reasoning goes with --default-graph plain only: that is an ordinary "
                "store then, in which nothing follows and nothing is checked.",
            )
        )
    memory = size_of("--memory", asked.memory)
    if memory < _LEAST_MEMORY:
        raise UsageError(
            Text(
                de=f"--memory ist mindestens {_LEAST_MEMORY // MIB}M: Weniger braucht keine "
                "Abfrage.",
                en=f"--memory is at least {_LEAST_MEMORY // MIB}M: no query takes less.",
            )
        )
    limits = QueryLimits(
        timeout=asked.timeout,
        memory=memory,
        workers=asked.workers,
        long=asked.long,
        queue=asked.queue,
    )
    return ServeOptions(
        limits=limits,
        cache=size_of("--cache", asked.cache),
        processes=asked.processes,
        default_graph=_GRAPHS[asked.default_graph] if asked.default_graph else None,
        plain=not asked.reasoning,
        slow_query=asked.slow_query,
        request_log=asked.request_log,
        admin=environment_token(os.environ),
    )


def size_of(option: str, text: str) -> int:
    """Return the bytes that `text` means: with a unit K, M, G or T, else in MiB.

    Raises UsageError for anything else.
    """
    match = _SIZE.match(text.strip())
    if match is None:
        raise UsageError(
            Text(
                de=f"{option} ist eine Größe wie 512M oder 2G, nicht „{text}“.",
                en=f"{option} is a size such as 512M or 2G, not “{text}”.",
            )
        )
    return int(float(match[1]) * _UNITS[match[2].upper()])


def serve(project: Project, options: ServeOptions, *, host: str, port: int, lang: str) -> None:
    """Serve the published version until the process is told to stop."""
    from kg.serve.server import run_server  # noqa: PLC0415 - FastAPI loads only to serve

    run_server(project, host=host, port=port, options=options, lang=lang)
