"""What the library of `overview` has besides: places, documents, views and texts."""

from __future__ import annotations

MANY = 130
"""So many books are in it, more than a page of a list."""
_PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/>
PREFIX lib: <https://library.example/ns#>
PREFIX library: <https://library.example/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_BOOKS = "".join(
    f'library:book-{number} a lib:Book ; rdfs:label "Book {number:03}"@en ; '
    "lib:shelf 'AB 1' ; lib:standsIn library:west .\n"
    for number in range(MANY)
)
FILES = {
    "ontology/views.ttl": _PREFIXES
    + """PREFIX owl: <http://www.w3.org/2002/07/owl#>
lib:Place a owl:Class ; rdfs:label "Ort"@de, "place"@en .
lib:Ring a owl:Class ; rdfs:label "Leihring"@de, "lending ring"@en .
lib:Paper a owl:Class ; rdfs:label "Papier"@de, "paper"@en .
lib:Topic a owl:Class ; rdfs:label "Thema"@de, "topic"@en .
lib:lat a owl:DatatypeProperty ; rdfs:label "Breite"@de, "latitude"@en .
lib:long a owl:DatatypeProperty ; rdfs:label "Länge"@de, "longitude"@en .
lib:readers a owl:DatatypeProperty ; rdfs:label "Leser"@de, "readers"@en .
lib:inRing a owl:ObjectProperty ; rdfs:label "im Leihring"@de, "in the ring"@en .
lib:says a owl:DatatypeProperty ; rdfs:label "sagt"@de, "says"@en .
lib:about a owl:ObjectProperty ; rdfs:label "über"@de, "about"@en .
lib:url a owl:ObjectProperty ; rdfs:label "Adresse"@de, "address"@en .
lib:publishedIn a owl:DatatypeProperty ; rdfs:label "erschienen"@de, "published"@en .
""",
    "data/places.ttl": _PREFIXES
    + """library:oerlinghausen a lib:Place ; rdfs:label "Örlinghausen <b>"@de ;
  lib:lat 51.95 ; lib:long 8.66 ; lib:readers 170 ; lib:inRing library:north, library:south .
library:aachen a lib:Place ; rdfs:label "Aachen"@de ; lib:lat 50.77 ; lib:long 6.08 ;
  lib:readers 2500 ; lib:inRing library:north .
library:zwiesel a lib:Place ; rdfs:label "Zwiesel"@de ; lib:lat 49.02 ; lib:long 13.23 .
library:nowhere a lib:Place ; rdfs:label "Nirgends"@de ; lib:lat "north" ; lib:long 8 .
library:north a lib:Ring ; rdfs:label "Nordring"@de, "North ring"@en ; lib:about library:poetry .
library:south a lib:Ring ; rdfs:label "Südring"@de, "South ring"@en .
library:poetry a lib:Topic ; rdfs:label "Lyrik"@de, "poetry"@en .
""",
    "data/papers.ttl": _PREFIXES
    + """<https://library.example/graph/books> dct:source library:paper-1 .
library:paper-1 a lib:Paper ; rdfs:label "Satzung <i>"@de ;
  lib:publishedIn "2024-05"^^xsd:gYearMonth ;
  lib:url <https://papers.example/1> .
library:paper-2 a lib:Paper ; rdfs:label "Brief"@de ; lib:publishedIn "2019-01-31"^^xsd:date ;
  lib:url <javascript:alert(1)> .
library:paper-3 a lib:Paper ; rdfs:label "Ohne Tag"@de .
""",
    "data/many.ttl": _PREFIXES + _BOOKS,
    "queries/views/map.rq": """# de: Orte
# en: Places
# intro-de: Wo gelesen wird.
# credit-de: Koordinaten: niemand
# column label: Ort | Place
# column size: Leser | Readers
# column group: Leihring | Ring
SELECT ?thing ?lat ?long ?label ?size WHERE {
  ?thing a lib:Place ; rdfs:label ?label ; lib:lat ?lat ; lib:long ?long .
  OPTIONAL { ?thing lib:readers ?size }
}
""",
    "queries/views/map-groups.rq": """SELECT ?thing ?group ?topic WHERE {
  ?thing lib:inRing ?group OPTIONAL { ?group lib:about ?topic }
}
""",
    "queries/views/map-lines.rq": """SELECT ?from ?to ?group WHERE {
  ?from lib:inRing ?group . ?to lib:inRing ?group . FILTER (STR(?from) < STR(?to))
}
""",
    "queries/views/network.rq": """# de: Leihringe
# en: Lending rings
# column from: Leihring | Ring
# column to: Ort | Place
SELECT ?from ?to WHERE { ?to lib:inRing ?from }
""",
    "queries/views/documents.rq": """# de: Papiere
# en: Papers
# column kind: Sorte | Sort
SELECT ?document ?kind ?date ?url ?graph WHERE {
  ?document a lib:Paper . BIND (IF (EXISTS { ?document lib:url ?any }, "mit", "ohne") AS ?kind)
  OPTIONAL { ?document lib:publishedIn ?date }
  OPTIONAL { ?document lib:url ?url }
  OPTIONAL { ?graph dct:source ?document }
}
""",
    "queries/views/topics.rq": """# column topic: Thema | Topic
SELECT ?topic (COUNT(?ring) AS ?count) WHERE { ?ring lib:about ?topic } GROUP BY ?topic
""",
    "queries/views/incomplete.rq": """# de: Was fehlt
# en: What lacks
# column paper: Papier | Paper
# column pages: Seiten | Pages
SELECT ?paper (3 AS ?pages) WHERE { ?paper a lib:Paper FILTER NOT EXISTS { ?paper lib:url ?url } }
""",
    "queries/hygiene/paper-without-day.rq": """# name: paper-without-day
# severity: warning
# de: Das Papier {paper} hat keinen Tag.
# en: The paper {paper} has no day.
PREFIX lib: <https://library.example/ns#>
SELECT ?paper WHERE { ?paper a lib:Paper FILTER NOT EXISTS { ?paper lib:publishedIn ?day } }
""",
    "pages/about.de.md": """# Titel

Wir <b>lesen</b>. Mehr unter [Inhalt](contents), [draußen](https://out.example/) und
[hier](javascript:alert(1)). ![Bild](https://out.example/x.png)

| Spalte |
|---|
| Zelle |
""",
    "pages/licence.en.md": "You may *read* it.\n",
    "data/ATTRIBUTION.md": "# Attribution\n\nName the harbour.\n",
}
