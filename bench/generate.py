"""Makes graphs of this domain's shape in N-Triples: the same bytes for the same number of triples.

Usage: python bench/generate.py TRIPLES FOLDER [SHARE]

SHARE, such as 0.01, is the share of subjects that are broken in one of the ways of FAULTS.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path

import numpy as np
from pyoxigraph import RdfFormat, parse, serialize

ONTOLOGY = Path(__file__).with_name("ontology.ttl")
SEED = 20240501
BASE = "https://example.org/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
PREFIXES = {
    "ns": BASE + "ns#",
    "id": BASE + "id/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
}
STATES = 16
PER_DISTRICT = 27
MORE_MEMBERS = 0.5
SYLLABLES = ("Lüb", "bach", "Detm", "old", "Her", "ford", "Höx", "ter", "Güt", "ers", "loh", "Groß")
PLACES = ("Town", "City", "RuralMunicipality", "RuralMunicipality", "Town")
KINDS = ("Network", "WorkingGroup", "ModelRegion", "Cooperation", "EuropeanNetwork")
ROLES = ("member", "lead", "partner", "observer")


def graph(triples: int, share: float = 0.0) -> Iterator[str]:
    """The first `triples` lines of the graph of this size, N-Triples with line ends."""
    lines = _regions(np.random.default_rng(SEED))
    yield from islice(_broken(lines, share) if share else lines, triples)


def write(triples: int, folder: Path, share: float = 0.0) -> tuple[Path, Path]:
    """The files of graph and ontology in `folder`, which are written unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    faulty = f"-{share:g}" if share else ""
    data, ontology = folder / f"graph-{triples}{faulty}.nt", folder / "ontology.nt"
    if not data.exists():
        partial = data.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(graph(triples, share))
        partial.rename(data)
    axioms = parse(path=ONTOLOGY, format=RdfFormat.TURTLE)
    serialize((quad.triple for quad in axioms), ontology, format=RdfFormat.N_TRIPLES)
    return data, ontology


def _broken(lines: Iterator[str], share: float) -> Iterator[str]:
    """The lines with a share of the subjects broken; what belongs to a subject stands together."""
    chance = np.random.default_rng(SEED + 1)
    for _, group in groupby(lines, lambda line: line.partition(" ")[0]):
        own = list(group)
        if chance.random() < share:
            given = [*own]
            while own == given:
                fault = FAULTS[int(chance.integers(len(FAULTS)))]
                fault(own, int(chance.integers(len(own))))
        yield from own


def _lost(lines: list[str], at: int) -> None:
    """A statement is missing."""
    del lines[at]


def _twice(lines: list[str], at: int) -> None:
    """A statement stands twice, with another value: another first digit, or an x more."""
    if '"^^' in lines[at]:
        lines.append(re.sub(r'"(\d)', lambda found: '"' + str(int(found[1]) % 9 + 1), lines[at]))
    else:
        lines.append(re.sub(r'(>|"|"@\w+) \.$', r"x\1 .", lines[at]))


def _untyped(lines: list[str], at: int) -> None:
    """No datatype, no language."""
    lines[at] = re.sub(r'"(\^\^\S+|@\S+) \.$', '" .', lines[at])


def _misspelt(lines: list[str], at: int) -> None:
    """A word that no pattern and none of SPARQL's datatypes knows."""
    if not lines[at].endswith(("#date> .\n", "#gYear> .\n")):
        lines[at] = re.sub(r'"[^"]*"', '"unbekannt"', lines[at])


def _foreign(lines: list[str], at: int) -> None:
    """A language that is not wanted."""
    lines[at] = re.sub(r'"@\w+ \.$', '"@fr .', lines[at])


def _astray(lines: list[str], at: int) -> None:
    """A reference to what is not there."""
    lines[at] = re.sub(r" <[^>]*> \.$", f" {_iri('id:nowhere')} .", lines[at])


def _spoken(lines: list[str], at: int) -> None:
    """A text in place of a reference."""
    lines[at] = re.sub(r" <[^>]*> \.$", ' "Stadt" .', lines[at])


def _unknown(lines: list[str], at: int) -> None:
    """A property that no shape knows."""
    lines.append(_triple(lines[at].partition(" ")[0], _iri("ns:remark"), _text("siehe oben", "de")))


