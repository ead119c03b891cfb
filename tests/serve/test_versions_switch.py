"""`kg serve` while `kg build` publishes: everybody is answered, and nobody by a mixture."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.protocol.served import Served, serving
from tests.serve.running import BEETLES, SCARAB, build, copied, eventually, names

from kg.publish.versions import find_current
from kg.settings import Project

PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""


@dataclass
class Crowd:
    """Clients that ask without pause; what they saw, in their order, and what went wrong."""

    served: Served
    seen: list[list[tuple[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(3)]

    def __enter__(self) -> Crowd:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for each in self._threads:
            each.join()

    def all_have_seen(self, tag: str) -> bool:
        """Return whether each has had an answer with an ETag."""
        return all(any(tag == each for each, _ in mine) for mine in self.seen)

    def _ask(self, number: int) -> None:
        mine: list[tuple[str, str]] = []
        self.seen.append(mine)
        count = 0
        while not self._enough.is_set():
            count += 1
            kept = count % 2 == 0
            query = BEETLES if kept else f"{BEETLES} # {number} {count}"
            try:
                reply = self.served.get(query, "text/csv")
                assert reply.status == 200, reply.text
            except (AssertionError, OSError) as error:
                self.faults.append(str(error))
                return
            mine.append((reply.headers["etag"], reply.text))


def test_switch_under_load(project: Project, tmp_path: Path) -> None:
    """No request fails, the new version is served, and never again the old answers."""
    made = copied(project, tmp_path / "beetles")
    old_version = find_current(made.build_dir).manifest.version
    with serving(made.root, tmp_path / "log", "--workers", "2") as served:
        old_tag, old_count = names(served)
        assert _explained(served) == (False, old_version)
        with Crowd(served) as crowd:
            assert eventually(lambda: len(crowd.seen) == 3 and all(crowd.seen), PATIENCE)
            (made.root / "data/scarab.ttl").write_text(SCARAB, encoding="utf-8")
            build(made.root)
            assert eventually(lambda: names(served)[0] != old_tag, PATIENCE)
            new_tag, new_count = names(served)
            assert eventually(lambda: bool(crowd.faults) or crowd.all_have_seen(new_tag), PATIENCE)
        new_version = find_current(made.build_dir).manifest.version
        assert new_version != old_version
        assert new_count == old_count + 1
        assert crowd.faults == []
        assert len(crowd.seen) == 3
        for mine in crowd.seen:
            tags = [tag for tag, _ in mine]
            assert tags[0] == old_tag
            assert tags[-1] == new_tag
            assert tags == sorted(tags, key=[old_tag, new_tag].index), "there is no way back"
            for tag, text in mine:
                assert (text.count("Pillenkäfer") == 1) is (tag == new_tag)
        health = served.request(target="/health").json()
        assert (health["status"], health["version"]) == ("ok", new_version)
        assert health["triples"] == find_current(made.build_dir).manifest.triples
        assert _explained(served) == (True, new_version)
        assert new_version in served.request(target="/metrics").text
        assert new_version in served.log.read_text(encoding="utf-8")
        described = served.request(headers={"Accept": "text/turtle"})
        assert new_version in described.headers["etag"] + described.text


def _explained(served: Served) -> tuple[bool, str]:
    """Return whether the scarab is said to be an animal, and by which version."""
    terms = {
        "s": "https://example.org/id/scarab",
        "p": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "o": "https://example.org/ns#Animal",
    }
    query = "&".join(f"{name}={quote(iri, safe='')}" for name, iri in terms.items())
    reply = served.request(target=f"/explain?{query}")
    assert reply.status == 200, reply.text
    document = reply.json()
    return document["holds"], document["version"]


@pytest.mark.parametrize("damage", ["no store", "store of junk", "no manifest"])
def test_damaged_version(project: Project, tmp_path: Path, damage: str) -> None:
    """A version that cannot be opened is not served; the log says so once, and a good one is."""
    made = copied(project, tmp_path / "beetles")
    with serving(made.root, tmp_path / "log", "--workers", "2") as served:
        before = names(served)
        good = find_current(made.build_dir).path
        bad = good.with_name("99990101T000000Z-damaged")
        shutil.copytree(good, bad)
        _damage(bad, damage)
        _point(made.build_dir, bad)
        said = "the new version is not served"
        assert eventually(lambda: said in served.log.read_text(encoding="utf-8"), PATIENCE)
        time.sleep(1.2)
        assert served.log.read_text(encoding="utf-8").count(said) == 1
        assert names(served) == before
        assert served.request(target="/health").json()["version"] in good.name
        (made.root / "data/scarab.ttl").write_text(SCARAB, encoding="utf-8")
        _point(made.build_dir, good)
        build(made.root)
        assert eventually(lambda: names(served)[1] == before[1] + 1, PATIENCE)


def _damage(version: Path, damage: str) -> None:
    store = version / "store"
    if damage == "no manifest":
        (version / "manifest.json").unlink()
        return
    if damage == "no store":
        shutil.rmtree(store)
        return
    for each in store.iterdir():
        each.chmod(0o644)
        each.write_bytes(b"junk")


def _point(build_dir: Path, version: Path) -> None:
    """Let `current` be another version, as publishing does."""
    fresh = build_dir / "current.fresh"
    fresh.symlink_to(version.name)
    fresh.rename(build_dir / "current")
