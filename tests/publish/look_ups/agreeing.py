"""A look-up's answer beside that of Oxigraph, and a world of awkward terms to look things up in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from kg.errors import KgError, ReadError
from kg.namespaces import RDF_TYPE, XSD
from kg.publish.look_ups.look_ups import LookUps
from kg.publish.look_ups.mapped import MappedStatements, open_mapped, save_mapped
from kg.publish.look_ups.statements import StoredStatements
from kg.publish.statements import Statements, as_stored
from kg.publish.store import Query, answer
from kg.rdf.bulk import columns_of
from kg.rdf.columns import sorted_order
from kg.rdf.sparql_text import bare_words

_IN_MEMORY = Path("/dev/shm")
BASE = "http://base.example/dir/page"
E = "http://e.example/"
PREFIXES = {
    "e": E,
    "xsd": XSD,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "up": "http://e.example/x/../",
    "": "http://e.example/none#",
}
"""Those of a project; one is of a kind that Oxigraph resolves where it has a base."""

NODES: list[NamedNode | BlankNode] = [
    *(NamedNode(E + name) for name in ("a", "b", "c", "p", "q", "ä", "x,y", "a.b", "a-b", "p#a")),
    NamedNode("urn:x:%20"),
    NamedNode(RDF_TYPE),
    BlankNode("b1"),
    BlankNode("b2"),
]
_NUMBERS = {
    "integer": ("5", "05", "+5", "-0", "99999999999999999999", "fünf", " 5"),
    "decimal": ("5.0", "5", "1.50", ".5"),
    "double": ("5", "5e0", "NaN", "INF", "-0", "1E400"),
    "float": ("0.1", "NaN"),
    "boolean": ("true", "1", "wahr"),
    "date": ("2024-02-29", "2024-02-30", "2024-02-29Z"),
    "dateTime": ("2024-01-01T24:00:00", "2024-01-01T00:00:00+14:00"),
    "duration": ("P1Y", "P12M", "PT0S"),
    "string": ("x",),
    "anyURI": (E + "a",),
}
TAGS = ("de", "de-AT", "en", "en-x-de", "deu")
LITERALS = [
    *(
        Literal(text)
        for text in ("", "x", "5", 'say "so"', "a,b", "a\nb\r", "\\", "'", "ä\U0001f600")
    ),
    *(Literal(text) for text in ("\x00\x1f\x7f\u2028\ufeff", "?x # {", "<" + E + "a>", "--ltr")),
    *(Literal("x", language=tag) for tag in TAGS),
    Literal("", language="en"),
    Literal("x", datatype=NamedNode(E + "a")),
    *(
        Literal(text, datatype=NamedNode(XSD + name))
        for name, texts in _NUMBERS.items()
        for text in texts
    ),
]
_PREDICATES = [node for node in NODES if isinstance(node, NamedNode)]
_NO_ESCAPES = re.compile(r'[^"\\\r\n]*')


def world(random: Random) -> list[Quad]:
    """Statements of few terms in all places, most in the default graph, some in two others."""
    predicates = [*random.sample(_PREDICATES, 2), *_PREDICATES[-1:]]
    nodes = [*predicates, *random.sample(NODES, 4)]
    literals = random.sample(LITERALS, random.choice([2, 6]))
    quads = []
    for _ in range(random.choice([1, 5, 20, 60])):
        is_node = random.random() < 0.5
        thing = random.choice(nodes) if is_node else random.choice(literals)
        graph = DefaultGraph() if random.random() < 0.8 else random.choice(_PREDICATES[:2])
        quads.append(Quad(random.choice(nodes), random.choice(predicates), thing, graph))
    return quads


def mapped_of(quads: Iterable[Quad]) -> MappedStatements:
    """Return what a build makes of the default graph; raises ReadError for RDF 1.2."""
    columns = columns_of([quad.triple for quad in quads if quad.graph_name == DefaultGraph()])
    dictionary = columns.dictionary.settled()
    stored, written = as_stored(dictionary)
    rows = [columns.s, columns.p, stored[columns.o]]
    order = sorted_order(rows)
    s, p, o = (row[order] for row in rows)
    statements = Statements(dictionary, ("<urn:g>",), 0, s, p, o, np.zeros_like(s), written)
    with TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as folder:
        save_mapped(statements, Path(folder))
        mapped = open_mapped(Path(folder))
    assert mapped
    return mapped


def term(random: Random, node: NamedNode | Literal) -> str:
    """A term as SPARQL without escapes, where that can be; otherwise another one."""
    if isinstance(node, NamedNode):
        if node.value == RDF_TYPE:
            return random.choice([f"<{RDF_TYPE}>", "rdf:type"])
        short = re.fullmatch(E + "([a-z-]+)", node.value)
        return f"e:{short[1]}" if short and random.random() < 0.7 else f"<{node.value}>"
    if not _NO_ESCAPES.fullmatch(node.value):
        return '""'
    if node.language:
        tag = random.choice([node.language, node.language.upper()])
        return f'"{node.value}"@{tag}'
    if node.datatype.value == XSD + "integer" and re.fullmatch("[0-9]+", node.value):
        return random.choice([node.value, f'"{node.value}"^^xsd:integer'])
    if node.datatype.value == XSD + "string" and random.random() < 0.8:
        return f'"{node.value}"'
    return f'"{node.value}"^^<{node.datatype.value}>'


class Asking:
    """Asks all ways, and counts; `base` and `prefixes` are those of a project.

    Look-ups are made on a store of the quads and on the files that a build makes of them.
    """

    def __init__(
        self,
        quads: Iterable[Quad],
        prefixes: Mapping[str, str] = PREFIXES,
        *,
        base: str | None = BASE,
        counts: Counter[str] | None = None,
    ) -> None:
        self.quads = list(quads)
        self.prefixes, self.base = prefixes, base
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.store = Store()
        self.store.extend(self.quads)
        self.all_look_ups = [LookUps(StoredStatements(self.store), prefixes)]
        with suppress(ReadError):
            self.all_look_ups.append(LookUps(mapped_of(self.quads), prefixes))

    def agree(self, text: str, forms: tuple[str, ...] = ("json", "csv")) -> bool:
        """Return whether the look-ups answer `text`; an answer must be as Oxigraph's."""
        answered = []
        for form in forms:
            for look_ups in self.all_look_ups:
                found = look_ups.answer(text, form)
                answered.append(found is not None)
                if found is not None:
                    self._compare(text, form, found)
        self.counts["asked"] += len(answered)
        self.counts["answered"] += sum(answered)
        return any(answered)

    def _compare(self, text: str, form: str, found: bytes) -> None:
        expected = self._by_oxigraph(text, form)
        limit = _limit_of(text)
        names, rows = _table(found, form)
        theirs, their_rows = _table(expected, form)
        assert names == theirs, text
        if limit is None:
            assert rows == their_rows, text
        else:
            assert rows.total() == their_rows.total(), text
            _, their_rows = _table(self._by_oxigraph(text[:limit], form), form)
            assert rows <= their_rows, text
        if their_rows.total() < 2:
            assert found == expected, text
        self.counts[f"{min(their_rows.total(), 2)} rows"] += 1

    def _by_oxigraph(self, text: str, form: str) -> bytes:
        query = Query(text, prefixes=dict(self.prefixes), base=self.base)
        try:
            return answer(self.store, query, form)
        except KgError as error:
            raise AssertionError(f"answered, though refused: {text!r}: {error}") from error


def _limit_of(text: str) -> int | None:
    """Return where the LIMIT clause begins, if there is one, after which nothing else comes."""
    words = list(bare_words(text))
    return next((offset for word, offset in reversed(words) if word == "LIMIT"), None)


def _table(content: bytes, form: str) -> tuple[list[str], Counter[str]]:
    if form == "json":
        found = json.loads(content)
        rows = found["results"]["bindings"]
        return found["head"]["vars"], Counter(json.dumps(row, sort_keys=True) for row in rows)
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return lines[0], Counter(json.dumps(row) for row in lines[1:])
