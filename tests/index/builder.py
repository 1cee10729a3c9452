"""A builder in a process of its own, for the tests that kill it or hold it up.

``python -m index.builder FOLDER die EVENT PART`` kills itself, as ``kill -9`` would, at the first
audit event of that name with ``PART`` in an argument; ``FOLDER die embedding 2`` when it is asked
for the second batch; ``FOLDER hold`` waits in the first batch until its standard input ends.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.index.embed import Embedding

from .samples import CHANGED_OPINIONS, HashEmbedder, build


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingEmbedder(HashEmbedder):
    def __init__(self, *, last_batch: int) -> None:
        super().__init__()
        self._left = last_batch

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        self._left -= 1
        if self._left == 0:
            die()
        return super().embed_passages(texts)


class HeldEmbedder(HashEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        if not self.embedded:
            sys.stdout.write("embedding\n")
            sys.stdout.flush()
            sys.stdin.read()
        return super().embed_passages(texts)


def die_at(event: str, part: str) -> None:
    def watch(name: str, arguments: tuple[object, ...]) -> None:
        if name == event and any(part in str(argument) for argument in arguments):
            die()

    sys.addaudithook(watch)


def main(folder: Path, what: str, *arguments: str) -> None:
    embedder = HashEmbedder()
    if what == "hold":
        embedder = HeldEmbedder()
    elif arguments[0] == "embedding":
        embedder = DyingEmbedder(last_batch=int(arguments[1]))
    else:
        die_at(*arguments)
    build(folder, CHANGED_OPINIONS, embedder=embedder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
