"""What the bundled encoder learnt for one task or another: low-rank corrections of its matrices."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import numpy as np

from assistant.encoder.network import Correction
from assistant.encoder.weights import FloatMatrix

RETRIEVAL = "retrieval.npz"
"""For finding passages, by ``scripts/train_retrieval.py`` from questions on invented policy papers
and on articles of statutes; none is of this corpus."""
ANSWERABILITY = "answerability.npz"
"""For reading a question and a passage as one, by ``scripts/train_answerability.py``."""


def read_learnt(name: str) -> tuple[Correction, Mapping[str, FloatMatrix]]:
    """Return the corrections of matrices in a file of this package, and what else it holds."""
    file = resources.files("assistant.encoder").joinpath(name)
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        learnt = {key: stored[key].astype(np.float32) for key in stored.files}
    names = {key.rpartition(".")[0] for key in learnt if key.endswith(".down")}
    others = {key: value for key, value in learnt.items() if key.rpartition(".")[0] not in names}
    return {name: (learnt[f"{name}.down"], learnt[f"{name}.up"]) for name in names}, others
