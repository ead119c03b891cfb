"""Versions on disk: whole or not there, also when the builder is killed or the disk is full."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import Place, StageError
from kg.publish.versions import (
    LAYOUT,
    Manifest,
    building,
    current,
    free_name,
    new_name,
    open_current,
    prune,
    read_manifest,
    switch,
    write,
)

NODE = NamedNode("https://example.org/a")


def quads(count: int) -> list[Quad]:
    return [Quad(NODE, NODE, Literal(number), NODE) for number in range(count)]


def manifest(name: str, count: int = 1) -> Manifest:
    return Manifest(
        version=name,
        layout=LAYOUT,
        built="2026-11-21T02:15:00+00:00",
        fingerprint="0" * 64,
        program="0",
        title="Größe",
        base="https://example.org/",
        graphs={NODE.value: count},
        triples=count,
        inferred=0,
        findings={"violation": 0},
        seconds={"load": 0.5},
    )


def publish(build_dir: Path, name: str, count: int = 1) -> Path:
    path = write(build_dir, manifest(name, count), quads(count))
    switch(build_dir, name)
    return path


def entries(build_dir: Path) -> list[str]:
    return sorted(path.name for path in build_dir.iterdir() if path.name != ".lock")


def test_write_switch_open(tmp_path: Path) -> None:
    """A written version is served only once it is switched to; then it is what was written."""
    first = publish(tmp_path, "v1", 3)
    write(tmp_path, manifest("v2", 5), quads(5))
    assert current(tmp_path) == first
    opened = open_current(tmp_path)
    assert (opened.path, opened.manifest) == (first, manifest("v1", 3))
    assert set(opened.store) == set(quads(3))
    switch(tmp_path, "v2")
    assert len(open_current(tmp_path).store) == 5
    assert len(opened.store) == 3
    assert entries(tmp_path) == ["current", "v1", "v2"]


def test_version_is_never_written_twice(tmp_path: Path) -> None:
    """A version is not changed after it is named: a second one of that name is refused."""
    publish(tmp_path, "v1", 3)
    with pytest.raises(StageError, match="could not be written"):
        write(tmp_path, manifest("v1", 5), quads(5))
    assert len(open_current(tmp_path).store) == 3
    assert entries(tmp_path) == ["current", "v1"]


def test_names_sort_by_time() -> None:
    """The name of a version is its time in UTC and the start of its fingerprint."""
    assert new_name("abcdef0123", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == (
        "20260102T030405Z-abcdef01"
    )


def test_names_of_one_second(tmp_path: Path) -> None:
    """Builds of the same files in the same second have names of their own, still in order."""
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    names = []
    for _ in range(3):
        names.append(free_name(tmp_path, "abcdef0123", now))
        publish(tmp_path, names[-1])
    assert names == sorted({*names})
    assert names[1] == "20260102T030405Z-abcdef01-2"


def test_nothing_is_published(tmp_path: Path) -> None:
    """Without a version there is no current one; opening says what to do."""
    assert current(tmp_path) is None
    with pytest.raises(StageError, match="kg build"):
        open_current(tmp_path)


def test_current_version_is_gone(tmp_path: Path) -> None:
    """A link to a version that somebody removed is like no version."""
    publish(tmp_path, "v1")
    (tmp_path / "v1").rename(tmp_path / "elsewhere")
    assert current(tmp_path) is None
    with pytest.raises(StageError, match="Nothing is published"):
        open_current(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": "v1", "colour": "red"}', "\xff", "null"]
)
def test_damaged_manifest(text: str, tmp_path: Path) -> None:
    """A manifest that is not whole is an error that names the file and the remedy."""
    path = publish(tmp_path, "v1") / "manifest.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StageError, match="kg build --force") as caught:
        open_current(tmp_path)
    assert caught.value.place is not None
    assert Path(caught.value.place.file).samefile(path)


def test_manifest_lacks_an_entry(tmp_path: Path) -> None:
    """A manifest of an older layout is damaged for this program."""
    path = publish(tmp_path, "v1")
    raw = json.loads((path / "manifest.json").read_text())
    del raw["layout"]
    (path / "manifest.json").write_text(json.dumps(raw))
    with pytest.raises(StageError, match="layout"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("served", "left", "removed"),
    [
        ("v4", ["v3", "v4"], ["v1", "v2"]),
        ("v1", ["v1", "v3", "v4"], ["v2"]),
    ],
)
def test_prune(served: str, left: list[str], removed: list[str], tmp_path: Path) -> None:
    """The newest stay, and the one that is served however old it is."""
    for number in range(1, 5):
        publish(tmp_path, f"v{number}")
    switch(tmp_path, served)
    assert prune(tmp_path, keep=2) == removed
    assert entries(tmp_path) == ["current", *left]
    assert len(open_current(tmp_path).store) == 1
    assert prune(tmp_path, keep=2) == []


def test_pruned_version_is_read_to_its_end(tmp_path: Path) -> None:
    """Who has opened a version goes on reading it after it was removed."""
    publish(tmp_path, "v1", 3)
    opened = open_current(tmp_path)
    publish(tmp_path, "v2")
    assert prune(tmp_path, keep=1) == ["v1"]
    assert set(opened.store) == set(quads(3))


def test_two_builds_at_once(tmp_path: Path) -> None:
    """While one build runs, another is refused; after it, it is not."""
    with building(tmp_path):
        with pytest.raises(StageError, match="Another build") as caught, building(tmp_path):
            pytest.fail("two builds have the lock")
        assert caught.value.place == Place(str(tmp_path))
    with building(tmp_path):
        pass


def test_lock_goes_with_an_error(tmp_path: Path) -> None:
    """A build that ends in an error does not lock out the next."""
    with pytest.raises(ZeroDivisionError), building(tmp_path):
        raise ZeroDivisionError
    with building(tmp_path):
        pass


KILLED = """
import sys
from pathlib import Path
from pyoxigraph import Store
from kg.publish.versions import building
from tests.publish.test_versions import manifest, publish, quads, write

