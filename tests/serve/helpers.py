"""A client that calls the application in this process, without a socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from kg.settings import Project, read_project

FILES = {
    "kg.toml": """
[project]
title = "Käfer & <Co>"
base = "https://example.org/"
health = "ASK { <https://example.org/id/dung> a <https://example.org/ns#Animal> }"

[prefixes]
ex = "https://example.org/ns#"
id = "https://example.org/id/"
service = "https://example.org/service/"
""",
    "ontology/zoo.ttl": """
PREFIX ex: <https://example.org/ns#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

ex:Animal a owl:Class .
ex:Beetle a owl:Class ; rdfs:subClassOf ex:Animal .
""",
    "data/dung.ttl": """
PREFIX ex: <https://example.org/ns#>
PREFIX id: <https://example.org/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

id:dung a ex:Beetle ; rdfs:label "Mistkäfer 🪲"@de .
""",
    "data/stag.ttl": """
PREFIX ex: <https://example.org/ns#>
PREFIX id: <https://example.org/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

id:stag a ex:Beetle ; rdfs:label "Hirschkäfer"@de .
""",
    "queries/competency/01-names.rq": """# name: names
# de: Wie heißen die Käfer <alle>?
# en: What are the beetles called, <all> of them?
SELECT ?name WHERE { ?beetle a ex:Beetle ; rdfs:label ?name }
""",
    "queries/competency/02-stag.rq": """# de: Was ist über den Hirschkäfer bekannt?
# en: What is known of the stag beetle?
DESCRIBE id:stag
""",
}


class Client:
    """httpx on an ASGI application; faults of the application are not raised but answered."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            address = "http://testserver"
            async with httpx.AsyncClient(transport=transport, base_url=address) as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET request."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Send a POST request."""
        return self.request("POST", path, **options)


def write_project(root: Path) -> Project:
    """Write the project about beetles below `root` and return it."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(root)
