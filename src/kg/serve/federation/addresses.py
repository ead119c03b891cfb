"""A host becomes the addresses to which a request may be made, or the request is refused.

A name that leads to one refused address is refused as a whole.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from ipaddress import IPv4Address, IPv6Address

_EMBEDDING = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "::/96",  # IPv4-compatible, RFC 4291 section 2.5.5.1
        "::ffff:0:0/96",  # IPv4-mapped, RFC 4291 section 2.5.5.2
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64 for local use, RFC 8215
        "2001::/32",  # Teredo, RFC 4380
        "2002::/16",  # 6to4, RFC 3056
    )
)
"""IPv6 addresses that have an IPv4 address in them, which may be any."""
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
"""What a private endpoint may have besides public addresses: loopback and internal networks."""


def is_public(address: str) -> bool:
    """Return whether an IP address is one host of the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv6Address) and (
        ip.is_site_local or any(ip in network for network in _EMBEDDING)
    ):
        return False
    return ip.is_global and not (
        ip.is_multicast
        or ip.is_reserved
        or ip.is_unspecified
        or ip.is_loopback
        or ip.is_link_local
        or ip.is_private
    )


def is_admitted(address: str, *, private: bool) -> bool:
    """Return whether a request may be made to `address`; False for what is not an IP address.

    Link-local addresses, such as those of the metadata services of clouds, are never admitted.
    """
    try:
        ip: IPv4Address | IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    inside = private and any(ip.version == net.version and ip in net for net in _INSIDE)
    return inside or is_public(address)


def addresses_of(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Return the IP addresses of a host, asked for once; () when it has none.

    Raises TimeoutError when the resolver of the system does not answer in time: it knows no
    limit itself and is left behind in a thread of its own.
    """
    found: list[str] = []
    done = threading.Event()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError):
            found.clear()
        finally:
            done.set()

    threading.Thread(target=ask, name="kg-resolve", daemon=True).start()
    if not done.wait(seconds):
        raise TimeoutError
    return tuple(found)
