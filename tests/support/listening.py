"""How a worker of the tests listens."""

SOON = 0.1
"""Seconds after which what it has asked for expires: told to stop it waits for that, which each test would for one."""
