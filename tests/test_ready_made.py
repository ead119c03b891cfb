"""The GitHub Action and the pre-commit hooks do what they say: their own commands are run here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from tests.conftest import Tiny
from tests.helpers import ALONE, HEADER, TINY

BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "KG_LANG": "en"}
WRONG = HEADER + "e:c a e:Thing .\n"
RIGHT = HEADER + "e:c a e:Thing ; e:knows e:a .\n"


@pytest.fixture(scope="module")
def action(repository: Path) -> dict[str, Any]:
    """The action, as GitHub reads it."""
    found: dict[str, Any] = yaml.safe_load((repository / "action.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def hooks(repository: Path) -> dict[str, dict[str, Any]]:
    """The hooks by their ids."""
    text = (repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    return {hook["id"]: hook for hook in yaml.safe_load(text)}


def run_step(
    step: dict[str, Any], folder: Path, values: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does: expressions in `env` are filled in, bash stops at a fault."""
    variables = {
        name: re.sub(r"\$\{\{\s*(?:\w+\.)?(\w+)\s*\}\}", lambda m: values[m.group(1)], text)
        for name, text in step["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**ENVIRONMENT, "RUNNER_TEMP": str(folder / "runner"), **variables},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def validate(
    action: dict[str, Any], folder: Path, **inputs: str
) -> subprocess.CompletedProcess[str]:
    """Run the step that validates, with the defaults of the inputs that are not given."""
    (folder / "runner").mkdir(exist_ok=True)
    environment = folder / "runner" / "kg-venv"
    if not environment.is_symlink():
        environment.symlink_to(BIN.parent)
    defaults = {name: str(about["default"]) for name, about in action["inputs"].items()}
    return run_step(action["runs"]["steps"][1], folder, {**defaults, **inputs})


def test_action_is_composite(action: dict[str, Any]) -> None:
    """Every input has a description and a default, every step a shell; no input is code."""
    assert action["runs"]["using"] == "composite"
    assert {"files", "project", "format"} <= set(action["inputs"])
    assert all({"description", "default"} == set(about) for about in action["inputs"].values())
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def test_action_installs_its_own_checkout(action: dict[str, Any], tmp_path: Path) -> None:
    """It makes an environment and installs the action's checkout in it, with the constraints."""
    log = tmp_path / "log"
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "{log}"\n'
        f'[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"\nexit 0\n'
    )
    python.chmod(0o755)
    values = {"python": str(python), "action_path": "/the/action"}
    assert run_step(action["runs"]["steps"][0], tmp_path, values).returncode == 0
    first, second = log.read_text().splitlines()
    assert first == f"-m venv {tmp_path}/runner/kg-venv"
    assert second == "-m pip install --quiet --constraint /the/action/constraints.txt /the/action"


def test_action_on_a_project(action: dict[str, Any], tiny: Tiny, tmp_path: Path) -> None:
    """A project at fault fails the step with annotations, a valid one passes."""
    tiny(TINY)
    assert validate(action, tmp_path).returncode == 0
    tiny(ALONE)
    run = validate(action, tmp_path, lang="de")
    assert run.returncode == 1, run.stderr
    assert run.stdout.startswith("::error file=data/b.ttl,line=2,col=1,title=Verstoß%3A ")
    assert "::allein%0A" in run.stdout
    assert validate(action, tmp_path, format="nonsense").returncode == 2


def test_action_on_a_project_below(action: dict[str, Any], tiny: Tiny, tmp_path: Path) -> None:
    """Files of a project in a folder are named from the root, as GitHub needs it."""
    tiny({f"graph/{name}": text for name, text in ALONE.items()})
    (tmp_path / "kg.toml").replace(tmp_path / "graph" / "kg.toml")
    run = validate(action, tmp_path, project="graph")
    assert run.returncode == 1, run.stderr
    assert run.stdout.startswith("::error file=graph/data/b.ttl,line=2,")


def test_action_on_files(action: dict[str, Any], tiny: Tiny, tmp_path: Path) -> None:
    """Files are contributions, named as given; odd names are files and not commands."""
    tiny(TINY)
    for name in ("new one.ttl", "-x.ttl", "$(touch owned).ttl"):
        (tmp_path / name).write_text(WRONG)
    run = validate(action, tmp_path, files="new one.ttl\n\n-x.ttl\n$(touch owned).ttl\n")
    assert run.returncode == 1, run.stderr
    assert "::error file=new one.ttl,line=2," in run.stdout
    assert not (tmp_path / "owned").exists()
    (tmp_path / "new one.ttl").write_text(RIGHT)
    assert validate(action, tmp_path, files="new one.ttl").returncode == 0


def test_hooks_are_described(hooks: dict[str, dict[str, Any]]) -> None:
    """pre-commit installs this package and finds the command that the hook runs."""
    assert set(hooks) == {"kg-validate", "kg-fmt"}
    for hook in hooks.values():
        assert hook["language"] == "python"
        assert {"id", "name", "description", "entry", "files"} <= set(hook)
        assert (BIN / shlex.split(hook["entry"])[0]).exists()
        re.compile(hook["files"])
        re.compile(hook["exclude"])


def run_hook(hook: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: on the files that its patterns choose."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    chosen = [
        name
        for name in names
        if re.search(hook["files"], name) and not re.search(hook["exclude"], name)
    ]
    return subprocess.run(
        [*shlex.split(hook["entry"]), *chosen],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_hook_validates(hooks: dict[str, dict[str, Any]], tiny: Tiny, tmp_path: Path) -> None:
    """Data that is at fault stops the commit with the line; valid data does not."""
    tiny(TINY)
    done = run_hook(hooks["kg-validate"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    tiny(ALONE)
    done = run_hook(hooks["kg-validate"], tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("data/b.ttl:2:1: Violation: alone")


def test_hook_formats(hooks: dict[str, dict[str, Any]], tiny: Tiny, tmp_path: Path) -> None:
    """Turtle is rewritten, which pre-commit takes as a failure; the second time nothing changes."""
    tiny(TINY)
    data = tmp_path / "data" / "a.ttl"
    before = data.read_text()
    assert run_hook(hooks["kg-fmt"], tmp_path).returncode == 0
    after = data.read_text()
    assert after != before
    assert run_hook(hooks["kg-fmt"], tmp_path).returncode == 0
    assert data.read_text() == after
