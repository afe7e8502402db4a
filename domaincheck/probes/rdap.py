"""Asks one RDAP server about a domain (RFC 9082 §3.1.3, RFC 7480)."""

from __future__ import annotations

import functools
import json
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode, Registration, RegistrationState
from domaincheck.network.tls import trust_store
from domaincheck.probes import rdap_object
from domaincheck.probes.source import Answer
from domaincheck.retry import retry_after

if TYPE_CHECKING:
    from domaincheck.network.deadline import Deadline
    from domaincheck.network.http import HttpClient, Response

ACCEPT = "application/rdap+json, application/json;q=0.9"

_LIMITED = frozenset([HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
"""How servers put it that they have been asked too often, or by somebody whom they do not like."""


@functools.cache
def system_context() -> ssl.SSLContext:
    """Return the process's one context that trusts what the system trusts; loading the roots costs some 20 ms."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust_store(context, None)
    return context


@dataclass(frozen=True, slots=True)
class RdapSource:
    """The RDAP server at *base_url*; *trusted* when the user named it, so that it may redirect to a private address."""

    http: HttpClient
    base_url: str
    trusted: bool = False

    def look_up(self, domain: str, deadline: Deadline) -> Answer:
        """Return what the server says of *domain*, as :class:`domaincheck.probes.source.Source` has it."""
        base = self.base_url.rstrip("/") + "/"
        try:
            response = self.http.get(f"{base}domain/{domain}", deadline, accept=ACCEPT, trusted=self.trusted)
            return Answer(_reading(domain, response), "rdap", base)
        except NetworkError as error:
            raise NetworkError(error.code, f"RDAP at {base}: {error}", retry_after=error.retry_after) from error


def _reading(domain: str, response: Response) -> Registration:
    if response.status == HTTPStatus.OK:
        return rdap_object.read(domain, response.body)
    if response.status == HTTPStatus.NOT_FOUND:
        if _speaks_json(response):
            return Registration(RegistrationState.NOT_REGISTERED)
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "404 Not Found, but not from an RDAP server")
    if response.status in _LIMITED:
        message = f"the server refuses to answer for now (HTTP status {response.status})"
        raise NetworkError(ProblemCode.RATE_LIMITED, message, retry_after=retry_after(response.headers))
    raise NetworkError(ProblemCode.REGISTRY_UNREACHABLE, f"HTTP status {response.status}")


def _speaks_json(response: Response) -> bool:
    """Tell a server's "no such object" (RFC 7480 §5.3) from the page of a portal that has nothing at that address."""
    if not response.body.strip() or "json" in response.headers.get("content-type", "").partition(";")[0].lower():
        return True
    try:
        return isinstance(json.loads(response.body), dict)
    except (ValueError, RecursionError):
        return False
