"""Answers questions about duties and procedures from Chinese policy texts, with verified citations.

The flow, a room a stage: ``corpus`` (published text → documents, articles, passages) → ``index``
(something searchable) → ``retrieve`` (question → ranked hits) → ``answer`` (a verified answer, or a
refusal); ``pipeline`` joins them, ``evals`` measures them, ``interfaces`` are the doors.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.domain import Answer, Article, Citation, Document, Hit, Passage, Question
    from assistant.errors import AssistantError
    from assistant.pipeline import Assistant
    from assistant.settings import Settings, load_settings

_HOMES = {
    # what is asked and answered
    "Assistant": "assistant.pipeline",
    "Question": "assistant.domain",
    "Answer": "assistant.domain",
    "Citation": "assistant.domain",
    # what it is answered from
    "Document": "assistant.domain",
    "Article": "assistant.domain",
    "Passage": "assistant.domain",
    "Hit": "assistant.domain",
    # how it is set up, and what goes wrong
    "Settings": "assistant.settings",
    "load_settings": "assistant.settings",
    "AssistantError": "assistant.errors",
}

__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "AssistantError",
    "Citation",
    "Document",
    "Hit",
    "Passage",
    "Question",
    "Settings",
    "load_settings",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: ``import assistant`` itself stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
