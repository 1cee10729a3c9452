"""The log of a whole run holds no secret; a run whose log holds one fails and says where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
CLEAN = """
import logging, sys
from pydantic import SecretStr
from tests.secrets_in_use import secret

TOKEN = secret("token-of-this-test-only-1234567890")
logger = logging.getLogger("assistant.doors")

def test_nothing_is_said():
    logger.debug("answered in %d ms", 12)
    sys.stderr.write("listening")
    logging.getLogger("httpx").info("GET /cgi-bin/gettoken?access_token=***")
"""
LEAKING = """
def test_debug():
    logger.debug("asking with %s", TOKEN)

def test_not_propagated():
    apart = logging.getLogger("apart")
    apart.propagate = False
    apart.addHandler(logging.NullHandler())
    apart.warning("asking with %s", TOKEN)

def test_traceback():
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.error("failed", exc_info=True)

def test_settings():
    SecretStr("kept-in-settings")
    logger.info("kept-in-settings")

def test_address():
    logger.info("POST /cgi-bin/aibot/response?response_code=abc")

def test_standard_error():
    sys.stderr.write(TOKEN)
"""


def run_tests(folder: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests in a process of their own, without the plugins that are not needed."""
    file = folder / "test_talk.py"
    file.write_text(tests, encoding="utf-8")
    plugins = ["-p", "tests.log_scan", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "--rootdir", folder, file],
        cwd=REPOSITORY,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_whose_log_holds_a_secret_fails_and_says_where(tmp_path: Path) -> None:
    done = run_tests(tmp_path, CLEAN + LEAKING)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "7 passed" in done.stdout
    report = done.stdout.partition("secrets in the log")[2]
    named = [line.partition("::")[2].partition(" wrote")[0] for line in report.splitlines()]
    assert [name for name in named if name] == [
        "test_debug: logger “assistant.doors”",
        "test_not_propagated: logger “apart”",
        "test_traceback: logger “assistant.doors”",
        "test_settings: logger “assistant.doors”",
        "test_address: logger “assistant.doors”",
        "test_standard_error: logger “standard error”",
    ]
    assert not any(each in report for each in ("token-of-this", "kept-in", "abc"))


def test_a_run_whose_log_holds_none_passes(tmp_path: Path) -> None:
    done = run_tests(tmp_path, CLEAN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "secrets in the log" not in done.stdout
