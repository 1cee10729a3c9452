"""Everything that can go wrong, on one screen.

AssistantError
├── SettingsError            a key is unknown, a value out of range, a folder missing
├── CorpusError              a corpus file cannot be used
│   └── ParseError           … and this is the file and the line
├── IndexUnavailable         there is no usable index
│   ├── IndexMissing         none was built yet
│   └── IndexOutdated        corpus, embedder or chunker changed since it was built
├── EmbedderError            the embedding model cannot be loaded or used
├── QuestionError            the question is empty or too long
├── EvaluationError          an evaluation case is broken
├── QuizError                the bank of questions, or a paper of it, cannot be made or read
├── ModelError               the language model did not give an answer that can be used
│   ├── ModelUnavailable     … for now: not reached, too slow, too busy, over its limit
│   └── ModelRejected        … for good: wrong key, name, address or request
├── DatabaseError            the database cannot be opened
├── AccountError             an account cannot be made or changed so
├── LimitReached             too many wrong passwords, or too many questions
└── PortInUse                the web server's port is taken

Messages are for the people who use or run the assistant: in Chinese, one line,
what happened and what to do. A refusal is an ``Answer``, not an error.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every error that a door may show to its user as it stands."""


class SettingsError(AssistantError):
    """A setting is unknown or not valid."""


class CorpusError(AssistantError):
    """A corpus file cannot be used."""


class ParseError(CorpusError):
    """A corpus file has a fault at a known line (1-based)."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file} 第 {line} 行：{problem}")
        self.file = file
        self.line = line
        self.problem = problem


class IndexUnavailable(AssistantError):
    """There is no index that can be searched."""


class IndexMissing(IndexUnavailable):
    """No index was built yet."""


class IndexOutdated(IndexUnavailable):
    """The index does not belong to this corpus, embedder or chunker."""


class EmbedderError(AssistantError):
    """The embedding model cannot be loaded or used."""


class QuestionError(AssistantError):
    """The question is empty, too long, or not text."""


class EvaluationError(AssistantError):
    """An evaluation case is broken."""


class QuizError(AssistantError):
    """The bank of questions, or a paper of it, cannot be made or read."""


class ModelError(AssistantError):
    """The language model did not give an answer that can be used."""


class ModelUnavailable(ModelError):
    """The language model fails for now; trying again later may help."""


class ModelRejected(ModelError):
    """The language model turns the request down; trying again will not help."""


class PortInUse(AssistantError):
    """The web server's port is taken by another process."""


class DatabaseError(AssistantError):
    """The database cannot be opened."""


class AccountError(AssistantError):
    """An account cannot be made or changed so."""


class LimitReached(AssistantError):
    """Too many wrong passwords, or too many questions, for now."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
        """After so many seconds it may be tried again."""
