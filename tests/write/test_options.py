"""The section [write] of kg.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import ProjectError
from kg.settings import read_project
from kg.write.options import MIB, WriteOptions, read_options
from kg.write.rate import Rate


def options(root: Path, text: str) -> WriteOptions:
    (root / "kg.toml").write_text(text, encoding="utf-8")
    return read_options(read_project(root))


def test_without(tmp_path: Path) -> None:
    """Without the section the usual options hold."""
    assert options(tmp_path, "") == WriteOptions()


def test_all(tmp_path: Path) -> None:
    """Every entry is read."""
    text = """[write]
protected = ["gazetteer*", "ontology/*"]
rate = 30
burst = 5
body = 2
origins = ["https://a.example", "http://localhost:8080"]
"""
    found = options(tmp_path, text)
    assert found.rate == Rate(30, 5)
    assert found.body == 2 * MIB
    assert found.origins == {"https://a.example", "http://localhost:8080"}
    assert found.is_protected("gazetteer/nrw")
    assert found.is_protected("ontology/a/b")
    assert not found.is_protected("shapes/x")
    assert not found.is_protected("the-gazetteer")


def test_burst_follows_the_rate(tmp_path: Path) -> None:
    """Who gives a small rate alone does not get a large burst."""
    assert options(tmp_path, "[write]\nrate = 10").rate == Rate(10, 10)
    assert options(tmp_path, "[write]\nrate = 0").rate.per_minute == 0


@pytest.mark.parametrize(
    "entry",
    [
        'protected = "x"',
        "protected = [1]",
        'rate = "fast"',
        "rate = -1",
        "rate = true",
        "burst = 0",
        "body = 0",
        "body = 1e12",
        'origins = ["*"]',
        'origins = ["https://a.example/"]',
        "rates = 1",
    ],
)
def test_wrong(tmp_path: Path, entry: str) -> None:
    """An entry that is none is named."""
    with pytest.raises(ProjectError, match=entry.split(maxsplit=1)[0]):
        options(tmp_path, f"[write]\n{entry}\n")
