"""Facts of an ontology become entries of its documentation: modules, terms, code lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import DCT, OWL, RDF_TYPE, RDFS, SKOS
from kg.serve.pages.labels import last_part
from kg.serve.pages.linked.facts import CLASSES, PROPERTIES, Facts
from kg.serve.pages.terms import Term

LABELS = (f"{SKOS}prefLabel", f"{RDFS}label")
DEFINITIONS = (f"{SKOS}definition", f"{RDFS}comment", f"{DCT}description")
_TITLES = (f"{DCT}title", *LABELS)
_KINDS: Mapping[str, Text] = MappingProxyType(
    {
        f"{OWL}Class": Text("Klasse", "class"),
        f"{RDFS}Class": Text("Klasse", "class"),
        f"{OWL}ObjectProperty": Text("Beziehung", "relation"),
        f"{OWL}DatatypeProperty": Text("Merkmal", "attribute"),
        f"{OWL}AnnotationProperty": Text("Anmerkung", "annotation"),
    }
)
_PROPERTY = Text("Eigenschaft", "property")
_NOTES: Mapping[str, Text] = MappingProxyType(
    {
        f"{SKOS}scopeNote": Text("Hinweis", "Note"),
        f"{SKOS}note": Text("Anmerkung", "Remark"),
        f"{SKOS}example": Text("Beispiel", "Example"),
        f"{SKOS}editorialNote": Text("Redaktionell", "Editorial"),
        f"{SKOS}changeNote": Text("Änderung", "Change"),
        f"{SKOS}historyNote": Text("Geschichte", "History"),
    }
)
_RELATIONS: Mapping[str, tuple[Text, Text | None]] = MappingProxyType(
    {
        f"{RDFS}subClassOf": (Text("Art von", "kind of"), Text("Unterarten", "special kinds")),
        f"{RDFS}subPropertyOf": (
            Text("besondere Form von", "special form of"),
            Text("besondere Formen", "special forms"),
        ),
        f"{RDFS}domain": (Text("steht bei", "stands at"), Text("Angaben dazu", "said of it")),
        f"{RDFS}range": (
            Text("Werte sind", "values are"),
            Text("kommt vor als Wert von", "occurs as value of"),
        ),
        f"{OWL}inverseOf": (Text("Umkehrung von", "inverse of"), Text("Umkehrung", "inverse")),
        f"{OWL}disjointWith": (
            Text("schließt aus", "excludes"),
            Text("schließt aus", "excludes"),
        ),
        f"{OWL}equivalentClass": (Text("gleich", "same as"), Text("gleich", "same as")),
        f"{OWL}equivalentProperty": (Text("gleich", "same as"), Text("gleich", "same as")),
        f"{DCT}isReplacedBy": (Text("ersetzt durch", "replaced by"), Text("ersetzt", "replaces")),
        f"{SKOS}exactMatch": (Text("entspricht genau", "matches exactly"), None),
        f"{SKOS}closeMatch": (Text("entspricht etwa", "matches closely"), None),
        f"{SKOS}broadMatch": (Text("enger als", "narrower than"), None),
        f"{SKOS}narrowMatch": (Text("weiter als", "broader than"), None),
        f"{SKOS}relatedMatch": (Text("verwandt mit", "related to"), None),
        f"{RDFS}isDefinedBy": (Text("festgelegt in", "defined in"), None),
        f"{RDFS}seeAlso": (Text("siehe auch", "see also"), None),
    }
)
MATCHES = tuple(name for name in _RELATIONS if name.endswith("Match"))
_TRAITS: Mapping[str, Text] = MappingProxyType(
    {
        f"{OWL}SymmetricProperty": Text("gilt in beiden Richtungen", "holds in both directions"),
        f"{OWL}TransitiveProperty": Text("setzt sich fort", "carries on"),
        f"{OWL}IrreflexiveProperty": Text("nie mit sich selbst", "never with itself"),
        f"{OWL}AsymmetricProperty": Text("nie in beiden Richtungen", "never in both directions"),
        f"{OWL}ReflexiveProperty": Text("auch mit sich selbst", "with itself as well"),
        f"{OWL}FunctionalProperty": Text("höchstens ein Wert", "one value at most"),
        f"{OWL}InverseFunctionalProperty": Text("kennzeichnet", "identifies"),
    }
)


@dataclass(frozen=True)
class Relation:
    """What a term has to do with others, which are IRIs in the order of their names."""

    name: Text
    iris: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A class or property; texts that are missing are empty."""

    iri: str
    kind: Text
    label: Text
    definition: Text
    notes: tuple[tuple[Text, Text], ...]
    relations: tuple[Relation, ...]
    traits: tuple[Text, ...]
    deprecated: bool
    is_class: bool


