"""Settings → the model's writer; what keeps it from opening leaves the extractive writer alone."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from assistant.errors import DatabaseError, SettingsError
from assistant.models import drafts
from assistant.models.breaker import Breaker
from assistant.models.chat import LangChainModel, Request
from assistant.models.client import Deadline, Limits, ModelClient
from assistant.models.ledger import Ledger
from assistant.models.profiles import connect
from assistant.models.prompts import load_prompts
from assistant.models.writer import ModelWriter, Rooms
from assistant.settings.model import ModelSettings
from assistant.store.database import open_database

TRIAL_SECONDS = 15.0
_TRIAL = Request(
    "你只输出 JSON。",
    '输出 {"claims": []}',
    drafts.SCHEMA,
    "answer",
    longest_tokens=32,
)

_log = logging.getLogger(__name__)


def open_model_writer(
    rooms: Rooms, settings: ModelSettings, *, prompts: Path, database_url: str
) -> ModelWriter | None:
    """Return the writer, or None when the settings do not allow for one; the log says why."""
    try:
        read = load_prompts(prompts)
        client = open_client(settings)
    except SettingsError as error:
        _log.error("no model, the extractive writer answers: %s", error)
        return None
    return ModelWriter(
        rooms,
        client=client,
        prompts=read,
        ledger=open_ledger(settings, database_url),
        settings=settings,
    )


def open_client(settings: ModelSettings) -> ModelClient:
    """Return what calls the model of the settings. Raises ``SettingsError``."""
    return ModelClient(
        LangChainModel(connect(settings, os.environ)),
        limits=Limits(settings.concurrent, settings.waiting, settings.retries),
        breaker=Breaker(failures=settings.breaker_failures, seconds=settings.breaker_seconds),
    )


def try_model(settings: ModelSettings, *, prompts: Path) -> str:
    """Make one cheap call and return how it went. Raises ``AssistantError`` with what to do."""
    load_prompts(prompts)
    connection = connect(settings, os.environ)
    model = LangChainModel(connection)
    client = ModelClient(model, limits=Limits(retries=0), breaker=Breaker(failures=1, seconds=1))
    started = time.perf_counter()
    try:
        text = client.complete(
            _TRIAL, Deadline.after(min(settings.deadline_seconds, TRIAL_SECONDS))
        )
    finally:
        client.close()
    seconds = time.perf_counter() - started
    told = f"{settings.name} 可用，{seconds:.1f} 秒"
    if model.output != connection.output:
        told += f"；不支持 {connection.output}，改用 {model.output}"
    if "{" not in text:
        told += "；没有按要求输出 JSON，答复会多由抽取式给出"
    return told


def open_ledger(settings: ModelSettings, database_url: str) -> Ledger | None:
    """Return what counts calls and keeps answers; None when the settings ask for neither."""
    limits = (
        settings.cached_answers,
        settings.calls_per_day,
        settings.calls_per_person_per_day,
    )
    if not any(limits):
        return None
    try:
        database = open_database(database_url)
    except DatabaseError as error:
        _log.error("answers are not kept and calls not counted: %s", error)
        return None
    return Ledger(
        database,
        most_answers=settings.cached_answers,
        calls_per_day=settings.calls_per_day,
        calls_per_person=settings.calls_per_person_per_day,
    )
