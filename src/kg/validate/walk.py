"""The statements along a property path: which one leads to a value, and where the way ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.errors import Place
from kg.rdf.places import Finder, Stated
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step, plain

_MOST = 1000


@dataclass(frozen=True)
class Passed:
    """A statement that a path goes along, backwards if `inverse`."""

    stated: Stated
    inverse: bool = False

    @property
    def end(self) -> str:
        """The term where it leads to."""
        item = self.stated.item
        return item.subject.text if self.inverse else item.object.text

    @property
    def value(self) -> Place:
        """Where that term is written."""
        return self.stated.subject if self.inverse else self.stated.object

    @property
    def predicate(self) -> Place:
        """Where the predicate is written."""
        return self.stated.predicate


@dataclass(frozen=True)
class Way:
    """The ways along a path: `last` has the last statements to each term that was reached, and
    `broken` the last statements of the ways that end before the path does.
    """

    last: dict[str, list[Passed]]
    broken: list[Passed]


def walk(finder: Finder, focus: str, path: Path, *, graph: str | None = None) -> Way:
    """Follow `path` from `focus` along the statements of the sources, up to a thousand terms.

    A term that was reached without any statement has none.
    """
    walker = _Walker(finder, graph)
    last = walker.follow({focus: []}, path)
    return Way(last, walker.broken)


def last_steps(path: Path) -> list[Step]:
    """Return the steps with which a path can end."""
    match path:
        case Step():
            return [path]
        case Sequence(parts):
            ends = last_steps(parts[-1])
            optional = isinstance(parts[-1], Repeat) and not parts[-1].least
            return ends + last_steps(parts[-2]) if optional else ends
        case Alternative(parts):
            return [step for part in parts for step in last_steps(part)]
        case Repeat(part, _, _):
            return last_steps(part)
        case Inverse():
            return last_steps(plain(path))


def backwards(finder: Finder, value: str, path: Path, *, graph: str | None = None) -> list[Passed]:
    """Return the statements that lead to `value` by a last step of `path`, wherever from."""
    return [
        passed
        for step in dict.fromkeys(last_steps(path))
        for passed in along(finder, step, value=value, graph=graph)
    ]


def along(
    finder: Finder,
    step: Step,
    *,
    start: str | None = None,
    value: str | None = None,
    graph: str | None = None,
) -> list[Passed]:
    """Return the statements by which one step leads from `start` to `value`, None for any."""
    ends = (value, step.predicate, start) if step.inverse else (start, step.predicate, value)
    return [Passed(each, step.inverse) for each in finder.stated(*ends, graph=graph)]


_Reached = dict[str, list[Passed]]


class _Walker:
    """Follows paths; remembers where ways broke off."""

    def __init__(self, finder: Finder, graph: str | None) -> None:
        self._finder = finder
        self._graph = graph
        self.broken: list[Passed] = []

    def follow(self, starts: _Reached, path: Path) -> _Reached:
        match path:
            case Step():
                return self._step(starts, path)
            case Sequence(parts):
                for part in parts:
                    starts = self.follow(starts, part)
                return starts
            case Alternative(parts):
                return _joined(self.follow(starts, part) for part in parts)
            case Repeat(_, _, _):
                return self._repeat(starts, path)
            case Inverse():
                return self.follow(starts, plain(path))

    def _step(self, starts: _Reached, step: Step) -> _Reached:
        reached: _Reached = {}
        for start, before in list(starts.items())[:_MOST]:
            passed = along(self._finder, step, start=start, graph=self._graph)
            for each in passed:
                reached.setdefault(each.end, []).append(each)
            if not passed:
                self.broken += before
        return reached

    def _repeat(self, starts: _Reached, path: Repeat) -> _Reached:
        reached: _Reached = {} if path.least else dict(starts)
        edge = starts
        while edge and len(reached) < _MOST:
            found = self.follow(edge, path.part)
            edge = {term: how for term, how in found.items() if term not in reached}
            reached |= edge
            if not path.many:
                break
        return reached


def _joined(parts: Iterable[_Reached]) -> _Reached:
    joined: _Reached = {}
    for part in parts:
        for term, how in part.items():
            joined[term] = joined.get(term, []) + how
    return joined
