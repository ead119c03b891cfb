"""Texts that are nearly look-ups: whoever answers them must be right, and most are left alone."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from tests.publish.look_ups.agreeing import Asking

from kg.publish.store import Query, run

DATA = """
PREFIX e: <http://e.example/>
PREFIX o: <http://other.example/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
e:a a e:C ; e:p "x"@de , "x"@de-AT , "X"@en , "x" , "" , 5 , 5.0 , true , "a,b" , "#" , "<e>" ;
  e:q e:b , e:a , _:b ; o:a "other" ; e:b "\\"" , "'" ; e:a.b "dotted" .
e:b a e:C ; e:p "x"@en , "05"^^e:a ; e:q e:a ; e:p2 -5 , 5e0 .
e:q e:p "key" ; a rdf:Property .
e:a.b e:p "dot" .
_:b e:p "blank" .
e:C e:p "class"@de .
<http://e.example/x> e:p "resolved" .
<http://e.example/y/../x> e:p "not resolved" .
<urn:a:b> e:p "urn" .
GRAPH e:g { e:a e:p "in a graph" . e:g e:q e:g }
"""
GOOD = [
    "SELECT ?v { e:a e:p ?v }",
    'SELECT ?s WHERE { ?s e:p "x"@de }',
    'select * where { ?s e:p "key" ; a ?c . OPTIONAL { ?c e:p ?l FILTER(LANG(?l) = "de") } }',
    'SELECT DISTINCT ?p ?o { e:a ?p ?o FILTER LANGMATCHES(LANG(?o), "de") } LIMIT 2',
    "PREFIX o: <http://other.example/>\nSELECT $x { <http://e.example/a> o:a $x . } # end\n",
    'PREFIX e: <http://e.example/> SELECT ?s ?o { ?s e:q e:a , ?o ; e:p "x"@en ; . } LIMIT 10',
    'SELECT ?s { ?s e:p "5"^^xsd:integer, 5 . ?s <http://e.example/q> e:b }',
    'SELECT ?a ?b { e:a e:q ?a, ?b . ?a e:q ?b . FILTER(LANGMATCHES(LANG(?a), "*")) }',
    "SELECT ?l { e:b ?p e:a # why { not }\n OPTIONAL { ?p e:p ?l } OPTIONAL { <urn:a:b> e:p ?m } }",
    'SELECT ?x { <urn:a:b> ?p ?x ; ?q "urn"^^<http://www.w3.org/2001/XMLSchema#string> }',
]
"""What is mutated; Oxigraph understands all of them."""
PIECES = [
    *"{}().;,*<>\"'\\#@^?$:%_-+/|!=&[]~ \n\r\t\f\v\x00\ufeff",
    *"\u00a0\u2028\u200d\ud800aAeb59ä\U0001f600",
    *(
        '"""',
        "''",
        '""',
        "^^",
        "--ltr",
        "@en",
        "\\u0022",
        "\\n",
        "\\u003E",
        "%20",
        "%zz",
        "..",
        "/../",
    ),
    *(
        "e:a",
        "e:",
        ":",
        "e:a.b",
        "e:a.",
        "e:.b",
        "e:a:b",
        "e:%41",
        "e:a\\.b",
        "E:a",
        "_:b",
        "a",
        "A",
    ),
    *(
        "?x",
        "?s",
        "$",
        "?",
        "5",
        "-5",
        "+5",
        "5.",
        ".5",
        "5.0",
        "5e0",
        "05",
        "true",
        '"x"',
        '"x"@de',
    ),
    *(
        "<>",
        "<x>",
        "<e:>",
        "<http://e.example/a>",
        "<http://e.example/y/../x>",
        "<a b>",
        "< ",
        "<<",
        ">>",
    ),
    *(
        "LIMIT 1",
        "LIMIT",
        "OFFSET 1",
        "ORDER BY ?v",
        "GROUP BY ?s",
        "HAVING(?s)",
        "VALUES ?v { 1 }",
    ),
    *(
        "FILTER(true)",
        "FILTER",
        "NOT EXISTS",
        "BIND(1 AS ?n)",
        "MINUS { ?s ?p ?o }",
        "UNION",
        "{}",
        "[]",
    ),
    *(
        "GRAPH e:g",
        "GRAPH ?g",
        "FROM e:g",
        "BASE <http://e.example/>",
        "PREFIX e: <http://other.example/>",
    ),
    *(
        "PREFIX : <http://e.example/>",
        "PREFIX",
        "REDUCED",
        "DISTINCT",
        "SELECT",
        "WHERE",
        "OPTIONAL",
        "ASK",
    ),
    *(
        "SERVICE",
        "LANG(?v)",
        "(?s AS ?t)",
        "COUNT(*)",
        "^e:q",
        "e:q/e:p",
        "e:q*",
        "e:q|e:p",
        "!e:q",
        "()",
    ),
    *(
        "#",
        "# {",
        "# }\n",
        "#\n",
        "\r\n",
        "()",
        "( )",
        "||",
        "&&",
        "IN",
        "STR",
        "langmatches",
        "VERSION",
    ),
]
_TOKENS = re.compile(r'"[^"]*"|<[^>]*>|[?$]?\w+|\s+|.', re.DOTALL)


