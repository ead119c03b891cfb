"""What was found becomes what a page shows: names in the language of the visit, links, filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDFS, SKOS, VOID
from kg.publish.search.hits import Found, Hit, Sought
from kg.publish.search.layer import Kind, Region
from kg.serve.pages.labels import last_part
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit
from kg.serve.pages.vocabulary import Vocabulary

_SHOWN_REGIONS = 2
_OF_LANGUAGES = {
    OWL + "Class": Text("Klasse", "class"),
    RDFS + "Class": Text("Klasse", "class"),
    OWL + "ObjectProperty": Text("Beziehung", "relation"),
    OWL + "DatatypeProperty": Text("Merkmal", "attribute"),
    OWL + "AnnotationProperty": Text("Beschriftung", "annotation"),
    OWL + "SymmetricProperty": Text("Beziehung", "relation"),
    OWL + "TransitiveProperty": Text("Beziehung", "relation"),
    OWL + "IrreflexiveProperty": Text("Beziehung", "relation"),
    RDF + "Property": Text("Eigenschaft", "property"),
    OWL + "Ontology": Text("Ontologie", "ontology"),
    SKOS + "Concept": Text("Begriff", "concept"),
    SKOS + "ConceptScheme": Text("Begriffsliste", "list of concepts"),
    VOID + "Dataset": Text("Datenbestand", "dataset"),
}
"""Names of classes that say how a graph is written, where the project names them not."""


@dataclass(frozen=True)
class Names:
    """Names in the language of a visit."""

    visit: Visit
    vocabulary: Vocabulary

    def term(self, labels: Mapping[str, str], iri: str) -> Term:
        """Return the best of labels by language, else the last part of the IRI."""
        lang = self.visit.lang
        for wanted in (lang, "", "en", "de"):
            if labels.get(wanted):
                return Term("literal", labels[wanted], wanted)
        for language, text in labels.items():
            return Term("literal", text, language)
        return Term("literal", last_part(iri))

    def kind(self, kind: Kind) -> str:
        """Return the name of a class, "" for none."""
        if not kind.iri:
            return ""
        declared = self.vocabulary.label(kind.iri) if not kind.labels else None
        known = declared or (_OF_LANGUAGES.get(kind.iri) if not kind.labels else None)
        return known.to(self.visit.lang) if known else self.term(kind.labels, kind.iri).value

    def term_of(self, iri: str) -> str:
        """Return the name of a declared term, "" if it is none."""
        declared = self.vocabulary.label(iri)
        return declared.to(self.visit.lang) if declared else ""

    def region(self, region: Region) -> str:
        """Return the name of a region."""
        return self.term(region.labels, region.iri).value

    def regions(self, regions: Iterable[Region]) -> str:
        """Return the names of regions, of many only the first."""
        named = sorted(self.region(one) for one in regions)
        more = len(named) - _SHOWN_REGIONS
        if more < 2:
            return ", ".join(named)
        shown = ", ".join(named[:_SHOWN_REGIONS])
        return shown + self.visit.t(f" und {more} weitere", f" and {more} more")


@dataclass(frozen=True)
class Line:
    """One hit as it is shown: `place` is where it lies, `note` what it was found by."""

    iri: str
    label: Term
    kind: str
    place: str
    note: str


@dataclass(frozen=True)
class Choice:
    """One value of a filter with the number of hits."""

    iri: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class View:
    """What the templates of the search show."""

    lines: tuple[Line, ...]
    total: int
    kinds: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    how: str
    hidden: bool
    exact: bool
    page: int
    pages: int
    first: int
    filtered: bool
    unfiltered: int
    regions_are: str


def view_of(found: Found, sought: Sought, names: Names, regions: str) -> View:
    """Return what is shown of what was found; `regions` is the class of regions."""
    pages = max(1, -(-found.total // sought.limit))
    return View(
        tuple(line_of(hit, names) for hit in found.hits),
        found.total,
        tuple(
            Choice(kind.iri, names.kind(kind), count, _covers(kind, sought.kind))
            for kind, count in found.kinds
            if kind.iri
        ),
        tuple(
            Choice(region.iri, names.region(region), count, region.iri == sought.region)
            for region, count in found.regions
        ),
        found.how,
        found.hidden,
        found.exact and sought.offset == 0,
        min(sought.offset // sought.limit + 1, pages),
        pages,
        sought.offset + 1,
        bool(sought.kind or sought.region),
        found.unfiltered,
        names.term_of(regions) or names.visit.t("Wo", "Where"),
    )


def _covers(kind: Kind, chosen: str) -> bool:
    return bool(chosen) and chosen in (kind.iri, *kind.above)


def line_of(hit: Hit, names: Names) -> Line:
    """Return a hit as it is shown."""
    row, t = hit.row, names.visit.t
    label = names.term(row.labels, row.iri)
    parents = [names.term(each, "").value for each in row.parents if each]
    regions = names.regions(each for each in row.regions if each.iri != row.iri)
    place = ", ".join(dict.fromkeys(filter(None, [*parents, regions])))
    note = ""
    if hit.key and hit.key != label.value:
        note = f"{t('Kennzeichen', 'key')} {hit.key}"
    elif hit.other:
        note = f"{t('auch', 'also')}: {hit.other}"
    return Line(row.iri, label, names.kind(row.kind), place, note)


def plain_hit(hit: Hit, names: Names) -> dict[str, object]:
    """Return a hit for JSON: iri, label, kind, region, note and score; and the class's IRI."""
    line = line_of(hit, names)
    return {
        "iri": line.iri,
        "label": line.label.value,
        "kind": line.kind,
        "class": hit.row.kind.iri,
        "region": ", ".join(sorted(names.region(each) for each in hit.row.regions)),
        "note": line.note,
        "score": hit.score,
    }
