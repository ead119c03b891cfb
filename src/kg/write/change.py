"""A change of what is stated, and a commit: a change that lasts, with who made it and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from pyoxigraph import Quad

T = TypeVar("T")
Kind = Literal["update", "put", "post", "delete", "contribution", "revert"]


@dataclass(frozen=True)
class Change:
    """Statements that come and statements that go; none is in both.

    `created` are the IRIs of named graphs that are there from then on though they may be empty,
    `dropped` of those that are not. Changes follow on each other: what comes was not there, what
    goes was there.
    """

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()
    created: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return bool(self.added or self.removed or self.created or self.dropped)

    def inverse(self) -> Change:
        """Return the change that undoes this one."""
        return Change(self.removed, self.added, self.dropped, self.created)


def net(changes: Iterable[Change]) -> Change:
    """Return the one change that comes to the same as `changes` one after the other."""
    statements: dict[Quad, list[bool]] = {}
    graphs: dict[str, list[bool]] = {}
    for each in changes:
        for quad in each.removed:
            statements.setdefault(quad, []).append(False)
        for quad in each.added:
            statements.setdefault(quad, []).append(True)
        for name in each.dropped:
            graphs.setdefault(name, []).append(False)
        for name in each.created:
            graphs.setdefault(name, []).append(True)
    came, went = _sides(statements)
    created, dropped = _sides(graphs)
    return Change(tuple(came), tuple(went), tuple(created), tuple(dropped))


def last_word(changes: Iterable[Change]) -> Change:
    """Return what holds of each statement and graph after `changes`, whatever was before them.

    Unlike `net` it can be applied to what has some of the changes already, such as files that they
    were exported to: what came and went is to go.
    """
    statements: dict[Quad, bool] = {}
    graphs: dict[str, bool] = {}
    for each in changes:
        statements.update(dict.fromkeys(each.removed, False))
        statements.update(dict.fromkeys(each.added, True))
        graphs.update(dict.fromkeys(each.dropped, False))
        graphs.update(dict.fromkeys(each.created, True))
    return Change(
        tuple(quad for quad, there in statements.items() if there),
        tuple(quad for quad, there in statements.items() if not there),
        tuple(name for name, there in graphs.items() if there),
        tuple(name for name, there in graphs.items() if not there),
    )


def _sides(steps: dict[T, list[bool]]) -> tuple[list[T], list[T]]:
    """Return what has come and what has gone in the end; an even number of steps cancels out."""
    odd = [(thing, each[-1]) for thing, each in steps.items() if len(each) % 2]
    return [thing for thing, come in odd if come], [thing for thing, come in odd if not come]


@dataclass(frozen=True)
class About:
    """Who makes a change, how and from what.

    `agent` is the name of the token, `source` the IRI of the document that says so,
    `contribution` the name of an accepted contribution, `reverts` the number of the commit that
    is undone, 0 for none.
    """

    agent: str
    kind: Kind
    note: str = ""
    source: str = ""
    contribution: str = ""
    reverts: int = 0


@dataclass(frozen=True)
class Commit:
    """A change that lasts: `number` counts from 1, `time` is in UTC as xsd:dateTime.

    `checksum` is chained: it covers the one of the commit before.
    """

    number: int
    identifier: str
    time: str
    about: About
    change: Change
    checksum: str
