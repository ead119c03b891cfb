"""Where an accepted contribution comes from: said in its own graph, in the words of PROV.

A contribution that describes its graph itself, as `<>`, is left its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg.namespaces import DCT, PROV, RDF_TYPE, RDFS, VOID, XSD
from kg.settings import Project
from kg.write.submitted import Contribution

FOLDER = "contributions"
Node = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Acceptance:
    """Who accepts a contribution, and when: the time in UTC as xsd:dateTime.

    Both are empty for one that is checked before anybody has decided.
    """

    agent: str = ""
    time: str = ""


def graph_of(project: Project, identifier: str) -> NamedNode:
    """Return the named graph that a contribution becomes: {base}graph/contributions/{id}.

    A file data/contributions/{id}.ttl fills the same graph.
    """
    return NamedNode(project.graph_iri(f"{FOLDER}/{identifier}"))


def agent_iri(project: Project, name: str) -> NamedNode:
    """Return the IRI of the agent whose token has that name: {base}agent/{name}."""
    return NamedNode(f"{project.base}agent/{quote(name, safe='', errors='replace')}")


def quads(
    project: Project,
    contribution: Contribution,
    statements: Iterable[Quad],
    acceptance: Acceptance = Acceptance(),
) -> list[Quad]:
    """Return the description of the graph of `contribution`, in that graph.

    `statements` are its own. The graph is a prov:Entity with title, licence of the project, note,
    time, who handed it in (prov:wasAttributedTo), who accepted it (dct:publisher), and source
    (prov:wasDerivedFrom). A source that the contribution itself describes makes it a
    void:Dataset with dct:source, as a file of the project is. What `statements` have already is
    left out, and of title, licence and time what would be a second one. Blank nodes are not used.
    """
    graph = graph_of(project, contribution.id)
    stated = {quad.triple for quad in statements}
    mine = {triple for triple in stated if triple.subject == graph}
    given = _taken(mine)
    found = [
        (graph, predicate, value)
        for predicate, value in _about_graph(project, contribution, acceptance, stated)
        if (predicate, _tag(value)) not in given
    ]
    found += _agents(project, (contribution.agent, acceptance.agent))
    triples = (Triple(s, NamedNode(p), o) for s, p, o in found)
    return [
        Quad(each.subject, each.predicate, each.object, graph)
        for each in dict.fromkeys(triples)
        if each not in stated
    ]


def _about_graph(
    project: Project,
    contribution: Contribution,
    acceptance: Acceptance,
    stated: set[Triple],
) -> Iterator[tuple[str, NamedNode | Literal]]:
    yield RDF_TYPE, NamedNode(PROV + "Entity")
    yield DCT + "title", Literal(f"Beitrag {contribution.id}", language="de")
    yield DCT + "title", Literal(f"Contribution {contribution.id}", language="en")
    note = _readable(contribution.note)
    if note:
        lang = "de" if contribution.lang == "de" else "en"
        yield DCT + "description", Literal(note, language=lang)
    if project.license:
        yield DCT + "license", NamedNode(project.license)
    if contribution.source:
        source = NamedNode(contribution.source)
        yield PROV + "wasDerivedFrom", source
        if _describes(stated, source):
            yield RDF_TYPE, NamedNode(VOID + "Dataset")
            yield DCT + "source", source
    yield PROV + "wasAttributedTo", agent_iri(project, contribution.agent)
    if acceptance.agent:
        yield DCT + "publisher", agent_iri(project, acceptance.agent)
    if acceptance.time:
        time = Literal(acceptance.time, datatype=NamedNode(XSD + "dateTime"))
        yield PROV + "generatedAtTime", time


def _describes(stated: set[Triple], node: NamedNode) -> bool:
    return any(each.subject == node and each.predicate.value == RDF_TYPE for each in stated)


def _taken(mine: set[Triple]) -> set[tuple[str, str]]:
    """Return what is said of the graph and can be said once only: in each language, or at all."""
    once = (DCT + "title", DCT + "license")
    return {
        (each.predicate.value, _tag(each.object)) for each in mine if each.predicate.value in once
    }


def _tag(value: Node) -> str:
    return (value.language or "") if isinstance(value, Literal) else ""


def _agents(
    project: Project, names: Iterable[str]
) -> Iterator[tuple[NamedNode, str, NamedNode | Literal]]:
    for name in names:
        if name:
            agent = agent_iri(project, name)
            yield agent, RDF_TYPE, NamedNode(PROV + "Agent")
            yield agent, RDFS + "label", Literal(_readable(name))


def _readable(text: str) -> str:
    """Return `text` without signs that no file of RDF should have, such as NUL."""
    kept = (sign if sign in "\n\t" or category(sign)[0] != "C" else "\ufffd" for sign in text)
    return "".join(kept).strip()
