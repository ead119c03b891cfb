"""SHACL property paths as values: SHACL section 2.3.1 and SPARQL 1.1 section 9."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One predicate, an IRI in N-Triples form, followed forwards or, `inverse`, backwards."""

    predicate: str
    inverse: bool = False

    def __str__(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return f"^{self.predicate}" if self.inverse else self.predicate


@dataclass(frozen=True)
class Sequence:
    """Paths one after the other, at least two."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return "/".join(_part(part) for part in self.parts)


@dataclass(frozen=True)
class Alternative:
    """Any of several paths, at least two."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return "|".join(_part(part) for part in self.parts)


@dataclass(frozen=True)
class Repeat:
    """A path repeated: zero or more, one or more, or zero or one times."""

    part: Path
    least: int
    """0 or 1."""
    many: bool
    """Whether more than once."""

    @property
    def sign(self) -> str:
        """The sign of SPARQL: *, + or ?."""
        return ("+" if self.least else "*") if self.many else "?"

    def __str__(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return _inner(self.part) + self.sign


@dataclass(frozen=True)
class Inverse:
    """A path of several steps that is followed backwards."""

    part: Path

    def __str__(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return f"^({self.part})"


Path = Step | Sequence | Alternative | Repeat | Inverse


def _inner(path: Path) -> str:
    return str(path) if isinstance(path, Step) and not path.inverse else f"({path})"


def _part(path: Path) -> str:
    return str(path) if isinstance(path, Step | Repeat | Inverse) else f"({path})"


def inverse_of(path: Path) -> Path:
    """Return the path that leads back; inverses stand at the steps only."""
    match path:
        case Step(predicate, inverse):
            return Step(predicate, not inverse)
        case Sequence(parts):
            return Sequence(tuple(inverse_of(part) for part in reversed(parts)))
        case Alternative(parts):
            return Alternative(tuple(inverse_of(part) for part in parts))
        case Repeat(part, least, many):
            return Repeat(inverse_of(part), least, many)
        case Inverse(part):
            return plain(part)


def plain(path: Path) -> Path:
    """Return the same path with inverses at the steps only."""
    match path:
        case Step():
            return path
        case Sequence(parts):
            return Sequence(tuple(plain(part) for part in parts))
        case Alternative(parts):
            return Alternative(tuple(plain(part) for part in parts))
        case Repeat(part, least, many):
            return Repeat(plain(part), least, many)
        case Inverse(part):
            return inverse_of(part)


def steps_of(path: Path) -> Iterator[str]:
    """Yield the predicates of the steps of a path."""
    match path:
        case Step(predicate):
            yield predicate
        case Sequence(parts) | Alternative(parts):
            for part in parts:
                yield from steps_of(part)
        case Repeat(part) | Inverse(part):
            yield from steps_of(part)
