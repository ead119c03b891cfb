"""How much a query may take, and how many are answered at a time."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class QueryLimits:
    """Sizes are in bytes, times in seconds."""

    timeout: float = 30.0
    """From a request's arrival to the end of its answer, read by its client."""
    memory: int = 1024 * MIB
    """What one query may take beyond the opened version, as address space."""
    workers: int = 4
    """Processes that wait for queries or work on short ones."""
    long: int = 8
    """So many queries that take longer may run beside them, each in a process of its own."""
    long_after: float = 0.3
    """A query is a long one after this time: it goes on with less of the processor."""
    long_if_wanted: float = 0.05
    """The same while others wait for a process."""
    crowded_after: float = 0.3
    """So long a query runs when all places for long ones are taken and others wait."""
    queue: int = 1024
    """So many requests may wait for a process."""
    patience: float = 10.0
    """So long one of them waits."""
    stall: float = 15.0
    """So long a client may leave a stream unread."""
    dump: float = 10.0
    """A whole graph, which costs no more than sending it, may take this many times `timeout`."""
    abandoned: float = 0.1
    """So long a query goes on whose client has left: a new process costs about as much."""
    brackets: int = 50_000
    """In one query. Oxigraph's parser recurses; each level takes up to 5 KiB of `stack`."""
    stack: int = 512 * MIB
    """Address space for recursion; memory is taken as it is used."""
    worn: int = 96 * MIB
    """A process that has kept so much more memory than it had when it began is replaced."""
    start: float = 30.0
    """For a process to open the version."""
    retry: int = 2
    """What Retry-After says."""
