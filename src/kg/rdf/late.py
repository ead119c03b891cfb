"""Regular expressions that are compiled when they are first used, not when kg starts."""

from __future__ import annotations

import re
from functools import cached_property


class Late:
    """A regular expression of strings; `compiled` is the pattern."""

    def __init__(self, text: str) -> None:
        """Keep the text of the expression."""
        self.text = text

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern."""
        return re.compile(self.text)

    def fullmatch(self, string: str) -> re.Match[str] | None:
        """Match the whole of `string`."""
        return self.compiled.fullmatch(string)

    def search(self, string: str) -> re.Match[str] | None:
        """Find the first match in `string`."""
        return self.compiled.search(string)

    def match(self, string: str, start: int = 0) -> re.Match[str] | None:
        """Match `string` from `start` on."""
        return self.compiled.match(string, start)