@pytest.fixture(scope="module")
def asking() -> Asking:
    """The data, asked in all ways."""
    return Asking(parse(DATA.encode(), RdfFormat.TRIG))


@pytest.mark.parametrize("text", GOOD)
def test_good_ones(text: str, asking: Asking) -> None:
    """What is mutated below is answered as it stands, and has rows or could have some."""
    assert asking.agree(text)
    assert run(asking.store, Query(text, prefixes=dict(asking.prefixes)))


LEFT_ALONE = {
    "nothing": "",
    "no brace": "SELECT ?s",
    "a brace": "{",
    "byte order mark": "\ufeffSELECT ?v { e:a e:p ?v }",
    "another space": "SELECT ?v {\u00a0e:a e:p ?v }",
    "NUL": "SELECT ?v { e:a e:p ?v \x00}",
    "form feed": "SELECT ?v { e:a e:p ?v \f}",
    "half a character": "SELECT ?v { e:a e:p ?v } # \ud800",
    "half a character in a string": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) = "\udfff") }',
    "not closed": "SELECT ?v { e:a e:p ?v",
    "closed twice": "SELECT ?v { e:a e:p ?v } }",
    "commented brace": "SELECT ?v # {\n { e:a e:p ?v }",
    "the end is a comment": "SELECT ?v { e:a e:p ?v # }",
    "the start is a comment": "SELECT ?v # { e:a e:p ?v }",
    "star behind a comment": 'SELECT # all\n * { ?s e:p "key" ; ?b ?a }',
    "prefix behind a comment": "PREFIX # e\n e: <http://e.example/> SELECT * { ?s e:p 5 ; ?b ?a }",
    "dot in a name": "SELECT ?v { e:a.b e:p ?v }",
    "dots in a name": "SELECT ?v { e:a e:a..b ?v }",
    "colon in a name": "SELECT ?v { e:a:b e:p ?v }",
    "percent in a name": "SELECT ?v { e:a e:p%20 ?v }",
    "escape in a name": "SELECT ?v { e:a e:\\p ?v }",
    "other letters in a name": "SELECT ?v { e:ä e:p ?v }",
    "other letters in a variable": "SELECT ?ä { e:a e:p ?ä }",
    "other case": "SELECT ?v { E:a E:p ?v }",
    "no such prefix": "SELECT ?v { nobody:a e:p ?v }",
    "prefix of the project that is resolved": "SELECT ?v { up:x e:p ?v }",
    "resolved": "SELECT ?v { <http://e.example/y/../x> e:p ?v }",
    "relative": "SELECT ?v { <a> e:p ?v }",
    "empty IRI": "SELECT ?v { <> e:p ?v }",
    "fragment": "SELECT ?v { <#a> e:p ?v }",
    "no IRI": "SELECT ?v { <http://e.example/%zz> e:p ?v }",
    "no IRI of a prefix": "PREFIX o: <x:%zz> SELECT ?v { e:a e:p ?v }",
    "no datatype": 'SELECT ?s { ?s e:p "x"^^<y> }',
    "no language": 'SELECT ?s { ?s e:p "x"@verylonglanguagetag }',
    "a direction": 'SELECT ?s { ?s e:p "x"@en--ltr }',
    "langString": 'SELECT ?s { ?s e:p "x"^^rdf:langString }',
    "language apart": 'SELECT ?s { ?s e:p "x" @de }',
    "language after a comment": 'SELECT ?s { ?s e:p "x"#\n@de }',
    "escaped quote": 'SELECT ?s { ?s e:p "\\"" }',
    "escape of Unicode": 'SELECT ?s { ?s e:p "\\u0022" }',
    "escaped brace": "SELECT ?s \\u007B ?s e:p 5 }",
    "datatype apart": 'SELECT ?s { ?s e:p "05" ^^ e:a }',
    "no space behind a dot": "SELECT ?v { e:b e:q e:a.e:a e:p ?v }",
    "long string": 'SELECT ?s { ?s e:p """x""" }',
    "empty long string": 'SELECT ?s { ?s e:p """""" }',
    "long string with a comment": 'SELECT ?s { ?s e:p """ # """ }',
    "two strings": 'SELECT ?s { ?s e:p "x" "y" }',
    "single quotes": "SELECT ?s { ?s e:p 'x' }",
    "newline in a string": 'SELECT ?s { ?s e:p "x\n" }',
    "literal subject": 'SELECT ?p { "x" ?p e:a }',
    "number as subject": "SELECT ?p { 5 ?p e:a }",
    "literal predicate": 'SELECT ?s { ?s "x" e:a }',
    "a as subject": "SELECT ?p { a ?p e:a }",
    "a as object": "SELECT ?p { e:a ?p a }",
    "A as verb": "SELECT ?v { e:a A ?v }",
    "decimal": "SELECT ?s { ?s e:p 5.0 }",
    "number and dot": "SELECT ?s { ?s e:p 5. }",
    "double": "SELECT ?s { ?s e:p 5e0 }",
    "negative": "SELECT ?s { ?s e:p2 -5 }",
    "boolean": "SELECT ?s { ?s e:p true }",
    "blank node": "SELECT ?v { _:b e:p ?v }",
    "anonymous": "SELECT ?v { [] e:p ?v }",
    "list": "SELECT ?v { (1) e:p ?v }",
    "path": "SELECT ?v { e:a e:q/e:p ?v }",
    "inverse": "SELECT ?v { e:a ^e:q ?v }",
    "stars": "SELECT ?v { e:a e:q* ?v }",
    "no triples": "SELECT ?v { }",
    "no columns": "SELECT { e:a e:p ?v }",
    "a column twice": "SELECT ?v ?v { e:a e:p ?v }",
    "a column of nothing": "SELECT ?v ?w { e:a e:p ?v }",
    "a column of a filter": 'SELECT ?l { e:a e:p ?v FILTER(LANG(?l) = "de") }',
    "an expression": "SELECT (?v AS ?w) { e:a e:p ?v }",
    "REDUCED": "SELECT REDUCED ?v { e:a e:p ?v }",
    "words that are one": "SELECTDISTINCT ?v { e:a e:p ?v }",
    "LIMIT that is one": "SELECT ?v { e:a e:p ?v } LIMIT1",
    "large LIMIT": "SELECT ?v { e:a e:p ?v } LIMIT 99999999999999999999999",
    "negative LIMIT": "SELECT ?v { e:a e:p ?v } LIMIT -1",
    "OFFSET": "SELECT ?v { e:a e:p ?v } LIMIT 1 OFFSET 1",
    "OFFSET before": "SELECT ?v { e:a e:p ?v } OFFSET 1 LIMIT 1",
    "LIMIT twice": "SELECT ?v { e:a e:p ?v } LIMIT 1 LIMIT 1",
    "ORDER BY": "SELECT ?v { e:a e:p ?v } ORDER BY ?v",
    "GROUP BY": "SELECT ?v { e:a e:p ?v } GROUP BY ?v",
    "HAVING": "SELECT ?v { e:a e:p ?v } GROUP BY ?v HAVING(?v = 5)",
    "VALUES behind": "SELECT ?v { e:a e:p ?v } VALUES ?v { 5 }",
    "VALUES": "SELECT ?v { VALUES ?v { 5 } e:a e:p ?v }",
    "BIND": "SELECT ?v { e:a e:p ?v BIND(5 AS ?w) }",
    "MINUS": "SELECT ?v { e:a e:p ?v MINUS { e:b e:p ?v } }",
    "UNION": "SELECT ?v { { e:a e:p ?v } UNION { e:b e:p ?v } }",
    "a group in a group": "SELECT ?v { { e:a e:p ?v } }",
    "a subquery": "SELECT ?v { { SELECT ?v { e:a e:p ?v } } }",
    "GRAPH": "SELECT ?v { GRAPH e:g { e:a e:p ?v } }",
    "FROM": "SELECT ?v FROM e:g { e:a e:p ?v }",
    "FROM NAMED": "SELECT ?v FROM NAMED e:g { e:a e:p ?v }",
    "SERVICE": "SELECT ?v { SERVICE e:g { e:a e:p ?v } }",
    "EXISTS": "SELECT ?v { e:a e:p ?v FILTER EXISTS { e:b e:p ?v } }",
    "BASE": "BASE <http://e.example/> SELECT ?v { <a> e:p ?v }",
    "VERSION": 'VERSION "1.2" SELECT ?v { e:a e:p ?v }',
    "ASK": "ASK { e:a e:p 5 }",
    "CONSTRUCT": "CONSTRUCT WHERE { e:a e:p ?v }",
    "an update": "INSERT DATA { e:a e:p 5 }",
    "another filter": "SELECT ?v { e:a e:p ?v FILTER(?v > 4) }",
    "not": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) != "de") }',
    "turned round": 'SELECT ?v { e:a e:p ?v FILTER("de" = LANG(?v)) }',
    "without brackets": 'SELECT ?v { e:a e:p ?v FILTER LANG(?v) = "de" }',
    "both": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) = "de" || LANG(?v) = "en") }',
    "wanted with a language": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) = "de"@de) }',
    "wanted with a datatype": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) = "de"^^xsd:string) }',
    "a wrong range": 'SELECT ?v { e:a e:p ?v FILTER LANGMATCHES(LANG(?v), "de-*") }',
    "less and greater": "SELECT ?v { e:a e:p ?v FILTER(?v<5&&6>?v) }",
    "OPTIONALs that share": "SELECT * { e:a e:q ?a OPTIONAL { ?a e:p ?b } OPTIONAL { ?a e:q ?b } }",
    "a filter of another OPTIONAL": "SELECT * { e:a e:q ?a OPTIONAL { ?a e:p ?b } "
    'OPTIONAL { ?a e:q ?c FILTER(LANG(?b) = "de") } }',
    "a filter outside of the OPTIONAL": "SELECT * { e:a e:q ?a OPTIONAL { ?a e:p ?b } "
    'FILTER(LANG(?b) = "de") }',
    "OPTIONAL of a filter": 'SELECT * { e:a e:q ?a OPTIONAL { FILTER(LANG(?a) = "") } }',
    "OPTIONAL in OPTIONAL": "SELECT * { e:a e:q ?a OPTIONAL { ?a e:p ?b OPTIONAL { ?a a ?c } } }",
    "triples after OPTIONAL": "SELECT * { e:a e:q ?a OPTIONAL { ?a e:p ?b } e:a e:q ?b }",
    "OPTIONAL at first": "SELECT * { OPTIONAL { e:a e:p ?b } }",
    "two dots": "SELECT ?v { e:a e:p ?v .. }",
    "a dot at first": "SELECT ?v { . e:a e:p ?v }",
    "a comma at last": "SELECT ?v { e:a e:p ?v , }",
    "no dot": "SELECT ?v { e:a e:p ?v e:a e:q ?w }",
    "a triple of two": "SELECT ?v { e:a ?v }",
    "a triple term": "SELECT ?v { <<( e:a e:p 5 )>> e:p ?v }",
    "an annotation": "SELECT ?v { e:a e:p ?v {| e:q e:b |} }",
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_left_alone(text: str, asking: Asking) -> None:
    """What is no look-up, or may be none, is for the parser, in either format and in no other."""
    assert not asking.agree(text)
    assert not asking.agree(text + "\n", ("xml", "tsv", "", "JSON"))


