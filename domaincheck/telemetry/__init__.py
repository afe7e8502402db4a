"""What the operator learns of how domaincheck is used: events, kept in an outbox, delivered to their own PostHog.

:mod:`~domaincheck.telemetry.events` declares every event there is. A command hands its events to a
:class:`~domaincheck.telemetry.recorder.Recorder`; when it ends, :mod:`~domaincheck.telemetry.privacy` makes of each an
envelope, as the operator allows, the outbox keeps them, and a process of its own delivers them.
"""
