"""Which tokens of N-Triples are certainly terms in canonical form, and what the others become.

A pattern is strict: what it takes, the parser takes and writes in the same way. The parser
decides about every other token.
"""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

_CHARS = (
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2}|[\xc3-\xdf][\x80-\xbf]|\xc2[\xa0-\xbf]"
    rb"|[\xe1-\xec][\x80-\xbf]{2})*+"
)
_IRI = (
    rb"<[A-Za-z][A-Za-z0-9+.-]*+:(?://[A-Za-z0-9.-]*+(?::[0-9]*+)?(?=[/?#>])|(?!//))"
    + _CHARS
    + rb"(?:\?"
    + _CHARS
    + rb")?(?:#"
    + _CHARS
    + rb")?>"
)
# U+FFFE and U+FFFF, which start with EF, are written as escapes.
_QUOTED = rb'"(?:[^"\\\x00-\x1f\x7f\xef]++|\\[tnr"\\])*+"'
_STRINGS = (
    rb"<http://www\.w3\.org/(?:2001/XMLSchema#string"
    rb"|1999/02/22-rdf-syntax-ns#(?:dirL|l)angString)>"
)
_TAG = rb"@[a-z]{2,3}(?:-[a-z]{2})?(?=\n)"
_LITERAL = _QUOTED + rb"(?:" + _TAG + rb"|\^\^(?!" + _STRINGS + rb")" + _IRI + rb")?"
# The usual forms come first because they are matched faster; _IRI and _LITERAL hold them too.
_USUAL_CHARS = rb"[A-Za-z0-9._~!$&'()*+,;=:@/-]*+"
_USUAL = (
    rb"<https?://[A-Za-z0-9.-]++/" + _USUAL_CHARS + rb"(?:#" + _USUAL_CHARS + rb")?>"
    rb'|"[^"\\\x00-\x1f\x7f\xef]*+"'
    rb"(?:@[a-z]{2,3}|\^\^<http://www\.w3\.org/2001/XMLSchema#(?!string>)[A-Za-z]++>)?"
)
_CERTAIN = re.compile(rb"(?:(?:" + _USUAL + rb")\n|(?:" + _IRI + rb"|" + _LITERAL + rb")\n)*+")
_BLANK = re.compile(rb"_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# One term and nothing else, so that a statement has only one reading.
_ONE = re.compile(
    rb'<[^<>"\x00-\x20]*>|_:[^\x00-\x20<>"]+'
    rb'|"(?:[^"\\\n\r]|\\[^\n\r])*+"(?:@[A-Za-z0-9-]+|\^\^<[^<>"\x00-\x20]*>)?'
)
_RDF_1_2 = re.compile(rb'<<\(|"(?:[^"\\]|\\.)*"@[A-Za-z0-9-]*--', re.DOTALL)


def uncertain(joined: bytes) -> list[int]:
    """Return the numbers of the terms, one a line of `joined`, that are not surely canonical."""
    found: list[int] = []
    place = number = 0
    while True:
        end = _matched(joined, place)
        if end == len(joined):
            return found
        number += joined.count(b"\n", place, end)
        found.append(number)
        number += 1
        place = joined.index(b"\n", end) + 1


def canonical(tokens: list[bytes]) -> list[bytes] | None:
    """Return `tokens` in canonical form, or None if one of them is not a term of RDF 1.1."""
    if not all(map(is_one, tokens)):
        return None
    text = b"".join(b"<a:a> <a:a> %b .\n" % token for token in tokens)
    try:
        terms = [quad.object for quad in parse(text, RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError):
        return None
    if len(terms) != len(tokens) or not all(_is_of_rdf_1_1(term) for term in terms):
        return None
    return [str(term).encode() for term in terms]


def is_one(token: bytes) -> bool:
    """Return whether `token` looks like one term of RDF 1.1 and nothing else."""
    return _ONE.fullmatch(token) is not None


def is_plain_blank(token: bytes) -> bool:
    """Return whether `token` is surely a blank node."""
    return _BLANK.fullmatch(token) is not None


def is_rdf_1_2(token: bytes) -> bool:
    """Return whether `token`, the start of a term, can only be read as RDF 1.2."""
    return _RDF_1_2.match(token) is not None


def _is_of_rdf_1_1(term: object) -> bool:
    if isinstance(term, Literal):
        return term.direction is None
    return isinstance(term, NamedNode | BlankNode)


def _matched(joined: bytes, place: int) -> int:
    match = _CERTAIN.match(joined, place)
    return match.end() if match else place
