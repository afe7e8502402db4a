"""The door to the network: names become addresses, addresses become connections, all within one deadline.

``deadline``  how much time is left, for the whole of an operation
``names``     host names to addresses, though the system's resolver knows no time limit
``sockets``   the door itself: a two-method protocol and its one implementation over the operating system
``tls``       TLS spoken through memory buffers, so that deadline and byte limit hold during a handshake
``http``      one small, bounded HTTP GET

What goes wrong is raised as :class:`domaincheck.errors.NetworkError` with a problem code; probes make a value of it.
"""

from __future__ import annotations

from domaincheck.network.deadline import Deadline
from domaincheck.network.sockets import Address, Connection, Network, SystemNetwork, dial

__all__ = ["Address", "Connection", "Deadline", "Network", "SystemNetwork", "dial"]
