"""Oxigraph's own server: read-only, and its store compacted before."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

from serve_data import Data
from serve_server import HOST, Config, Launch, Peer

PROGRAM = Path(sys.executable).with_name("oxigraph")


def load(data: Data, folder: Path) -> None:
    """Load the N-Quads and compact the store."""
    store = ["--location", str(folder / "store")]
    for command in (["load", *store, "--file", data.nquads, "--lenient"], ["optimize", *store]):
        subprocess.run([PROGRAM, *command], check=True, capture_output=True)


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command; the default graph is stored, so it is not made from the others.

    With a time limit it keeps a thread for each query until the limit has passed (seen with
    version 0.5.13): at thousands of requests a second it runs out of threads within seconds.
    """
    del data
    command = [str(PROGRAM), "serve-read-only", "--location", str(folder / "store")]
    command += ["--bind", f"{HOST}:{config.port}"]
    if config.limit:
        command += ["--timeout-s", f"{config.limit:.0f}"]
    return Launch(command, "/query?query=", folder)


def version(folder: Path) -> str:
    """The version of the package."""
    del folder
    try:
        return metadata.version("oxigraph") if PROGRAM.exists() else ""
    except metadata.PackageNotFoundError:
        return ""


PEER = Peer("oxigraph", version, "pip install oxigraph", load, launch)
