"""What the validators of HTML say of documents: vnu of the W3C, which runs on Java."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.browser.needs import java, module_file

_QUOTED = re.compile(r"“[^”]*”")


def faults(documents: Mapping[str, str], folder: Path) -> list[str]:
    """Return errors and warnings of all documents, which are given by name: each kind once.

    One process reads them all; the folder is for its files.
    """
    names = {}
    for number, (name, text) in enumerate(documents.items()):
        path = folder / f"{number}.html"
        path.write_text(text, encoding="utf-8")
        names[path.name] = name
    jar = module_file("vnu-jar/build/dist/vnu.jar")
    command = [java(), "-Xss1m", "-jar", str(jar), "--format", "json", "--stdout", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    places: dict[str, list[str]] = {}
    for each in json.loads(done.stdout)["messages"]:
        place = f"{names[Path(each['url']).name]}:{each.get('lastLine')}"
        said = f"{place}: {each['message']} ({each.get('extract', '')})"
        places.setdefault(_QUOTED.sub("…", each["message"]), []).append(" ".join(said.split()))
    return [f"{len(found)} times, as {found[0]}" for found in places.values()]
