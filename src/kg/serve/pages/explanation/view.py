"""An explanation in JSON becomes what its page shows: trees, sentences and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.serve.pages.explanation.words import Clause, Piece, clause, is_background, piece
from kg.serve.pages.words import Lang

DEEPEST = 24
"""Steps are nested so deep at most; below is a link to the explanation of the step."""
STATED = "stated"
_NAMES = ("subject", "predicate", "object")


@dataclass(frozen=True)
class Evidence:
    """Where a statement stands: documents, the passage in them and their address in the web."""

    graph: Piece | None
    documents: tuple[Piece, ...]
    thing: str
    file: str
    line: int


@dataclass(frozen=True)
class Node:
    """A step of a proof with those that it stands on.

    `background` says that it only tells of classes and words; `repeated` that it was told above;
    `cut` that it stands on more than is shown.
    """

    number: int
    said: Clause
    triple: tuple[str, str, str]
    rule: str
    because: str
    reference: str = ""
    children: tuple[Node, ...] = ()
    absent: tuple[tuple[Clause, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    background: bool = False
    repeated: bool = False
    cut: bool = False

    @property
    def stated(self) -> bool:
        """Whether a source says it so."""
        return self.rule == STATED

    @property
    def origin(self) -> tuple[str, ...]:
        """What is the same for all that the same sources say of the same thing."""
        graphs = (each.graph.iri if each.graph else each.file for each in self.evidence)
        return (self.triple[0], *graphs)


@dataclass(frozen=True)
class Sentence:
    """A conclusion, what it is concluded from, and what only tells of classes besides.

    `shown` are stated reasons, those about one thing of one source once.
    """

    node: Node
    reasons: tuple[Node, ...]
    besides: tuple[Node, ...]
    shown: tuple[Node, ...]


@dataclass(frozen=True)
class Attempt:
    """A rule that could give the statement: what of it holds and what does not."""

    rule: str
    because: str
    reference: str
    present: tuple[Clause, ...]
    missing: tuple[Clause, ...]
    blocked: tuple[Clause, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """What a page shows of an explanation."""

    said: Clause
    holds: bool
    complete: bool
    proofs: tuple[Node, ...]
    attempts: tuple[Attempt, ...]
    unknown: tuple[Piece, ...]
    leaves: tuple[Node, ...] = field(default=())

    @property
    def stated(self) -> bool:
        """Whether a source says it so."""
        return bool(self.proofs) and self.proofs[0].stated


def view_of(document: Mapping[str, Any], lang: Lang, prefixes: Mapping[str, str]) -> View:
    """Return the view of a document of `kg.reason.proof_json.as_json`."""
    reader = _Reader(lang, prefixes)
    proofs = tuple(reader.tree(proof) for proof in document["proofs"])
    return View(
        said=reader.clause(document),
        holds=document["holds"],
        complete=document["complete"],
        proofs=proofs,
        attempts=tuple(map(reader.attempt, document["attempts"])),
        unknown=tuple(reader.piece(document["triple"][name]) for name in document["unknown"]),
        leaves=tuple(leaves(proofs)),
    )


def sentences(root: Node) -> Iterator[Sentence]:
    """Yield the derived steps of a proof in words, the conclusion first, each once.

    What only tells of classes is not unfolded.
    """
    waiting, told = [root], set()
    while waiting:
        node = waiting.pop(0)
        if node.number in told or (node.stated and node is not root):
            continue
        told.add(node.number)
        reasons = tuple(each for each in node.children if not each.background)
        besides = tuple(each for each in node.children if each.background)
        if not reasons:
            reasons, besides = besides, ()
        shown = {each.origin: each for each in reversed(reasons) if each.stated}
        yield Sentence(node, reasons, besides, tuple(reversed(shown.values())))
        waiting += [each for each in reasons if not each.background]


def leaves(roots: Iterable[Node]) -> Iterator[Node]:
    """Yield the stated steps below `roots`, each statement once, in order."""
    seen: set[tuple[str, str, str]] = set()
    stack = [*reversed(list(roots))]
    while stack:
        node = stack.pop()
        if node.stated and node.triple not in seen:
            seen.add(node.triple)
            yield node
        stack.extend(reversed(node.children))


def terms_of(document: Any) -> Iterator[dict[str, str]]:
    """Yield the terms in a document of `as_json`, with repetitions."""
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if "type" in one and "value" in one:
                yield one
            else:
                waiting += one.values()


class _Reader:
    """Reads parts of the document in one language."""

    def __init__(self, lang: Lang, prefixes: Mapping[str, str]) -> None:
        self._lang = lang
        self._prefixes = prefixes

    def clause(self, statement: Mapping[str, Any]) -> Clause:
        return clause(statement["triple"], self._lang, self._prefixes)

    def piece(self, term: Mapping[str, str]) -> Piece:
        return piece(term, self._lang, self._prefixes)

    def tree(self, proof: Mapping[str, Any]) -> Node:
        """Return the nodes of a proof; a step stands in full where it comes first."""
        return self._node(proof["steps"], proof["conclusion"], set(), 0)

    def _node(self, steps: list[dict[str, Any]], number: int, full: set[int], depth: int) -> Node:
        step = steps[number - 1]
        rule, premises = step["rule"], step["premises"]
        repeated = bool(premises) and number in full
        cut = bool(premises) and not repeated and depth >= DEEPEST
        if not cut:
            full.add(number)
        shown = [] if repeated or cut else premises
        children = [self._node(steps, each, full, depth + 1) for each in shown]
        children.sort(key=lambda node: node.background)
        return Node(
            number=number,
            said=self.clause(step),
            triple=tuple(map(_term, (step["triple"][name] for name in _NAMES))),  # type: ignore[arg-type]
            rule=rule["name"],
            because=rule["text"],
            reference=rule.get("reference", ""),
            children=tuple(children),
            absent=tuple(tuple(map(self.clause, group)) for group in step["absent"]),
            evidence=tuple(self._evidence(step, source) for source in step["sources"]),
            background=is_background(step["triple"]),
            repeated=repeated,
            cut=cut,
        )

    def _evidence(self, step: Mapping[str, Any], source: Mapping[str, Any]) -> Evidence:
        return Evidence(
            graph=self._graph(source["graph"]) if source["graph"] else None,
            documents=tuple(map(self.piece, source["documents"])),
            thing=step["triple"]["subject"]["value"],
            file=source["file"] or "",
            line=source["line"] or 0,
        )

    def _graph(self, term: Mapping[str, str]) -> Piece:
        """Return a graph by its title, else by the end of its IRI."""
        name = term.get("label") or term["value"].rpartition("/graph/")[2]
        return Piece(name, "iri", term["value"])

    def attempt(self, attempt: Mapping[str, Any]) -> Attempt:
        present, missing, blocked = (
            tuple(map(self.clause, attempt[name])) for name in ("present", "missing", "blocked")
        )
        rule = attempt["rule"]
        return Attempt(
            rule=rule["name"],
            because=rule["text"],
            reference=rule.get("reference", ""),
            present=present,
            missing=missing,
            blocked=blocked,
            failed=tuple(attempt["failed"]),
        )


def _term(term: Mapping[str, str]) -> str:
    """Return a term as the parameters of /explain take it."""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "variable":
        return f"?{term['value']}"
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    from pyoxigraph import Literal, NamedNode  # noqa: PLC0415

    lang, datatype = term.get("xml:lang"), term.get("datatype")
    if lang:
        return str(Literal(term["value"], language=lang))
    return str(Literal(term["value"], datatype=NamedNode(datatype) if datatype else None))
