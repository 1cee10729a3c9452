"""A person as every door knows one: an id that owns conversations, a name, a role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each role may do what those before it may."""

    READER = "reader"
    """Asks, reads, practises."""
    HOST = "host"
    """Runs study groups and contests."""
    ADMINISTRATOR = "administrator"
    """Changes the documents, sees feedback and figures, manages accounts."""

    @property
    def label(self) -> str:
        """The role's Chinese name."""
        return _LABELS[self]

    def covers(self, other: Role) -> bool:
        """Return whether whoever has this role may do what ``other`` may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)
_LABELS = {Role.READER: "读者", Role.HOST: "学习组主持人", Role.ADMINISTRATOR: "管理员"}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever makes a request."""

    id: str
    """Owns what the person leaves behind. Never a credential."""
    name: str
    role: Role
    signed_in: bool
    """False for a browser that nobody signed in on: it is known by a cookie only."""

    def may(self, role: Role) -> bool:
        """Return whether the person may do what ``role`` may."""
        return self.role.covers(role)
