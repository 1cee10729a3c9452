"""Keeps what a run of the tests logs, at the finest level, and fails the run for a secret in it.

Every record of every logger is kept, whatever handlers there are, with its traceback and the test
that was running; so is what processes that tests start write to their standard error. At the end
all of it is scanned. With ``pytest-xdist`` each worker scans what it kept.
"""

from __future__ import annotations

import logging
import re
import tempfile
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from tests.secrets_in_use import KNOWN, secret

SHORTEST = 8
"""Characters; what is shorter is found in innocent words."""
LONG = re.compile(r"[A-Za-z0-9_-]{20,}")
IN_ADDRESS = re.compile(
    r"(?:response_code|access_token|corpsecret|client_secret|[?&]key)=(?![*<&\s]|$)"
)
"""Whatever follows is secret, known or not."""
ESCAPED = str.maketrans({"\n": " ", "\r": " ", "\t": " "})
BEFORE = "(before the first test)"


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that was logged; the secret itself is not repeated."""

    test: str
    logger: str
    what: str

    def __str__(self) -> str:
        return f"{self.test}: logger “{self.logger}” wrote {self.what}"


class LogScan:
    """A plugin of pytest."""

    def __init__(self) -> None:
        self._test = BEFORE
        # Open for as long as the run lasts.
        self._file = tempfile.TemporaryFile(  # noqa: SIM115
            "w+", encoding="utf-8", errors="backslashreplace"
        )
        # Threads log at once, and a line must not end up within another.
        self._writing = threading.RLock()
        self._make = logging.getLogRecordFactory()
        self._keep_secret = SecretStr.__init__
        self.leaks: list[Leak] = []

    def pytest_sessionstart(self) -> None:
        """Begin to keep records, and the secrets that go into settings."""
        logging.setLogRecordFactory(self._make_and_keep)
        keep_secret = self._keep_secret

        def keep(owner: SecretStr, value: str) -> None:
            if isinstance(value, str) and "://" not in value:
                secret(value)
            keep_secret(owner, value)

        SecretStr.__init__ = keep  # type: ignore[method-assign, assignment]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test runs; one before it may have left another level."""
        self._test = nodeid
        logging.getLogger().setLevel(logging.DEBUG)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what was written to standard error."""
        self._keep(report.nodeid, "standard error", report.capstderr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Scan, and fail the run for what is found."""
        logging.setLogRecordFactory(self._make)
        SecretStr.__init__ = self._keep_secret  # type: ignore[method-assign]
        with self._writing:
            self._file.seek(0)
            self.leaks += dict.fromkeys(find_leaks(self._file, KNOWN))
            self._file.close()
        worker = getattr(session.config, "workeroutput", None)
        if worker is not None:
            worker["leaks"] = [(leak.test, leak.logger, leak.what) for leak in self.leaks]
        elif self.leaks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker found."""
        found = getattr(node, "workeroutput", {}).get("leaks", [])
        self.leaks += [Leak(*leak) for leak in found]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        if self.leaks:
            terminalreporter.section("secrets in the log", sep="=", red=True)
            for leak in self.leaks:
                terminalreporter.write_line(str(leak))

    def _make_and_keep(self, *values: object, **named: object) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*values, **named)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} {record.args}"
        if record.exc_info and record.exc_info[0] is not None:
            message += "".join(traceback.format_exception(*record.exc_info))
        self._keep(self._test, record.name, message)
        return record

    def _keep(self, test: str, logger: str, message: str) -> None:
        with self._writing:
            # Threads that outlive the run may still log.
            if not message or self._file.closed:
                return
            self._file.write(f"{test}\t{logger}\t{message.translate(ESCAPED)}\n")


def find_leaks(lines: Iterator[str], secrets: set[str]) -> Iterator[Leak]:
    """Yield what is secret in the lines of a run: a test, a logger and a message each."""
    # Those that are made at random are many, and looked up instead of looked for.
    issued = {each for each in secrets if LONG.fullmatch(each)}
    others = [each for each in secrets - issued if len(each) >= SHORTEST]
    for line in lines:
        test, logger, message = line.rstrip("\n").split("\t", 2)
        for found in (*issued.intersection(LONG.findall(message)), *_within(others, message)):
            yield Leak(test, logger, f"a secret of {len(found)} characters, {found[:2]}…")
        for match in IN_ADDRESS.finditer(message):
            yield Leak(test, logger, f"an address with {match.group()}…")


def _within(secrets: list[str], message: str) -> list[str]:
    return [each for each in secrets if each in message]


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin, as ``-p tests.log_scan`` or by the tests' conftest."""
    config.pluginmanager.register(LogScan(), "log-scan")
