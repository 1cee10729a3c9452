"""A response other than success, with a sentence of ours for its reader."""

from __future__ import annotations

from starlette.exceptions import HTTPException


class Refused(HTTPException):
    """Raised by a route; ``detail`` is in Chinese and shown as it stands."""
