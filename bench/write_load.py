"""Many clients that write at once: commits a second and latency, from wrk. It must be installed."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generate import PER_DISTRICT, ROLES
from serve_data import Data
from serve_process import cpu_seconds
from serve_queries import STEP
from serve_server import HOST, Server
from write_server import MEMBERSHIP, UPDATE, Target

CLIENTS = 16
TIMEOUT = 30
SCRIPT = """-- Written by bench/write_load.py.
local number = 0
local head, body = %(head)s, %(body)s
local roles = {%(roles)s}

function init(args)
  number = tonumber(args[1])
end

function request()
  number = number + 1
  local place = number * %(step)d %% %(places)d
  local cooperation = math.floor(place / %(district)d) * %(district)d + number %% %(half)d
  local text = string.format(body, number, place, cooperation, math.floor(place / 2) * 2 + 1,
    roles[number %% #roles + 1], number %% 8, number %% 90 + 1, 1995 + number %% 29)
  return head .. #text .. "\\r\\n\\r\\n" .. text
end

function done(summary, latency, requests)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %%d, "micros": %%d, "status": %%d, "broken": %%d, "p50": %%d, "p95": %%d,'
    .. ' "p99": %%d}\\n', summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Burst:
    """One run: commits, commits a second, latencies in ms, CPU ms a commit, errors.

    With a `fault` there are no figures.
    """

    commits: int = 0
    rate: float = 0.0
    median: float = 0.0
    late: float = 0.0
    latest: float = 0.0
    cpu: float = 0.0
    errors: int = 0
    fault: str = ""


class Writers:
    """Clients that write in a closed loop for some seconds, beside what else is done meanwhile."""

    def __init__(self, server: Server, script: Path, *, start: int, seconds: float) -> None:
        command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", f"{TIMEOUT}s", "-s", str(script)]
        command += [f"http://{HOST}:{server.port}", "--", str(start)]
        self._root, self._before = server.root, cpu_seconds(server.root)
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def over(self) -> Burst:
        """Wait for their end, and say how it went."""
        said, error = self._process.communicate()
        used = cpu_seconds(self._root) - self._before
        found: dict[str, Any] = {}
        for line in said.splitlines():
            with suppress(ValueError):
                found = json.loads(line) if line.startswith("{") else found
        if self._process.returncode or not found:
            return Burst(fault=(error.strip() or "wrk came to no end")[-80:])
        commits = found["requests"] - found["status"]
        return Burst(
            commits=commits,
            rate=commits / found["micros"] * 1e6,
            median=found["p50"] / 1000,
            late=found["p95"] / 1000,
            latest=found["p99"] / 1000,
            cpu=used / max(1, commits) * 1000,
            errors=found["status"] + found["broken"],
        )


def written(target: Target, server: Server, data: Data, folder: Path) -> Path:
    """The script for wrk; the same commits as `write_server.membership`."""
    script = folder / f"{target.name}.lua"
    text = SCRIPT % {
        "head": json.dumps(target.head(server.port, target.update, UPDATE)),
        "body": json.dumps(MEMBERSHIP),
        "roles": ", ".join(f'"{role}"' for role in ROLES),
        "step": STEP,
        "places": data.municipalities - PER_DISTRICT,
        "district": PER_DISTRICT,
        "half": PER_DISTRICT // 2,
    }
    script.write_text(text, encoding="utf-8")
    return script
