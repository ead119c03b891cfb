"""A query of a shape, checked, with the path in place: what is run, and what it can depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kg.errors import Text
from kg.validate.paths import Path, Step
from kg.validate.sparql_identity import computed
from kg.validate.sparql_nesting import nest_exists
from kg.validate.sparql_parser import UnknownSyntax, parse_query
from kg.validate.sparql_rules import (
    excessive,
    forbidden,
    misplaced_path,
    misread,
    misshaped,
    not_understood,
    undeclared,
)
from kg.validate.sparql_sites import Site, sites_of
from kg.validate.sparql_syntax import GraphGroup, Query, groups_of, patterns_of
from kg.validate.sparql_tokens import splice, tokenize

GRAPH_NAMES = ("shapesGraph", "currentShape")
_STAND_IN = "<a:b>"
"""An IRI as long as $PATH, so that all places in the text stay what they are."""
_READ_TWICE = 5_000
"""Texts up to this length are given to Oxigraph for the place of a fault, whatever they are."""
_NO_PATH = Text(
    de="$PATH ist nur in Property-Shapes möglich, die einen Pfad haben.",
    en="$PATH is possible in property shapes only, which have a path.",
)


@dataclass(frozen=True, eq=False)
class SparqlQuery:
    """A checked query. `body` has no PREFIX lines for `prefixes`; `rows` are the variables that
    differ from node to node, `constants` those that the shape gives a value.
    """

    body: str
    prefixes: Mapping[str, str]
    ask: bool
    constants: tuple[str, ...] = GRAPH_NAMES
    own_rows: tuple[str, ...] | None = None

    @property
    def rows(self) -> tuple[str, ...]:
        """The variables that differ: `own_rows`, else this and, in an ASK query, value."""
        if self.own_rows is not None:
            return self.own_rows
        return ("this", "value") if self.ask else ("this",)

    @property
    def text(self) -> str:
        """The whole query, as SHACL section 5.2.1 makes it."""
        lines = [f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(self.prefixes.items())]
        return "".join([*lines, self.body])

    @cached_property
    def runnable(self) -> str:
        """The body as it is run; see `nest_exists`."""
        return nest_exists(self.body, (*self.rows, *self.constants))

    @cached_property
    def tree(self) -> tuple[Query, dict[str, str]]:
        """The tree of `runnable` and all prefixes."""
        query, own = parse_query(self.runnable)
        return query, {**self.prefixes, **own}

    @cached_property
    def names_graph(self) -> bool:
        """Whether it has GRAPH, and so may look at the shapes graph."""
        return any(
            isinstance(element, GraphGroup)
            for group in groups_of(self.tree[0])
            for element in group.elements
        )

    @cached_property
    def computed(self) -> frozenset[str]:
        """The variables that may have values made by expressions."""
        return computed(tokenize(self.runnable))

    @cached_property
    def keeps(self) -> bool:
        """Whether it can be run on a store where literals keep their identity.

        A computed value has the spelling that Oxigraph gives it; where a pattern looks for it,
        it must find all spellings of the value.
        """
        tokens = (
            token
            for pattern in patterns_of(self.tree[0])
            for token in (*pattern.s, *pattern.p, *pattern.o)
        )
        return self.computed.isdisjoint(token.variable for token in tokens)

    @cached_property
    def exact(self) -> bool:
        """Whether ?value has the form of the data in each solution."""
        return self.keeps and "value" not in self.computed

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The triple patterns of the data graph with the ways that lead to them."""
        query, own = parse_query(self.body)
        return sites_of(query, {**self.prefixes, **own}, self.rows)


@dataclass(frozen=True)
class Source:
    """A query as it stands in a shapes graph, with the names of the parameters that it may use.

    `path` is that of the property shape, None for a node shape.
    """

    text: str
    prefixes: Mapping[str, str]
    ask: bool
    parameters: tuple[str, ...] = ()
    path: Path | None = None


def compile_query(source: Source) -> tuple[SparqlQuery | None, list[Text]]:
    """Return the checked query, and what is wrong with it; one of both is there.

    SHACL sections 5.2.1 and 6.2.3, and appendix A for what pre-binding does not allow.
    """
    text = source.text
    tokens = tokenize(text)
    constants = (*GRAPH_NAMES, *source.parameters)
    rows = ("this", "value") if source.ask else ("this",)
    wrong = list(forbidden(text, tokens, (*rows, *constants)))
    places = [token.at for token in tokens if token.variable == "PATH"]
    if places and source.path is None:
        wrong.append(_NO_PATH)
    wrong += undeclared(text, tokens, source.prefixes)
    wrong += excessive(tokens)
    if wrong:
        return None, wrong
    plain = _with_path(text, places, _STAND_IN)
    wrong += _misfit(source, plain, places, (*rows, *source.parameters))
    if wrong:
        return None, wrong
    body = plain if source.path is None else _with_path(text, places, _written(source.path))
    query = SparqlQuery(body, source.prefixes, source.ask, constants)
    wrong += excessive(tokenize(body), _patterns(parse_query(plain)[0]))
    if wrong:
        return None, wrong
    problem = misread(query.body, query.prefixes) if places else None
    problem = problem or misread(query.runnable, query.prefixes)
    return (None, [problem]) if problem else (query, [])


def _with_path(text: str, places: list[int], path: str) -> str:
    return splice(text, [(place, place + len("$PATH"), path) for place in places])


def _written(path: Path) -> str:
    return str(path) if isinstance(path, Step) and not path.inverse else f"({path})"


def _misfit(source: Source, text: str, places: list[int], needed: tuple[str, ...]) -> list[Text]:
    """Return what is wrong with the clauses of a query whose words are all allowed."""
    word = "ASK" if source.ask else "SELECT"
    try:
        query, _ = parse_query(text)
    except UnknownSyntax as unknown:
        problem = misread(text, source.prefixes) if len(text) <= _READ_TWICE else None
        return [problem or not_understood(source.text, unknown.at)]
    if not query.word.is_word(word):
        return [
            Text(
                de=f"Erwartet wird eine Abfrage mit {word}, nicht mit {query.word.text.upper()}.",
                en=f"Expected is a query with {word}, not with {query.word.text.upper()}.",
            )
        ]
    wrong = list(excessive([], _patterns(query)))
    if not wrong:
        problem = misread(text, source.prefixes)
        wrong += [problem] if problem else []
    return wrong or [*misplaced_path(text, query, places), *misshaped(text, query, needed)]


def _patterns(query: Query) -> int:
    return sum(1 for _ in patterns_of(query))
