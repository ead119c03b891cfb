"""The queries of the benchmark: twelve of the field in ever new variants, and five hostile ones.

A variant asks for another thing where a query is about one, and ends with a comment that no other
has: it was never asked before, and no cache of answers has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generate import PER_DISTRICT, PREFIXES, STATES, SYLLABLES
from serve_data import Data, key

JSON = "application/sparql-results+json"
CSV = "text/csv"
TSV = "text/tab-separated-values"
TURTLE = "text/turtle"
PAGE, PAGES = 50, 10
STEP = 7919
"""A prime, so that the numbers of things are gone through in an order without a pattern."""
HEAD = (
    "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    + "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
)


@dataclass(frozen=True)
class Query:
    """One query: the media type of its answer, and its text with slots of `things`."""

    name: str
    text: str
    accept: str = JSON

    def variant(self, number: int, data: Data) -> str:
        """The text that asks for the thing of this number."""
        text = HEAD + self.text
        for slot, thing in THINGS.items():
            text = text.replace(slot, thing(number * STEP, data))
        return text

    def fresh(self, number: int, data: Data) -> str:
        """That text, never asked before if the number is new."""
        return f"{self.variant(number, data)}# {number}"


def _district(number: int, data: Data) -> int:
    """A district that has all that belongs to it."""
    return number % max(1, data.districts - 1)


def _cooperation(number: int, data: Data) -> str:
    """One of a district's cooperations, as `bench/generate.py` numbers them."""
    first = _district(number, data) * PER_DISTRICT
    return f"<{PREFIXES['id']}cooperation/{first + number % (PER_DISTRICT // 2):07d}>"


def _word(number: int) -> str:
    """A name of two syllables in small letters."""
    size = len(SYLLABLES)
    return (SYLLABLES[number % size] + SYLLABLES[number // size % size]).lower()


THINGS: dict[str, Callable[[int, Data], str]] = {
    "%KEY%": lambda number, data: key(number % max(1, data.municipalities - 1)),
    "%COOPERATION%": _cooperation,
    "%DISTRICT%": lambda n, data: f"<{PREFIXES['id']}district/{_district(n, data):05d}>",
    "%STATE%": lambda number, _: f"<{PREFIXES['id']}state/{number % STATES:02d}>",
    "%WORD%": lambda number, _: _word(number),
    "%OFFSET%": lambda number, _: str(number % PAGES * PAGE),
}

TWELVE: tuple[Query, ...] = (
    Query(
        "look-up by key",
        """SELECT ?body ?label ?population ?district {
  ?body ns:ags "%KEY%" ; rdfs:label ?label ; ns:population ?population ;
    ns:directPartOf ?district .
}""",
    ),
    Query(
        "members of a cooperation",
        """SELECT ?member ?name ?role ?since {
  ?membership org:organization %COOPERATION% ; org:member ?member ; org:role ?role ;
    ns:validFrom ?since .
  ?member rdfs:label ?name . FILTER (LANG(?name) = "de")
}""",
    ),
    Query(
        "partners of partners",
        """SELECT DISTINCT ?other {
  ?body ns:directPartOf %DISTRICT% .
  ?a org:member ?body ; org:organization ?first .
  ?b org:organization ?first ; org:member ?partner .
  ?c org:member ?partner ; org:organization ?second .
  ?d org:organization ?second ; org:member ?other .
  FILTER (?other != ?body)
}""",
    ),
    Query(
        "aggregate per Land",
        """SELECT ?state (COUNT(?body) AS ?bodies) (SUM(?population) AS ?people) {
  ?body ns:population ?population ; ns:directPartOf ?district .
  ?district ns:directPartOf ?state .
} GROUP BY ?state""",
    ),
    Query("partOf+", "SELECT ?part { ?part ns:directPartOf+ %STATE% }"),
    Query(
        "OPTIONAL, UNION",
        """SELECT ?body ?label ?mayor ?english {
  { ?body a ns:City } UNION { ?body a ns:Town }
  ?body ns:directPartOf %DISTRICT% ; rdfs:label ?label . FILTER (LANG(?label) = "de")
  OPTIONAL { ?person ns:mayorOf ?body ; foaf:name ?mayor }
  OPTIONAL { ?body rdfs:label ?english . FILTER (LANG(?english) = "en") }
}""",
    ),
    Query(
        "CONTAINS",
        """SELECT ?body ?label {
  ?body a ns:Network ; rdfs:label ?label . FILTER CONTAINS(LCASE(STR(?label)), "%WORD%")
}""",
    ),
    Query(
        "CONSTRUCT",
        """CONSTRUCT { ?body ns:cooperatesWith ?other . ?body rdfs:label ?label } WHERE {
  ?body ns:directPartOf %DISTRICT% ; rdfs:label ?label .
  ?a org:member ?body ; org:organization ?cooperation .
  ?b org:organization ?cooperation ; org:member ?other .
}""",
        TURTLE,
    ),
    Query(
        "ORDER BY, one page",
        f"""SELECT ?body ?label ?population {{
  ?body a ns:City ; rdfs:label ?label ; ns:population ?population .
  FILTER (LANG(?label) = "de")
}} ORDER BY DESC(?population) ?body LIMIT {PAGE} OFFSET %OFFSET%""",
    ),
    Query(
        "GRAPH, provenance",
        """SELECT ?graph ?title ?issued ?property ?value {
  GRAPH ?graph { ?body ns:ags "%KEY%" ; ?property ?value }
  ?graph dct:title ?title ; dct:issued ?issued .
}""",
    ),
    Query("COUNT", "SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }"),
    Query(
        "names as CSV",
        """SELECT ?thing ?name {
  { ?thing rdfs:label ?name } UNION { ?thing foaf:name ?name } UNION { ?thing dct:title ?name }
}""",
        CSV,
    ),
)
LOOK_UP = TWELVE[0]
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1000000"
DOUBLINGS = 36


def _doubled(times: int) -> str:
    """A text of eight letters, doubled so many times."""
    binds = "".join(f"  BIND (CONCAT(?t{n}, ?t{n}) AS ?t{n + 1})\n" for n in range(times))
    return f'SELECT (STRLEN(?t{times}) AS ?n) {{\n  BIND ("Gemeinde" AS ?t0)\n{binds}}}'


HOSTILE: dict[str, str] = {
    "product, COUNT": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product, ORDER BY": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(?f) ?a LIMIT 10",
    "regex on a product": """SELECT (COUNT(*) AS ?n) { ?a rdfs:label ?x . ?b rdfs:label ?y
  FILTER REGEX(CONCAT(STR(?x), STR(?y)), "(.*e){9}.*[a-z]+.*z$", "i") }""",
    "open path": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|<urn:x>)* ?b }",
    "doubled text": _doubled(DOUBLINGS),
}


def hostile(name: str) -> str:
    """The text of a hostile query."""
    return HEAD + HOSTILE[name]
