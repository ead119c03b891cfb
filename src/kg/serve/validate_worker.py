"""The process that validates: it opens a version once and then answers one task after the other.

It is started by `kg.serve.validate_pool` and has no other way out than the socket to it. Whatever
happens here, the server lives: this process has limits on memory and time and can be killed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol, cast

from kg.errors import KgError, ReadError, Text
from kg.publish.address_space import limit_memory
from kg.rdf.dataset import Source
from kg.reason.explanations import Explanations
from kg.reason.impact import Impact
from kg.reason.render_impact import impact_text
from kg.serve.problems import BAD_REQUEST, INTERNAL, UNAVAILABLE, RequestError
from kg.serve.validate_input import Posted, read_task
from kg.serve.validate_task import (
    SHAPES,
    SYNTAX,
    Explain,
    Limits,
    Message,
    Task,
    out_of_memory,
    too_large,
)
from kg.settings import Project
from kg.validate.render import RENDERERS, as_text
from kg.validate.render_json import dump, report_dict
from kg.validate.report import Report
from kg.validate.shape_graph import ShapesError

NO_MEMORY = 70
"""The exit code of a process that has no memory left for an answer."""
_LATE = 5
"""So many seconds after its time a process ends that nobody has killed."""


class Checked(Protocol):
    """What came of a contribution."""

    @property
    def report(self) -> Report:
        """The findings."""

    @property
    def impact(self) -> Impact | None:
        """What it changes in what follows, if that was asked."""


class Checker(Protocol):
    """Checks contributions to one version."""

    def check(self, sources: tuple[Source, ...], *, impact: bool = False) -> Checked:
        """Return what came of a contribution."""


class Following(Checker, Protocol):
    """Checks contributions to versions that commits make of the one that it was opened on."""

    def follow(self, version: str) -> None:
        """Come to the version of that name."""

    def explanations(self, version: str) -> Explanations:
        """Return what explains the triples of the version of that name."""


@dataclass(frozen=True)
class Checks:
    """The two ways to check: against a published version, and data with shapes of its own."""

    open: Callable[[Path, Project], Checker]
    alone: Callable[[tuple[Source, ...], tuple[Source, ...]], Report]


@dataclass(frozen=True)
class Setup:
    """What a process works with; `checks` is called in it."""

    path: Path
    project: Project
    limits: Limits
    checks: Callable[[], Checks]


def own_checks() -> Checks:
    """Return the checks of kg."""
    from kg.validate.stage import validate_alone  # noqa: PLC0415 - the server does without
    from kg.write.following import Follower  # noqa: PLC0415

    return Checks(Follower, validate_alone)


def main(descriptor: int) -> None:
    """Answer tasks on the socket `descriptor` until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(5)
    connection = Connection(descriptor)
    try:
        _answer_all(connection)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except MemoryError:
        os._exit(NO_MEMORY)


def _answer_all(connection: Connection) -> None:
    sys.path[:] = pickle.loads(connection.recv_bytes())
    setup: Setup = pickle.loads(connection.recv_bytes())
    opened = _Opened(setup)
    limit_memory(setup.limits.memory)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send_bytes(opened.message.encode())
    while True:
        task: Task | Explain = pickle.loads(connection.recv_bytes())
        with _alarm(setup.limits.seconds):
            message, body = opened.answer(task)
            connection.send_bytes(message.encode())
            connection.send_bytes(body)


