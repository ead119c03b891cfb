"""One request to the writer of a project, whether a server runs or not."""

from __future__ import annotations

import json
import time
from typing import Any

from kg.errors import StageError, Text
from kg.publish import versions
from kg.settings import Project
from kg.write.launch import connect
from kg.write.requests import Outcome, Request
from kg.write.state import Mode, mode_of
from kg.write.wire import AT_ONCE, Messages, asking, outcome_of

_PATIENCE = 120.0
_TICK = 0.1


def ask(project: Project, request: Request, *, mode: Mode | None = None) -> Outcome:
    """Return what came of a request; without a server, a writer is started for it.

    It writes in `mode`, else as the current version was written. Raises StageError when there is
    no writer or it ends meanwhile: whether the request was done is in the history then.
    """
    messages = Messages()
    with connect(project, mode or mode_of(project)) as link:
        link.sendall(asking(1, request))
        while data := link.recv(AT_ONCE):
            for content in messages.take(data):
                message: dict[str, Any] = json.loads(content)
                if "outcome" in message:
                    return outcome_of(message["outcome"])
    raise lost()


def add_commits(project: Project) -> None:
    """Have the commits of the journal be added to the version that was built last.

    Returns when the current version has them. Raises StageError when that cannot be.
    """
    base = versions.find_base(project.build_dir).manifest.version
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            mode = mode_of(project)
        except StageError:
            mode = Mode()
        with connect(project, mode):
            found = versions.find_current(project.build_dir).manifest
            if base in (found.base_version, found.version):
                return
            time.sleep(_TICK)  # one that writes on the version before ends soon
    raise lost()


def lost() -> StageError:
    """Return the error for a writer that has ended before it answered."""
    return StageError(
        Text(
            de="Der Prozess, der schreibt, ist ausgefallen. Ob die Änderung noch geschrieben "
            "wurde, sagt der Verlauf: kg history",
            en="The process that writes has failed. Whether the change was written is in the "
            "history: kg history",
        )
    )
