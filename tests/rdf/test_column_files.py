"""Columns are saved and opened again; what was damaged does not open."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyoxigraph import RdfFormat, parse

from kg.errors import StageError, UsageError
from kg.rdf.bulk import columns_of, read_columns
from kg.rdf.column_files import open_columns, save
from kg.rdf.columns import ORDERS, Columns, distinct_rows, sorted_order
from kg.rdf.ntriples import write_ntriples

TEXT = "".join(
    f'<a:s{i % 70}> <a:p{i % 3}> "ä {i % 11} . <a>"@de <a:g{i % 2}> .\n' for i in range(500)
).encode()


@pytest.fixture
def columns() -> Columns:
    return columns_of(parse(TEXT, RdfFormat.N_QUADS))


def test_round_trip(columns: Columns, tmp_path: Path) -> None:
    """Rows, terms, graphs and orders are the same after saving; added terms are saved too."""
    columns.dictionary.find("<a:new>")
    added = columns.dictionary.add("<a:new>")
    save(columns, tmp_path / "c", orders=ORDERS)
    opened = open_columns(tmp_path / "c")
    assert opened.graphs == columns.graphs
    for name in ("s", "p", "o", "g"):
        assert np.array_equal(getattr(opened, name), getattr(columns, name))
    for name in ORDERS:
        assert np.array_equal(opened.orders[name], columns.order(name))
    everything = np.arange(len(columns.dictionary))
    assert opened.dictionary.terms(everything) == columns.dictionary.terms(everything)
    assert opened.dictionary.find("<a:new>") == added
    assert opened.dictionary.add("<a:newer>") == added + 1
    with pytest.raises(ValueError, match="read-only"):
        opened.s[0] = 1


def test_empty(tmp_path: Path) -> None:
    """No statements at all can be saved and opened."""
    save(read_columns([]), tmp_path, orders=ORDERS)
    opened = open_columns(tmp_path)
    assert len(opened) == 0
    assert opened.dictionary.find("<a:a>") is None


@pytest.mark.parametrize("name", ["terms", "offsets", "index", "s", "g", "spo", "header.json"])
@pytest.mark.parametrize("damage", ["cut", "longer", "gone", "altered"])
def test_damage(columns: Columns, tmp_path: Path, name: str, damage: str) -> None:
    """A file that is cut, grown, missing or altered is named, and what to do is said."""
    save(columns, tmp_path, orders=["spo"])
    path = tmp_path / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    content = {"cut": raw[:-1], "longer": raw + b"x", "altered": raw}
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[damage])
    with pytest.raises(StageError, match="anew") as caught:
        open_columns(tmp_path)
    assert str(path) in str(caught.value)
    if damage in ("cut", "gone"):
        with pytest.raises(StageError):
            open_columns(tmp_path, verify=False)


@pytest.mark.parametrize("change", [{"layout": 0}, {"order": "big"}, {"rows": -1}, {"files": {}}])
def test_foreign_header(columns: Columns, tmp_path: Path, change: dict[str, object]) -> None:
    """A header of another layout, byte order or shape is refused."""
    save(columns, tmp_path)
    path = tmp_path / "header.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(StageError, match="anew"):
        open_columns(tmp_path)


def test_full_disk(columns: Columns, tmp_path: Path) -> None:
    """When a file cannot be written whole, the error says so and nothing opens."""
    save(columns, tmp_path)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(StageError, match="could not be written"):
            save(columns, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert not list(tmp_path.glob("*.new"))
    with pytest.raises(StageError, match="anew"):
        open_columns(tmp_path)


def test_other_process(columns: Columns, tmp_path: Path) -> None:
    """Another process opens the directory and finds the same ids."""
    save(columns, tmp_path)
    code = (
        "import sys; from pathlib import Path; from kg.rdf.column_files import open_columns; "
        "print(open_columns(Path(sys.argv[1]), verify=False).dictionary.find('<a:s3>'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert int(done.stdout) == columns.dictionary.find("<a:s3>")


def test_orders(columns: Columns) -> None:
    """Each order sorts by its columns; an unknown one is refused."""
    table = {"s": columns.s, "p": columns.p, "o": columns.o}
    for name in ORDERS:
        rows = list(zip(*(table[x][columns.order(name)].tolist() for x in name), strict=True))
        assert rows == sorted(rows)
    with pytest.raises(UsageError):
        columns.order("ops")


@pytest.mark.parametrize("most", [3, 1000, 2**31 - 1])
def test_distinct_rows(most: int) -> None:
    """Rows are sorted and distinct for small ids and for such as do not fit into one number."""
    random = np.random.default_rng(5)
    table = [random.integers(0, most, 400, np.int32, endpoint=True) for _ in range(4)]
    table = [np.concatenate((column, column[:50])) for column in table]
    rows = list(zip(*(column.tolist() for column in table), strict=True))
    found = distinct_rows(table)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(set(rows))
    order = sorted_order(table).tolist()
    assert [rows[i] for i in order] == sorted(rows)


def test_write_ntriples(columns: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    """The written lines are the triples of all graphs, once each, in several chunks."""
    monkeypatch.setattr("kg.rdf.ntriples._CHUNK", 7)
    file = io.BytesIO()
    write_ntriples(columns, columns.dictionary, file)
    written = [quad.triple for quad in parse(file.getvalue(), RdfFormat.N_TRIPLES)]
    assert set(written) == {quad.triple for quad in parse(TEXT, RdfFormat.N_QUADS)}
    assert len(written) == len(set(written))
    file = io.BytesIO()
    one = np.array([columns.dictionary.add("<a:new>")], np.int32)
    write_ntriples((one, one, one), columns.dictionary, file)
    assert file.getvalue() == b"<a:new> <a:new> <a:new> .\n"
