"""The reply of another server is read once and becomes rows that Oxigraph can take as they are.

Oxigraph itself would read replies bit by bit: a fault in the middle would end a query in spite of
SILENT, and the names of blank nodes of two replies would be taken for the same nodes.
"""

from __future__ import annotations

import re

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from kg.serve.federation import faults
from kg.serve.federation.client import TYPES, Reply
from kg.serve.federation.faults import Unusable

_FORMATS = dict(zip(TYPES, (QueryResultsFormat.JSON, QueryResultsFormat.XML), strict=True))
_BLANK = b'{"type":"bnode","value":"'
_NESTING = re.compile(rb'"(?:triple|statement)"|\\u00[67]|<[^\s<>/!?]*(?:triple|statement)')
MAX_TRIPLE_TERMS = 200
"""Triple terms can be nested, and the reader recurses: 20,000 levels end the process."""


def as_rows(reply: Reply, number: int) -> bytes:
    """Return the reply as SPARQL results in JSON, its blank nodes named after `number`.

    Raises Unusable when it cannot be read to its end or is no table.
    """
    triples = sum(1 for _ in _NESTING.finditer(reply.body))
    if triples > MAX_TRIPLE_TERMS:
        raise Unusable(faults.many_triple_terms(MAX_TRIPLE_TERMS))
    try:
        results = parse_query_results(reply.body, format=_FORMATS[reply.media_type])
        if not isinstance(results, QuerySolutions):
            raise Unusable(faults.no_rows())
        rows = results.serialize(format=QueryResultsFormat.JSON) or b""
    except (SyntaxError, ValueError) as error:
        raise Unusable(faults.bad_content(str(error)[:200])) from error
    return rows.replace(_BLANK, _BLANK + f"service{number}-".encode())
