"""Who may write: without the right token nothing reaches the writer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.serve.helpers import Client
from tests.serve.writing.conftest import SITE, Town

from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.options import ServeOptions
from kg.serve.writing import authorisation
from kg.settings import Project
from kg.write import tokens
from kg.write.options import WriteOptions
from kg.write.rate import Rate
from kg.write.tokens import environment_token

INSERT = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
TURTLE = {"Content-Type": "text/turtle"}
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "POST",
        "/sparql",
        {"content": INSERT, "headers": {"Content-Type": "application/sparql-update"}},
    ),
    ("POST", "/sparql", {"data": {"update": INSERT}}),
    ("PUT", "/graphs?graph=urn:g", {"content": "", "headers": TURTLE}),
    ("POST", "/graphs?default", {"content": "", "headers": TURTLE}),
    ("POST", "/graphs", {"content": "", "headers": TURTLE}),
    ("DELETE", "/graphs?graph=urn:g", {}),
    ("POST", "/contributions", {"content": "", "headers": TURTLE}),
    ("POST", "/contributions/20260101-000000", {"json": {"decision": "accept"}}),
    ("POST", "/history/1/revert", {}),
]


@pytest.mark.parametrize(("method", "path", "options"), WRITES)
def test_without_token(town: Town, method: str, path: str, options: dict[str, Any]) -> None:
    """A request without a token is a 401 that says how one is sent, and nobody is asked."""
    response = town.send(method, path, "", **options)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="kg"'
    assert response.headers["content-type"] == "application/problem+json"
    assert town.writer.asked == []
    assert [(each["status"], each["why"]) for each in town.audit()] == [(401, "unauthorised")]


@pytest.mark.parametrize(("method", "path", "options"), WRITES)
@pytest.mark.parametrize(
    "value",
    ["Bearer x", "Bearer", "Basic a2c6a2c=", "{}", "Token {}", "Bearer {}x", "Bearer {} {}"],
)
def test_wrong_token(
    town: Town, method: str, path: str, options: dict[str, Any], value: str
) -> None:
    """What is not exactly a token that is known is a 401, and nobody is asked."""
    header = {"Authorization": value.replace("{}", town.tokens["admin"])}
    headers = {**options.get("headers", {}), **header}
    response = town.client.request(method, path, **{**options, "headers": headers})
    assert response.status_code == 401
    assert "error" not in response.headers["www-authenticate"] or value.startswith("Bearer ")
    assert town.writer.asked == []
    assert town.tokens["admin"] not in str(town.audit())


def test_token_in_address_or_form(town: Town) -> None:
    """A token that is sent otherwise than by header does not count."""
    token = town.tokens["admin"]
    for name in ("token", "access_token", "authorization"):
        sent = town.client.post(f"/sparql?{name}={token}", data={"update": INSERT})
        assert sent.status_code == 401
        sent = town.client.post("/sparql", data={"update": INSERT, name: token})
        assert sent.status_code == 401
    cookie = {"Cookie": f"Authorization=Bearer {token}"}
    assert town.client.post("/sparql", data={"update": INSERT}, headers=cookie).status_code == 401
    assert town.writer.asked == []


def test_two_headers(town: Town) -> None:
    """Two headers are refused, whatever is in them."""
    value = f"Bearer {town.tokens['admin']}"
    headers = [("Authorization", value), ("Authorization", value)]
    response = town.client.request("DELETE", "/graphs?graph=urn:g", headers=headers)
    assert response.status_code == 400
    assert town.writer.asked == []


@pytest.mark.parametrize("scope", ["contribute", "publish", "admin"])
def test_scope_reaches_the_writer(town: Town, scope: str) -> None:
    """Each scope may update; the writer is told who it is, and whether they publish."""
    assert town.update(INSERT, scope).status_code == 200
    asked = town.writer.last
    assert asked.about.agent == f"{scope} 1"
    assert asked.may_publish is (scope != "contribute")


def test_revoked(town: Town) -> None:
    """A token is of no use from the moment it is revoked, and a new one at once of some."""
    folder = town.project.root / "journal"
    town.tokens["new"] = tokens.create(folder, "new", "publish")
    assert town.update(INSERT, "new").status_code == 200
    tokens.revoke(folder, "new")
    response = town.update(INSERT, "new")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert len(town.writer.asked) == 1


def test_damaged_file(town: Town) -> None:
    """With a damaged file of tokens nobody writes, and queries are answered."""
    path = town.project.root / "journal" / "tokens.json"
    good = path.read_bytes()
    try:
        path.write_text("{", encoding="utf-8")
        assert town.update(INSERT).status_code == 503
        assert town.send("POST", "/sparql", data={"query": "ASK {}"}).status_code == 200
    finally:
        path.write_bytes(good)
    assert town.writer.asked == []


@pytest.mark.parametrize("value", ["Bearer x", "Basic eDp5", "nonsense"])
def test_queries_need_no_token(town: Town, value: str) -> None:
    """A query is answered whatever is in the header, in each of the ways to ask."""
    headers = {"Authorization": value}
    client = town.client
    assert client.get("/sparql?query=ASK%20%7B%7D", headers=headers).status_code == 200
    assert client.post("/sparql", data={"query": "ASK {}"}, headers=headers).status_code == 200
    direct = {**headers, "Content-Type": "application/sparql-query"}
    assert client.post("/sparql", content="ASK {}", headers=direct).status_code == 200
    twice = [("Authorization", "Bearer x"), ("Authorization", "Bearer y")]
    assert client.get("/graphs", headers=twice).status_code == 200
    assert town.audit() == []


def test_off(project: Project, version: Version) -> None:
    """Without any token all writing is off, the problem says how to turn it on, no log begins."""
    with Client(create_app(project, version)) as client:
        for method, path, options in WRITES:
            response = client.request(method, path, **options)
            assert response.status_code == 403
            assert "kg token create" in response.json()["detail"]
            assert response.json()["type"] == "/problems/writing-off"
    assert not (project.root / "journal").exists()


def test_environment_token(town: Town, version: Version) -> None:
    """The token of KG_TOKEN is one of admin scope, by its own name."""
    options = ServeOptions(admin=environment_token({"KG_TOKEN": " a-secret-of-16-signs\n"}))
    app = create_app(town.project, version, options=options)
    app.state.serving.writer = town.writer
    with Client(app) as client:
        for value, status in (("a-secret-of-16-signs", 200), ("a-secret-of-16-sign", 401)):
            headers = {"Authorization": f"Bearer {value}"}
            response = client.post("/sparql", data={"update": INSERT}, headers=headers)
            assert response.status_code == status
    (asked,) = town.writer.asked
    assert (asked.about.agent, asked.may_publish) == ("KG_TOKEN", True)


def test_rate(town: Town, version: Version) -> None:
    """Who writes too often is told when to try again; admins are not."""
    limits = {"rate": 1, "burst": 3}
    app = create_app(replace(town.project, write=limits), version)
    app.state.serving.writer = town.writer
    with Client(app) as client:
        hasty = Town(client, town.project, town.writer, town.tokens)
        statuses = [hasty.update(INSERT).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert 0 < int(hasty.update(INSERT).headers["retry-after"]) <= 60
        assert hasty.update(INSERT, "contribute").status_code == 200
        assert {hasty.update(INSERT, "admin").status_code for _ in range(20)} == {200}
    assert 429 not in [each["status"] for each in town.audit()]


def test_wrong_tokens_are_limited(
    town: Town, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many wrong tokens from one address are a 429, which no longer fills the log."""
    monkeypatch.setattr(authorisation, "WRONG", Rate(1, authorisation.WRONG.burst))
    app = create_app(town.project, version)
    app.state.serving.writer = town.writer
    with Client(app) as client:
        wrong = {"Authorization": "Bearer wrong"}
        statuses = [
            client.request("DELETE", "/graphs?default", headers=wrong).status_code
            for _ in range(400)
        ]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        assert len(town.audit()) == statuses.count(401) < 400
        good = {"Authorization": f"Bearer {town.tokens['publish']}"}
        assert client.request("DELETE", "/graphs?default", headers=good).status_code == 204


