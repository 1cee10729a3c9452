"""A real server with questions on a loopback port: in this process, or one that can be killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
from tests.fakes import FakeAssistant

from assistant.corpus.load import load_corpus
from assistant.interfaces.api import PageServer, create_app, server_config
from assistant.settings import Settings
from assistant.settings.quiz import QuizSettings
from assistant.settings.web import WebSettings

REPOSITORY = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "practice" / "samples.jsonl"
CORPUS = REPOSITORY / "corpus"
_STARTER = multiprocessing.get_context("forkserver")
_STARTER.set_forkserver_preload(["tests.quiz.serving", "assistant.interfaces.chat"])


def quiz_settings(data: Path, *, bank: Path = SAMPLES, corpus: Path = CORPUS) -> Settings:
    """Return settings over the shipped corpus and a bank."""
    return Settings(
        corpus=corpus,
        data=data,
        quiz=QuizSettings(bank=bank),
        web=WebSettings(questions_per_minute=10_000),
    )


def open_assistant(corpus: Path = CORPUS) -> FakeAssistant:
    """Return an assistant that knows the shipped documents."""
    return FakeAssistant(load_corpus(corpus).documents)


@contextlib.contextmanager
def serving_quiz(data: Path, *, bank: Path = SAMPLES, corpus: Path = CORPUS) -> Iterator[str]:
    """Yield the address of a server in this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(
            lambda: open_assistant(corpus), quiz_settings(data, bank=bank, corpus=corpus)
        )
        server = PageServer(server_config(app, stop_seconds=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            wait_until_open(address)
            yield address
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def warm_up() -> None:
    """Begin to import what a process needs, beside the tests that need none."""
    ensure_running()


def start_process(data: Path, port: int) -> BaseProcess:
    """Start a server as a process of its own and wait until it answers.

    What takes long is importing; each is a fork of a process that imported it all.
    """
    process = _STARTER.Process(target=serve_for_ever, args=(data, port), daemon=True)
    process.start()
    wait_until_open(f"http://127.0.0.1:{port}")
    return process


def wait_until_open(address: str) -> None:
    """Return once the questions can be asked for."""
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{address}/quiz/api/choices", timeout=60).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def serve_for_ever(data: Path, port: int) -> None:
    """Serve until killed."""
    app = create_app(open_assistant, quiz_settings(data))
    with socket.create_server(("127.0.0.1", port)) as listener:
        PageServer(server_config(app)).run(sockets=[listener])
