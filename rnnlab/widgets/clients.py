"""Whose request it is: a client's address, and whether another site's page has sent it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

ORIGINS = "RNNLAB_ORIGINS"  # other sites, such as https://example.org, whose pages may use this one; apart by commas
UNKNOWN = "unknown"


def client_of(address: str | None, headers: Mapping[str, str]) -> str:
    """The address that a request comes from.

    Args:
        address: of the other end of the connection.
        headers: of the request. In a Space the other end is a proxy, which appends whom it speaks for to
            X-Forwarded-For; the last public address there is the nearest one that the client cannot have made up.
    """
    if os.environ.get("SPACE_ID"):
        for named in reversed(headers.get("x-forwarded-for", "").split(",")):
            if _is_public(named.strip()):
                return named.strip()
    return address or UNKNOWN


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that another site's page, and not this one, has sent a request; programs say nothing."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.rstrip("/").lower() not in _allowed() and _host(origin) not in _own_hosts(headers)
    return headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def _own_hosts(headers: Mapping[str, str]) -> set[str]:
    """The names, with their ports, that this page goes by; no site can make a browser send another Host."""
    named = (headers.get("host"), headers.get("x-forwarded-host"), os.environ.get("SPACE_HOST"))
    return {name.lower() for name in named if name}


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _allowed() -> set[str]:
    return {one.strip().rstrip("/").lower() for one in os.environ.get(ORIGINS, "").split(",") if one.strip()}


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