folder, place = Path(sys.argv[1]), sys.argv[2]

def stop(*arguments, **options):
    print("now", flush=True)
    sys.stdin.read()

if place == "quads":
    def endless():
        yield from quads(1000)
        stop()
    with building(folder):
        write(folder, manifest("v2"), endless())
else:
    setattr(Path, place, stop)
    with building(folder):
        publish(folder, "v2")
"""


@pytest.mark.parametrize("place", ["quads", "write_text", "rename", "symlink_to", "replace"])
def test_killed_builder(place: str, tmp_path: Path, repository: Path) -> None:
    """A builder killed at any point leaves the served version; the next build clears up."""
    publish(tmp_path, "v1", 3)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, tmp_path, place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=repository,
    ) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"now\n"
        with pytest.raises(StageError, match="Another build"), building(tmp_path):
            pytest.fail("a build is running")
        builder.send_signal(signal.SIGKILL)
    assert builder.returncode == -signal.SIGKILL
    assert open_current(tmp_path).manifest.version == "v1"
    whole = ["v2"] if place in ("symlink_to", "replace") else []
    assert [name for name in entries(tmp_path) if not name.startswith(".")] == [
        "current",
        "v1",
        *whole,
    ]
    with building(tmp_path):
        publish(tmp_path, "v3", 4)
    assert entries(tmp_path) == ["current", "v1", *whole, "v3"]
    assert len(open_current(tmp_path).store) == 4


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_store(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        backup = staticmethod(no_space)

        def __init__(self, path: str) -> None:
            self._store = Store(path)

        def __getattr__(self, name: str) -> object:
            return getattr(self._store, name)

    monkeypatch.setattr("kg.publish.versions.Store", Full)


def full_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_text", no_space)


def full_rename(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "rename", no_space)


def full_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "symlink_to", no_space)


@pytest.mark.parametrize("fill", [full_store, full_manifest, full_rename, full_link])
def test_disk_is_full(fill: Callable[[pytest.MonkeyPatch], None], tmp_path: Path) -> None:
    """When the disk takes no more, the error says so, and nothing half-written is a version."""
    publish(tmp_path, "v1", 3)
    with pytest.MonkeyPatch.context() as monkeypatch:
        fill(monkeypatch)
        with pytest.raises(StageError, match="No space left") as caught:
            publish(tmp_path, "v2")
    assert caught.value.place == Place(str(tmp_path))
    assert entries(tmp_path) == ["current", "v1", *(["v2"] if fill is full_link else [])]
    assert open_current(tmp_path).manifest.version == "v1"


LIMITED = """
import resource, signal, sys
from pathlib import Path
from kg.errors import StageError
from tests.publish.test_versions import publish

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    publish(Path(sys.argv[1]), "v2", 50_000)
except StageError as error:
    sys.exit(f"stage: {error}")
"""


def test_disk_takes_no_more(tmp_path: Path, repository: Path) -> None:
    """A file that the system does not let grow ends the build as an error of the stage."""
    publish(tmp_path, "v1", 3)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("stage: ")
    assert "File too large" in done.stderr
    assert [name for name in entries(tmp_path) if not name.startswith(".")] == ["current", "v1"]
    assert len(open_current(tmp_path).store) == 3


def test_folder_cannot_be_written(tmp_path: Path) -> None:
    """Where no folder can be made, the build says so before it begins."""
    (tmp_path / "build").write_text("a file")
    with (
        pytest.raises(StageError, match="could not be written") as caught,
        building(tmp_path / "build"),
    ):
        pytest.fail("there is no folder")
    assert caught.value.place == Place(str(tmp_path / "build"))