AGREED = {
    "no space at all": 'PREFIX e:<http://e.example/>SELECT?v{e:a e:p?v;a?c.FILTER(LANG(?v)="de")}',
    "much space": "\r\n\tSELECT\r?v\r{\re:a e:p\n\n?v\t}\r",
    "all in capitals": 'SELECT DISTINCT ?v WHERE { e:a e:p ?v FILTER LANGMATCHES(LANG(?v), "DE") }',
    "all in small letters": "select distinct ?v where { e:a e:p ?v } limit 3",
    "variables of both kinds": "SELECT $v { e:a e:q ?v . $v a ?c }",
    "digits first": "SELECT ?1 ?_ { e:a e:q ?1 . ?1 a ?_ }",
    "words as variables": "SELECT ?a ?SELECT { e:a e:q ?a . ?a a ?SELECT }",
    "words as names": "PREFIX a: <http://e.example/> SELECT ?v { a:a a:p ?v . a:b a a:C }",
    "own prefix of the project's name": "PREFIX e: <http://other.example/> "
    "SELECT ?v { <http://e.example/a> e:a ?v }",
    "a prefix twice": "PREFIX o: <http://e.example/> PREFIX o: <http://other.example/> "
    "SELECT ?v { e:a o:a ?v }",
    "a prefix that is not used": "PREFIX o: <urn:x> SELECT ?v { e:a e:p ?v }",
    "empty prefix": "PREFIX : <http://e.example/> SELECT ?v { :a :p ?v }",
    "empty name": "PREFIX a: <http://e.example/a> SELECT ?v { a: e:p ?v }",
    "name that ends with dots": "SELECT ?v { e:b e:q e:a. e:a e:p ?v. }",
    "name that begins with digits": "PREFIX o: <http://e.example/> SELECT ?v { o:9a-b_ ?p ?v }",
    "name before a comment": "SELECT ?v { e:a#b\n e:p ?v }",
    "comments": "# one\n SELECT ?v # 2\n WHERE # 3\r { # } {\n e:a e:p ?v # \" < '\n } # {",
    "hash in an IRI": "SELECT ?v { <http://e.example/a#b> ?p ?v }",
    "hash in a string": 'SELECT ?s { ?s e:p "#" }',
    "brace in a string": 'SELECT ?s { ?s e:p "}" }',
    "IRI in a string": 'SELECT ?s { ?s e:p "<e>" }',
    "apostrophe": """SELECT ?s { ?s e:b "'" }""",
    "empty string": 'SELECT ?s { ?s e:p "" }',
    "a number of other signs": 'SELECT ?s { ?s e:p 05 , "5"^^xsd:integer , 0005 }',
    "a wide number": "SELECT ?s { ?s e:p 5 , 99999999999999999999999 }",
    "a language of other case": 'SELECT ?s { ?s e:p "x"@DE-at }',
    "datatype behind a space": 'SELECT ?s { ?s e:p "05"^^ e:a }',
    "datatype after a comment": 'SELECT ?s { ?s e:p "05"^^#\ne:a }',
    "string as datatype": 'SELECT ?s { ?s e:p "x"^^xsd:string }',
    "semicolons": "SELECT * { e:a a ?c ;; e:p ?v ; }",
    "nothing in the columns": "SELECT * { e:b e:q e:a }",
    "nothing and no row": "SELECT * { e:b e:q e:b }",
    "all places": "SELECT * { e:a ?p ?o . ?p ?q ?r }",
    "the same thrice": "SELECT * { e:a ?x ?x }",
    "of itself": "SELECT * { e:a ?p ?s . ?s ?p ?s }",
    "a literal as subject": "SELECT * { e:a e:p ?v . ?v e:p ?w }",
    "a literal as predicate": "SELECT * { e:a e:p ?v . e:a ?v ?w }",
    "a blank node as predicate": "SELECT * { e:a e:q ?v . ?v e:p ?w . e:a ?v ?x }",
    "LIMIT 0": "SELECT ?v { e:a e:p ?v } LIMIT 0",
    "LIMIT of other digits": "SELECT ?v { e:a e:p ?v } LIMIT 007",
    "LIMIT and DISTINCT": "SELECT DISTINCT ?c { e:a e:q ?v . ?v a ?c } LIMIT 1",
    "no language": 'SELECT ?v { e:a e:p ?v FILTER(LANG(?v) = "") }',
    "any language": 'SELECT ?v { e:a e:p ?v FILTER LANGMATCHES(LANG(?v), "*") }',
    "language of an IRI": 'SELECT ?v { e:a e:q ?v FILTER(LANG(?v) = "") }',
    "filters first": 'SELECT * { FILTER(LANG(?v) = "de") e:a e:p ?v }',
    "filter of both groups": "SELECT * { e:a e:p ?v OPTIONAL { e:b e:p ?w "
    'FILTER(LANG(?v) = "de") FILTER(LANG(?w) = "en") } }',
    "filter after OPTIONAL": "SELECT * { e:a e:p ?v OPTIONAL { e:b e:p ?w } "
    'FILTER(LANG(?v) = "de") }',
    "only in a graph": 'SELECT ?s { ?s e:p "in a graph" }',
}


