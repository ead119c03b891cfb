"""How a project is served: what `kg serve` takes as options."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.serve.workers.limits import MIB, QueryLimits
from kg.settings import DefaultGraph
from kg.write.tokens import Token


@dataclass(frozen=True)
class ServeOptions:
    """Sizes are in bytes, times in seconds."""

    limits: QueryLimits = field(default_factory=QueryLimits)
    cache: int = 256 * MIB
    """For answers that are kept."""
    processes: int = 1
    """Front processes on the port, each with workers and cache of its own."""
    default_graph: DefaultGraph | None = None
    """What a query without a dataset sees; None for the setting of the project."""
    slow_query: float = 1.0
    """Queries that take longer are logged with their text."""
    request_log: str | None = None
    """The file of the request log, - for standard output, None for no log."""
    plain: bool = False
    """An ordinary dataset, in which nothing follows and nothing is checked."""
    admin: Token | None = None
    """The token that the environment gives: who has it may do everything."""
