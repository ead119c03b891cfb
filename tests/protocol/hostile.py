"""Many hostile queries are sent, a few at a time; what is wrong with their ends is returned."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from tests.protocol.exchange import PATIENCE, Sent
from tests.protocol.served import Served

AT_A_TIME = 4
HONEST = (200, 400, 403, 413, 503, 504, 507)
"""What may come: an answer, a refusal, or the limit that was reached. Never a 500."""


def faults(
    server: Served,
    queries: Mapping[str, str],
    *,
    statuses: Collection[int] = HONEST,
) -> list[str]:
    """Return what is wrong: no end, no honest status, or a dead server."""

    def ask(name: str) -> str | None:
        return _fault(server, name, queries[name], statuses)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = [fault for fault in pool.map(ask, queries) if fault]
    if not server.is_alive():
        found.append("the server does not answer afterwards")
    return found


def _fault(server: Served, name: str, query: str, statuses: Collection[int]) -> str | None:
    if server.process.poll() is not None:
        return f"{name}: the server is dead (exit {server.process.returncode})"
    body = query.encode()
    head = (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    start = time.perf_counter()
    found = server.send(head.encode() + body, Sent(("POST",), patience=PATIENCE))
    seconds = time.perf_counter() - start
    if not found.replies:
        if found.closed and found.begun == 200:  # a stream that reached its limit
            return None
        end = "cut off" if found.closed else "no end"
        return f"{name}: {end} in {seconds:.2f} s (status {found.begun})"
    reply = found.replies[0]
    if reply.status not in statuses:
        return f"{name}: {reply.status} {reply.text[:200]}"
    if reply.status != 200 and reply.media_type != "application/problem+json":
        return f"{name}: {reply.status} as {reply.media_type}"
    return None
