"""Fuseki on TDB2, which takes updates; nothing is validated, nothing follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from peers import serve_fuseki
from serve_data import Data
from serve_server import Config, Launch
from write_server import Target


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command of bench/serve.py, with its services that write."""
    given = serve_fuseki.launch(data, folder, config)
    *first, name = given.command
    return replace(given, command=[*first, "--update", name])


TARGET = Target(replace(serve_fuseki.PEER, launch=launch), "/bench/update", "/bench/data?graph=")
