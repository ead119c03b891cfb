"""The files for look-ups have the statements of the store, in its terms; damage is noticed."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY
from tests.publish.look_ups.agreeing import LITERALS, NODES, E
from tests.publish.searched import statements

from kg.errors import StageError
from kg.namespaces import XSD
from kg.publish.build import build
from kg.publish.look_ups.mapped import FOLDER, MappedStatements, open_mapped, save_mapped
from kg.publish.look_ups.statements import StoredStatements, TooMany
from kg.publish.store import memory_store, open_read_only

P, Q = NamedNode(E + "p"), NamedNode(E + "q")
A, B = NamedNode(E + "a"), NamedNode(E + "b")
QUADS = (
    *(Quad(A, P, literal, B) for literal in LITERALS),
    *(Quad(node, Q, A) for node in NODES),
    *(Quad(A, Q, node) for node in NODES),
    *(Quad(P, node, node, A) for node in NODES if isinstance(node, NamedNode)),
    *(Quad(A, Q, B, graph) for graph in (A, B)),
)
Term = NamedNode | BlankNode | Literal


def opened(folder: Path) -> MappedStatements:
    """The statements that stand in a folder."""
    found = open_mapped(folder)
    assert found is not None
    return found


def in_terms(mapped: MappedStatements, stored: StoredStatements, term: Term | None) -> object:
    """The number of a term of the store, None for any."""
    if term is None or not isinstance(term, BlankNode):
        return None if term is None else mapped.id_of(term)
    text = stored.as_json(term)
    numbers = range(len(mapped._offsets) - 1)
    return next(number for number in numbers if mapped.as_json(number) == text)


def differences(mapped: MappedStatements, store: Store, terms: list[Term]) -> int:
    """Compare what is found for all patterns of `terms`; return how many statements were."""
    stored, found = StoredStatements(store), 0
    asked: list[Term | None] = [None, *terms]
    for subject, predicate, thing in product(asked, asked, asked):
        if subject is None and thing is None:
            continue
        wanted = sorted(
            tuple(map(stored.as_json, triple)) for triple in stored.find(subject, predicate, thing)
        )
        numbers = [in_terms(mapped, stored, term) for term in (subject, predicate, thing)]
        came = [tuple(map(mapped.as_json, triple)) for triple in mapped.find(*numbers)]
        assert sorted(came) == wanted, (subject, predicate, thing)
        if None not in numbers:
            assert mapped.has(*numbers) == bool(wanted)
        found += len(wanted)
    return found


def test_all_patterns(tmp_path: Path) -> None:
    """Whatever of a statement is known, the same is found as in a store of the same quads."""
    save_mapped(statements(QUADS), tmp_path)
    plain = [literal for literal in LITERALS if literal.value.isprintable()][:12]
    terms: list[Term] = [*NODES[:6], BlankNode("b1"), *plain, Literal("none"), NamedNode("urn:no")]
    assert differences(opened(tmp_path), memory_store(QUADS), terms) > 100


def test_terms_as_stored(tmp_path: Path) -> None:
    """Every literal is written as the store gives it back, and found by each form of it."""
    save_mapped(statements(QUADS), tmp_path)
    mapped, store = opened(tmp_path), memory_store(QUADS)
    stored = StoredStatements(store)
    triples = list(mapped.find(mapped.id_of(A), mapped.id_of(P), None))
    wanted = [quad.object for quad in store.quads_for_pattern(A, P, None, DefaultGraph())]
    assert sorted(mapped.as_json(o) for _, _, o in triples) == sorted(map(stored.as_json, wanted))
    assert sorted(mapped.as_csv(o) for _, _, o in triples) == sorted(map(stored.as_csv, wanted))
    assert {(mapped.as_json(o), mapped.language(o)) for _, _, o in triples} == {
        (stored.as_json(o), stored.language(o)) for o in wanted
    }
    fives = (Literal(text, datatype=NamedNode(XSD + "integer")) for text in ("005", "5", "+5"))
    assert len(set(map(mapped.id_of, fives))) == 1
    for literal in LITERALS:
        if literal.value.isprintable():
            assert mapped.has(mapped.id_of(A), mapped.id_of(P), mapped.id_of(literal)), literal
        else:
            with pytest.raises(ValueError, match='"'):
                mapped.id_of(literal)


@pytest.mark.parametrize(("count", "is_found"), [(400, True), (401, False), (25_000, False)])
def test_hubs(tmp_path: Path, count: int, is_found: bool) -> None:
    """Of a thing with many statements those are given that are few; else it is too many."""
    hub, rare = NamedNode(E + "hub"), NamedNode(E + "rare")
    quads = [Quad(NamedNode(f"{E}{number}"), P, hub) for number in range(count)]
    quads += [Quad(hub, P, NamedNode(f"{E}{number}")) for number in range(count)]
    save_mapped(statements([*quads, Quad(A, rare, hub), Quad(hub, rare, A)]), tmp_path)
    mapped = opened(tmp_path)
    here, common, other = map(mapped.id_of, (hub, P, rare))
    assert len(list(mapped.find(here, other, None))) == 1
    if count < 20_000:
        assert len(list(mapped.find(None, other, here))) == 1
    if is_found:
        assert len(list(mapped.find(here, common, None))) == count
        assert len(list(mapped.find(None, common, here))) == count
    else:
        for pattern in ((here, common, None), (here, None, None), (None, common, here)):
            with pytest.raises(TooMany):
                list(mapped.find(*pattern))
    assert len(list(mapped.find(mapped.id_of(A), None, here))) == 1


def test_nothing(tmp_path: Path) -> None:
    """A version without such files has none; one without statements has them, and finds nothing."""
    assert open_mapped(tmp_path) is None
    save_mapped(statements([]), tmp_path)
    mapped = opened(tmp_path)
    assert not list(mapped.find(mapped.id_of(A), None, None))
    assert not list(mapped.find(None, None, mapped.id_of(A)))


def test_build_writes_them(tiny: Tiny) -> None:
    """A build writes what its store's default graph holds, with what follows and all rooms."""
    odd = 'e:a rdfs:label 007, 7, 1.50, "x"@DE-at ; rdfs:seeAlso [ rdfs:label 08 ] .\n'
    built = build(tiny({**TINY, "data/odd.ttl": HEADER + odd}))
    assert built.path is not None, built.report
    mapped, store = opened(built.path), open_read_only(built.path / "store")
    stored = StoredStatements(store)
    rows = set()
    for quad in store.quads_for_pattern(None, None, None, DefaultGraph()):
        triple = (quad.subject, quad.predicate, quad.object)
        rows.add(tuple(map(stored.as_json, triple)))
    found = {
        tuple(map(mapped.as_json, triple))
        for subject in range(len(mapped._offsets) - 1)
        for triple in mapped.find(subject, None, None)
    }
    assert found == rows
    assert len(rows) > 10


@pytest.mark.parametrize("name", ["terms", "offsets", "index", "forward", "p", "of", "header.json"])
@pytest.mark.parametrize("harm", ["gone", "cut", "altered", "empty"])
def test_damage(tmp_path: Path, name: str, harm: str) -> None:
    """A file that is missing, cut off or altered is named; nothing is answered from it."""
    save_mapped(statements(QUADS), tmp_path)
    path = tmp_path / FOLDER / name
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        changed = {"cut": data[:-4], "altered": data[:8] + b"\xff" + data[9:], "empty": b""}
        path.write_bytes(changed[harm])
    with pytest.raises(StageError) as caught:
        open_mapped(tmp_path)
    assert caught.value.place is not None
    assert Path(caught.value.place.file).name == name
    assert "kg build --force" in caught.value.text.en


def test_disk_is_full(tmp_path: Path) -> None:
    """When the files cannot be written it is said, and what is there does not open."""
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    with pytest.raises(StageError, match="could not be written"):
        save_mapped(statements(QUADS), tmp_path)
    with pytest.raises(StageError):
        open_mapped(tmp_path)
