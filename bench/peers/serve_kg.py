"""Ours: `kg serve` on the version that was built; there is nothing to load."""

from __future__ import annotations

import subprocess
from pathlib import Path

from serve_data import KG, Data
from serve_server import Config, Launch, Peer

from kg import __version__

CALM = 60.0
"""The limit in seconds where none is asked for: ours has always one."""


def load(data: Data, folder: Path) -> None:
    """Nothing to do: the others are loaded from what is published here."""
    del data, folder


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command, with the time limit if this version knows one."""
    known = subprocess.run([KG, "serve", "--help"], check=True, capture_output=True, text=True)
    limit = ["--timeout", f"{config.limit or CALM:g}"] if "--timeout" in known.stdout else []
    command = [str(KG), "serve", data.project, "--no-build", "--port", str(config.port)]
    return Launch([*command, *limit, *config.options], "/sparql?query=", folder)


def version(folder: Path) -> str:
    """Ours is always there."""
    del folder
    return __version__


PEER = Peer("kg", version, "", load, launch)