class _Opened:
    """The version and the checks, or why they cannot be had."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.message = Message()
        try:
            self._checks = setup.checks()
            self._checker = self._checks.open(setup.path, setup.project)
        except KgError as error:
            self.message = Message(UNAVAILABLE.slug, error.text, log=str(error))
        except Exception:  # noqa: BLE001 - the boundary of a process
            self.message = Message(UNAVAILABLE.slug, _NO_VERSION, log=traceback.format_exc())

    def answer(self, task: Task | Explain) -> tuple[Message, bytes]:
        """Return what came of a task and, if it was no fault, the report or explanation."""
        limits = self._setup.limits
        try:
            if isinstance(task, Explain):
                body = self._explanation(task)
            else:
                body = self._report(task, read_task(task, self._setup.project, limits))
        except RequestError as error:
            return _message(error), b""
        except (ReadError, ShapesError) as error:
            kind = SYNTAX if isinstance(error, ReadError) else SHAPES
            return Message(kind.slug, error.text, _place(error)), b""
        except KgError as error:
            return Message(UNAVAILABLE.slug, error.text, log=str(error)), b""
        except MemoryError:
            return _message(out_of_memory(limits)), b""
        except RecursionError:
            return Message(BAD_REQUEST.slug, _TOO_DEEP), b""
        except Exception:  # noqa: BLE001 - the boundary of a process
            return Message(INTERNAL.slug, _OUR_FAULT, log=traceback.format_exc()), b""
        if len(body) > limits.answer:
            much = Text(de="Byte im Bericht", en="bytes in the report")
            return _message(too_large(much, limits.answer)), b""
        return Message(), body

    def _checker_on(self, version: str) -> Following:
        """Return what checks contributions to a version, to that it was opened on for none."""
        if self.message.kind:
            raise RequestError(UNAVAILABLE, self.message.text)
        following = cast(Following, self._checker)
        if version:
            following.follow(version)
        return following

    def _explanation(self, task: Explain) -> bytes:
        from kg.serve.explain import RENDERERS as EXPLAINED  # noqa: PLC0415 - seldom

        explanations = self._checker_on(task.version).explanations(task.version)
        account = explanations.account(task.triple, limit=task.limit, lang=task.lang)
        return EXPLAINED[task.form](account).encode()

    def _report(self, task: Task, posted: Posted) -> bytes:
        prefixes = self._setup.project.prefixes
        if posted.shapes:
            if task.impact:
                raise RequestError(BAD_REQUEST, _IMPACT_OF_WHAT)
            report, impact = self._checks.alone(posted.data, posted.shapes), None
        else:
            checked = self._checker_on(task.version).check(posted.data, impact=task.impact)
            report, impact = checked.report, checked.impact
        if task.form == "json":
            more = {"impact": impact.as_dict()} if impact else {}
            document = {**report_dict(report), **more}
            return f"{dump(document, findings=len(report.results))}\n".encode()
        if task.form == "text":
            follows = f"\n{impact_text(impact, prefixes, task.lang)}" if impact else ""
            return f"{as_text(report, task.lang, prefixes)}\n{follows}".encode()
        return f"{RENDERERS[task.form](report, task.lang, prefixes)}\n".encode()


def _message(error: RequestError) -> Message:
    return Message(error.kind.slug, error.text, error.details.members)


def _place(error: KgError) -> dict[str, object]:
    place = error.place
    if place is None:
        return {}
    found = {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "pointer": place.pointer,
    }
    return {name: value for name, value in found.items() if value is not None}


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End the process some time after its deadline, in case that nobody is left to kill it."""
    signal.alarm(ceil(seconds) + _LATE)
    yield
    signal.alarm(0)


_NO_VERSION = Text(
    de="Die veröffentlichte Version kann nicht geöffnet werden.",
    en="The published version cannot be opened.",
)
_OUR_FAULT = Text(
    de="Der Server hat einen Fehler gemacht. Er steht in seinem Protokoll.",
    en="The server made a mistake. It is in its log.",
)
_TOO_DEEP = Text(
    de="Die Daten sind zu tief ineinander geschachtelt.", en="The data is nested too deeply."
)
_IMPACT_OF_WHAT = Text(
    de="Was aus den Daten folgt, wird nur gegen den veröffentlichten Graphen ermittelt: entweder "
    "impact oder eigene Shapes.",
    en="What follows from the data is found against the published graph only: either impact or "
    "shapes of your own.",
)

if __name__ == "__main__":
    main(int(sys.argv[1]))
