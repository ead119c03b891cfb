"""A term as people write it on a command line or in an address becomes its N-Triples form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from pyoxigraph import Literal, RdfFormat, parse

from kg.errors import Text, UsageError
from kg.namespaces import ABSOLUTE_IRI, RDF_TYPE
from kg.rdf.names import BLANK_NODE_LABEL

LONGEST = 1 << 15
"""So many signs a term may have."""
_SCHEMES = frozenset(("urn", "tag", "mailto", "did", "doi", "info", "file", "data", "ni"))
"""Schemes of IRIs without two slashes that count as such where no prefix has their name."""
_LITERAL = re.compile(r"[\"']|[+-]?\.?[0-9]|(?:true|false)\Z")
_BLANK = re.compile(rf"{BLANK_NODE_LABEL}\Z")
_ESCAPED = re.compile(r"\\(?=[_~.\-!$&'()*+,;=/?#@%])")
_START = "<urn:kg:s> <urn:kg:p> "


def read_term(text: str, prefixes: Mapping[str, str]) -> str:
    """Return the N-Triples form of a term.

    It may be a name with a prefix, `<IRI>`, an IRI, `a`, a blank node or a literal as Turtle
    writes it: "x"@de, 5, true, "2020"^^xsd:gYear. Raises UsageError for anything else, with the
    prefixes that are spelled alike when it is the prefix that is not known.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or not _is_unicode(text):
        raise _no_term(text)
    if text == "a":
        return f"<{RDF_TYPE}>"
    if text.startswith("_:"):
        if not _BLANK.match(text):
            raise _no_term(text)
        return text
    if text.startswith("<"):
        if not text.endswith(">"):
            raise _no_term(text)
        return _iri(text[1:-1], text)
    if _LITERAL.match(text):
        return _literal(text, prefixes)
    return _named(text, prefixes)


def _named(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = text.partition(":")
    if not colon:
        raise _no_term(text)
    if prefix in prefixes:
        return _iri(prefixes[prefix] + _ESCAPED.sub("", local), text)
    if local.startswith("//") or prefix.lower() in _SCHEMES:
        return _iri(text, text)
    near = [f"{one}:" for one in get_close_matches(prefix[:100], prefixes, n=3)]
    hint = f" Meinten Sie {' / '.join(near)}?" if near else ""
    hint_en = f" Did you mean {' / '.join(near)}?" if near else ""
    raise UsageError(
        Text(
            de=f"Das Präfix „{_short(prefix)}:“ ist nicht bekannt.{hint}",
            en=f"The prefix “{_short(prefix)}:” is not known.{hint_en}",
        )
    )


def _iri(iri: str, text: str) -> str:
    if not ABSOLUTE_IRI.match(iri):
        raise _no_term(text)
    return f"<{iri}>"


def _literal(text: str, prefixes: Mapping[str, str]) -> str:
    head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes.items())
    try:
        found = list(parse(f"{head}{_START}{text}\n.".encode(), RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise _no_term(text) from error
    value = found[0].object if len(found) == 1 else None
    if not isinstance(value, Literal) or value.direction:
        raise _no_term(text)
    return str(value)


def _is_unicode(text: str) -> bool:
    """Return whether `text` has no half of a surrogate pair, as wrong bytes leave them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(text: str) -> str:
    text = "".join(sign if sign.isprintable() else "�" for sign in text)
    return text if len(text) <= 60 else text[:59] + "…"


def _no_term(text: str) -> UsageError:
    shown = _short(text)
    return UsageError(
        Text(
            de=f"„{shown}“ ist kein Term. Schreiben Sie präfix:name, <IRI>, a oder ein Literal wie "
            '"Text"@de, 5, "2020"^^xsd:gYear.',
            en=f"“{shown}” is no term. Write prefix:name, <IRI>, a or a literal such as "
            '"text"@en, 5, "2020"^^xsd:gYear.',
        )
    )
