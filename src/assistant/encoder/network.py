"""The encoder's network as an ONNX graph: 4-bit matrices in, states of tokens out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import starmap
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.encoder.weights import BLOCK, Bytes, FloatMatrix, Weights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

EMBEDDED = "embedded"
MASK = "mask"
STATES = "states"

_RUNTIME = "com.microsoft"
_OPSET = 17
_IR_VERSION = 9
_BITS = 4
_BITS_CORRECTED = 8
_ZERO = 128
"""What codes of 8 bits are too large by."""
_LEAST = np.float32(1e-12)
# Activations in 8 bits as well: the fastest kernels, cosines to plain numbers above 0.9999.
_ACCURACY = 4
# Of corrected matrices where speed counts more: 7 bits, for older processors add products of 8 and
# 8 bits in 16.
_LARGEST = 63

Correction = Mapping[str, tuple[FloatMatrix, FloatMatrix]]
"""Low-rank corrections of matrices by name (``l3.q``): inputs × rank, rank × outputs."""


def make_network(
    weights: Weights, correction: Correction | None = None, *, fast: bool = False
) -> bytes:
    """Return the network as an ONNX file.

    ``fast`` rounds the states that go into corrected matrices by the batch and not by the token:
    a third of the time, three times the error, and a text's states change with its company.

    In: ``embedded`` (texts × tokens × width) and ``mask`` (texts × 1 × tokens × tokens, a large
    negative number where a token may not look). Out: ``states`` (texts × tokens × width).
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights, correction or {}, fast=fast)
    state = graph.normalise(EMBEDDED, "emb.ln")
    for layer in range(weights.shape.layers):
        state = graph.add_layer(state, f"l{layer}")
    graph.node("Identity", state, output=STATES, domain="")
    states: list[str | int] = ["texts", "tokens", weights.shape.width]
    looks: list[str | int] = ["texts", 1, "tokens", "tokens"]
    network = helper.make_graph(
        graph.nodes,
        "encoder",
        inputs=[
            helper.make_tensor_value_info(EMBEDDED, TensorProto.FLOAT, states),
            helper.make_tensor_value_info(MASK, TensorProto.FLOAT, looks),
        ],
        outputs=[helper.make_tensor_value_info(STATES, TensorProto.FLOAT, states)],
        initializer=graph.constants,
    )
    model = helper.make_model(
        network,
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)],
        ir_version=_IR_VERSION,
    )
    content: bytes = model.SerializeToString()
    return content


def _to_blocks(matrix: FloatMatrix) -> tuple[Bytes, FloatMatrix]:
    """Return a matrix (outputs × inputs) in 8-bit codes, 128 too large, and a scale a block."""
    blocks = matrix.reshape(len(matrix), -1, BLOCK)
    scales = np.asarray(np.abs(blocks).max(axis=2) / (_ZERO - 1), dtype=np.float32)
    codes = np.rint(blocks / np.maximum(scales, _LEAST)[..., None]) + _ZERO
    return codes.astype(np.uint8), scales


_Values = NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int8]


class _Graph:
    """Nodes and constants as they are added; what a node gives is known by its name."""

    def __init__(self, weights: Weights, correction: Correction, *, fast: bool) -> None:
        self._weights = weights
        self._correction = correction
        self._fast = fast
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def node(
        self,
        operator: str,
        *inputs: str,
        output: str = "",
        domain: str = _RUNTIME,
        **attributes: float,
    ) -> str:
        """Add a node and return the name of what it gives."""
        from onnx import helper

        output = output or f"{operator}-{len(self.nodes)}"
        node = helper.make_node(operator, list(inputs), [output], domain=domain)
        node.attribute.extend(starmap(helper.make_attribute, sorted(attributes.items())))
        self.nodes.append(node)
        return output

    def normalise(self, state: str, name: str, *, added: tuple[str, ...] = ()) -> str:
        """Add a layer norm, over the sum with ``added`` (a state, a bias) where that is given."""
        scale, shift = self._vector(f"{name}.w"), self._vector(f"{name}.b")
        epsilon = self._weights.shape.epsilon
        if not added:
            return self.node("LayerNormalization", state, scale, shift, domain="", epsilon=epsilon)
        other, bias = added
        return self.node(
            "SkipLayerNormalization", state, other, scale, shift, bias, epsilon=epsilon
        )

    def add_layer(self, state: str, layer: str) -> str:
        """Add attention and feed-forward, each with its sum and norm."""
        query, key, value = (
            self.node(
                "Add",
                self._multiply(state, f"{layer}.{name}"),
                self._vector(f"{layer}.{name}.b"),
                domain="",
            )
            for name in ("q", "k", "v")
        )
        seen = self.node(
            "MultiHeadAttention",
            *(query, key, value, "", "", MASK),
            num_heads=self._weights.shape.heads,
        )
        state = self.normalise(
            self._multiply(seen, f"{layer}.ao"),
            f"{layer}.aln",
            added=(state, self._vector(f"{layer}.ao.b")),
        )
        inner = self.node(
            "BiasGelu", self._multiply(state, f"{layer}.fi"), self._vector(f"{layer}.fi.b")
        )
        return self.normalise(
            self._multiply(inner, f"{layer}.fo", inputs=self._weights.shape.inner),
            f"{layer}.oln",
            added=(state, self._vector(f"{layer}.fo.b")),
        )

    def _multiply(self, state: str, name: str, *, inputs: int = 0) -> str:
        inputs = inputs or self._weights.shape.width
        if name not in self._correction:
            codes, scales = self._weights.blocks(f"{name}.w", inputs=inputs)
            return self._multiply_blocks(state, name, codes, scales, bits=_BITS)
        # Four bits would round a small correction away; plain numbers take twice the time.
        down, up = self._correction[name]
        plain = self._weights.matrix(f"{name}.w", inputs=inputs).T + down @ up
        if not self._fast:
            codes, scales = _to_blocks(plain.T)
            return self._multiply_blocks(state, name, codes, scales, bits=_BITS_CORRECTED)
        scales = np.abs(plain).max(axis=0) / _LARGEST
        return self.node(
            "DynamicQuantizeMatMul",
            state,
            self._constant(f"{name}.w", np.rint(plain / scales).astype(np.int8)),
            self._constant(f"{name}.scales", scales),
        )

    def _multiply_blocks(
        self, state: str, name: str, codes: Bytes, scales: FloatMatrix, *, bits: int
    ) -> str:
        outputs, blocks, _ = codes.shape
        return self.node(
            "MatMulNBits",
            state,
            self._constant(f"{name}.w", codes),
            self._constant(f"{name}.scales", scales.reshape(-1)),
            K=blocks * BLOCK,
            N=outputs,
            bits=bits,
            block_size=BLOCK,
            accuracy_level=_ACCURACY,
        )

    def _vector(self, name: str) -> str:
        return self._constant(name, self._weights.vector(name))

    def _constant(
        self, name: str, values: NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int8]
    ) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
