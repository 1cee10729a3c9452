"""Puts the fake model up by hand: ``python -m tests.fake_model [competent|faithful|worst] [PORT]``.

Then, in another terminal: ``ASSISTANT_MODEL__NAME=fake-1
ASSISTANT_MODEL__BASE_URL=http://127.0.0.1:8099/v1 assistant eval --mode both``.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading

from tests.fake_model.minds import competent, faithful
from tests.fake_model.server import NAME, model_server
from tests.fake_model.worst import mixed_manners, mixed_mind

WAYS = ("competent", "faithful", "worst")
PORT = 8099


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_model")
    parser.add_argument("way", nargs="?", choices=WAYS, default="competent")
    parser.add_argument("port", nargs="?", type=int, default=PORT)
    chosen = parser.parse_args()
    minds = {"competent": competent, "faithful": faithful, "worst": mixed_mind()}
    manner = mixed_manners() if chosen.way == "worst" else None
    with model_server(minds[chosen.way], manner, port=chosen.port) as server:
        sys.stdout.write(f"{NAME} ({chosen.way}): {server.address}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
