"""Random datasets and random updates over few names, so that operations meet each other."""

from __future__ import annotations

import random

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

NS = "http://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
GRAPHS = tuple(NamedNode(f"{NS}g{number}") for number in range(3))
NODES = tuple(NamedNode(f"{NS}n{number}") for number in range(4))
PREDICATES = tuple(NamedNode(f"{NS}p{number}") for number in range(3))
LITERALS = ('"a"', "7", "007", '"x"@de', "1.50", '"# ; } \\" {"', "'''a\n;{'''", "true", "<a;b#c>")
VARIABLES = ("?a", "?b", "$c")
PATTERNS = (
    "{ %s OPTIONAL { %s } }",
    "{ { %s } UNION { %s } }",
    "{ %s FILTER NOT EXISTS { %s } }",
    "{ %s BIND(<http://example.org/n1> AS ?e) { %s } }",
    "{ %s { SELECT ?a (COUNT(*) AS ?n) { %s } GROUP BY ?a } }",
    "{ %s VALUES (?d) { (1) (UNDEF) } MINUS { %s } }",
    "{ %s # a comment ; } with <signs>\n %s }",
)


def random_dataset(dice: random.Random) -> list[Quad]:
    """Return up to twelve statements in the default graph and three others."""
    blank = [BlankNode(f"b{number}") for number in range(2)]
    things: list[NamedNode | BlankNode | Literal] = [
        *NODES,
        *blank,
        Literal("a"),
        Literal(7),
        Literal("x", language="de"),
    ]
    subjects: list[NamedNode | BlankNode] = [*NODES, *blank]
    graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), *GRAPHS]
    return [
        Quad(
            dice.choice(subjects),
            dice.choice(PREDICATES),
            dice.choice(things),
            dice.choice(graphs),
        )
        for _ in range(dice.randrange(12))
    ]


class Writer:
    """Writes random updates."""

    def __init__(self, dice: random.Random) -> None:
        """Write what `dice` say."""
        self._dice = dice

    def update(self) -> str:
        """Return one to four operations."""
        kinds = (self._data, self._where, self._modify, self._modify, self._modify, self._graph)
        found = [self._dice.choice(kinds)() for _ in range(self._dice.randrange(1, 5))]
        end = self._dice.choice((";", "", "", " # end\n"))
        return f"PREFIX e: <{NS}> BASE <{NS}base/>\n" + " ;\n".join(found) + end

    def _pick(self, *choices: str) -> str:
        return self._dice.choice(choices)

    def _name(self, of: tuple[NamedNode, ...]) -> str:
        name = self._dice.choice(of).value
        return self._pick(f"<{name}>", f"e:{name.removeprefix(NS)}")

    def _thing(self, *more: str) -> str:
        return self._pick(self._name(NODES), self._dice.choice(LITERALS), *more)

    def _triple(self, *more: str) -> str:
        """Return a triple; `more` may stand for nodes, those with a question mark anywhere."""
        anywhere = [name for name in more if name[0] in "?$"]
        subject = self._pick(self._name(NODES), self._name(NODES), *more)
        predicate = self._pick(self._name(PREDICATES), self._name(PREDICATES), *anywhere)
        return f"{subject} {predicate} {self._thing(*more)}"

    def _block(self, *more: str) -> str:
        """Return triples, some of them in GRAPH."""
        parts = []
        variables = [name for name in more if name[0] in "?$"]
        for _ in range(self._dice.randrange(1, 4)):
            triples = " . ".join(self._triple(*more) for _ in range(self._dice.randrange(1, 3)))
            graph = self._pick(self._name(GRAPHS), *variables)
            parts.append(self._pick(f"{triples} .", f"GRAPH {graph} {{ {triples} }}"))
        return " ".join(parts)

    def _data(self) -> str:
        if self._dice.random() < 0.5:
            label = f"_:l{self._dice.randrange(10**6)}"
            return f"INSERT DATA {{ {self._block(label, '[]')} }}"
        return f"DELETE DATA {{ {self._block()} }}"

    def _where(self) -> str:
        return f"DELETE WHERE {{ {self._block(*VARIABLES)} }}"

    def _modify(self) -> str:
        parts = [self._pick("", "", f"WITH {self._name(GRAPHS)} ")]
        form = self._pick("delete", "insert", "both")
        if form != "insert":
            parts.append(f"DELETE {{ {self._block(*VARIABLES)} }} ")
        if form != "delete":
            parts.append(f"INSERT {{ {self._block(*VARIABLES, '_:new', '[]')} }}")
        if self._dice.random() < 0.3:
            parts.append(f" USING {self._name(GRAPHS)}")
        if self._dice.random() < 0.3:
            parts.append(f" USING NAMED {self._name(GRAPHS)}")
        blocks = (self._block(*VARIABLES), self._block(*VARIABLES))
        parts.append(" WHERE" + self._dice.choice(PATTERNS) % blocks)
        return "".join(parts)

    def _graph(self) -> str:
        silent = self._pick("", " SILENT")
        graph, other = self._name(GRAPHS), self._name(GRAPHS)
        either, target = f"GRAPH {graph}", self._pick("DEFAULT", f"GRAPH {other}", other)
        return self._pick(
            f"CLEAR{silent} {self._pick(either, 'DEFAULT', 'NAMED', 'ALL')}",
            f"DROP{silent} {self._pick(either, 'DEFAULT', 'NAMED', 'ALL')}",
            f"CREATE{silent} {either}",
            f"{self._pick('COPY', 'MOVE', 'ADD')} {self._pick(graph, 'DEFAULT')} TO {target}",
        )
