"""Queries are read as SPARQL's grammar says, and EXISTS is rewritten without changing a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from kg.validate.sparql_nesting import nest_exists
from kg.validate.sparql_parser import UnknownSyntax, parse_query
from kg.validate.sparql_syntax import groups_of, patterns_of, queries_of
from kg.validate.sparql_tokens import tokenize

RICH = """PREFIX ex: <http://e/>
SELECT DISTINCT $this (ex:g AS ?path) (COUNT(?x) + 1 AS ?n)
FROM <http://e/g> WHERE { # comment { "
  $this ex:p/^ex:q+|<http://a/b?value=1>*/!(a|^ex:z) ?v ; a ex:C , ex:D\\-x ; .
  ?z ex:list (1 [ ex:q 2.5e3 , true ] "x"@de 'y'^^ex:d) . [] ex:e -5 . [ ex:f ?u ]
  FILTER(?v<?u&&?u>5 || ?u-5 = '''a'{'''@de)
  FILTER NOT EXISTS { ?x ex:p [ ex:q 5 ] FILTER EXISTS { ?x ?y ?z } } .
  FILTER regex(str(?x), "a") FILTER ex:f(?x, 1)
  OPTIONAL { { SELECT $this ?k { ?k ex:p $this } GROUP BY $this ?k LIMIT 3 OFFSET 1 } }
  { ?a ?b ?c } UNION { GRAPH ?g { ?b ?c ?d } } BIND (IF(?x > 1, 2, ?x) AS ?y)
} GROUP BY $this (?x + 1 AS ?w) HAVING (COUNT(?x) > 1) ORDER BY DESC(?x) ?y LIMIT 5"""


def test_a_rich_query_is_read_whole() -> None:
    """Every clause of SPARQL finds its place in the tree."""
    query, prefixes = parse_query(RICH)
    assert prefixes == {"ex": "http://e/"}
    assert query.projected == ["this"]
    assert query.grouped
    assert set(query.modifiers) == {"GROUP", "HAVING", "ORDER", "LIMIT"}
    assert len(list(queries_of(query))) == 2
    assert len(list(groups_of(query))) == 9
    verbs = ["".join(token.text for token in each.p) for each in patterns_of(query)]
    assert verbs[0] == "ex:p/^ex:q+|<http://a/b?value=1>*/!(a|^ex:z)"
    assert verbs.count("<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>") == 4
    assert verbs[-1] in ("?c", "?y", "ex:p")


def test_places_of_tokens_are_those_in_the_text() -> None:
    """Each token stands where it says, and nothing but gaps and comments is left out."""
    for token in tokenize(RICH):
        assert RICH[token.at : token.end] == token.text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { << ?a ?b ?c >> ?d ?e }",
        "SELECT * { LATERAL { ?a ?b ?c } }",
        "BASE <http://e/> SELECT * { ?a <b> ?c }",
        "SELECT * { ?a ?b ?c",
        "SELECT * { ?a ?b ?c } }",
        "DESCRIBE ?x",
        "SELECT * { " + "{ " * 200 + "} " * 200 + "}",
        "",
    ],
)
def test_what_is_not_known_is_said_so(text: str) -> None:
    """Other syntax is refused with its place, at any depth."""
    with pytest.raises(UnknownSyntax) as caught:
        parse_query(text)
    assert 0 <= caught.value.at <= len(text)


@given(st.text(alphabet="SELECT WHERE{}()[]?$ab:.;,/^|*+!<>\"'\\#1-@_=&\n ", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in another way."""
    for query in (text, f"SELECT * {{ {text} }}", f"ASK {{ FILTER ({text}) }}"):
        try:
            parse_query(query)
        except UnknownSyntax as unknown:
            assert 0 <= unknown.at <= len(query)


NESTED = {
    "SELECT * { FILTER NOT EXISTS { ?x <a:p> $this . ?x <a:q> ?y } }": 2,
    "SELECT * { FILTER EXISTS { $this <a:p>/^<a:q>/(<a:r>|<a:s>)+ ?y FILTER (?y > 1) } }": 3,
    "SELECT * { FILTER (EXISTS { ?x <a:p> ?y ; <a:q> 1 } && !EXISTS { ?z <a:p> ?y , ?w }) }": 4,
    "SELECT * { FILTER EXISTS { ?x <a:p> ?y . ?y <a:q> ?z "
    "FILTER NOT EXISTS { ?z <a:r> 'x'@de . ?z <a:s> ?u } } }": 4,
    "SELECT * { FILTER EXISTS { ?x <a:p> ?y OPTIONAL { ?y <a:q> ?z } ?x <a:r> 1 } }": 1,
    "SELECT * { FILTER EXISTS { ?x <a:p> [ <a:q> 1 ] . ?x <a:r> 2 } }": 1,
    "SELECT * { ?x <a:p> ?y . ?y <a:q> ?z }": 0,
}


@pytest.mark.parametrize(("text", "count"), NESTED.items())
def test_each_pattern_gets_its_own_exists(text: str, count: int) -> None:
    """Only groups of patterns and filters are rewritten; the result is a query again."""
    done = nest_exists(text, ["this"])
    assert done.count("EXISTS") == count
    Store().query(done)


def test_the_order_begins_at_what_is_known() -> None:
    """The first pattern is the one that a variable from outside ties."""
    done = nest_exists("SELECT * { FILTER EXISTS { ?x <a:q> ?y . ?x <a:p> $this } }", ["this"])
    assert done.index("<a:p>") < done.index("<a:q>")
