"""Literals by value: dt-eq, dt-type2 and dt-not-type of OWL 2 Profiles, table 8.

Literals that are written differently and denote one value become one class of equal things.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from kg.namespaces import RDFS, XSD
from kg.rdf.literals import DATATYPES, definitely_different, in_space, value
from kg.reason.arrays import Ints
from kg.reason.facts import LITERAL, Facts

_PLAIN = frozenset(f"{space}{name}" for space, name in ((XSD, "string"), (RDFS, "Literal")))
_DECIMAL = frozenset(
    f"{XSD}{name}"
    for name in (
        "decimal",
        "integer",
        "nonNegativeInteger",
        "nonPositiveInteger",
        "positiveInteger",
        "negativeInteger",
        *("long", "int", "short", "byte"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_STRING_LIKE = frozenset(
    f"{XSD}{name}"
    for name in ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN")
)
_CANONICAL = {
    **dict.fromkeys(_DECIMAL, re.compile(r'"(?!-0")-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"')),
    f"{XSD}boolean": re.compile(r'"(?:true|false)"'),
    f"{XSD}date": re.compile(r'"[0-9]{4}-[0-9]{2}-[0-9]{2}"'),
    f"{XSD}gYear": re.compile(r'"[0-9]{4}"'),
    f"{XSD}gYearMonth": re.compile(r'"[0-9]{4}-[0-9]{2}"'),
    f"{XSD}dateTime": re.compile(
        r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"'
    ),
    f"{XSD}anyURI": re.compile(r'"[^ ]*"'),
}
"""Forms of which no two of a family denote one value, or the same form with two datatypes does."""


_MANY = 1000
"""So many literals are looked at all at once first."""
_TAIL = re.compile(rb"\^\^(<[^>\n]*>)\n")


def family(datatype: str) -> str:
    """Return a name for the value space that `datatype` shares with others."""
    if datatype in _DECIMAL:
        return "decimal"
    return "string" if datatype in _STRING_LIKE else datatype


@dataclass
class _Family:
    """The literals of one value space: `index` is by value, once one is needed.

    `forms` are the datatypes seen, and whether all forms seen were canonical.
    """

    forms: set[tuple[str, bool]] = field(default_factory=set)
    waiting: list[int] = field(default_factory=list)
    index: dict[Hashable, int] | None = None

    def plain(self) -> bool:
        """Return whether different forms are different values: one datatype, canonical forms."""
        return len(self.forms) <= 1 and all(canonical for _, canonical in self.forms)


class Values:
    """Finds the literals of a graph that denote one value, and those that fit no datatype."""

    def __init__(self, facts: Facts) -> None:
        """Begin without any literal."""
        self.facts = facts
        self._families: dict[str, _Family] = defaultdict(_Family)
        self._datatypes: frozenset[int] | None = None
        self._unread: list[Ints] = []
        """Literals that were seen to be all different, and not looked at one by one."""

    def equal(self, literals: Ints) -> Iterator[tuple[int, int]]:
        """Yield pairs of literals of one value: each of `literals` with one seen before."""
        if len(literals) >= _MANY and self._all_different(literals):
            self._unread.append(literals)
        else:
            yield from self._compare(literals)

    def _compare(self, literals: Ints) -> Iterator[tuple[int, int]]:
        """Look at `literals` one by one."""
        typed = self.facts.terms.are_typed(literals)
        news: dict[str, list[int]] = defaultdict(list)
        if not typed.all():
            news["string"] = literals[~typed].tolist()
        ids = literals[typed]
        seen: dict[str, tuple[_Family, list[int], re.Pattern[str] | None]] = {}
        for one, term in zip(ids.tolist(), self.facts.terms.terms(ids), strict=True):
            lexical, _, tail = term.rpartition("^^")
            found = seen.get(tail)
            if found is None:
                datatype = tail[1:-1]
                name = family(datatype)
                found = self._families[name], news[name], _CANONICAL.get(datatype)
                seen[tail] = found
            form = found[2]
            found[0].forms.add(
                ("^^" + tail, form is not None and form.fullmatch(lexical) is not None)
            )
            found[1].append(one)
        for name, members in news.items():
            known = self._families[name]
            if self._unread and known.index is None and not known.plain():
                unread, self._unread = np.concatenate(self._unread), []
                yield from self._compare(unread)
            yield from self._equal(known, members, decimal=name == "decimal")

    def _all_different(self, literals: Ints) -> bool:
        """Return whether all forms are canonical, and none stands with two datatypes.

        This looks at all literals at once. The answer may be no though all are different.
        """
        terms = self.facts.terms
        lines = terms.write(literals[terms.are_typed(literals)])
        families: dict[str, list[bytes]] = defaultdict(list)
        forms = []
        for tail in sorted(set(_TAIL.findall(lines))):
            datatype = tail[1:-1].decode()
            form = _CANONICAL.get(datatype)
            if form is None or family(datatype) == "string":
                return False
            families[family(datatype)].append(tail)
            forms.append(form.pattern.encode() + re.escape(b"^^" + tail))
        if forms and not re.fullmatch(rb"(?:(?:" + rb"|".join(forms) + rb")\n)*+", lines):
            return False
        for name, tails in families.items():
            self._families[name].forms |= {("^^" + tail.decode(), True) for tail in tails}
            if len(tails) > 1:
                ends = rb"|".join(map(re.escape, tails))
                found = re.findall(rb'^("[^"\n]*")\^\^(?:' + ends + rb")$", lines, re.MULTILINE)
                if len(set(found)) < len(found):
                    return False
        return True

    def _equal(
        self, known: _Family, members: list[int], *, decimal: bool
    ) -> Iterator[tuple[int, int]]:
        if known.index is None:
            known.waiting += members
            if known.plain():
                return
            members, known.waiting, known.index = known.waiting, [], {}
        ids = np.array(members, np.int64)
        for one, term in zip(members, self.facts.terms.terms(ids), strict=True):
            key = _key(term) if decimal else value(term)
            if key is None:
                continue
            other = known.index.setdefault(key, one)
            if other != one:
                yield one, other

    def different(self, one: int, other: int) -> bool:
        """Return whether two literals denote two values (dt-diff)."""
        return definitely_different(self.facts.terms.term(one), self.facts.terms.term(other))

    def misfits(self, literals: Ints, datatype: int) -> list[int]:
        """Return those of `literals` whose value is not in `datatype` (dt-not-type)."""
        iri = self.facts.terms.term(datatype)[1:-1]
        return [one for one in literals.tolist() if self._fits(one, iri) is False]

    def fitting(self, literals: Ints, datatype: int) -> list[int]:
        """Return those of `literals` whose value is in `datatype` (dt-type2)."""
        iri = self.facts.terms.term(datatype)[1:-1]
        return [one for one in literals.tolist() if self._fits(one, iri)]

    def _fits(self, one: int, datatype: str) -> bool | None:
        term = self.facts.terms.term(one)
        if term.endswith('"') and datatype in _PLAIN:
            return True
        return in_space(term, datatype)

    def datatypes(self) -> frozenset[int]:
        """Return the identifiers of the datatypes, all of which the vocabulary knows."""
        if self._datatypes is None:
            found = (self.facts.terms.find(f"<{iri}>") for iri in DATATYPES)
            self._datatypes = frozenset(number for number in found if number is not None)
        return self._datatypes


def _key(term: str) -> Hashable | None:
    """Return what two decimals of one value, and no others, have in common: a canonical form."""
    lexical = term[: term.rindex("^^")]
    if _CANONICAL[f"{XSD}decimal"].fullmatch(lexical):
        return lexical
    found = value(term)
    if not isinstance(found, int | Decimal):
        return found
    plain = f"{found:f}" if isinstance(found, Decimal) else str(found)
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return '"0"' if plain in ("-0", "0") else f'"{plain}"'


def literals_of(facts: Facts) -> Ints:
    """Return the identifiers of all literals of the dictionary."""
    return np.flatnonzero(np.asarray(facts.terms.kinds[: len(facts.terms)]) == LITERAL)
