"""Query files: SPARQL with a header of `# key: value` lines that says what the query is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kg.errors import Text
from kg.rdf.read import read_text

_HEADER = re.compile(r"#\s*([a-z][a-z-]*(?: [A-Za-z]\w*)?)\s*:\s*(.*)$")


@dataclass(frozen=True)
class QueryFile:
    """One .rq file. `header` maps lower-case keys to values; later lines of a key are joined.

    A key may be followed by the name of a variable of the query: `# column since: seit | since`.
    """

    path: Path
    header: dict[str, str]
    text: str

    @property
    def name(self) -> str:
        """The name in the header, or that of the file."""
        return self.header.get("name", self.path.stem)

    @property
    def about(self) -> Text:
        """What the query asks or says, in both languages."""
        fallback = self.header.get("en", self.header.get("de", self.name))
        return Text(de=self.header.get("de", fallback), en=self.header.get("en", fallback))


def read_query(path: Path) -> QueryFile:
    """Read one query file; raises ReadError when it cannot be read."""
    text = read_text(path)
    header: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            if line.strip():
                break
            continue
        match = _HEADER.match(line)
        if match:
            key = match.group(1)
            header[key] = " ".join(filter(None, (header.get(key), match.group(2).strip())))
        elif key and line.lstrip("#").strip():
            header[key] += " " + line.lstrip("#").strip()
    return QueryFile(path=path, header=header, text=text)


def read_queries(folder: Path) -> list[QueryFile]:
    """Read all .rq files below `folder`, sorted by path; none when the folder is not there."""
    return [read_query(path) for path in sorted(folder.rglob("*.rq"))] if folder.is_dir() else []
