"""What is left to do when a transaction is durable."""

from sharekit.ports.collecting import call_all

__all__ = ["call_all"]
