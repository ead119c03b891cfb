"""How large one write may be."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from kg.errors import Text
from kg.write.faults import too_many

_STATEMENTS = Text(de="Aussagen", en="statements")


@dataclass(frozen=True)
class WriteLimits:
    """Limits of one write.

    `quads` bounds what one operation inserts or deletes and what a document holds, `operations`
    the parts of an update, `seconds` (None: no bound) the time for going through the solutions of
    an update. `triple_terms` says whether statements about triples (RDF 1.2) are accepted.
    """

    quads: int = 5_000_000
    operations: int = 10_000
    seconds: float | None = 60.0
    triple_terms: bool = False

    def check(self, quads: Sized) -> None:
        """Raise WriteError when these are too many statements."""
        if len(quads) > self.quads:
            raise too_many(_STATEMENTS, self.quads)
