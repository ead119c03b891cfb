"""The table [service] of kg.toml becomes the list of servers that queries may call, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from kg.errors import ProjectError, Text

_PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]
"""Scheme, host and port, as in RFC 6454."""


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL endpoint; `private` admits addresses that are not public, such as loopback."""

    url: str
    private: bool = False

    @property
    def origin(self) -> Origin:
        """Scheme, host and port of the address."""
        found = origin_of(self.url)
        if found is None:
            raise _wrong("endpoints", '"https://…"')
        return found


@dataclass(frozen=True)
class Limits:
    """For each request its time in seconds; for each query the bytes, decompressed, and requests.

    Equal requests of one query are made once and count once.
    """

    timeout: float = 20.0
    max_bytes: int = 10_000_000
    requests: int = 10


@dataclass(frozen=True)
class Allowed:
    """Which servers queries may call; none if `endpoints` is empty."""

    endpoints: tuple[Endpoint, ...] = ()
    limits: Limits = Limits()

    def endpoint(self, url: str) -> Endpoint | None:
        """Return the endpoint with exactly this address, or None."""
        return next((one for one in self.endpoints if one.url == url), None)


def read_allowed(raw: Mapping[str, Any]) -> Allowed:
    """Read the table [service]: endpoints, timeout, max_bytes, requests; all are optional.

    An endpoint is an address or a table {url = "https://…", private = true}. Raises ProjectError
    when an entry has not its form, or a name that nobody reads.
    """
    known = ("endpoints", *(field.name for field in fields(Limits)))
    for name in raw:
        if name not in known:
            raise _wrong(name, " | ".join(known))
    entries = raw.get("endpoints", [])
    if not isinstance(entries, list):
        raise _wrong("endpoints", "[…]")
    limits = Limits(
        timeout=float(_number(raw, "timeout", Limits.timeout)),
        max_bytes=_count(raw, "max_bytes", Limits.max_bytes),
        requests=_count(raw, "requests", Limits.requests),
    )
    return Allowed(tuple(_endpoint(entry) for entry in entries), limits)


def origin_of(url: str) -> Origin | None:
    """Return scheme, host and port of an http or https address of ASCII signs, or None.

    None as well for an address with a user name, which nobody should send around.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and not set(url) & set(' <>"{}|\\^`')
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or not plain:
        return None
    return parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port


def _endpoint(entry: object) -> Endpoint:
    table = {"url": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict) or not {"url"} <= set(table) <= {"url", "private"}:
        raise _wrong("endpoints", _FORM)
    url, private = table["url"], table.get("private", False)
    if not isinstance(url, str) or not isinstance(private, bool):
        raise _wrong("endpoints", _FORM)
    if origin_of(url) is None or "#" in url:
        raise _wrong("endpoints", '"https://…"', url)
    return Endpoint(url, private)


def _number(raw: Mapping[str, Any], name: str, default: float) -> float:
    value = raw.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
        raise _wrong(name, "> 0")
    return value


def _count(raw: Mapping[str, Any], name: str, default: int) -> int:
    value = _number(raw, name, default)
    if not isinstance(value, int):
        raise _wrong(name, "1, 2, 3, …")
    return value


def _wrong(name: str, expected: str, found: str = "") -> ProjectError:
    shown = f" ({found})" if found else ""
    return ProjectError(
        Text(
            de=f"Der Eintrag service.{name}{shown} hat nicht die erwartete Form {expected}.",
            en=f"The entry service.{name}{shown} does not have the expected form {expected}.",
        )
    )


_FORM = '["https://…", {url = "https://…", private = true}]'
