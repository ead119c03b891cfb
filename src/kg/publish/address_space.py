"""A process limits its own memory: what goes beyond fails there, and nowhere else."""

from __future__ import annotations

import resource
from pathlib import Path


def limit_memory(more: int) -> None:
    """Allow so many bytes of address space beyond what this process has in use now."""
    counts = Path("/proc/self/statm")
    page = resource.getpagesize()
    pages = int(counts.read_text(encoding="ascii").split()[0]) if counts.exists() else 0
    limit = pages * page + more
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def lift_limit() -> None:
    """Allow this process all again that the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
