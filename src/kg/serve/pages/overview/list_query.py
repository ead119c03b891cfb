"""The query for a long list: the worker finds names, sorts, and gives one text for all things."""

from __future__ import annotations

from kg.serve.pages.labels import NAMES
from kg.serve.pages.terms import iri
from kg.serve.pages.words import Lang

MOST = 60_000
"""So many things of a class are listed."""
_FOLDS = (
    ("[àáâãäåāăą]", "a"),
    ("[èéêëēęěė]", "e"),
    ("[ìíîïīı]", "i"),
    ("[òóôõöōő]", "o"),
    ("[ùúûüūůű]", "u"),
    ("[çćč]", "c"),
    ("[ñńň]", "n"),
    ("[śšş]", "s"),
    ("[źżž]", "z"),
    ("[ýÿ]", "y"),
    ("ß", "ss"),
    (r"\\p{M}", ""),
    (r"\\s+", " "),
)
"""Accents go as in `listing.plain`; a tab and the end of a line would break the text."""
_LENGTH = 6
_BEFORE = 3 + _LENGTH
"""So many signs say how good a name is: two its property, one its language, then its length."""


def named_query(name: str) -> str:
    """Return the query for a thing of a class that has no name of the best kind."""
    return f"""SELECT ?thing WHERE {{
  ?thing a {iri(name)} . FILTER (isIRI(?thing))
  FILTER NOT EXISTS {{ ?thing <{NAMES[0]}> ?name }}
}} LIMIT 1"""


def list_query(name: str, lang: Lang, *, is_named: bool) -> str:
    """Return the query for the things of a class, in one row: ?lines, each a name, tab and IRI.

    Names are those that `labels.Labels` chooses, the end of the IRI for a thing without; small and
    without accents. `is_named` says that all things have a name of the best kind.
    """
    names = NAMES[:1] if is_named else NAMES
    among = ", ".join(f"<{one}>" for one in names)
    asked = (
        f"?thing <{names[0]}> ?name" if is_named else f"?thing ?p ?name FILTER (?p IN ({among}))"
    )
    place = '"10"'
    for number, one in enumerate(() if is_named else names):
        place = f'IF(?p = <{one}>, "{10 + number}", {place})'
    return f"""SELECT (GROUP_CONCAT(?line; SEPARATOR="\\n") AS ?lines) WHERE {{
  SELECT ?line WHERE {{
    {{ SELECT ?thing (MIN(?ranked) AS ?best) WHERE {{
      {{ SELECT ?thing WHERE {{ ?thing a {iri(name)} FILTER (isIRI(?thing)) }} LIMIT {MOST} }}
      OPTIONAL {{ {asked} FILTER (isLiteral(?name)) }}
      BIND (CONCAT({place}, {_language(lang)}, {_length()}, STR(?name)) AS ?ranked)
    }} GROUP BY ?thing }}
    BIND (REPLACE(STR(?thing), "^.*?([^/#:]+)[/#:]*$", "$1") AS ?end)
    BIND (LCASE(COALESCE(SUBSTR(?best, {_BEFORE + 1}), ?end)) AS ?small)
    BIND (IF (REGEX(?small, "[^ -~]"), {_folded("?small")}, ?small) AS ?key)
    BIND (CONCAT(?key, "\\t", STR(?thing)) AS ?line)
  }} ORDER BY ?line
}}"""


def _language(lang: Lang) -> str:
    """Return the expression for the rank of a name's language, as in `labels.best`."""
    ranks = {lang: "0", "en": "2", "de": "3"} | {lang: "0"}
    expression = 'IF(LANG(?name) = "", "1", "4")'
    for tag, rank in ranks.items():
        expression = f'IF(LANGMATCHES(LANG(?name), "{tag}"), "{rank}", {expression})'
    return expression


def _length() -> str:
    return f"SUBSTR(STR({10**_LENGTH} + STRLEN(?name)), 2)"


def _folded(expression: str) -> str:
    for signs, letter in _FOLDS:
        expression = f'REPLACE({expression}, "{signs}", "{letter}")'
    return expression
