"""The official register (GV100AD) becomes the gazetteer: Turtle by Land, one graph a source.

python tools/gazetteer.py REGISTER.txt --tables FOLDER --to data
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run the command; the modules beside this file are found from wherever it is started."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tools.gv.command import run  # noqa: PLC0415 - only now can it be found

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
