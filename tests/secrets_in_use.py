"""The secrets that tests use, so that the log of the whole run can be scanned for them.

A secret that a test puts into settings (``SecretStr``) need not be named here: ``tests.log_scan``
sees it. Whatever else is secret is registered where it is made.
"""

from __future__ import annotations

KNOWN = {
    "秋天的第一份材料2026",  # the password of all accounts
    "fake-secret-for-trying-things-out",
}
"""Everything that was registered; grows while tests run."""


def secret(value: str) -> str:
    """Register a secret; return it."""
    KNOWN.add(value)
    return value
