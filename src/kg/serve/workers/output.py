"""What Oxigraph writes becomes frames: a short answer in one, a long one in parts as it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

from kg.serve.workers.task import Kind

WHOLE = 64 << 10
"""Up to so many bytes an answer is sent at once: until then a fault can still be told."""
PART = 128 << 10
_COMPRESSED_FROM = 1024
"""Fewer bytes do not get shorter by more than the headers cost."""
_GZIP_LEVEL = 4
_ZSTD_LEVEL = 3


class Compressor(Protocol):
    """Compresses a stream; one of zlib or zstandard."""

    def compress(self, data: bytes, /) -> bytes:
        """Take data, return what is ready."""

    def flush(self) -> bytes:
        """Return the rest."""


class Output:
    """A file to write to, for one answer; `send` takes a kind of frame and its data."""

    def __init__(self, send: Callable[[Kind, bytes | bytearray], None], coding: str | None) -> None:
        """Write to `send`, in `coding` if the answer is long enough."""
        self._send = send
        self._coding = coding
        self._compressor: Compressor | None = None
        self._buffer = bytearray()
        self._limit = WHOLE
        self.started = False

    def write(self, data: bytes) -> int:
        """Take the next bytes; sends a part when there are enough of them."""
        self._buffer += data
        if len(self._buffer) > self._limit:
            self._emit()
        return len(data)

    def flush(self) -> None:
        """Do nothing: parts are sent when they are large enough."""

    def close(self) -> None:
        """Send what is left and the end."""
        if self.started:
            rest = bytes(self._buffer)
            if self._compressor:
                rest = self._compressor.compress(rest) + self._compressor.flush()
            if rest:
                self._send(Kind.PART, rest)
            self._send(Kind.END, b"")
        elif (packed := whole_packed(self._buffer, self._coding)) is not None:
            self._send(Kind.CODED, packed)
        else:
            self._send(Kind.WHOLE, self._buffer)

    def _emit(self) -> None:
        data: bytes | bytearray = self._buffer
        if not self.started:
            self.started = True
            self._limit = PART
            self._compressor = compressor(self._coding) if self._coding else None
        if self._compressor:
            data = self._compressor.compress(bytes(data))
        if data:
            self._send(Kind.PART, data)
        self._buffer = bytearray()


def whole_packed(content: bytes | bytearray, coding: str | None) -> bytes | None:
    """Return a whole answer in a coding; None without one, and for an answer that is short."""
    if coding is None or len(content) < _COMPRESSED_FROM:
        return None
    made = compressor(coding)
    return made.compress(bytes(content)) + made.flush()


def compressor(coding: str) -> Compressor:
    """Return a compressor for gzip or zstd."""
    if coding == "zstd":
        import zstandard  # noqa: PLC0415 - few clients ask for it

        made: Compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
        return made
    return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
