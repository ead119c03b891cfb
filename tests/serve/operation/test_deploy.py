"""What is shipped for operating names options, files and metrics that there are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from kg.serve.operation.metrics import Metrics, Readings
from kg.serve.operation.metrics_page import render

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
UNIT = DEPLOY / "kommunalgraph.service"


def test_metrics_are_described() -> None:
    """The page on operating names each metric that there is, and no other."""
    page = render([Metrics(lambda: Readings("1")).snapshot()]).decode()
    there = set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))
    named = {re.sub("_(count|bucket)$", "", one) for one in re.findall(r"\bkg_[a-z_]+", PAGE)}
    assert named == there


def test_alerts_are_rules() -> None:
    """The example of alerts is YAML in the form that Prometheus reads."""
    match = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert match
    rules = yaml.safe_load(match.group(1))["groups"][0]["rules"]
    assert len(rules) > 5
    assert all({"alert", "expr"} <= set(rule) for rule in rules)


def test_container_copies_what_is_there() -> None:
    """What the image is made from is in the repository."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line


def test_options_exist() -> None:
    """Each option of `kg serve` that is named in a file or on the page is one."""
    code = "from kg.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--help"]
    wide = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=300, env=wide
    )
    there = set(re.findall(r"--[a-z][a-z-]*", done.stdout)) | {"--no-build"}
    table = PAGE.partition("| option |")[2].partition("\n\n")[0]
    used = set(re.findall(r"--[a-z][a-z-]*", table))
    unit = UNIT.read_text(encoding="utf-8").replace("\\\n", " ")
    started = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    started += re.findall(r"^CMD (\[.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    used |= set(re.findall(r"--[a-z][a-z-]*", " ".join(started)))
    assert {"--host", "--processes", "--request-log"} <= used
    assert used - there == set()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_unit(tmp_path: Path) -> None:
    """systemd understands each line of the unit and finds it well protected."""
    copy = tmp_path / UNIT.name
    program = "/opt/kommunalgraph/bin/kg"
    text = UNIT.read_text(encoding="utf-8")
    assert program in text
    copy.write_text(text.replace(program, sys.executable), encoding="utf-8")
    analyze = ["systemd-analyze", "--man=no"]
    done = subprocess.run(
        [*analyze, "verify", str(copy)], capture_output=True, text=True, timeout=300, check=False
    )
    lines = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, lines) == (0, [])
    done = subprocess.run(
        [*analyze, "security", "--offline=true", "--threshold=20", str(copy)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]
