"""Versions with commits: links to what was built, names in order, and which of them stay."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store
from tests.publish.test_versions import entries, manifest, publish, quads

from kg.errors import StageError
from kg.publish.retention import DAYS, KEPT, MOST, hold, kept, made_at, order
from kg.publish.store import open_read_only
from kg.publish.versions import (
    Published,
    building,
    clear_commits,
    commit_name,
    find_current,
    names_of,
    prune,
    switch,
    write_commit,
)

NOW = datetime(2026, 11, 21, 14, 0, 0, tzinfo=UTC)


def based(build_dir: Path, name: str = "20261101T120000Z-abcdef01") -> Published:
    """A version that was built, with what is linked to."""
    path = publish(build_dir, name, 3)
    for each in ("columns", "closure", "places"):
        (path / each).mkdir()
        (path / each / "part").write_text(each)
    (path / "shapes.nq").write_text("")
    (path / "statistics.json").write_text("{}")
    return find_current(build_dir)


def commit(build_dir: Path, base: Published, number: int, now: datetime = NOW) -> Path:
    """Write a version with so many statements, and make it the current one."""
    name = commit_name(build_dir, number, "77ab01fe9999", now)
    made = replace(
        base.manifest, version=name, base_version=base.path.name, commit=number, checksum="77ab"
    )

    def backup(target: Path) -> None:
        store = Store()
        store.extend(quads(number))
        store = Store(str(target))
        store.extend(quads(number))
        store.flush()

    path = write_commit(build_dir, base, made, backup)
    switch(build_dir, name)
    return path


def test_commit_version(tmp_path: Path) -> None:
    """A version of commits has its own store; what explains it is that of its base."""
    base = based(tmp_path)
    path = commit(tmp_path, base, 12)
    assert path.name == "20261121T140000Z-c12-77ab01fe"
    found = find_current(tmp_path)
    assert (found.path, found.manifest.base_version) == (path, base.path.name)
    assert (found.manifest.commit, found.manifest.checksum) == (12, "77ab")
    assert len(open_read_only(path / "store")) == 12
    assert (path / "columns" / "part").read_text() == "columns"
    assert (path / "closure").readlink() == Path("..", base.path.name, "closure")
    assert not (path / "statistics.json").exists()
    assert json.loads((path / "manifest.json").read_text())["title"] == "Größe"
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert (find_current(moved).path / "places" / "part").read_text() == "places"


def test_names_of_one_second(tmp_path: Path) -> None:
    """Commits of one second have names in the order of their numbers, and none twice."""
    base = based(tmp_path)
    made = [commit(tmp_path, base, number).name for number in (2, 9, 10, 101)]
    assert names_of(tmp_path) == [base.path.name, *made]
    again = commit_name(tmp_path, 101, "77ab01fe9999", NOW)
    assert again == "20261121T140000Z-c101-77ab01fe-2"
    assert made_at(again) == NOW


@pytest.mark.parametrize("place", ["backup", "symlink_to", "write_text", "rename", "mkdtemp"])
def test_disk_is_full(place: str, tmp_path: Path) -> None:
    """When the disk takes no more, nothing of a version is left, and the one before is served."""
    base = based(tmp_path)
    before = entries(tmp_path)

    def no_space(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        backup: Callable[[Path], None] = lambda target: target.mkdir()  # noqa: E731
        if place == "backup":
            backup = no_space
        elif place == "mkdtemp":
            patch.setattr("kg.publish.versions.tempfile.mkdtemp", no_space)
        else:
            patch.setattr(Path, place, no_space)
        with pytest.raises(StageError, match="No space left"):
            write_commit(tmp_path, base, manifest("v2"), backup)
    assert entries(tmp_path) == before


def test_build_beside_a_writer(tmp_path: Path) -> None:
    """A build that begins leaves alone what a writer is at; the writer clears up its own."""
    base = based(tmp_path)

    def backup(target: Path) -> None:
        target.mkdir()
        with building(tmp_path):
            pass

    assert write_commit(tmp_path, base, manifest("v2"), backup).is_dir()
    (tmp_path / ".commit-left" / "store").mkdir(parents=True)
    clear_commits(tmp_path)
    assert entries(tmp_path) == [base.path.name, "current", "v2"]


def test_link_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that clears away the link of a writer does not keep it from switching."""
    base = based(tmp_path)
    replace_once = Path.replace

    def cleared(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", replace_once)
        self.unlink()
        return self.replace(target)

    monkeypatch.setattr(Path, "replace", cleared)
    assert find_current(tmp_path).path == base.path
    made = commit(tmp_path, base, 1)
    assert find_current(tmp_path).path == made


def test_base_stays(tmp_path: Path) -> None:
    """What a version that stays is based on stays as well, however old; other bases go."""
    old = based(tmp_path, "20250101T000000Z-aaaaaaaa")
    base = based(tmp_path, "20250102T000000Z-bbbbbbbb")
    for number in range(1, 14):
        commit(tmp_path, base, number, datetime(2025, 1, 3, 0, 0, number, tzinfo=UTC))
    gone = prune(tmp_path)
    assert gone == [
        old.path.name,
        *(f"20250103T00000{number}Z-c{number}-77ab01fe" for number in (1, 2, 3)),
    ]
    assert (find_current(tmp_path).path / "closure" / "part").is_file()
    assert len(names_of(tmp_path)) == 11


def test_other_folders_stay(tmp_path: Path) -> None:
    """Whatever else lies among the versions is not one of them."""
    (tmp_path / "bench" / "data").mkdir(parents=True)
    (tmp_path / "20250101T000000Z-half-removed").mkdir()
    for number in range(3):
        publish(tmp_path, f"2025010{number + 2}T000000Z-0")
    assert prune(tmp_path, keep=1) == [
        "20250101T000000Z-half-removed",
        "20250102T000000Z-0",
        "20250103T000000Z-0",
    ]
    assert (tmp_path / "bench" / "data").is_dir()


def test_what_is_read_stays(tmp_path: Path) -> None:
    """A version that somebody holds is not removed, but once it is let go of."""
    base = based(tmp_path, "20250102T000000Z-bbbbbbbb")
    first = commit(tmp_path, base, 1, datetime(2025, 1, 3, tzinfo=UTC))
    for number in (2, 3):
        commit(tmp_path, base, number, datetime(2025, 1, 3, tzinfo=UTC))
    held, also = hold(first), hold(first)
    assert held is not None
    assert also is not None
    second = "20250103T000000Z-c2-77ab01fe"
    assert prune(tmp_path, keep=1) == [second]
    held.close()
    assert prune(tmp_path, keep=1) == []
    also.close()
    assert prune(tmp_path, keep=1) == [first.name]
    assert hold(first) is None


def named(ages: list[timedelta]) -> list[str]:
    """Names of versions that old, the oldest first."""
    times = sorted(NOW - age for age in ages)
    return [f"{time:%Y%m%dT%H%M%SZ}-c{number}-0" for number, time in enumerate(times, 1)]


def test_young_versions_stay_within_a_bound() -> None:
    """What is younger than ten minutes stays, but for so many only."""
    some = named([timedelta(seconds=7 * number) for number in range(40)])
    assert kept(some, now=NOW) == {*some}
    many = named([timedelta(seconds=number) for number in range(500)])
    assert kept(many, now=NOW) == {*many[-MOST:]}


def test_one_of_each_day_stays() -> None:
    """For thirty days the last version of each day stays."""
    many = named([timedelta(hours=6 * number + 1) for number in range(4 * 50)])
    found = kept(many, now=NOW)
    days = {made.date() for name in found if (made := made_at(name))}
    assert DAYS <= len(days) <= DAYS + 1
    per_day = [name for name in many[:-KEPT] if name in found]
    assert len(per_day) == len({name[:8] for name in per_day})
    assert all(name[9:11] >= "18" for name in per_day if name[:8] != per_day[0][:8])


@given(st.lists(st.integers(0, 50 * 86_400), unique=True, max_size=200), st.integers(1, 80))
def test_how_many_stay(ages: list[int], keep: int) -> None:
    """The newest always stay, and never more than all bounds together."""
    names = named([timedelta(seconds=age) for age in ages])
    found = kept(names, keep=keep, now=NOW)
    assert {*names[-keep:]} <= found <= {*names}
    assert len(found) <= max(keep, MOST) + DAYS + 1
    assert sorted(found, key=order) == [name for name in names if name in found]
