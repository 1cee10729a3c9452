"""A response other than success, with a sentence of ours for its reader."""

from __future__ import annotations

from starlette.exceptions import HTTPException

# The one of ``typing`` does not serve as a response model before Python 3.12.
from typing_extensions import TypedDict


class Refused(HTTPException):
    """Raised by a route; ``detail`` is in Chinese and shown as it stands."""


class FaultRecord(TypedDict):
    """Any response other than success, as programs read it."""

    error: str
