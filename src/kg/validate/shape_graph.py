"""The shapes graph as an index, and the faults that are found in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Triple

from kg.errors import KgError, Place, Text
from kg.namespaces import RDF, SH, WELL_KNOWN, shorten

FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
Finding = Callable[[str, str | None, str | None], Place | None]
"""Where a subject, its predicate and its object stand, as far as they are given."""


def sh(name: str) -> str:
    """Return the term of a name in the vocabulary of SHACL."""
    return f"<{SH}{name}>"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a shape: `node` is a shape or what belongs to it, in N-Triples form."""

    node: str
    predicate: str | None
    value: str | None
    text: Text


class ShapesError(KgError):
    """Shapes that cannot be used; `faults` says all that is wrong with them."""

    def __init__(self, text: Text, faults: tuple[Fault, ...], *, place: Place | None) -> None:
        """Keep the faults beside the message, which has them all."""
        super().__init__(text, place=place)
        self.faults = faults


class ShapesGraph:
    """The triples of a shapes graph by subject and predicate; all terms are in N-Triples form."""

    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str] = WELL_KNOWN) -> None:
        """Index `triples`; `prefixes` shorten the IRIs of messages."""
        self.prefixes = prefixes
        self.faults: list[Fault] = []
        self._objects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._subjects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for triple in sorted({tuple(map(str, triple)) for triple in triples}):
            subject, predicate, value = triple
            self._objects[subject][predicate].append(value)
            self._subjects[predicate][value].append(subject)

    def objects(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a subject, sorted."""
        found = self._objects.get(subject)
        return found.get(predicate, []) if found else []

    def value(self, subject: str, predicate: str) -> str | None:
        """Return the first object of a subject, None without any."""
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def predicates(self, subject: str) -> Mapping[str, list[str]]:
        """Return the objects of a subject by predicate."""
        return self._objects.get(subject, {})

    def subjects(self, predicate: str, value: str) -> list[str]:
        """Return the subjects that have an object."""
        found = self._subjects.get(predicate)
        return found.get(value, []) if found else []

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """Return subject and object of each triple with a predicate."""
        found = self._subjects.get(predicate, {})
        return sorted((subject, value) for value, some in found.items() for subject in some)

    def nodes(self) -> Iterable[str]:
        """Return all subjects."""
        return self._objects

    def has(self, subject: str, predicate: str, value: str) -> bool:
        """Return whether a triple is there."""
        return value in self.objects(subject, predicate)

    def members(self, node: str) -> list[str] | None:
        """Return the members of a SHACL list, None when it is not one."""
        found: list[str] = []
        seen: set[str] = set()
        while node != NIL:
            first, rest = self.objects(node, FIRST), self.objects(node, REST)
            if len(first) != 1 or len(rest) != 1 or node in seen:
                return None
            seen.add(node)
            found.append(first[0])
            node = rest[0]
        return found

    def fault(self, node: str, predicate: str | None, value: str | None, text: Text) -> None:
        """Note a fault; `check` raises it."""
        one = Fault(node, predicate, value, text)
        if one not in self.faults:
            self.faults.append(one)

    def short(self, term: str) -> str:
        """Return a term for messages."""
        if term.startswith("<"):
            return shorten(term[1:-1], {**WELL_KNOWN, **self.prefixes})
        if term.startswith("_:"):
            return "[ ]"
        start, typed, datatype = term.rpartition("^^<")
        return f"{start}^^{self.short('<' + datatype)}" if typed else term

    def owner(self, node: str) -> str:
        """Return `node` or, for a blank node, the nearest subject around it that has an IRI."""
        seen: set[str] = set()
        while node.startswith("_:") and node not in seen:
            seen.add(node)
            around = [
                subject
                for by_value in self._subjects.values()
                for subject in by_value.get(node, ())
            ]
            named = [each for each in around if not each.startswith("_:")]
            node = next(iter(named or around), node)
        return node

    def check(self, finding: Finding | None = None) -> None:
        """Raise ShapesError, with all faults and their places, when any was noted."""
        if not self.faults:
            return
        places = [
            finding(fault.node, fault.predicate, fault.value) if finding else None
            for fault in self.faults
        ]
        lines = [self._line(fault) for fault in self.faults]
        shown = [
            (f"{place}: " if place and number else "", line)
            for number, (place, line) in enumerate(zip(places, lines, strict=True))
        ]
        count = len(lines)
        more = Text(de=f"{count} Fehler in den Shapes: ", en=f"{count} faults in the shapes: ")
        text = Text(
            de=(more.de if count > 1 else "") + "\n".join(at + line.de for at, line in shown),
            en=(more.en if count > 1 else "") + "\n".join(at + line.en for at, line in shown),
        )
        raise ShapesError(text, tuple(self.faults), place=places[0])

    def _line(self, fault: Fault) -> Text:
        owner = self.short(self.owner(fault.node))
        about = f"{owner}, {self.short(fault.predicate)}" if fault.predicate else owner
        return Text(de=f"Shape {about}: {fault.text.de}", en=f"Shape {about}: {fault.text.en}")
