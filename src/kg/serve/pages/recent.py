"""The pages and files that were made last: a version says the same at the same address again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from starlette.responses import Response

MOST = 256
_LARGEST, _ALL = 1 << 19, 32 << 20


class Recent:
    """So many responses and bytes at most, those that were asked for last."""

    def __init__(self) -> None:
        """Keep none."""
        self._kept: OrderedDict[Hashable, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Response | None:
        """Return the response that was put there, None if it is not kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        body, headers = found
        return Response(body, headers=headers)

    def put(self, key: Hashable, response: Response) -> Response:
        """Keep a response that is complete and not too large, and return it."""
        body = bytes(response.body)
        if response.status_code == 200 and len(body) <= _LARGEST:
            self._take(key)
            self._kept[key] = body, dict(response.headers)
            self._bytes += len(body)
            while len(self._kept) > MOST or self._bytes > _ALL:
                self._take(next(iter(self._kept)))
        return response

    def _take(self, key: Hashable) -> None:
        body, _ = self._kept.pop(key, (b"", {}))
        self._bytes -= len(body)
