"""Prometheus' text format, for the textfile collector of node_exporter; all series are gauges.

Beside names of our own stand those of blackbox_exporter (``probe_…``, with the target as ``instance``, as its usual
relabelling has it) and of domain_exporter (``domain_…``), with their meaning; where ours differs, the help says so.
A moment is told as such and not as time left, for a file grows old between two runs.

The format wants all series of a name together, so nothing can be written before the last result has come. Until then
what was rendered is kept deflated, name by name: about 300 bytes a result.
"""

from __future__ import annotations

import zlib
from codecs import getincrementaldecoder
from itertools import islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, cast

from domaincheck.model import Status
from domaincheck.output.labels import worst_first
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.registry import Collector

    from domaincheck.model import DomainPart, Report, Result, TlsPart
    from domaincheck.output import Finish, Style

    # A name, the values of its labels, and the value itself.
    Row = tuple[str, tuple[str, ...], float]

_BATCH = 500
"""Results rendered at a time."""


class _Gauge(NamedTuple):
    """What all series of one name share."""

    help: str
    labels: tuple[str, ...] = ()


_TARGET, _PROBE, _DOMAIN = ("target",), ("instance", "target"), ("domain",)

_GAUGES = {
    "domaincheck_build_info": _Gauge("The version of domaincheck; always 1.", ("version",)),
    "domaincheck_last_run_timestamp_seconds": _Gauge("When the run began, in Unix time."),
    "domaincheck_last_run_duration_seconds": _Gauge("How long the run took."),
    "domaincheck_last_run_targets": _Gauge("Targets of the run that came to this end.", ("outcome",)),
    "domaincheck_severity": _Gauge("How bad it is: 0 ok, 1 warning, 2 critical, 3 unknown.", _TARGET),
    "domaincheck_status": _Gauge("The status of the target; always 1.", ("target", "status")),
    "domaincheck_problem": _Gauge("A problem of the target; always 1.", ("target", "part", "code", "severity")),
    "domaincheck_probe_success": _Gauge(
        "Whether there was an answer to judge (1), of the server (tls) or of a registry (domain).", ("target", "part")
    ),
    "domaincheck_probe_duration_seconds": _Gauge("How long the answer took.", ("target", "part")),
    "domaincheck_tls_not_after_timestamp_seconds": _Gauge("When the certificate expires, in Unix time.", _TARGET),
    "domaincheck_domain_expiry_timestamp_seconds": _Gauge("When the registration expires, in Unix time.", _DOMAIN),
    "probe_success": _Gauge("Whether a client would accept the certificate (1).", _PROBE),
    "probe_duration_seconds": _Gauge("How long connecting and the handshake took.", _PROBE),
    "probe_ssl_earliest_cert_expiry": _Gauge(
        "When the first certificate of the chain that the server sent expires, in Unix time. "
        "Also of chains that do not hold, of which blackbox_exporter tells nothing.",
        _PROBE,
    ),
    "probe_ssl_last_chain_expiry_timestamp_seconds": _Gauge(
        "When the first certificate of the chain in use expires, in Unix time, if the chain is trusted.", _PROBE
    ),
    "probe_ssl_last_chain_info": _Gauge(
        "The certificate of the server; always 1.",
        (*_PROBE, "fingerprint_sha256", "subject", "issuer", "subjectalternative", "serialnumber"),
    ),
    "probe_tls_version_info": _Gauge("The version of TLS in use; always 1.", (*_PROBE, "version")),
    "domain_expiry_days": _Gauge(
        "Days until the registration expires, rounded down. Left out where unknown, for which domain_exporter has a "
        "large negative number.",
        _DOMAIN,
    ),
    "domain_probe_success": _Gauge(
        "Whether the domain is registered (1). Also 1 where the registry publishes no expiry, "
        "which domain_exporter takes for a failure.",
        _DOMAIN,
    ),
    "domain_probe_duration_seconds": _Gauge("How long the registry's answer took.", _DOMAIN),
}
"""Every name there is, in the order of the output."""

