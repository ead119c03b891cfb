"""The project about beetles with tokens of each scope and a writer that does nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.serve.helpers import Client
from tests.serve.writing.fake import FakeWriter

from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.settings import Project
from kg.write import tokens
from kg.write.requests import Outcome

SITE = "https://friend.example"


@dataclass
class Town:
    """A client, with the tokens that it may send."""

    client: Client
    project: Project
    writer: FakeWriter
    tokens: dict[str, str]

    def send(self, method: str, path: str, scope: str = "publish", **options: Any) -> Any:
        """Send a request with the token of a scope, "" for none."""
        headers = dict(options.pop("headers", {}))
        if scope:
            headers["Authorization"] = f"Bearer {self.tokens[scope]}"
        response: httpx.Response = self.client.request(method, path, headers=headers, **options)
        return response

    def update(self, text: str, scope: str = "publish", **options: Any) -> Any:
        """Send an update by itself."""
        headers = {"Content-Type": "application/sparql-update", **options.pop("headers", {})}
        path = options.pop("path", "/sparql")
        return self.send("POST", path, scope, content=text, headers=headers, **options)

    def audit(self) -> list[dict[str, Any]]:
        """Return the lines of the audit log."""
        path = self.project.root / "journal" / "audit.log"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def served(
    project: Project, version: Version, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The application, with three tokens; other tests never see its journal."""
    root = tmp_path_factory.mktemp("town")
    shutil.copytree(project.root, root, dirs_exist_ok=True, symlinks=True)
    options = {"origins": [SITE], "body": 1}
    own = replace(project, root=root, write=options)
    folder = Path(root, "journal")
    made: dict[str, str] = {
        scope: tokens.create(folder, f"{scope} 1", scope) for scope in tokens.SCOPES
    }
    app = create_app(own, version)
    writer = FakeWriter()
    app.state.serving.writer = writer
    with Client(app) as client:
        yield Town(client, own, writer, made)


@pytest.fixture
def town(served: Town) -> Town:
    """The same with nothing asked yet."""
    served.writer.asked.clear()
    served.writer.fault = None
    served.writer.outcome = Outcome("committed", 7, "20260101T000000Z-c7-x", 3, 1)
    (served.project.root / "journal" / "audit.log").unlink(missing_ok=True)
    return served