def _negative(lines: list[str], at: int) -> None:
    """A number less than nothing."""
    del at
    lines[:] = [re.sub(r' "(\d+(?:\.\d+)?"\^\^\S+(?:integer|decimal))', r' "-\1', e) for e in lines]


FAULTS: tuple[Callable[[list[str], int], None], ...] = (
    *(_lost, _twice, _untyped, _misspelt, _foreign, _astray, _spoken, _unknown, _negative),
)


def _regions(chance: np.random.Generator) -> Iterator[str]:
    """One district after the other with all that belongs to it, without an end."""
    yield from _states()
    district = 0
    while True:
        yield from _district(district, chance)
        first = district * PER_DISTRICT
        for place in range(first, first + PER_DISTRICT):
            yield from _municipality(place, district, chance)
            if place % 2:
                yield from _document(place, chance)
            if place % 3 == 0:
                yield from _person(place)
        for number in range(PER_DISTRICT // 2):
            yield from _cooperation(district * PER_DISTRICT + number, first, chance)
        if district % 4 == 0:
            yield from _programme(district // 4)
        district += 1


def _states() -> Iterator[str]:
    for state in range(STATES):
        body = _iri(f"id:state/{state:02d}")
        yield _triple(body, TYPE, _iri("ns:State"))
        yield _triple(body, LABEL, _text(f"Land {_name(state)}", "de"))
        yield _triple(body, _iri("ns:directPartOf"), _iri("id:germany"))


def _district(district: int, chance: np.random.Generator) -> Iterator[str]:
    body = _iri(f"id:district/{district:05d}")
    yield _triple(body, TYPE, _iri("ns:District"))
    yield _triple(body, LABEL, _text(f"Kreis {_name(district)}", "de"))
    yield _triple(body, _iri("ns:directPartOf"), _iri(f"id:state/{district % STATES:02d}"))
    yield _triple(body, _iri("ns:seat"), _place(district * PER_DISTRICT))
    if district:
        neighbour = int(chance.integers(district))
        yield _triple(body, _iri("ns:borders"), _iri(f"id:district/{neighbour:05d}"))


def _municipality(place: int, district: int, chance: np.random.Generator) -> Iterator[str]:
    body, name = _place(place), _name(place)
    ags = _text(f"{district % STATES + 1:02d}{place:08d}")
    yield _triple(body, TYPE, _iri(f"ns:{PLACES[place % len(PLACES)]}"))
    yield _triple(body, LABEL, _text(f"Gemeinde {name}", "de"))
    if place % 5 == 0:
        yield _triple(body, LABEL, _text(f"Municipality of {name}", "en"))
    yield _triple(body, _iri("ns:ags"), ags)
    yield _triple(body, _iri("ns:directPartOf"), _iri(f"id:district/{district:05d}"))
    yield _triple(body, _iri("ns:population"), _typed(int(chance.integers(300, 90000)), "integer"))
    yield _triple(body, _iri("ns:area"), _typed(f"{int(chance.integers(100, 9999))}.5", "decimal"))
    yield _triple(body, _iri("ns:postcode"), _text(f"{place % 100000:05d}"))
    yield _triple(body, _iri("ns:elevation"), _typed(int(chance.integers(1, 900)), "integer"))
    yield _triple(body, _iri("ns:updated"), _date(chance))
    yield _triple(body, _iri("dct:spatial"), _iri(f"id:area/{place:07d}"))
    if place % PER_DISTRICT:
        yield _triple(body, _iri("ns:borders"), _place(place - 1))
    if place % 250 == 7:
        other = _iri(f"id:register/{place:07d}")
        yield _triple(other, _iri("ns:ags"), ags)
        yield _triple(other, _iri("ns:registered"), _typed("2019-03-01", "date"))


def _document(place: int, chance: np.random.Generator) -> Iterator[str]:
    document, publisher = _iri(f"id:document/{place:07d}"), _place(place - place % 3)
    number = _text(f"DS-{place:07d}/24")
    yield _triple(document, TYPE, _iri(f"ns:{'Resolution' if place % 4 == 1 else 'Document'}"))
    yield _triple(document, _iri("ns:number"), number)
    yield _triple(document, _iri("dct:publisher"), publisher)
    yield _triple(document, _iri("dct:title"), _text(f"Beschluss zu „{_name(place)}“", "de"))
    yield _triple(document, _iri("dct:issued"), _date(chance))
    if place % 16 > 1:
        yield _triple(document, _iri("ns:basedOn"), _iri(f"id:document/{place - 2:07d}"))
    if place % 300 == 1:
        copy = _iri(f"id:copy/{place:07d}")
        yield _triple(copy, TYPE, _iri("ns:Document"))
        yield _triple(copy, _iri("ns:number"), number)
        yield _triple(copy, _iri("dct:publisher"), publisher)


def _person(place: int) -> Iterator[str]:
    person = _iri(f"id:person/{place:07d}")
    yield _triple(person, _iri("foaf:name"), _text(f"{_name(place + 5)} {_name(place + 11)}"))
    yield _triple(person, _iri("ns:mayorOf"), _place(place))


def _cooperation(number: int, first: int, chance: np.random.Generator) -> Iterator[str]:
    body = _iri(f"id:cooperation/{number:07d}")
    yield _triple(body, TYPE, _iri(f"ns:{KINDS[number % len(KINDS)]}"))
    yield _triple(body, LABEL, _text(f"Zusammenarbeit {_name(number)} {number}", "de"))
    yield _triple(body, LABEL, _text(f"Cooperation {_name(number)} {number}", "en"))
    yield _triple(body, _iri("ns:topic"), _iri(f"id:topic/{number % 40}"))
    yield _triple(body, _iri("dct:description"), _text(f"Vorhaben {number} zu Daten", "de"))
    yield _triple(body, _iri("ns:since"), _date(chance))
    if number % 3 == 0:
        yield _triple(body, _iri("ns:fundedBy"), _iri(f"id:programme/{first // PER_DISTRICT // 4}"))
    count = 1 + int(chance.geometric(MORE_MEMBERS))
    lowest = first if number % 2 else 0
    for member in np.unique(chance.integers(lowest, first + PER_DISTRICT, count)).tolist():
        yield from _membership(number, body, member, chance)


def _membership(number: int, body: str, member: int, chance: np.random.Generator) -> Iterator[str]:
    node = _iri(f"id:membership/{number:07d}-{member:07d}")
    year = int(chance.integers(1995, 2024))
    yield _triple(node, _iri("org:member"), _place(member))
    yield _triple(node, _iri("org:organization"), body)
    if member % 4:
        yield _triple(node, TYPE, _iri("org:Membership"))
    yield _triple(node, _iri("ns:intensity"), _iri(f"id:intensity/{member % 8}"))
    yield _triple(node, _iri("ns:passage"), _text(f"S. {member % 90 + 1}", "de"))
    yield _triple(node, _iri("org:role"), _iri(f"id:role/{ROLES[member % len(ROLES)]}"))
    yield _triple(node, _iri("ns:validFrom"), _typed(str(year), "gYear"))
    if year % 4 == 0:
        yield _triple(node, _iri("ns:validThrough"), _typed(str(year + 3), "gYear"))
    source = _iri(f"id:document/{member | 1:07d}")
    yield _triple(node, _iri("prov:wasDerivedFrom"), source)


def _programme(number: int) -> Iterator[str]:
    body = _iri(f"id:programme/{number}")
    yield _triple(body, TYPE, _iri("ns:Programme"))
    yield _triple(body, LABEL, _text(f"Förderprogramm {number}", "de"))
    if number % 5:
        yield _triple(body, _iri("ns:subProgrammeOf"), _iri(f"id:programme/{number - 1}"))


def _name(number: int) -> str:
    size = len(SYLLABLES)
    return SYLLABLES[number % size] + SYLLABLES[number // size % size]


def _place(number: int) -> str:
    return _iri(f"id:municipality/{number:07d}")


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def _text(value: str, language: str = "") -> str:
    return f'"{value}"@{language}' if language else f'"{value}"'


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>'


def _date(chance: np.random.Generator) -> str:
    year, month, day = chance.integers((2005, 1, 1), (2025, 13, 29)).tolist()
    return _typed(f"{year}-{month:02d}-{day:02d}", "date")


def _triple(subject: str, predicate: str, value: str) -> str:
    return f"{subject} {predicate} {value} .\n"


if __name__ == "__main__":
    asked = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    for path in write(int(sys.argv[1]), Path(sys.argv[2]), asked):
        print(path)
