"""The audit log: whole lines, from several processes, wherever it is moved."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from kg.write.audit import FILE, Line, write

LINE = Line("Köln", "::1", "POST", "/sparql", 200, commit=3, added=1, note="a\nb \udc80")


def lines(folder: Path) -> list[dict[str, object]]:
    text = (folder / FILE).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_one_line(tmp_path: Path) -> None:
    """A line has the time and all that was given, in one line whatever is in it."""
    write(tmp_path / "journal", LINE)
    (found,) = lines(tmp_path / "journal")
    assert str(found["time"]).endswith("Z")
    assert found["token"] == "Köln"
    assert str(found["note"]).startswith("a\nb ")
    assert (tmp_path / "journal" / FILE).stat().st_mode & 0o777 == 0o600


def test_long_note(tmp_path: Path) -> None:
    """A long note is cut."""
    write(tmp_path, replace(LINE, note="x" * 100_000))
    assert len(str(lines(tmp_path)[0]["note"])) == 1000


def test_moved(tmp_path: Path) -> None:
    """A log that is moved away begins anew."""
    write(tmp_path, LINE)
    (tmp_path / FILE).rename(tmp_path / "old")
    write(tmp_path, LINE)
    assert len(lines(tmp_path)) == 1


def test_no_folder(tmp_path: Path) -> None:
    """What cannot be written is an OSError."""
    (tmp_path / "journal").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="journal"):
        write(tmp_path / "journal", LINE)


def _many(folder: Path, name: str) -> None:
    for number in range(300):
        write(folder, replace(LINE, token=name, commit=number, note="x" * 900))


def test_several_processes(tmp_path: Path) -> None:
    """Lines of several processes are whole, and those of each in their order."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_many, args=(tmp_path, name)) for name in "abc"]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
        assert each.exitcode == 0
    found = lines(tmp_path)
    for name in "abc":
        assert [each["commit"] for each in found if each["token"] == name] == list(range(300))
