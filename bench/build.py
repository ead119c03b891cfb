"""Times the stages of a build of a project, each run in a fresh process; prints medians.

Usage: python bench/build.py [PROJECT] [RUNS]
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time

STAGES = {
    "load": "load(project)",
    "hygiene": "check_hygiene(dataset, memory_store(dataset.quads()))",
    "validate (pySHACL)": "validate_dataset(dataset)",
    "reason (OWL 2 RL and rules)": "reason_project(dataset)",
}
CHILD = """
import json, sys, time
from pathlib import Path
from kg.publish.hygiene import check_hygiene
from kg.publish.store import memory_store
from kg.rdf.dataset import load
from kg.publish.explanations import reason_project
from kg.settings import read_project
from kg.validate.stage import validate_dataset
project = read_project(Path(sys.argv[1]))
dataset = load(project)
start = time.perf_counter()
{stage}
print(json.dumps([time.perf_counter() - start, len(dataset.triples())]))
"""


def main() -> None:
    """Run every stage RUNS times and print a row for each."""
    project = sys.argv[1] if len(sys.argv) > 1 else "."
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    print(f"Python {platform.python_version()}, {platform.machine()}, {runs} runs, {time.ctime()}")
    for name, stage in STAGES.items():
        seconds: list[float] = []
        triples = 0
        for _ in range(runs):
            command = [sys.executable, "-c", CHILD.replace("{stage}", stage), project]
            out = subprocess.run(command, check=True, capture_output=True).stdout
            taken, triples = json.loads(out)
            seconds.append(taken)
        median = statistics.median(seconds)
        print(
            f"{name:<26} {triples:>8} triples  median {median:8.3f} s"
            f"  min {min(seconds):8.3f} s  max {max(seconds):8.3f} s"
        )


if __name__ == "__main__":
    main()