def test_audit(town: Town) -> None:
    """Each write leaves a line with who, what and which commit, and never the token."""
    town.update(INSERT, headers={"Kg-Note": "Ratsbeschluß 🪲".encode()})
    (line,) = town.audit()
    assert line.pop("time").endswith("Z")
    assert line == {
        "token": "publish 1",
        "client": "127.0.0.1",
        "method": "POST",
        "route": "/sparql",
        "status": 200,
        "commit": 7,
        "added": 3,
        "removed": 1,
        "note": "Ratsbeschluß 🪲",
        "bytes": len(INSERT),
        "why": "",
        "dry_run": False,
    }
    assert town.writer.last.about.note == "Ratsbeschluß 🪲"


def test_other_sites(town: Town) -> None:
    """Scripts of a site that kg.toml names may write; those of others may read only."""
    for path in ("/graphs", "/contributions", "/history/1/revert"):
        asking = {"Access-Control-Request-Method": "PUT"}
        other = town.client.request(
            "OPTIONS", path, headers={**asking, "Origin": "https://other.example"}
        )
        assert "authorization" not in other.headers["access-control-allow-headers"].lower()
        assert "PUT" not in other.headers["access-control-allow-methods"]
        friend = town.client.request("OPTIONS", path, headers={**asking, "Origin": SITE})
        assert friend.headers["access-control-allow-origin"] == SITE
        assert "Authorization" in friend.headers["access-control-allow-headers"]
    sparql = town.client.request("OPTIONS", "/sparql", headers={"Origin": "https://other.example"})
    assert "authorization" not in sparql.headers["access-control-allow-headers"].lower()
    assert "POST" in sparql.headers["access-control-allow-methods"]
    done = town.update(INSERT, headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in done.headers
    done = town.update(INSERT, headers={"Origin": SITE})
    assert done.headers["access-control-allow-origin"] == SITE
    assert "Origin" in done.headers["vary"]


def test_allow(town: Town) -> None:
    """OPTIONS names all methods."""
    allow = town.client.request("OPTIONS", "/graphs").headers["allow"]
    assert set(allow.split(", ")) == {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"}
    patch = town.send("PATCH", "/graphs?graph=urn:g")
    assert (patch.status_code, set(patch.headers["allow"].split(", "))) == (
        405,
        {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"},
    )


def test_usual_options() -> None:
    """Without kg.toml ontology and shapes are protected, and 600 writes a minute are allowed."""
    options = WriteOptions()
    assert options.is_protected("ontology/core")
    assert not options.is_protected("documents/x")
    assert options.rate == Rate(600, 200)
