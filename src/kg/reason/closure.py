"""What reasoning gives: the closure of a graph, and its contradictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import IO

from pyoxigraph import RdfFormat, Triple, parse

from kg.errors import Text
from kg.rdf.dictionary import Dictionary
from kg.rdf.ntriples import write_ntriples
from kg.reason.engine import Engine
from kg.reason.entailed import Rows, everything, worth_publishing


@dataclass(frozen=True)
class Contradiction:
    """A rule of OWL 2 RL/RDF that concludes "false", with its triples in N-Triples terms.

    `stated` are the statements from which `triples` follow.
    """

    rule: str
    triples: tuple[tuple[str, str, str], ...]
    stated: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Remark:
    """Something about the input that reasoning could not use: an RDF list that is broken."""

    term: str
    text: Text


@dataclass(frozen=True)
class Closure:
    """What follows from a graph.

    `published` rows are worth publishing (see `kg.reason.entailed`); `rows` are the whole
    closure, the input included.
    """

    engine: Engine
    dictionary: Dictionary
    contradictions: tuple[Contradiction, ...] = ()
    remarks: tuple[Remark, ...] = ()
    statistics: dict[str, float] = field(default_factory=dict)

    @cached_property
    def published(self) -> Rows:
        """The inferred triples worth publishing."""
        return worth_publishing(self.engine)

    def rows(self) -> Rows:
        """Return the whole closure."""
        return everything(self.engine)

    def inferred(self) -> Iterator[Triple]:
        """Yield the triples of `published`."""
        buffer = BytesIO()
        self.write(buffer, self.published)
        for quad in parse(buffer.getvalue(), RdfFormat.N_TRIPLES):
            yield quad.triple

    def write(self, file: IO[bytes], rows: Rows) -> None:
        """Write `rows` as N-Triples."""
        write_ntriples(rows, self.dictionary, file)