@pytest.mark.parametrize("text", AGREED.values(), ids=AGREED.keys())
def test_odd_ones(text: str, asking: Asking) -> None:
    """What looks odd and is a look-up is answered, as Oxigraph answers it."""
    assert asking.agree(text)


def test_prefixes_that_are_none(asking: Asking) -> None:
    """Where a prefix of the project is no IRI, texts that need any of these are left alone."""
    faulty = Asking(asking.quads, {**asking.prefixes, "faulty": "x:%zz"})
    assert not faulty.agree("SELECT ?v { e:a e:p ?v }")
    assert faulty.agree("PREFIX e: <http://e.example/> SELECT ?v { e:a e:p ?v }")


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=())), place=st.integers(0, 60))
def test_any_text(asking: Asking, text: str, place: int) -> None:
    """No text at all raises anything, alone or within a look-up."""
    asking.agree(text)
    asking.agree(f"{GOOD[1][:place]}{text}{GOOD[1][place:]}")


def mutated(random: Random, text: str) -> str:
    """Return a text with something put in, taken out, doubled or moved, once or several times."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        parts = list(text) if random.random() < 0.4 else _TOKENS.findall(text)
        at = random.randrange(len(parts))
        other = random.randrange(len(parts))
        kind = random.randrange(6)
        if kind == 0:
            parts.insert(at, random.choice(PIECES))
        elif kind == 1:
            del parts[at : at + random.choice([1, 1, 2])]
        elif kind == 2:
            parts.insert(at, parts[at])
        elif kind == 3:
            parts[at], parts[other] = parts[other], parts[at]
        elif kind == 4:
            parts[at] = random.choice(PIECES)
        else:
            parts.insert(at, random.choice([" ", ""]) + parts[other])
        text = "".join(parts) or " "
    return text


def test_mutations(asking: Asking) -> None:
    """Thousands of texts with faults: those that are answered have none, or agree all the same."""
    random = Random(20)
    before = asking.counts.copy()
    for number in range(12_000):
        text = mutated(random, random.choice(GOOD))
        asking.agree(text, ("csv",) if number % 2 else ("json",))
    counts = asking.counts - before
    assert counts["answered"] > 0.1 * counts["asked"], counts
    assert counts["answered"] < 0.9 * counts["asked"], counts
