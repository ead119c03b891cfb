"""Answers that are kept: within a bound on memory, the ones that nobody asks for go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

OVERHEAD = 1024
"""Bytes that an entry takes besides its content and the requests that lead to it."""
_SHARE = 8
_NO_TIME = 0.002
_MOST_SEEN = 1 << 16
_MOST_REQUESTS = 16


class Entry:
    """One whole answer, ready to be sent: `head` is everything up to the date.

    `requests` are the bytes of requests, as they came from clients, that it answers. A `direct`
    one was made by this process just now.
    """

    __slots__ = (
        "coding",
        "content",
        "content_type",
        "direct",
        "head",
        "key",
        "requests",
        "used",
        "version",
    )

    def __init__(
        self,
        *,
        version: str,
        content_type: str,
        coding: str | None,
        content: bytes,
        direct: bool = False,
    ) -> None:
        """Make the answer of `version`; `coding` says how `content` is compressed."""
        self.version = version
        self.content_type = content_type
        self.coding = coding
        self.content = content
        self.direct = direct
        self.head = b""
        self.key: Hashable = None
        self.requests: list[bytes] = []
        self.used = False


class Cache:
    """Entries by key, and by the very bytes of requests that were answered with them."""

    def __init__(self, size: int) -> None:
        """Keep up to `size` bytes; 0 keeps nothing."""
        self._limit = size
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self.by_request: dict[bytes, Entry] = {}
        self.bytes = 0
        self.evictions = 0
        self._seen: set[int] = set()

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._entries)

    @property
    def largest(self) -> int:
        """The bytes that one answer may have to be kept."""
        return self._limit // _SHARE

    def get(self, key: Hashable) -> Entry | None:
        """Return the entry for `key`, if it is kept."""
        entry = self._entries.get(key)
        if entry:
            entry.used = True
            entry.direct = False
        return entry

    def put(self, key: Hashable, entry: Entry, seconds: float = 1.0) -> None:
        """Keep an entry that it took `seconds` to make.

        One that is made in no time is kept when it is asked for the second time, for most are
        asked once. Others go if there is no room, those that were not used lately first.
        """
        size = len(entry.content) + OVERHEAD
        if size > self.largest or key in self._entries:
            return
        if seconds < _NO_TIME:
            mark = hash(key)
            if mark not in self._seen:
                if len(self._seen) >= _MOST_SEEN:
                    self._seen.clear()
                self._seen.add(mark)
                return
        entry.key = key
        self._entries[key] = entry
        self.bytes += size
        self._make_room()

    def remember(self, request: bytes, entry: Entry) -> None:
        """Answer a request of these very bytes with `entry` as long as that is kept."""
        if entry.key is None or len(entry.requests) >= _MOST_REQUESTS:
            return
        if request not in self.by_request:
            entry.requests.append(request)
            self.by_request[request] = entry
            self.bytes += len(request)
            self._make_room()

    def clear(self) -> None:
        """Forget everything: another version is served."""
        for entry in self._entries.values():
            entry.key = None
        self._entries.clear()
        self.by_request.clear()
        self.bytes = 0

    def _make_room(self) -> None:
        while self.bytes > self._limit:
            key, entry = self._entries.popitem(last=False)
            if entry.used:
                entry.used = False
                self._entries[key] = entry
                continue
            for request in entry.requests:
                del self.by_request[request]
            self.bytes -= len(entry.content) + OVERHEAD + sum(map(len, entry.requests))
            self.evictions += 1
            entry.key = None
            entry.requests = []
