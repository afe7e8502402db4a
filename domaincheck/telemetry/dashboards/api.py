"""A thin client of PostHog's REST API: bounded in time and size, and never led to another host with the key."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from domaincheck.errors import DomaincheckError, NetworkError
from domaincheck.network import Deadline
from domaincheck.settings import web_address
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

    Row = dict[str, Any]
    """A JSON object."""

    Answer = tuple[int, str, bytes]
    """HTTP status, the Location header, and the body."""

SECONDS = 60.0
"""The time for all that is done with one :class:`Api`."""

STEP_SECONDS = 20.0
SIZE_LIMIT = 16 * 1024 * 1024
CHUNK = 64 * 1024
DETAIL_LIMIT = 200
SCOPES = "dashboard:write, insight:write, cohort:write, alert:write and user:read"
_APPS = {
    "us.i.posthog.com": "us.posthog.com",
    "eu.i.posthog.com": "eu.posthog.com",
    "app.posthog.com": "us.posthog.com",
}
"""PostHog's cloud, ingestion to app; a server of one's own has one host for both."""


class ApiError(DomaincheckError):
    """PostHog did not do what was asked; the text says in one sentence what to do about that.

    *status* is HTTP's, ``None`` if there was no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def app_address(ingestion: str) -> str:
    """Return the address of the PostHog app whose ingestion is at *ingestion*; ValueError says what is wanted of it."""
    parts = urlsplit(web_address(ingestion))
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else _APPS.get(host, host)
    return f"{parts.scheme}://{name}{f':{parts.port}' if parts.port else ''}{parts.path}"


@dataclass(frozen=True, slots=True)
class Route:
    """How the world is reached: the proxies by scheme, the hosts that need none, and the file of the CAs to trust."""

    proxies: Mapping[str, str] = field(default_factory=dict)
    no_proxy: str = ""
    ca_file: str | None = None


class Api:
    """The REST API of the PostHog app at *address*, in the name of the owner of the personal API *key*."""

    def __init__(self, address: str, key: str, route: Route, seconds: float = SECONDS) -> None:
        import requests

        self._address = address
        self._key = key
        self._host = clean(urlsplit(address).netloc)
        self._deadline = Deadline(seconds)
        self._session = requests.Session()
        self._session.trust_env = False  # else a .netrc could take the place of our key
        self._session.verify = route.ca_file or True
        self._session.headers.update({"Authorization": f"Bearer {key}", "Accept": "application/json"})
        if not requests.utils.should_bypass_proxies(address, no_proxy=route.no_proxy):
            self._session.proxies.update(route.proxies)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._session.close()

    def get(self, path: str) -> Row:
        """Return what is at *path*, as in ``users/@me/``."""
        return self.send("GET", path, None)

    def pages(self, path: str) -> Iterator[Row]:
        """Yield what the list at *path* has on all its pages.

        Of the address of a next page only the query counts: behind a proxy the server may know itself by another name.
        """
        path, _, query = path.partition("?")
        while True:
            document = self.get(f"{path}?{query}" if query else path)
            rows, following = document.get("results"), document.get("next")
            if not isinstance(rows, list):
                raise self._stranger()
            yield from (row for row in rows if isinstance(row, dict) and "id" in row)
            if not isinstance(following, str):
                return
            query = urlsplit(following).query

    def send(self, method: str, path: str, body: Row | None) -> Row:
        """Send *body* to *path*, and return the answer."""
        import requests

        try:
            status, location, content = self._in_time(method, path, body)
        except requests.exceptions.SSLError as error:
            raise ApiError(f"{self._host} shows no certificate that can be trusted: see to SSL_CERT_FILE") from error
        except (requests.exceptions.Timeout, NetworkError) as error:
            raise ApiError(f"{self._host} took too long: try again later; what is made stays, and is found") from error
        except (OSError, ValueError) as error:  # requests' own among them; their texts may hold the key
            raise ApiError(f"{self._host} cannot be reached: see to POSTHOG_HOST and to the network") from error
        return self._judged(path, status, location, content)

    def _in_time(self, method: str, path: str, body: Row | None) -> Answer:
        """Exchange in a thread: the time limit that requests has begins anew with each byte that comes."""
        outcome: list[Answer | Exception] = []

        def exchange() -> None:
            try:
                outcome.append(self._exchange(method, path, body))
            except Exception as error:  # noqa: BLE001 - raised by the one who waits
                outcome.append(error)

        thread = threading.Thread(target=exchange, name="posthog", daemon=True)
        left = self._deadline.remaining()
        thread.start()
        thread.join(min(left, STEP_SECONDS))
        if not outcome:
            raise self._deadline.exceeded()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _exchange(self, method: str, path: str, body: Row | None) -> Answer:
        with self._session.request(
            method,
            f"{self._address}/api/{path}",
            json=body,
            timeout=STEP_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            return response.status_code, response.headers.get("Location", ""), self._body(response)

    def _body(self, response: requests.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(CHUNK):
            content += chunk
            if len(content) > SIZE_LIMIT:
                raise self._stranger(response.status_code)
        return bytes(content)

    def _judged(self, path: str, status: int, location: str, content: bytes) -> Row:
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            elsewhere = self._quoted(location)
            raise ApiError(f"{self._host} sends us on to {elsewhere}: set POSTHOG_HOST to where PostHog is", status)
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            document = None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ApiError(f"{self._host} has a fault of its own, HTTP status {status}: try again later", status)
        if not isinstance(document, dict):
            raise self._stranger(status)
        if status >= HTTPStatus.BAD_REQUEST:
            raise ApiError(f"{self._host} {self._refusal(path, status, document)}", status)
        return document

    def _refusal(self, path: str, status: int, document: Row) -> str:
        """Return what the server does, in words that go on after its name."""
        said = f" ({self._quoted(document['detail'])})" if isinstance(document.get("detail"), str) else ""
        match status:
            case HTTPStatus.UNAUTHORIZED:
                page = f"{self._address}/settings/user-api-keys"
                return f"does not accept the key in POSTHOG_PERSONAL_API_KEY: make a new one at {page}"
            case HTTPStatus.FORBIDDEN:
                return f"does not let this key do what is needed{said}: give it the scopes {SCOPES}"
            case HTTPStatus.NOT_FOUND:
                return f"has no {path.partition('?')[0]}, or not for this key: see to POSTHOG_PROJECT_ID"
            case HTTPStatus.TOO_MANY_REQUESTS:
                return "has had too many requests: try again in a few minutes"
            case _:
                return f"refuses {path.partition('?')[0]} with HTTP status {status}{said}"

    def _quoted(self, text: str) -> str:
        return clean(text.replace(self._key, "phx_…"), DETAIL_LIMIT)

    def _stranger(self, status: int | None = None) -> ApiError:
        return ApiError(f"{self._host} does not answer as PostHog does: set POSTHOG_HOST to where PostHog is", status)
