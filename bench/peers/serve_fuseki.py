"""Fuseki on TDB2, from one jar: in FUSEKI_JAR, FUSEKI_HOME or the scratch folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from serve_data import Data
from serve_server import Config, Launch, Peer

HEAP = "-Xmx4g"
HINT = (
    "mvn dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:5.6.0"
    " -DoutputDirectory=FOLDER, with Java 17; then FUSEKI_JAR=FOLDER/jena-fuseki-server-5.6.0.jar"
)
NAMES = ("jena-fuseki-server-*.jar", "fuseki-server.jar")


def jar(folder: Path) -> Path | None:
    """The newest jar of those places."""
    found = sorted(_jars(folder), key=_number)
    return found[-1].resolve() if found else None


def _jars(folder: Path) -> Iterator[Path]:
    if named := os.environ.get("FUSEKI_JAR"):
        yield Path(named)
        return
    for place in (os.environ.get("FUSEKI_HOME"), str(folder), str(folder / "fuseki")):
        for name in NAMES if place else ():
            yield from Path(str(place)).glob(name)


def _number(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.name)]


def load(data: Data, folder: Path) -> None:
    """Load with TDB2's loader, which goes over the file once and builds the indexes at once."""
    place = ["--loc", str(folder / "tdb2")]
    command = ["java", HEAP, "-cp", str(jar(folder.parent.parent)), "tdb2.tdbloader"]
    options = ["--loader=phased", data.nquads]
    subprocess.run([*command, *place, *options], check=True, capture_output=True, cwd=folder)


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command; its time limit is that of the whole query."""
    del data
    command = ["java", HEAP, "-jar", str(jar(folder.parent.parent)), "--quiet", "--localhost"]
    command += ["--port", str(config.port)]
    if config.limit:
        command += ["--timeout", f"{config.limit * 1000:.0f}"]
    command += ["--tdb2", "--loc", str(folder / "tdb2"), "/bench"]
    return Launch(command, "/bench/query?query=", folder, {"FUSEKI_BASE": str(folder / "base")})


def version(folder: Path) -> str:
    """What the name of the jar says."""
    found = jar(folder)
    if found is None or not found.exists() or not shutil.which("java"):
        return ""
    numbers = re.search(r"(\d+(?:\.\d+)+)", found.name)
    return numbers[1] if numbers else "unknown"


PEER = Peer("fuseki", version, HINT, load, launch)
