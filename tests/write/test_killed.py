"""kill -9 of whoever writes: what was acknowledged is there, the rest is there whole or not.

KG_KILLS gives another number of kills.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import pytest
from tests.helpers import CONFIG, TINY
from tests.protocol.served import Served, serving
from tests.serve.running import children, eventually

from kg.publish.build import build
from kg.settings import read_project

KILLS = int(os.environ.get("KG_KILLS", "4"))
TOKEN = "0123456789abcdef0123456789abcdef"
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Content-Type": "application/sparql-update",
}
PATIENCE = 120.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""
SIZE = 3
"""Statements that one update adds."""


@dataclass
class Author:
    """One who writes on and on, and remembers what was acknowledged."""

    name: str
    served: Served
    sent: list[int] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Write until told to stop; a failure is taken for what it is, not known."""
        number = max(self.sent, default=0)
        while not self.ended.is_set():
            number += 1
            self.sent.append(number)
            thing = f"e:{self.name}{number}"
            parts = " ; ".join(f'rdfs:comment "{part}"' for part in range(SIZE))
            text = f"INSERT DATA {{ GRAPH e:log {{ {thing} {parts} }} }}"
            try:
                reply = self.served.request("POST", headers=HEADERS, body=text.encode())
            except (OSError, AssertionError):
                time.sleep(0.05)
                continue
            if reply.status == 200:
                self.acknowledged.append(number)
            else:
                time.sleep(0.05)


@contextmanager
def writing(authors: list[Author]) -> Iterator[None]:
    """Have authors write meanwhile."""
    threads = [threading.Thread(target=author.run, daemon=True) for author in authors]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for author in authors:
            author.ended.set()
        for thread in threads:
            thread.join(PATIENCE)


def writers(served: Served) -> list[int]:
    """The processes that write."""
    found = children(served.process.pid)
    return [pid for pid, command in found.items() if "kg.write.process" in command]


def has_more(author: Author, than: int) -> bool:
    """Whether more than so many writes were acknowledged."""
    return len(author.acknowledged) > than


def check(served: Served, authors: list[Author]) -> None:
    """All that was acknowledged is there, and nothing is there in part."""
    for author in authors:
        query = (
            "SELECT ?s (COUNT(*) AS ?n) { GRAPH e:log { ?s rdfs:comment ?o } "
            f"FILTER(STRSTARTS(STR(?s), STR(e:{author.name}))) }} GROUP BY ?s"
        )
        reply = served.get(query, "text/csv")
        assert reply.status == 200, reply.text
        rows = [line.split(",") for line in reply.text.split("\r\n")[1:] if line]
        start = f"https://example.org/{author.name}"
        there = {int(name.removeprefix(start)): int(count) for name, count in rows}
        assert not set(author.acknowledged) - set(there), "lost"
        assert not {name for name, count in there.items() if count != SIZE}, "in part"
        assert set(there) <= set(author.sent)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A tiny project."""
    for name, text in {"kg.toml": CONFIG, **TINY}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert build(read_project(tmp_path)).path
    return tmp_path


def test_a_killed_writer_loses_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The front process has another writer soon; readers are answered all the time."""
    monkeypatch.setenv("KG_TOKEN", TOKEN)
    random = Random(1)
    with serving(project, project / "log") as served:
        authors = [Author(name, served) for name in ("a", "b", "c")]
        with writing(authors):
            assert eventually(lambda: bool(authors[0].acknowledged), PATIENCE)
            for _ in range(KILLS):
                before = len(authors[0].acknowledged)
                time.sleep(random.random() * 0.3)
                for pid in writers(served):
                    os.kill(pid, signal.SIGKILL)
                assert served.get("ASK {}").status == 200
                assert eventually(partial(has_more, authors[0], before + 2), PATIENCE)
        check(served, authors)


def test_a_killed_server_loses_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a start everything is there, as it was acknowledged."""
    monkeypatch.setenv("KG_TOKEN", TOKEN)
    random = Random(2)
    names = ("a", "b")
    done = {name: Author(name, None) for name in names}  # type: ignore[arg-type]
    for _ in range(max(2, KILLS // 2)):
        with serving(project, project / "log") as served:
            authors = [
                Author(name, served, done[name].sent, done[name].acknowledged) for name in names
            ]
            before = len(done["a"].acknowledged)
            with writing(authors):
                assert eventually(partial(has_more, done["a"], before + 3), PATIENCE)
                time.sleep(random.random() * 0.3)
                found = [*writers(served), served.process.pid]
                random.shuffle(found)
                for pid in found:
                    os.kill(pid, signal.SIGKILL)
                served.process.wait(PATIENCE)
    with serving(project, project / "log") as served:
        check(served, list(done.values()))
