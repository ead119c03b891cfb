"""Terms get ids and are found again, in memory and behind what is fixed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.rdf import term_table
from kg.rdf.bulk import read_columns
from kg.rdf.collect import Collector, Scope
from kg.rdf.dictionary import Dictionary
from kg.rdf.spans import PADDING, hash_of, hashes, spans_of, words_of
from kg.rdf.term_table import TermTable


def _dictionary(terms: list[bytes]) -> Dictionary:
    table = TermTable()
    spans = spans_of(terms)
    table.insert(spans, hashes(words_of(spans)))
    blob, offsets = table.parts()
    return Dictionary(np.frombuffer(blob, np.uint8), offsets)


def test_find_and_term_agree() -> None:
    """Each term has the id under which it is returned; a term that is not there has none."""
    terms = [b"<a:%d>" % i for i in range(5000)] + [b'"%d"' % i for i in range(5000)] + [b"_:b"]
    terms.append(b'"' + b"long " * 1000 + b'"@de')
    found = _dictionary(terms)
    assert [found.find(term.decode()) for term in terms] == list(range(len(terms)))
    assert found.terms(np.arange(len(terms))) == [term.decode() for term in terms]
    assert found.term(10_000) == "_:b"
    assert found.find("<a:5000>") is None
    assert found.find('"' + "long " * 1000 + '"@en') is None
    assert found.kinds[[0, 5000, 10_000]].tolist() == [0, 2, 1]
    with pytest.raises(IndexError):
        found.term(len(terms))


def test_add() -> None:
    """Added terms stand behind the others, once; settled, the ids are the same."""
    found = _dictionary([b"<a:a>", b'"b"'])
    before = found.blob.tobytes()
    ids = [found.add(term) for term in ('"b"', "_:c", '"ä"@de', "_:c", "<a:a>")]
    assert ids == [1, 2, 3, 2, 0]
    assert found.blob.tobytes() == before
    assert [found.add(f"<a:{i}>") for i in range(1000)] == list(range(4, 1004))
    assert found.terms(np.array([3, 0, 1003, 3])) == ['"ä"@de', "<a:a>", "<a:999>", '"ä"@de']
    assert found.term(2) == "_:c"
    assert found.kinds[:5].tolist() == [0, 2, 1, 2, 0]
    settled = found.settled()
    everything = np.arange(len(found))
    assert settled.terms(everything) == found.terms(everything)
    assert settled.kinds.tolist() == found.kinds.tolist()
    assert settled.find('"ä"@de') == 3
    assert Dictionary(np.frombuffer(PADDING, np.uint8), np.zeros(1, np.int64)).find("<a>") is None


@given(st.lists(st.binary(min_size=1, max_size=300).filter(lambda term: b"\n" not in term)))
def test_hash_of_one_and_many(terms: list[bytes]) -> None:
    """One term has the same hash alone and among others, of any length."""
    assert hashes(words_of(spans_of(terms))).tolist() == [hash_of(term) for term in terms]


def test_hash_is_stable() -> None:
    """Saved indexes depend on these numbers: another hash needs another layout."""
    assert hash_of(b"<http://example.org/a>") == 8764239170810866744
    assert hash_of(b"x" * 300) == 1533152188014638354


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=40), max_size=4),
    kinds=st.sampled_from([1, 2, 5, 1 << 40]),
)
def test_terms_whose_hashes_agree(batches: list[list[int]], kinds: int) -> None:
    """Terms with one hash stay apart, whether they meet in a block or later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "kg.rdf.collect.hashes",
            lambda words: hashes(words) % np.uint64(kinds) << np.uint64(23),
        )
        patch.setattr(term_table, "_START", 4)
        collector = Collector()
        expected = set()
        for batch in batches:
            lines = [b"<a:%d> <a:p> <a:%d> .\n" % (i, i * 3 % 7) for i in batch]
            assert collector.add(b"".join(lines), Scope(b""), quads=False)
            expected |= set(lines)
        columns = collector.columns()
    rows = (columns.dictionary.terms(ids) for ids in (columns.s, columns.p, columns.o))
    assert {f"{s} {p} {o} .\n".encode() for s, p, o in zip(*rows, strict=True)} == expected
    assert len(columns) == len(expected)
    terms = columns.dictionary.terms(np.arange(len(columns.dictionary)))
    assert len(set(terms)) == len(terms)


def test_import_is_light(tmp_path: Path) -> None:
    """The columns need no package for tables of data."""
    code = "import sys, kg.rdf.bulk; sys.exit(any(m in sys.modules for m in ('polars','pyarrow')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    path = tmp_path / "a.nt"
    path.write_text("")
    assert len(read_columns([path]).dictionary) == 0
