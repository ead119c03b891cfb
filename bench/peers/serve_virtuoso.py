"""Virtuoso, open source, as Debian packages it: column store, loaded by its bulk loader.

It has no default graph of its own: the quads without a graph are put into one that every query
names as its default graph.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from serve_data import Data
from serve_server import HOST, Config, Launch, Peer, end, free_port

DEFAULT = "urn:default"
ROWS = 2_000_000
START_SECONDS = 90
SQL = f"""
ld_dir('{{folder}}', '{{file}}', '{DEFAULT}');
rdf_loader_run();
checkpoint;
select 'faults', count(*) from DB.DBA.load_list where ll_error is not null or ll_state <> 2;
"""
INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = {host}:{sql}
DisableUnixSocket = 1
MaxClientConnections = 100
CheckpointInterval = 0
DirsAllowed = {folder}, {source}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxQueryMem = 2G
ThreadsPerQuery = 2
AsyncQueueMaxThreads = 4
AdjustVectorSize = 0

[HTTPServer]
ServerPort = {host}:{http}
ServerRoot = {folder}
MaxClientConnections = 100
ServerThreads = 100
MaxKeepAlives = 100
KeepAliveTimeout = 60
Charset = UTF-8
EnabledGzipContent = 0

[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = {limit:.0f}
"""


def load(data: Data, folder: Path) -> None:
    """Start it, let it load the N-Quads, and end it; raises RuntimeError when a file fails."""
    sql = free_port()
    source = Path(data.nquads).resolve()
    ini = configure(folder, Config(free_port(), 0), sql, source.parent)
    process = _started(ini, folder)
    try:
        script = SQL.format(folder=source.parent, file=source.name)
        said = _said(sql, script, time.perf_counter() + START_SECONDS)
        if not re.search(r"faults\s+0\b", said):
            raise RuntimeError(said)
        with suppress(subprocess.SubprocessError):
            _isql(sql, "shutdown;")
        process.wait(START_SECONDS)
    finally:
        end(process)


def launch(data: Data, folder: Path, config: Config) -> Launch:
    """The command, after the settings were written."""
    ini = configure(folder, config, free_port(), Path(data.nquads).resolve().parent)
    path = f"/sparql?default-graph-uri={quote(DEFAULT)}&query="
    return Launch(_command(ini), path, folder)


def configure(folder: Path, config: Config, sql: int, source: Path) -> Path:
    """Write the settings: 1.3 GiB of buffers, all cores for a query, no limit on rows."""
    ini = folder / "virtuoso.ini"
    values = {"folder": folder.resolve(), "source": source, "host": HOST, "rows": ROWS}
    text = INI.format(**values, sql=sql, http=config.port, limit=config.limit)
    ini.write_text(text, encoding="utf-8")
    return ini


def _started(ini: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "virtuoso-load.log").open("wb") as log:
        return subprocess.Popen(
            _command(ini), cwd=folder, stdout=log, stderr=log, start_new_session=True
        )


def _command(ini: Path) -> list[str]:
    return ["virtuoso-t", "+foreground", "+configfile", str(ini)]


def _said(port: int, script: str, until: float) -> str:
    """What the server says to a script, as soon as it takes one."""
    while True:
        try:
            return _isql(port, script)
        except subprocess.CalledProcessError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.5)


def _isql(port: int, script: str) -> str:
    command = ["isql-vt", f"{HOST}:{port}", "dba", "dba", f"exec={script}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def version(folder: Path) -> str:
    """What the program says of itself."""
    del folder
    if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
        return ""
    run = subprocess.run(["virtuoso-t", "-?"], check=False, capture_output=True, text=True)
    found = re.search(r"Version (\S+)", run.stdout + run.stderr)
    return found[1] if found else "unknown"


PEER = Peer("virtuoso", version, "apt-get install virtuoso-opensource-7", load, launch)
