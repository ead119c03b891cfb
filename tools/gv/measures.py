"""Area and population of one Land as observations: the register's figures and sums of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pyoxigraph import Literal
from tools.gv.bodies import regions_of, territory_of
from tools.gv.names import bezirk_names, is_authority, kreis_names, municipality_names, region_names
from tools.gv.record import Record
from tools.gv.register import Register
from tools.gv.statements import Document, Statements, day, decimal, german, whole

SUM = "Summe über die Gemeinden des Registers, von der Redaktion gerechnet."
Measured = tuple[str, str, str]


def say_measures(
    register: Register, state: Record, said: Statements, *, document: Document, counted: date
) -> None:
    """State areas and populations, counted on the day `counted`, for all levels of a Land."""
    for record in register.below(state.key):
        one = (f"territory:{record.key}", record.key, municipality_names(record).label)
        _say(said, one, [record], document, counted)
    for one in _summed(register, state):
        _say(said, one, list(register.below(one[1])), document, counted)


def _summed(register: Register, state: Record) -> Iterator[Measured]:
    """Yield territory, key and label of what the register gives no figures of its own for."""
    key = state.key
    if register.city_state(state) is None:
        yield territory_of(register, key), key, state.name
    for record in register.bezirke.values():
        if record.key.startswith(key) and is_authority(record):
            yield f"territory:{record.key}", record.key, bezirk_names(record)[1].label
    for record in regions_of(register, key):
        yield f"region:{record.key}", record.key, region_names(record).label
    for kreis in register.kreise.values():
        if kreis.key.startswith(key) and register.city_of(kreis) is None:
            yield f"territory:{kreis.key}", kreis.key, kreis_names(kreis).label


def _say(
    said: Statements, one: Measured, parts: list[Record], document: Document, counted: date
) -> None:
    territory, key, label = one
    summed = len(key) < 8
    passage = (
        f"Satzart 60, Summe der AGS, die mit {key} beginnen" if summed else f"Satzart 60, AGS {key}"
    )
    people = f"observation:population-{key}-{counted.isoformat()}"
    said.say(people, "rdf:type", "kgo:PopulationCount")
    said.label(people, f"Einwohnerzahl {label}, {counted:%d.%m.%Y}")
    said.say(people, "schema:observationDate", day(counted))
    said.say(people, "schema:value", whole(sum(part.people for part in parts)))
    observations = [people]
    hectares = sum(part.area for part in parts)
    if hectares:
        area = f"observation:area-{key}-{document.slug}"
        observations.append(area)
        said.say(area, "rdf:type", "kgo:AreaMeasurement")
        said.label(area, f"Fläche {label}")
        said.say(area, "schema:unitText", Literal("km²"))
        said.say(area, "schema:value", decimal(f"{hectares // 100}.{hectares % 100:02}"))
    for observation in observations:
        said.say(observation, "schema:observationAbout", territory)
        said.say(observation, "kgo:passage", Literal(passage))
        said.say(observation, "prov:wasDerivedFrom", document.name)
        if summed:
            said.say(observation, "skos:editorialNote", german(SUM))
