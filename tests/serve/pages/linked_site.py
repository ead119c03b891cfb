"""The library with resources whose IRIs and values are unusual, for tests of linked data."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
from rdflib import Dataset, Graph
from rdflib.compare import IsomorphicGraph, to_isomorphic
from tests.serve.helpers import Client

BASE = "https://library.example/"
FILES = {
    "kg.toml": """
[project]
title = "Library"
base = "https://library.example/"
license = "https://creativecommons.org/publicdomain/zero/1.0/"

[prefixes]
lib = "https://library.example/ns#"
library = "https://library.example/id/"
geo = "http://www.opengis.net/ont/geosparql#"
odd = "https://library.example/odd-"
""",
    "ontology/more.ttl": """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lib: <https://library.example/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix void: <http://rdfs.org/ns/void#> .

<https://library.example/ns> a owl:Ontology ;
  dct:title "Begriffe der Bücherei"@de , "Terms of the library"@en ;
  owl:versionInfo "1.2" .

lib:Tome a owl:Class ;
  rdfs:label "Wälzer"@de , "tome"@en ;
  skos:definition "Ein dickes <Buch>."@de , "A thick <book>."@en ;
  rdfs:subClassOf lib:Book ,
    [ a owl:Restriction ; owl:onProperty lib:pages ; owl:minCardinality 1 ] .
lib:Volume a owl:Class ; rdfs:label "Band"@de , "volume"@en ;
  owl:deprecated true ; dct:isReplacedBy lib:Book .
lib:title a owl:DatatypeProperty ; rdfs:label "Titel"@de , "title"@en ; rdfs:domain lib:Book .
dct:title a owl:AnnotationProperty ; rdfs:label "Titel"@de , "title"@en .
lib:pages a owl:DatatypeProperty ; rdfs:range xsd:integer ; rdfs:label "Seiten"@de , "pages"@en .
lib:bought a owl:DatatypeProperty ; rdfs:range xsd:date ; rdfs:label "gekauft"@de , "bought"@en .
lib:weight a owl:DatatypeProperty ; rdfs:range xsd:decimal ; rdfs:label "Gewicht"@de , "weight"@en .
lib:lent a owl:DatatypeProperty ; rdfs:range xsd:boolean ; rdfs:label "verliehen"@de , "lent"@en .
lib:odd a owl:ObjectProperty ; rdfs:label "Seltsames"@de , "oddity"@en .
lib:note a owl:DatatypeProperty ; rdfs:label "Notiz"@de , "note"@en .
rdfs:seeAlso a owl:AnnotationProperty ; rdfs:label "siehe auch"@de , "see also"@en .
rdfs:comment a owl:AnnotationProperty ; rdfs:label "Kommentar"@de , "comment"@en .
skos:definition a owl:AnnotationProperty ; rdfs:label "Definition"@de , "definition"@en .

dct:isReplacedBy a owl:ObjectProperty ; rdfs:label "ersetzt durch"@de , "replaced by"@en .
skos:Concept a owl:Class ; rdfs:label "Code"@de , "code"@en .
skos:ConceptScheme a owl:Class ; rdfs:label "Codeliste"@de , "code list"@en .
skos:inScheme a owl:ObjectProperty ; rdfs:label "in der Liste"@de , "in the list"@en .
skos:broader a owl:ObjectProperty ; rdfs:label "Oberbegriff"@de , "broader"@en .
skos:notation a owl:DatatypeProperty ; rdfs:label "Notation"@de , "notation"@en .

<https://library.example/code/state> a skos:ConceptScheme ;
  rdfs:label "Zustand"@de , "condition"@en .
<https://library.example/code/state/good> a skos:Concept ; rdfs:label "gut"@de , "good"@en ;
  skos:inScheme <https://library.example/code/state> ; skos:notation "good" .
<https://library.example/code/state/best> a skos:Concept ; rdfs:label "bestens"@de , "best"@en ;
  skos:inScheme <https://library.example/code/state> ; skos:notation "best" ;
  skos:broader <https://library.example/code/state/good> .
""",
    "shapes/more.ttl": """
@prefix lib: <https://library.example/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

