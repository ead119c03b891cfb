"""A client that calls the application in this process, without a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from fastapi import FastAPI

from kg.settings import Project, read_project

Result = TypeVar("Result")
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
    """httpx on an ASGI application that runs; its faults are not raised but answered.

    The application runs in a thread, so that several threads may ask.
    """

    def __init__(self, app: FastAPI) -> None:
        """Start the application, with all that belongs to it; `close` ends it."""
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stop = self._call(self._start())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the application."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._call(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            address = "http://testserver"
            async with httpx.AsyncClient(transport=transport, base_url=address) as client:
                return await client.request(method, path, **options)

        return self._call(send())

    def _call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(600)

    async def _start(self) -> asyncio.Event:
        started: asyncio.Future[None] = self._loop.create_future()
        stop = asyncio.Event()

        async def run() -> None:
            async with self._app.router.lifespan_context(self._app):
                started.set_result(None)
                await stop.wait()

        self._running = asyncio.create_task(run())
        await asyncio.wait((started, self._running), return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            await self._running
        return stop

    async def _ended(self) -> None:
        await self._running

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
