"""Kept versions are read by name, by commit and as of a day (RFC 7089)."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest
from tests.serve.helpers import Client
from tests.serve.running import eventually
from tests.serve.writing.conftest import Town
from tests.serve.writing.fake import FakeWriter

from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.settings import Project
from kg.write import tokens

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")
GRAPH = "https://example.org/graph/beetles"
BEETLES = f"SELECT ?n {{ GRAPH <{GRAPH}> {{ ?s rdfs:label ?n }} }} ORDER BY ?n"
PREFIXES = (
    "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; datetime="([^"]*)")?')


@pytest.fixture(scope="module")
def town(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A copy of the project about beetles with four commits, each a second after the other."""
    root = tmp_path_factory.mktemp("town")
    shutil.copytree(project.root, root, dirs_exist_ok=True, symlinks=True)
    own = replace(project, root=root)
    made: dict[str, str] = {
        scope: tokens.create(root / "journal", f"{scope} 1", scope) for scope in tokens.SCOPES
    }
    with Client(create_app(own, find_current(own.build_dir))) as client:
        found = Town(client, own, FakeWriter(), made)
        for number in range(1, 5):
            time.sleep(1.05)
            beetle = f"id:n{number} a ex:Beetle ; rdfs:label '{number}'@de"
            text = f"{PREFIXES} INSERT DATA {{ GRAPH <{GRAPH}> {{ {beetle} }} }}"
            response = found.update(text, "publish")
            assert response.status_code == 200, response.text
        yield found


def ask(town: Town, query: str = BEETLES, **more: str) -> httpx.Response:
    """Ask for numbers; other arguments are parameters, but for `accept_datetime`."""
    headers = {"Accept": "text/csv"}
    if "accept_datetime" in more:
        headers["Accept-Datetime"] = more.pop("accept_datetime")
    return town.client.get("/sparql", params={"query": query, **more}, headers=headers)


def numbers(response: httpx.Response) -> list[int]:
    """The numbers in an answer."""
    assert response.status_code == 200, response.text
    return [int(line) for line in response.text.split()[1:]]


def mementos(town: Town, **uri: str) -> list[tuple[str, str, str]]:
    """The addresses of the kept versions, their relations and dates, the oldest first."""
    response = town.client.get("/history/timemap", params=uri)
    assert response.headers["content-type"].startswith("application/link-format")
    found = LINK.findall(response.text)
    return [each for each in found if "memento" in each[1]]


def test_versions_by_number(town: Town) -> None:
    """Each commit can be read as it was, also after later ones, and the newest without a name."""
    for number in (1, 3, 2, 4, 1):
        response = ask(town, version=str(number))
        assert numbers(response) == list(range(1, number + 1))
        assert f"-c{number}-" in response.headers["etag"]
        graph = town.client.get(f"/graphs?graph={GRAPH}&version={number}&format=nt")
        assert len(graph.text.splitlines()) == 2 * number
    assert numbers(ask(town)) == [1, 2, 3, 4]
    form = {"query": BEETLES, "version": "2"}
    posted = town.client.post("/sparql", data=form, headers={"Accept": "text/csv"})
    assert numbers(posted) == [1, 2]


def test_version_that_was_built(town: Town) -> None:
    """What was built can be read by its name; graphs that came later are not there."""
    built = find_current(town.project.build_dir).manifest.base_version
    assert numbers(ask(town, version=built)) == []
    graph = town.client.get(f"/graphs?graph={GRAPH}&version={built}")
    assert graph.status_code == 404


@pytest.mark.parametrize("name", ["99", "0", "", "..", "current", "../../etc", "x" * 3000, "²"])
def test_unknown_version(town: Town, name: str) -> None:
    """What is not kept is not found, and the answer lists what is."""
    for response in (
        ask(town, version=name),
        town.client.get("/graphs", params={"default": "", "version": name}),
    ):
        assert response.status_code == 404
        problem = response.json()
        assert len(problem["versions"]) == 5
        assert "-c4-" in problem["versions"][0]


def test_many_versions_at_once(town: Town) -> None:
    """Queries on all versions at a time are each answered on theirs, and none on a mixture."""

    def one(count: int) -> bool:
        number = count % 5
        more = {"version": str(number)} if number else {}
        response = ask(town, f"{BEETLES} # {count}", **more)
        return numbers(response) == list(range(1, (number or 4) + 1))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(120)))


def test_cached_answers(town: Town) -> None:
    """Answers that are kept are those of their version."""
    for _ in range(4):
        assert numbers(ask(town, version="2")) == [1, 2]
        assert numbers(ask(town)) == [1, 2, 3, 4]


def test_memento(town: Town) -> None:
    """With Accept-Datetime the version in force then answers; headers name it."""
    known = mementos(town)
    assert len(known) == 5
    assert known[0][1] == "first memento"
    assert known[-1][1] == "last memento"
    for number, (_, _, made) in enumerate(known):
        response = ask(town, accept_datetime=made)
        assert numbers(response) == list(range(1, number + 1))
        assert response.headers["memento-datetime"] == made
        assert "accept-datetime" in response.headers["vary"].lower()
        links = {rel: uri for uri, rel, _ in LINK.findall(response.headers["link"])}
        assert {"original timegate", "timemap", "memento"} <= links.keys()
        again = town.client.get(links["memento"], headers={"Accept": "text/csv"})
        assert again.text == response.text
        assert again.headers["memento-datetime"] == made
        assert response.headers["content-location"] == links["memento"]
        assert "timemap" in town.client.get(links["timemap"]).text


def test_datetimes_at_the_ends(town: Town) -> None:
    """Before the first kept version that one answers and says so; in the future, the newest."""
    early = ask(town, accept_datetime="Tue, 01 Jan 1980 00:00:00 GMT")
    assert numbers(early) == []
    assert early.headers["memento-datetime"] == mementos(town)[0][2]
    late = ask(town, accept_datetime="Tue, 01 Jan 2999 00:00:00 GMT")
    assert numbers(late) == [1, 2, 3, 4]
    assert "first memento" in late.headers["link"]
    assert ask(town, accept_datetime="yesterday").status_code == 400


def test_timemap(town: Town) -> None:
    """The list of versions is for an address of ours."""
    uri = f"http://testserver/graphs?graph={GRAPH}"
    found = [each[0] for each in mementos(town, uri=uri)]
    assert all(address.startswith(f"{uri}&version=") for address in found)
    response = town.client.get("/history/timemap", params={"uri": "https://elsewhere.example/"})
    assert response.status_code == 400


def test_version_goes(town: Town) -> None:
    """A version that is removed while it is asked for is not found; others are answered."""
    build_dir = town.project.build_dir
    name = next(path.name for path in build_dir.iterdir() if "-c1-" in path.name)
    kept = build_dir.parent / "kept"
    (build_dir / name / "store").rename(kept)
    response = ask(town, f"{BEETLES} # gone", version="1")
    assert response.status_code in (200, 404), response.text
    for number in (2, 3):
        assert len(numbers(ask(town, f"{BEETLES} # still", version=str(number)))) == number
    # A worker that has had it open since before goes on to the newest one when it is idle.
    texts = (f"{BEETLES} # gone {number}" for number in count())
    assert eventually(lambda: ask(town, next(texts), version="1").status_code == 404, 60)
    assert numbers(ask(town, f"{BEETLES} # now")) == [1, 2, 3, 4]
    Path(kept).rename(build_dir / name / "store")