_FAILED = frozenset([Status.EXPIRED, Status.INVALID, Status.UNREACHABLE])
_UNREGISTERED = frozenset([Status.NOT_REGISTERED, Status.UNREACHABLE])
_VERSIONS = {"SSLv3": "SSL 3.0", "TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}


def render(results: Iterable[Result], finish: Finish, style: Style) -> Iterator[str]:
    """Yield all series after the last result, one name after the other."""
    arriving, pages = iter(results), {name: _Page(name, unicode=style.unicode) for name in _GAUGES}
    targets, domains = set[str](), set[str]()
    while batch := list(islice(arriving, _BATCH)):
        for result in batch:
            # Two broken targets may look alike once cleaned; hosts may share a domain. A series must not repeat.
            if _is_new(clean(result.target), targets):
                _write(_of_target(result), pages)
            if result.domain and _is_new(clean(result.domain.name), domains):
                _write(_of_domain(result.domain), pages)
        for page in pages.values():
            page.turn()
    _write(_of_run(finish()), pages)
    for page in pages.values():
        page.turn()
        yield from page.text()


def _is_new(name: str, seen: set[str]) -> bool:
    before = len(seen)
    seen.add(name)
    return len(seen) > before


def _write(rows: Iterable[Row], pages: dict[str, _Page]) -> None:
    for name, labels, value in rows:
        pages[name].rows.append((labels, value))


def _of_run(report: Report) -> Iterator[Row]:
    yield "domaincheck_build_info", (report.domaincheck_version,), 1
    yield "domaincheck_last_run_timestamp_seconds", (), int(report.checked_at.timestamp())
    yield "domaincheck_last_run_duration_seconds", (), round(report.duration_seconds, 3)
    for outcome in ("valid", "warning", "expired", "invalid", "unknown"):
        yield "domaincheck_last_run_targets", (outcome,), getattr(report.summary, f"{outcome}_count")


def _of_target(result: Result) -> Iterator[Row]:
    target = result.target
    yield "domaincheck_severity", (target,), result.severity.exit_status
    yield "domaincheck_status", (target, result.status), 1
    for kind, part in (("tls", result.tls), ("domain", result.domain)):
        if part is None:
            continue
        yield "domaincheck_probe_success", (target, kind), part.status is not Status.UNREACHABLE
        yield "domaincheck_probe_duration_seconds", (target, kind), round(part.duration_seconds, 3)
        problems = {problem.code: problem.severity for problem in reversed(worst_first(part))}
        for code, severity in problems.items():
            yield "domaincheck_problem", (target, kind, code, severity), 1
    if result.tls:
        yield from _of_certificate((target, target), result.tls)


def _of_certificate(probe: tuple[str, str], tls: TlsPart) -> Iterator[Row]:
    yield "probe_success", probe, tls.status not in _FAILED
    yield "probe_duration_seconds", probe, round(tls.duration_seconds, 3)
    if tls.protocol:
        yield "probe_tls_version_info", (*probe, _VERSIONS.get(tls.protocol, "unknown")), 1
    if tls.fingerprint_sha256:
        identity = (tls.fingerprint_sha256, tls.subject or "", tls.issuer or "", ",".join(tls.names), tls.serial or "")
        yield "probe_ssl_last_chain_info", (*probe, *identity), 1
    if tls.not_after:
        end = tls.not_after.timestamp()
        earliest = min((link.not_after.timestamp() for link in tls.chain if link.not_after), default=end)
        yield "domaincheck_tls_not_after_timestamp_seconds", probe[:1], end
        yield "probe_ssl_earliest_cert_expiry", probe, earliest
        if tls.trusted:
            first = end if tls.expires_first == "leaf" else earliest
            yield "probe_ssl_last_chain_expiry_timestamp_seconds", probe, first


def _of_domain(domain: DomainPart) -> Iterator[Row]:
    name = (domain.name,)
    yield "domain_probe_success", name, domain.status not in _UNREGISTERED
    yield "domain_probe_duration_seconds", name, round(domain.duration_seconds, 3)
    if domain.expires_at:
        yield "domaincheck_domain_expiry_timestamp_seconds", name, domain.expires_at.timestamp()
    if domain.days_left is not None:
        yield "domain_expiry_days", name, domain.days_left


class _Page:
    """All series of one name: *rows* that are still to be rendered, and deflated text."""

    def __init__(self, name: str, *, unicode: bool) -> None:
        self.rows: list[tuple[tuple[str, ...], float]] = []
        self._name, self._gauge, self._unicode = name, _GAUGES[name], unicode
        self._deflate, self._deflated, self._header = zlib.compressobj(level=1), list[bytes](), b""

    def turn(self) -> None:
        """Render the rows and forget them."""
        from prometheus_client.core import GaugeMetricFamily
        from prometheus_client.exposition import generate_latest

        if not self.rows:
            return
        family = GaugeMetricFamily(self._name, self._gauge.help, labels=self._gauge.labels)
        for labels, value in self.rows:
            family.add_metric([self._safe(label) for label in labels], value)
        self.rows.clear()
        # All that is asked of a collector is to collect.
        text = generate_latest(cast("Collector", SimpleNamespace(collect=lambda: [family])))
        *header, series = text.split(b"\n", 2)
        self._header = b"".join(line + b"\n" for line in header)
        self._deflated.append(self._deflate.compress(series))

    def text(self) -> Iterator[str]:
        """Yield the text in pieces: nothing if there are no series."""
        if self._header:
            inflate, decode = zlib.decompressobj(), getincrementaldecoder("utf-8")().decode
            yield self._header.decode()
            for piece in (*self._deflated, self._deflate.flush()):
                yield decode(inflate.decompress(piece))

    def _safe(self, text: str) -> str:
        text = clean(text)
        return text if self._unicode else text.encode("ascii", "backslashreplace").decode("ascii")
