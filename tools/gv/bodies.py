"""The register's own statements: bodies, keys and territories of one Land."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal
from tools.gv.names import (
    Names,
    bezirk_names,
    is_authority,
    kreis_names,
    municipality_names,
    region_names,
    union_names,
)
from tools.gv.record import Record
from tools.gv.register import NO_KREIS, Register
from tools.gv.statements import DESTATIS, Statements

MUNICIPALITY_KINDS = {
    "60": "markt",
    "61": "kreisfreie-stadt",
    "62": "stadtkreis",
    "63": "kreisangehoerige-stadt",
    "64": "gemeinde",
    "65": "bewohntes-gemeindefreies-gebiet",
    "66": "unbewohntes-gemeindefreies-gebiet",
    "67": "grosse-kreisstadt",
}
KREIS_KINDS = {"43": "kreis", "44": "landkreis", "45": "regionalverband"}
UNION_KINDS = {
    "51": "amt",
    "52": "samtgemeinde",
    "53": "verbandsgemeinde",
    "54": "verwaltungsgemeinschaft",
    "55": "kirchspielslandgemeinde",
    "56": "verwaltungsverband",
    "57": "verwaltungsgemeinschaft-traegermodell",
    "58": "erfuellende-gemeinde",
}
"""By text mark, the code of the list municipality-kind; mark 50 is a Gemeinde without a union."""


def say_bodies(register: Register, state: Record, said: Statements) -> None:
    """State all bodies and territories of the Land `state`."""
    _Bodies(register, said).land(state)


def state_body(register: Register, state: Record) -> str:
    """Return the body of a Land; for Hamburg and Berlin that is the city."""
    city = register.city_state(state)
    return f"municipality:{city.key}" if city else f"state:{state.key}"


def territory_of(register: Register, key: str) -> str:
    """Return the territory of a Land, Regierungsbezirk, Kreis or Gemeinde by its key.

    A Land or Kreis that is one city has the territory of the city.
    """
    kreis = register.kreise.get(key)
    state = register.states.get(key)
    city = register.city_of(kreis) if kreis else register.city_state(state) if state else None
    return f"territory:{city.key if city else key}"


def regions_of(register: Register, state: str) -> Iterator[Record]:
    """Yield what has only a territory: regions, and Regierungsbezirke without an authority."""
    for records in (register.bezirke, register.regions):
        for key, record in records.items():
            if key.startswith(state) and not (records is register.bezirke and is_authority(record)):
                yield record


class _Bodies:
    """States the bodies of one Land into one graph."""

    def __init__(self, register: Register, said: Statements) -> None:
        self._register = register
        self._said = said

    def land(self, state: Record) -> None:
        register, key = self._register, state.key
        if register.city_state(state) is None:
            self._body(f"state:{key}", "kgo:State", state, Names(state.name))
            self._territory(key, Names(f"{state.name} (Gebiet)"))
        for record in regions_of(register, key):
            self._region(record)
        for record in register.bezirke.values():
            if record.key.startswith(key) and is_authority(record):
                self._bezirk(record)
        for kreis in register.kreise.values():
            if kreis.key.startswith(key) and register.city_of(kreis) is None:
                self._kreis(kreis)
        for union in register.unions.values():
            if union.key.startswith(key) and union.mark in UNION_KINDS:
                self._union(union)
        for record in register.below(key):
            self._municipality(record)

    def _region(self, record: Record) -> None:
        name = f"region:{record.key}"
        names = region_names(record)
        self._said.say(name, "rdf:type", "kgo:Region")
        self._said.label(name, names.label, names.others)
        above = self._register.bezirke.get(record.key[:3])
        inside = above.key if above and above is not record else record.key[:2]
        self._said.say(name, "dct:isPartOf", territory_of(self._register, inside))
        self._identifier(name, "region", "Regionsschlüssel", record.key)

    def _bezirk(self, record: Record) -> None:
        body, area = bezirk_names(record)
        name = f"government-district:{record.key}"
        self._body(name, "kgo:GovernmentDistrict", record, body)
        self._said.say(name, "kgo:belongsTo", f"state:{record.key[:2]}")
        self._territory(record.key, area, record.key[:2])

    def _kreis(self, record: Record) -> None:
        names = kreis_names(record)
        name = f"district:{record.key}"
        self._body(name, "kgo:District", record, names)
        self._kind(name, KREIS_KINDS[record.mark])
        self._below(name, record)
        self._territory(record.key, Names(f"{names.label} (Gebiet)"), self._above(record))
        self._in_regions(record)

    def _union(self, record: Record) -> None:
        names = union_names(record)
        name = f"municipal-association:{record.key}"
        self._said.say(name, "rdf:type", "kgo:MunicipalAssociation")
        self._said.label(name, names.label, names.others)
        self._said.say(name, "kgo:ars", Literal(record.ars))
        self._identifier(name, "ars", "ARS", record.ars)
        self._kind(name, UNION_KINDS[record.mark])
        self._said.say(name, "kgo:belongsTo", f"district:{record.key[:5]}")

    def _municipality(self, record: Record) -> None:
        register, names = self._register, municipality_names(record)
        name = f"municipality:{record.key}"
        self._body(name, "kgo:Municipality", record, names)
        self._kind(name, MUNICIPALITY_KINDS[record.mark])
        kreis = register.kreis_above(record)
        city = kreis is not None and register.city_of(kreis) is not None
        if kreis and city:
            self._identifier(name, "ags", "AGS", kreis.key)
            self._in_regions(kreis)
        state = register.states[record.key[:2]]
        if register.city_state(state) is record:
            self._said.say(name, "rdf:type", "kgo:State")
            self._identifier(name, "ags", "AGS", state.key)
            self._territory(record.key, Names(f"{names.label} (Gebiet)"))
        else:
            above = kreis if kreis and city else record
            self._below(name, above)
            self._territory(record.key, Names(f"{names.label} (Gebiet)"), self._above(above))
        if register.unions[record.union].mark in UNION_KINDS:
            self._said.say(name, "kgo:inAssociation", f"municipal-association:{record.union}")
        if record.postcode:
            self._said.say(name, "kgo:postcode", Literal(record.postcode))

    def _body(self, name: str, kind: str, record: Record, names: Names) -> None:
        self._said.say(name, "rdf:type", kind)
        self._said.label(name, names.label, names.others)
        self._said.say(name, "kgo:ags", Literal(record.key))
        self._said.say(name, "kgo:ars", Literal(record.ars))
        self._said.say(name, "dct:spatial", f"territory:{record.key}")
        self._identifier(name, "ags", "AGS", record.key)
        self._identifier(name, "ars", "ARS", record.ars)

    def _identifier(self, name: str, kind: str, label: str, key: str) -> None:
        identifier = f"identifier:{kind}-{key}"
        self._said.say(name, "adms:identifier", identifier)
        self._said.say(identifier, "rdf:type", "adms:Identifier")
        self._said.label(identifier, f"{label} {key}")
        self._said.say(identifier, "skos:notation", Literal(key))
        self._said.say(identifier, "adms:schemaAgency", Literal(DESTATIS))

    def _kind(self, name: str, code: str) -> None:
        self._said.say(name, "kgo:municipalityKind", f"municipality-kind:{code}")

    def _above(self, record: Record) -> str:
        """Return the key of the next higher level with a body of its own."""
        key = record.key
        if len(key) > 5 and key[2:5] != NO_KREIS:
            return key[:5]
        bezirk = self._register.bezirke.get(key[:3])
        return key[:3] if bezirk and is_authority(bezirk) else key[:2]

    def _below(self, name: str, record: Record) -> None:
        key = self._above(record)
        kind = {2: "state", 3: "government-district", 5: "district"}[len(key)]
        self._said.say(name, "kgo:belongsTo", f"{kind}:{key}")

    def _territory(self, key: str, names: Names, inside: str = "") -> None:
        territory = f"territory:{key}"
        self._said.say(territory, "rdf:type", "kgo:Territory")
        self._said.label(territory, names.label, names.others)
        if inside:
            self._said.say(territory, "dct:isPartOf", f"territory:{inside}")

    def _in_regions(self, kreis: Record) -> None:
        territory = territory_of(self._register, kreis.key)
        for region in regions_of(self._register, kreis.key[:2]):
            if kreis.key.startswith(region.key):
                self._said.say(territory, "dct:isPartOf", f"region:{region.key}")