@dataclass(frozen=True)
class Module:
    """An ontology with the terms that its graph declares."""

    iri: str
    graph: str
    title: Text
    about: Text
    classes: tuple[Entry, ...]
    properties: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All its terms."""
        return (*self.classes, *self.properties)


@dataclass(frozen=True)
class Code:
    """A code of a list; `depth` counts the codes that it is below of."""

    iri: str
    notation: str
    label: Text
    definition: Text
    depth: int
    deprecated: bool


@dataclass(frozen=True)
class CodeList:
    """A concept scheme with its codes, the general before the special."""

    iri: str
    label: Text
    definition: Text
    codes: tuple[Code, ...]


def modules_of(facts: Facts, base: str) -> list[Module]:
    """Return the modules that declare terms; those with terms below `base` come first."""
    graphs: dict[Term, str] = {}
    ontologies: dict[str, Term] = {}
    declaring = {*CLASSES, *PROPERTIES}
    for one in facts.statements:
        if one.predicate == RDF_TYPE and one.subject.is_iri:
            if one.object.value in declaring:
                graphs.setdefault(one.subject, one.graph)
            elif one.object.value == f"{OWL}Ontology":
                ontologies.setdefault(one.graph, one.subject)
    backward = _backward(facts)
    by_graph: dict[str, list[Entry]] = {}
    for subject, graph in graphs.items():
        by_graph.setdefault(graph, []).append(_entry(facts, backward, subject))
    modules = [
        _module(facts, graph, ontologies.get(graph), entries) for graph, entries in by_graph.items()
    ]
    return sorted(modules, key=lambda one: (_foreign(one, base), one.title.de))


def about_of(facts: Facts) -> Term | None:
    """Return the ontology that is not part of another one, None if there is none."""
    found = facts.of_type(f"{OWL}Ontology")
    whole = [one for one in found if not facts.values(one, f"{DCT}isPartOf")]
    return next(iter(whole or found), None)


def code_lists_of(facts: Facts) -> list[CodeList]:
    """Return the code lists, by name."""
    members: dict[Term, list[Term]] = {}
    for concept in facts.of_type(f"{SKOS}Concept"):
        for scheme in facts.values(concept, f"{SKOS}inScheme", f"{SKOS}topConceptOf"):
            members.setdefault(scheme, []).append(concept)
    lists = [
        CodeList(
            scheme.value,
            label_of(facts, scheme),
            facts.text(scheme, *DEFINITIONS),
            tuple(_codes(facts, members.get(scheme, []))),
        )
        for scheme in facts.of_type(f"{SKOS}ConceptScheme")
    ]
    return sorted(lists, key=lambda one: one.label.de)


def label_of(facts: Facts, subject: Term) -> Text:
    """Return the name of a term, or the end of its IRI."""
    found = facts.text(subject, *_TITLES)
    return found if found.de else Text(last_part(subject.value), last_part(subject.value))


def _module(facts: Facts, graph: str, ontology: Term | None, entries: list[Entry]) -> Module:
    subject = ontology or Term("iri", graph)
    ordered = sorted(entries, key=lambda one: (one.label.de.casefold(), one.iri))
    return Module(
        subject.value,
        graph,
        label_of(facts, subject),
        facts.text(subject, *DEFINITIONS),
        tuple(one for one in ordered if one.is_class),
        tuple(one for one in ordered if not one.is_class),
    )


def _foreign(module: Module, base: str) -> bool:
    own = sum(entry.iri.startswith(base) for entry in module.entries)
    return own * 2 < len(module.entries)


def _entry(facts: Facts, backward: Mapping[tuple[str, str], list[str]], subject: Term) -> Entry:
    types = [value.value for value in facts.values(subject, RDF_TYPE)]
    kind = next((_KINDS[one] for one in _KINDS if one in types), _PROPERTY)
    old = any(one.value in ("true", "1") for one in facts.values(subject, f"{OWL}deprecated"))
    notes = [
        (name, text)
        for predicate, name in _NOTES.items()
        if (text := facts.text(subject, predicate)).de
    ]
    return Entry(
        subject.value,
        kind,
        label_of(facts, subject),
        facts.text(subject, *DEFINITIONS),
        tuple(notes),
        tuple(_relations(facts, backward, subject)),
        tuple(_TRAITS[one] for one in types if one in _TRAITS),
        old,
        not set(CLASSES).isdisjoint(types),
    )


def _relations(
    facts: Facts, backward: Mapping[tuple[str, str], list[str]], subject: Term
) -> Iterable[Relation]:
    for predicate, (name, back) in _RELATIONS.items():
        named = named_in(facts, facts.values(subject, predicate))
        pointing = backward.get((predicate, subject.value), [])
        if back == name:
            named, pointing = [*named, *pointing], []
        if named:
            yield Relation(name, tuple(sorted(set(named), key=last_part)))
        if back and pointing:
            yield Relation(back, tuple(sorted(set(pointing), key=last_part)))


def _backward(facts: Facts) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for subject in facts.about:
        if subject.is_iri:
            for predicate, (_, back) in _RELATIONS.items():
                for name in named_in(facts, facts.values(subject, predicate)) if back else ():
                    found.setdefault((predicate, name), []).append(subject.value)
    return found


def named_in(facts: Facts, values: Iterable[Term]) -> list[str]:
    """Return the IRIs among values, with those that a union or intersection is made of."""
    found: list[str] = []
    for value in values:
        if value.is_iri:
            found.append(value.value)
        for head in facts.values(value, f"{OWL}unionOf", f"{OWL}intersectionOf"):
            found += [item.value for item in facts.items(head) if item.is_iri]
    return found


def _codes(facts: Facts, concepts: list[Term]) -> Iterable[Code]:
    """Yield codes as they are read: below each its special ones; cycles are cut."""
    broader = {
        one: [above for above in facts.values(one, f"{SKOS}broader") if above in concepts]
        for one in concepts
    }
    ordered = sorted(concepts, key=lambda one: (label_of(facts, one).de.casefold(), one.value))
    waiting = [(one, 0) for one in reversed(ordered) if not broader[one]]
    seen: set[Term] = set()
    while waiting or len(seen) < len(ordered):
        if not waiting:
            waiting = [next((one, 0) for one in ordered if one not in seen)]
        one, depth = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield _code(facts, one, depth)
        waiting += [(other, depth + 1) for other in reversed(ordered) if one in broader[other]]


def _code(facts: Facts, concept: Term, depth: int) -> Code:
    notation = facts.value(concept, f"{SKOS}notation")
    old = any(one.value in ("true", "1") for one in facts.values(concept, f"{OWL}deprecated"))
    return Code(
        concept.value,
        notation.value if notation else last_part(concept.value),
        label_of(facts, concept),
        facts.text(concept, *DEFINITIONS),
        depth,
        old,
    )
