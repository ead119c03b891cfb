"""Names of terms that no project declares: those of RDF, RDFS, OWL and SHACL, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDFS, SH

_NAMES = {
    RDF: {
        "type": ("Art", "type"),
        "first": ("erstes Element", "first item"),
        "rest": ("übrige Elemente", "remaining items"),
        "List": ("Liste", "list"),
        "Property": ("Eigenschaft", "property"),
    },
    RDFS: {
        "label": ("Bezeichnung", "label"),
        "comment": ("Anmerkung", "comment"),
        "seeAlso": ("siehe auch", "see also"),
        "isDefinedBy": ("festgelegt in", "defined by"),
        "subClassOf": ("Unterklasse von", "subclass of"),
        "subPropertyOf": ("Untereigenschaft von", "subproperty of"),
        "domain": ("gilt für Dinge der Klasse", "domain"),
        "range": ("hat Werte der Klasse", "range"),
        "Class": ("Klasse", "class"),
        "Datatype": ("Datentyp", "datatype"),
        "Resource": ("Ressource", "resource"),
    },
    OWL: {
        "Ontology": ("Ontologie", "ontology"),
        "Class": ("Klasse", "class"),
        "Restriction": ("Einschränkung", "restriction"),
        "Thing": ("Ding", "thing"),
        "ObjectProperty": ("Eigenschaft zwischen Dingen", "object property"),
        "DatatypeProperty": ("Eigenschaft mit Text oder Zahl", "datatype property"),
        "AnnotationProperty": ("Eigenschaft für Anmerkungen", "annotation property"),
        "TransitiveProperty": ("transitive Eigenschaft", "transitive property"),
        "SymmetricProperty": ("symmetrische Eigenschaft", "symmetric property"),
        "AsymmetricProperty": ("asymmetrische Eigenschaft", "asymmetric property"),
        "ReflexiveProperty": ("reflexive Eigenschaft", "reflexive property"),
        "IrreflexiveProperty": ("irreflexive Eigenschaft", "irreflexive property"),
        "FunctionalProperty": ("eindeutige Eigenschaft", "functional property"),
        "InverseFunctionalProperty": ("umgekehrt eindeutige Eigenschaft", "key property"),
        "AllDisjointClasses": ("einander ausschließende Klassen", "disjoint classes"),
        "NamedIndividual": ("benanntes Ding", "named individual"),
        "sameAs": ("dasselbe wie", "same as"),
        "differentFrom": ("verschieden von", "different from"),
        "inverseOf": ("Umkehrung von", "inverse of"),
        "equivalentClass": ("gleichbedeutende Klasse", "equivalent class"),
        "equivalentProperty": ("gleichbedeutende Eigenschaft", "equivalent property"),
        "disjointWith": ("schließt aus", "disjoint with"),
        "members": ("Mitglieder", "members"),
        "imports": ("bindet ein", "imports"),
        "deprecated": ("veraltet", "deprecated"),
        "versionInfo": ("Version", "version"),
        "versionIRI": ("Adresse der Version", "version IRI"),
        "priorVersion": ("frühere Version", "prior version"),
        "propertyChainAxiom": ("folgt aus der Kette", "property chain"),
        "unionOf": ("Vereinigung von", "union of"),
        "intersectionOf": ("Schnittmenge von", "intersection of"),
        "onProperty": ("über die Eigenschaft", "on property"),
        "someValuesFrom": ("mindestens ein Wert aus", "some values from"),
        "allValuesFrom": ("alle Werte aus", "all values from"),
    },
    SH: {
        "NodeShape": ("Regel für Dinge", "node shape"),
        "PropertyShape": ("Regel für eine Eigenschaft", "property shape"),
        "PropertyGroup": ("Gruppe von Eigenschaften", "property group"),
        "targetClass": ("gilt für die Klasse", "target class"),
        "targetNode": ("gilt für", "target node"),
        "targetSubjectsOf": ("gilt für alles mit der Eigenschaft", "target subjects of"),
        "targetObjectsOf": ("gilt für Werte der Eigenschaft", "target objects of"),
        "property": ("Regel zur Eigenschaft", "property rule"),
        "path": ("Eigenschaft", "path"),
        "inversePath": ("Eigenschaft in Gegenrichtung", "inverse path"),
        "alternativePath": ("eine der Eigenschaften", "alternative path"),
        "name": ("Name", "name"),
        "description": ("Beschreibung", "description"),
        "message": ("Meldung", "message"),
        "severity": ("Schwere", "severity"),
        "order": ("Reihenfolge", "order"),
        "group": ("Gruppe", "group"),
        "class": ("Klasse der Werte", "class of values"),
        "datatype": ("Datentyp", "datatype"),
        "nodeKind": ("Form der Werte", "node kind"),
        "node": ("Werte erfüllen die Regel", "values conform to"),
        "minCount": ("mindestens so viele Werte", "minimum count"),
        "maxCount": ("höchstens so viele Werte", "maximum count"),
        "minLength": ("mindestens so viele Zeichen", "minimum length"),
        "maxLength": ("höchstens so viele Zeichen", "maximum length"),
        "minInclusive": ("mindestens", "minimum"),
        "maxInclusive": ("höchstens", "maximum"),
        "minExclusive": ("größer als", "greater than"),
        "maxExclusive": ("kleiner als", "less than"),
        "pattern": ("Muster", "pattern"),
        "flags": ("Angaben zum Muster", "flags of the pattern"),
        "languageIn": ("Sprachen", "languages"),
        "uniqueLang": ("jede Sprache nur einmal", "each language once"),
        "hasValue": ("hat den Wert", "has value"),
        "in": ("einer der Werte", "one of the values"),
        "disjoint": ("keine gemeinsamen Werte mit", "disjoint with"),
        "equals": ("dieselben Werte wie", "equals"),
        "not": ("erfüllt nicht", "not"),
        "and": ("erfüllt alle", "and"),
        "or": ("erfüllt mindestens eine", "or"),
        "xone": ("erfüllt genau eine", "exactly one of"),
        "qualifiedValueShape": ("Regel für einen Teil der Werte", "qualified value shape"),
        "qualifiedMinCount": ("mindestens so viele davon", "qualified minimum count"),
        "qualifiedMaxCount": ("höchstens so viele davon", "qualified maximum count"),
        "sparql": ("Abfrage zur Prüfung", "checking query"),
        "select": ("Text der Abfrage", "text of the query"),
        "prefixes": ("Präfixe aus", "prefixes of"),
        "declare": ("vereinbart Präfix", "declares prefix"),
        "prefix": ("Präfix", "prefix"),
        "namespace": ("Namensraum", "namespace"),
        "Violation": ("Verstoß", "violation"),
        "Warning": ("Warnung", "warning"),
        "Info": ("Hinweis", "information"),
        "IRI": ("Adresse (IRI)", "IRI"),
        "Literal": ("Text oder Zahl", "literal"),
        "BlankNode": ("ohne Namen", "blank node"),
    },
}
KNOWN: Mapping[str, Text] = MappingProxyType(
    {
        f"{namespace}{last}": Text(de=de, en=en)
        for namespace, names in _NAMES.items()
        for last, (de, en) in names.items()
    }
)
"""Names by IRI, for where the graph says nothing of a term."""


def twin(iri: str) -> str | None:
    """Return the IRI with https for http or the other way, None for one of another scheme.

    Vocabularies that moved, such as schema.org, are in use under both.
    """
    scheme, mark, rest = iri.partition("://")
    other = {"http": "https", "https": "http"}.get(scheme)
    return f"{other}{mark}{rest}" if other and mark else None
