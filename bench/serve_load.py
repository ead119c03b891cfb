"""Look-ups by many connections at once: `wrk` asks, with a script that is written here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from generate import PER_DISTRICT, STATES
from serve_data import Data
from serve_process import cpu_seconds, memory
from serve_queries import HEAD, JSON, LOOK_UP, STEP
from serve_server import HOST, Server

CONNECTIONS = (1, 8, 32)
REPEATED = 100
"""Keys that are asked again and again."""
APART = 10_000_000
"""Numbers between two runs: no run asks what another has asked."""
HINT = "wrk is not installed: apt-get install wrk"
SCRIPT = """-- Written by bench/serve_load.py.
local number, fresh = 0, true
local head, middle, tail = %(parts)s

function init(args)
  number, fresh = tonumber(args[1]), args[2] == "fresh"
end

function request()
  number = number + 1
  local place = (number %% (fresh and %(places)d or %(repeated)d)) * %(step)d %% %(places)d
  local state = math.floor(place / %(district)d) %% %(states)d + 1
  local text = head .. string.format("%%02d%%08d", state, place) .. middle
  return text .. (fresh and "%%23" .. number or "") .. tail
end

function done(summary, latency, requests)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %%d, "micros": %%d, "status": %%d, "broken": %%d, "p50": %%d, "p99": %%d}\\n',
    summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Load:
    """One run: requests a second, latencies in ms, CPU ms a request, bytes after it, errors.

    With a `fault` there are no figures.
    """

    rate: float = 0.0
    median: float = 0.0
    late: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    errors: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Way:
    """How is asked: by how many connections, and whether what was never asked before."""

    connections: int
    fresh: bool

    def __str__(self) -> str:
        return f"{self.connections} {'never asked' if self.fresh else 'repeated'}"


WAYS = tuple(Way(number, fresh) for fresh in (True, False) for number in CONNECTIONS)


def loads(
    servers: Sequence[Server], data: Data, folder: Path, *, seconds: float, rounds: int
) -> dict[str, dict[Way, Load]]:
    """All ways of asking each server, by its name: the round with the median rate.

    In each round and way the servers are asked one right after the other, for `seconds` each, as
    the machine may be slower a minute later. What is repeated was asked before.
    """
    scripts = {}
    for server in servers:
        scripts[server.peer.name] = script = folder / f"{server.peer.name}.lua"
        script.write_text(written(server, data), encoding="utf-8")
        run(server, script, Way(1, fresh=False), 0, 1.0)
    found: dict[str, dict[Way, list[Load]]] = {name: {} for name in scripts}
    for number, (_, way) in enumerate(product(range(rounds), WAYS), start=1):
        for server in servers:
            name, start = server.peer.name, number * APART if way.fresh else 0
            came = run(server, scripts[name], way, start, seconds)
            found[name].setdefault(way, []).append(came)
    return {
        name: {way: _median(all_) for way, all_ in ways.items()} for name, ways in found.items()
    }


def _median(all_: list[Load]) -> Load:
    return sorted(all_, key=lambda one: one.rate)[len(all_) // 2]


def written(server: Server, data: Data) -> str:
    """The script for wrk: the request in parts, between them the key and the number."""
    before, after = (HEAD + LOOK_UP.text).split("%KEY%")
    form = server.peer.forms.get(JSON, JSON)
    parts = (
        f"GET {server.path}{quote(before, safe='')}",
        quote(after, safe=""),
        f" HTTP/1.1\\r\\nHost: {HOST}:{server.port}\\r\\nAccept: {form}\\r\\n\\r\\n",
    )
    return SCRIPT % {
        "parts": ", ".join(f'"{part}"' for part in parts),
        "places": max(1, data.municipalities - 1),
        "repeated": REPEATED,
        "step": STEP,
        "district": PER_DISTRICT,
        "states": STATES,
    }


def run(server: Server, script: Path, way: Way, start: int, seconds: float) -> Load:
    """One run of wrk, whose one thread leaves the other cores to the server."""
    command = ["wrk", "-t1", f"-c{way.connections}", f"-d{max(1, round(seconds))}s", "-s"]
    command += [str(script), f"http://{HOST}:{server.port}", "--", str(start)]
    command.append("fresh" if way.fresh else "repeated")
    before = cpu_seconds(server.root)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    used = cpu_seconds(server.root) - before
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return Load(fault=(done.stderr.strip() or f"wrk ended with {done.returncode}")[-80:])
    said: dict[str, Any] = json.loads(lines[0])
    asked = max(1, said["requests"])
    return Load(
        rate=said["requests"] / said["micros"] * 1e6,
        median=said["p50"] / 1000,
        late=said["p99"] / 1000,
        cpu=used / asked * 1000,
        memory=memory(server.root).together,
        errors=said["status"] + said["broken"],
    )
