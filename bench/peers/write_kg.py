"""Ours, which is written to: with gate and closure, and as a plain store in which nothing follows.

The writer adds to what was built, so each run has a copy of the project.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from peers import serve_kg
from serve_data import Data
from serve_server import Config, Launch, Peer
from write_server import Target

TOKEN = "token-of-the-benchmark"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
AS_STORE = ("--default-graph", "plain", "--no-reasoning")
PROJECT = "project"
JOURNAL = f"{PROJECT}/journal/commits.rdfp"


def load(data: Data, folder: Path) -> None:
    """Copy the project with what was built of it."""
    shutil.copytree(data.project, folder / PROJECT, symlinks=True)


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command, with a token in the environment."""
    here = replace(data, project=str(folder / PROJECT))
    return replace(serve_kg.launch(here, folder, config), env={"KG_TOKEN": TOKEN})


def launch_plain(data: Data, folder: Path, config: Config) -> Launch:
    """The same as a plain store."""
    return launch(data, folder, replace(config, options=(*config.options, *AS_STORE)))


def target(name: str, way: str) -> Target:
    """A way of writing: where requests go is the same for both."""
    call = launch if way == "gate" else launch_plain
    peer = Peer(name, serve_kg.version, "", load, call)
    return Target(peer, "/sparql", "/graphs?graph=", HEADERS, JOURNAL)


GATED = target("kg", "gate")
PLAIN = target("kg-plain", "plain")