lib:TomeShape a sh:NodeShape ;
  sh:description "Regeln für Wälzer."@de , "Rules for tomes."@en ;
  sh:targetClass lib:Tome ;
  sh:property [ sh:path rdfs:label ; sh:name "Bezeichnung"@de , "label"@en ;
      sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ;
      sh:qualifiedValueShape [ sh:languageIn ( "de" ) ] ;
      sh:message "Es fehlt eine deutsche Bezeichnung."@de , "A German label is missing."@en ] ,
    [ sh:path lib:bought ; sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] ) ;
      sh:severity sh:Warning ] ,
    [ sh:path lib:pages ; sh:datatype xsd:integer ; sh:minInclusive 1 ; sh:maxCount 1 ] ,
    [ sh:path [ sh:inversePath lib:odd ] ; sh:maxCount 3 ] .

lib:TomeView a sh:NodeShape ; sh:targetClass lib:Tome ;
  sh:property [ sh:path lib:pages ; sh:order 1 ] .
""",
    "data/odd.ttl": """
@prefix lib: <https://library.example/ns#> .
@prefix library: <https://library.example/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://library.example/id/Käfer> a lib:Book ; rdfs:label "Käfer & <Co>"@de , "Beetles"@en ;
  lib:shelf "KA 1" ; lib:standsIn library:west ; lib:pages 120 ; lib:bought "2023-03-23"^^xsd:date ;
  lib:weight 1.50 ; lib:lent true ; lib:title "Käfer" , "Beetles"@en ; lib:note "x\\ny" , 5 ;
  rdfs:comment "schön"@de , "auch schön"@de , "plain" ;
  lib:odd <geo:52.02,8.53> , <urn:isbn:123> , <https://elsewhere.example/a(b)> , library:emma .
<https://library.example/id/50%25-off> a lib:Tome ; rdfs:label "50 %"@de ; lib:shelf "KA 2" ;
  lib:standsIn library:west ; lib:weight 2 ; lib:pages 5 .
<https://library.example/id/two%20words> a lib:Book ; rdfs:label "zwei Wörter"@de ;
  lib:shelf "KA 3" ; lib:standsIn library:west .
<https://library.example/id/a(b):c'd> a lib:Book ; rdfs:label "Zeichen"@de ;
  lib:shelf "KA 4" ; lib:standsIn library:west .
<https://library.example/id/document/x.html> a lib:Book ; rdfs:label "Seite"@de ;
  lib:shelf "KA 5" ; lib:standsIn library:west .
<https://library.example/id/document/x> a lib:Book ; rdfs:label "Ordner"@de ;
  lib:shelf "KA 6" ; lib:standsIn library:west .
<https://library.example/id/a%2Fb> a lib:Book ; rdfs:label "Strich"@de ;
  lib:shelf "KA 7" ; lib:standsIn library:west .
<https://library.example/id/q?a=1> a lib:Book ; rdfs:label "Frage"@de ;
  lib:shelf "KA 8" ; lib:standsIn library:west .
<https://library.example/odd-thing> a lib:Book ; rdfs:label "Ungerade"@de ;
  lib:shelf "KA 9" ; lib:standsIn library:west ; lib:odd <https://library.example/id/%C3%A4> .
<https://library.example/id/%C3%A4> a lib:Book ; rdfs:label "Umlaut"@de ;
  lib:shelf "KA 10" ; lib:standsIn library:west .
<https://library.example/> rdfs:label "Die Bücherei"@de .
""",
}
SUFFIXES = {
    "nt": "nt",
    "ttl": "turtle",
    "jsonld": "json-ld",
    "rdf": "xml",
    "nq": "nquads",
    "trig": "trig",
}
"""The suffix of each format, and its name in rdflib."""


def read(response: httpx.Response, form: str) -> IsomorphicGraph:
    """Return the triples of an answer in the rdflib format `form`."""
    assert response.status_code == 200, response.text
    if form not in ("nquads", "trig"):
        return to_isomorphic(Graph().parse(data=response.text, format=form))
    dataset, graph = Dataset(), Graph()
    dataset.parse(data=response.text, format=form)
    for subject, predicate, value, _ in dataset.quads():
        graph.add((subject, predicate, value))
    return to_isomorphic(graph)


def follow(client: Client, path: str, **options: object) -> httpx.Response:
    """Send a GET request and follow one redirect with the same headers."""
    response = client.get(path, **options)
    if response.status_code == 303:
        return client.get(urljoin(str(response.url), response.headers["location"]), **options)
    return response
