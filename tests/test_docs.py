"""Every command and query in README.md and docs/ runs, and prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean

from kg.publish.store import Query, run
from kg.publish.versions import Version

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SET_UP = ("make ", "git clone", "cd ", "pre-commit ")
"""Commands that set a machine up; continuous integration runs them on a fresh checkout."""


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
            if match.group(1) == language:
                yield f"{page.name}-{number}", match.group(2)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that it announces."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        command = lines.pop(0)
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0)
        yield command, "\n".join(lines).strip()


CASES = [
    pytest.param(command, output, id=f"{name}: {command[:50]}")
    for name, block in blocks("console")
    for command, output in commands(block)
    if not command.startswith(SET_UP)
]


@pytest.fixture(scope="module")
def served(published_project: Path) -> Iterator[str]:
    """The address of a server on the real graph, started as a user would start it."""
    command = [str(Path(sys.executable).with_name("kg")), "serve", "--no-build", "--port", "0"]
    server = subprocess.Popen(
        command, cwd=published_project, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert server.stderr is not None
    with server.stderr as errors:
        greeting = errors.readline()
        address = re.search(r"http://[\d.:]+", greeting)
        assert address, greeting
        yield address.group().rstrip("/")
        server.terminate()
        server.wait(60)


def test_pages_have_commands() -> None:
    """The pages have commands to run: the test below does not pass for lack of cases."""
    assert len(CASES) >= 5


@pytest.mark.parametrize(("command", "announced"), CASES)
def test_command(command: str, announced: str, served: str, published_project: Path) -> None:
    """A command of the docs runs and prints what the page says; `...` stands for any lines."""
    bin_dir = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8000", served)],
        cwd=published_project,
        env={**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}", "KG_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    printed = (done.stdout + done.stderr).replace(served, "http://127.0.0.1:8000").strip()
    pattern = re.escape(announced).replace(re.escape("..."), ".*").replace(r"\ ", r"\s+")
    assert re.fullmatch(pattern, re.sub(r"[ \t]+$", "", printed, flags=re.M), re.S), printed


@pytest.mark.parametrize("query", [pytest.param(text, id=name) for name, text in blocks("sparql")])
def test_query(query: str, published: Version) -> None:
    """A SPARQL query in the docs parses and finds something."""
    result = run(published.store, Query(query))
    assert result if isinstance(result, QueryBoolean) else next(result, None)
