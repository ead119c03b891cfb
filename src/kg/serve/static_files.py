"""/static: the files of this package, compressed, for ever where the address names the content."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from kg.serve.negotiate import coding_of
from kg.serve.pages.coding import compressed

_TEXTS = (".js", ".css", ".svg", ".txt", ".json")
_SMALL = 500
_FINGERPRINT = re.compile(rb"[0-9a-f]{12}")
_NAMED_BY_CONTENT = re.compile(r"part-[0-9A-Z]{8}\.js")
FOR_EVER = "public, max-age=31536000, immutable"


class Static(StaticFiles):
    """A folder; texts in it are compressed once for each coding."""

    def __init__(self, directory: Path) -> None:
        """Serve `directory`."""
        super().__init__(directory=directory)
        self._coded: dict[tuple[str, str, int], bytes] = {}

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return the file, or that the client has it (RFC 9110, section 8.8.3.3 on codings)."""
        path, asked = Path(full_path), Headers(scope=scope)
        response: Response = FileResponse(path, status_code, stat_result=stat_result)
        headers = response.headers
        if _is_for_ever(path, scope):
            headers["Cache-Control"] = FOR_EVER
        if path.suffix in _TEXTS and stat_result.st_size > _SMALL:
            headers["Vary"] = "Accept-Encoding"
            coding = coding_of(", ".join(asked.getlist("accept-encoding")))
            if coding:
                headers["ETag"] = f'{headers["ETag"][:-1]}-{coding}"'
                headers["Content-Encoding"] = coding
        if self.is_not_modified(headers, asked):
            return NotModifiedResponse(headers)
        if "Content-Encoding" not in headers:
            return response
        body = self._code(path, headers["Content-Encoding"], stat_result.st_mtime_ns)
        kept = {name: value for name, value in headers.items() if name not in _OF_FILES}
        return Response(body, status_code, kept)

    def _code(self, path: Path, coding: str, changed: int) -> bytes:
        """Return the content of a file, compressed; kept as long as the file does not change."""
        key = str(path), coding, changed
        found = self._coded.get(key)
        if found is None:
            content = path.read_bytes()
            found = compressed(content, coding, zstd=19, deflate=9)
            for old in [one for one in self._coded if one[:2] == key[:2]]:
                del self._coded[old]
            self._coded[key] = found
        return found


_OF_FILES = ("content-length", "accept-ranges")


def _is_for_ever(path: Path, scope: Scope) -> bool:
    """Return whether the address will never stand for another content."""
    fingerprint = _FINGERPRINT.fullmatch(scope.get("query_string", b""))
    return bool(fingerprint or _NAMED_BY_CONTENT.fullmatch(path.name))
