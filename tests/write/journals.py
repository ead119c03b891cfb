"""What the tests of the journal use: changes told by a number, and what a journal holds."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from kg.write.change import About, Change, Commit
from kg.write.journal import FILE, Journal, read_journal

E = "https://example.org/"
GRAPH = NamedNode(E + "graph/default")


def change_of(number: int, size: int = 3) -> Change:
    """A change that only commit `number` makes: `size` statements come, one goes."""
    value = Literal(f"Nr. {number}, „ü“\n", language="de")
    come = tuple(Quad(NamedNode(f"{E}{number}-{i}"), GRAPH, value, GRAPH) for i in range(size))
    gone = Quad(BlankNode(f"b{number}"), GRAPH, NamedNode(f"{E}{number}"), DefaultGraph())
    return Change(come, (gone,), (f"{E}created/{number}",), ())


def about_of(number: int) -> About:
    return About("anna", "update", note=f"Commit {number}\n", source=f"{E}source/{number}")


def add(journal: Journal, count: int = 1, size: int = 3) -> list[Commit]:
    """Append `count` commits, each with what its number says."""
    found = []
    for _ in range(count):
        number = journal.number + 1
        found.append(journal.append(about_of(number), change_of(number, size)))
    return found


def filled(folder: Path, journal: Journal, count: int, size: int = 3) -> bytes:
    """Append and sync `count` commits and return the bytes of the file."""
    add(journal, count, size)
    journal.sync()
    return (folder / FILE).read_bytes()


def numbers(folder: Path, *, after: int = 0, upto: int | None = None) -> list[int]:
    """The numbers that are read, after each commit was compared with what its number says."""
    found = []
    for commit in read_journal(folder, after=after, upto=upto):
        assert commit.about == about_of(commit.number)
        size = len(commit.change.added)
        assert commit.change == change_of(commit.number, size)
        found.append(commit.number)
    return found
