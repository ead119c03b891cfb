"""What the validators of the benchmark print: seconds of each step, and results by shape."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable


class Clock:
    """CPU and wall time since the last lap, of this process with all its threads."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def lap(self) -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        found = cpu - self._cpu, wall - self._wall
        self._cpu, self._wall = cpu, wall
        return found


def said(
    load: tuple[float, float],
    check: tuple[float, float],
    results: Iterable[tuple[object, object]],
) -> None:
    """Print the JSON; `results` are shape and component of each result."""
    counts = Counter(f"{_short(shape)} {_short(component)}" for shape, component in results)
    json.dump({"load": load, "check": check, "counts": counts}, sys.stdout)


def _short(term: object) -> str:
    """The last part of an IRI; blank nodes are all the same."""
    name = str(term).strip("<>")
    return name.rpartition("#")[2].removesuffix("ConstraintComponent") if "#" in name else "[]"
