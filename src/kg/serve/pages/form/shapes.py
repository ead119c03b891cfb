"""Shapes become fields: what is asked of a thing of a class, with names, help and limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kg.errors import Text
from kg.namespaces import RDF, RDFS, SH, SKOS, XSD
from kg.serve.pages.linked.facts import Facts
from kg.serve.pages.terms import Term
from kg.serve.pages.vocabulary import Vocabulary

LANG_STRING = f"{RDF}langString"
LABELS = (f"{SKOS}prefLabel", f"{RDFS}label", f"{SKOS}altLabel")
DATES = (f"{XSD}date", f"{XSD}gYearMonth", f"{XSD}gYear", f"{XSD}dateTime")
NUMBERS = (f"{XSD}integer", f"{XSD}decimal", f"{XSD}nonNegativeInteger", f"{XSD}double")
_IN_SCHEME = f"{SKOS}inScheme"
_LAST = 1e6
_ANY = Text("", "")


@dataclass(frozen=True)
class Field:
    """One property that is asked for.

    `scheme` is the code list its values are of, `classes` are those of which one is wanted,
    `languages` those in which a value has to be there. `missing` is said when it is not there.
    """

    iri: str
    name: Text = _ANY
    help: Text = _ANY
    order: tuple[float, float] = (_LAST, _LAST)
    datatypes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    scheme: str = ""
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    languages: tuple[str, ...] = ()
    pattern: str = ""
    is_iri: bool = False
    missing: Text = _ANY
    hidden: bool = field(default=False, compare=False)

    @property
    def kind(self) -> str:
        """What it is filled with: text, lines (in languages), date, number, boolean or url, or
        choice or thing, which are other resources.
        """
        if self.scheme or self.choices:
            return "choice"
        if self.classes:
            return "thing"
        if LANG_STRING in self.datatypes or (not self.datatypes and self.iri in LABELS):
            return "lines"
        for kind, types in (("date", DATES), ("number", NUMBERS), ("boolean", (f"{XSD}boolean",))):
            if any(one in types for one in self.datatypes):
                return kind
        return "url" if self.is_iri else "text"


def fields_of(
    shapes: Facts, vocabulary: Vocabulary, cls: str, wanted: tuple[str, ...] = ()
) -> list[Field]:
    """Return the fields for things of `cls`, by the order that the shapes give.

    With `wanted` only these, and also what shapes say of whatever has such a property.
    """
    classes = [cls, *sorted(vocabulary.above(cls))]
    found: dict[str, Field] = {}
    for shape in _targeting(shapes, classes, wanted):
        for prop in shapes.values(shape, f"{SH}property"):
            path = shapes.value(prop, f"{SH}path")
            if path and path.is_iri and (not wanted or path.value in wanted):
                known = found.get(path.value, Field(path.value))
                found[path.value] = _with(known, shapes, prop)
    fields = [found.get(name, Field(name)) for name in wanted] if wanted else list(found.values())
    named = (_named(each, vocabulary) for each in fields if each.most != 0)
    return sorted(named, key=lambda each: (each.iri not in LABELS, each.order))


def _targeting(shapes: Facts, classes: Iterable[str], wanted: tuple[str, ...]) -> Iterator[Term]:
    known, used = set(classes), set(wanted)
    for shape in shapes.of_type(f"{SH}NodeShape"):
        targets = {one.value for one in shapes.values(shape, f"{SH}targetClass")}
        subjects = {one.value for one in shapes.values(shape, f"{SH}targetSubjectsOf")}
        if targets & known or shape.value in known or (subjects & used):
            yield shape


def _with(known: Field, shapes: Facts, prop: Term) -> Field:
    """Return a field with what one more property shape says."""
    options = [prop]
    for head in shapes.values(prop, f"{SH}or"):
        options += shapes.items(head)
    datatypes = [one.value for each in options for one in shapes.values(each, f"{SH}datatype")]
    classes = [one.value for each in options for one in shapes.values(each, f"{SH}class")]
    choices = [one.value for head in shapes.values(prop, f"{SH}in") for one in shapes.items(head)]
    most = _number(shapes, prop, "maxCount")
    unique = shapes.value(prop, f"{SH}uniqueLang")
    said = replace(
        known,
        name=_first(known.name, shapes.text(prop, f"{SH}name")),
        help=_first(known.help, shapes.text(prop, f"{SH}description")),
        order=min(known.order, _order(shapes, prop)),
        datatypes=known.datatypes or tuple(dict.fromkeys(datatypes)),
        classes=known.classes or tuple(dict.fromkeys(classes)),
        scheme=known.scheme or _scheme(shapes, prop),
        choices=known.choices or tuple(choices),
        most=_least(known.most, 1 if unique and unique.value == "true" else most),
        pattern=known.pattern or _value(shapes, prop, "pattern"),
        is_iri=known.is_iri or _value(shapes, prop, "nodeKind") == f"{SH}IRI",
    )
    return _needed(said, shapes, prop)


def _needed(known: Field, shapes: Facts, prop: Term) -> Field:
    """Add what a property shape says of values that have to be there; warnings do not count."""
    severity = _value(shapes, prop, "severity") or f"{SH}Violation"
    least = _number(shapes, prop, "minCount") or 0
    languages: tuple[str, ...] = ()
    if _number(shapes, prop, "qualifiedMinCount"):
        wanted = shapes.value(prop, f"{SH}qualifiedValueShape")
        heads = shapes.values(wanted, f"{SH}languageIn") if wanted else []
        languages = tuple(one.value for head in heads for one in shapes.items(head))
    if severity != f"{SH}Violation" or not (least or languages):
        return known
    return replace(
        known,
        least=max(known.least, least, int(bool(languages))),
        languages=known.languages or languages,
        missing=_first(known.missing, shapes.text(prop, f"{SH}message")),
    )


def _scheme(shapes: Facts, prop: Term) -> str:
    """Return the code list that a property shape demands values of, by skos:inScheme."""
    for node in shapes.values(prop, f"{SH}node"):
        for inner in shapes.values(node, f"{SH}property"):
            if _value(shapes, inner, "path") == _IN_SCHEME:
                return _value(shapes, inner, "hasValue")
    return ""


def _order(shapes: Facts, prop: Term) -> tuple[float, float]:
    group = shapes.value(prop, f"{SH}group")
    rank = shapes.value(group, f"{SH}order") if group else None
    own = shapes.value(prop, f"{SH}order")
    if own is None:
        return (_LAST, _LAST)
    return (_float(rank) if rank else 0.0, _float(own))


def _float(term: Term) -> float:
    try:
        return float(term.value)
    except ValueError:
        return _LAST


def _number(shapes: Facts, prop: Term, name: str) -> int | None:
    text = _value(shapes, prop, name)
    return int(text) if text.isdecimal() else None


def _value(shapes: Facts, subject: Term, name: str) -> str:
    found = shapes.value(subject, f"{SH}{name}")
    return found.value if found else ""


def _first(one: Text, other: Text) -> Text:
    return one if one.en else other


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _named(each: Field, vocabulary: Vocabulary) -> Field:
    term = vocabulary.terms.get(each.iri)
    if term is None:
        return each
    return replace(
        each, name=_first(each.name, term.label), help=_first(each.help, term.definition)
    )
