"""Checks that misbehave on demand, in place of those of kg, in the process that validates."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StageError, Text
from kg.rdf.dataset import Source
from kg.reason.impact import Impact
from kg.serve.validate_worker import Checker, Checks
from kg.settings import Project
from kg.validate.report import Report

DO = "<urn:do:{}> <urn:p> 1 ."
"""Turtle that asks for a misdeed."""


@dataclass(frozen=True)
class FakeChecked:
    """A report and no impact."""

    report: Report
    impact: Impact | None = None


class FakeChecker:
    """Does what the first subject of the data asks for."""

    def check(self, sources: tuple[Source, ...], *, impact: bool = False) -> FakeChecked:
        """Count the statements, after the misdeed."""
        del impact
        quads = [quad for source in sources for quad in source.quads]
        misdeed(str(quads[0].subject) if quads else "")
        return FakeChecked(Report(checked={"triples": len(quads), "process": os.getpid()}))


def misdeed(asked: str) -> None:
    """Sleep, wait, die, take all memory, recurse, fail or reach a limit."""
    deed = asked.removeprefix("<urn:do:").rstrip(">")
    match deed.partition("/")[0]:
        case "sleep":
            time.sleep(600)
        case "hold":
            wait_while(Path(deed.removeprefix("hold")))
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "abort":
            os.kill(os.getpid(), signal.SIGABRT)
        case "eat":
            kept = [bytes(1 << 20) for _ in range(100_000)]
            del kept
        case "fail":
            raise ValueError("a secret of the inside")
        case "deep":
            raise RecursionError
        case "limit":
            raise StageError(Text(de="Zu viele Tripel.", en="Too many triples."))


def wait_while(path: Path) -> None:
    """Say by a file that the check has begun, and wait as long as another one is there."""
    path.with_suffix(".begun").touch()
    while path.exists():
        time.sleep(0.02)


def open_fake(path: Path, project: Project) -> Checker:
    """Open nothing."""
    del path, project
    return FakeChecker()


def open_broken(path: Path, project: Project) -> Checker:
    """Fail to open."""
    raise StageError(Text(de="Beschädigt.", en="Damaged."))


def alone(data: tuple[Source, ...], shapes: tuple[Source, ...]) -> Report:
    """Count data and shapes."""
    counts = {"triples": sum(len(each.quads) for each in data), "shapes": len(shapes)}
    return Report(checked=counts)


def fake_checks() -> Checks:
    """Return the checks that misbehave."""
    return Checks(open_fake, alone)


def broken_checks() -> Checks:
    """Return checks whose version cannot be opened."""
    return Checks(open_broken, alone)


def no_checks() -> Checks:
    """Fail before there are any checks."""
    raise ImportError("no such module")
