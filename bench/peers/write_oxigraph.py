"""Oxigraph's own server, which takes updates; nothing is validated, nothing follows.

It does not wait for the disk: what it has acknowledged may be lost when the power fails.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from peers import serve_oxigraph
from serve_data import Data
from serve_server import Config, Launch
from write_server import Target


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command of bench/serve.py, but not read-only."""
    given = serve_oxigraph.launch(data, folder, config)
    command = ["serve" if each == "serve-read-only" else each for each in given.command]
    return replace(given, command=command)


TARGET = Target(replace(serve_oxigraph.PEER, launch=launch), "/update", "/store?graph=")
