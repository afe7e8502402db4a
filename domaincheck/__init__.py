"""Says which domains and TLS certificates are valid, expiring soon, expiring today or expired."""

__version__ = "0.1.0"
