"""What docs/writing.md shows can be typed: the commands are there, with their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg.cli import app

PAGE = Path(__file__).parents[2] / "docs/writing.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown() -> list[str]:
    """The commands of the page, one a line."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = "".join(BLOCK.findall(text)).replace("\\\n", "")
    named = re.findall(r"`(kg [a-z][^`]*)`", text)
    return [line for line in (*blocks.splitlines(), *named) if line.startswith("kg ")]


def test_page_has_commands() -> None:
    """The tests below do not pass for lack of cases."""
    assert len(shown()) >= 20


@pytest.mark.parametrize("line", sorted(set(shown())))
def test_command_has_its_options(line: str) -> None:
    """Each option of a command that the page shows is in the help of that command."""
    words = shlex.split(line.split(",", maxsplit=1)[0])[1:]
    path = words[:2] if words[0] in ("contribution", "token") else words[:1]
    done = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    for word in words:
        if word.startswith("--"):
            assert word in done.output
