"""``assistant index`` and ``assistant serve``: what has to be ready before questions come."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import PortInUse
from assistant.interfaces.cli_output import progress_bar, say, write_json

if TYPE_CHECKING:
    from assistant.index.manifest import Manifest
    from assistant.settings import Settings


def index(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Build or refresh the index; only what changed is embedded again."""
    from assistant.settings import load_settings

    started = time.perf_counter()
    manifest = build_with_progress(load_settings())
    if as_json:
        write_json(manifest.to_dict())
        return
    typer.echo(
        f"索引已就绪：{manifest.passages} 个片段，{manifest.sentences} 个句子，"
        f"用时 {time.perf_counter() - started:.1f} 秒。"
    )


def serve(
    host: Annotated[
        str, typer.Option(metavar="地址", help="监听的地址，默认取自设置", show_default=False)
    ] = "",
    port: Annotated[
        int | None,
        typer.Option(
            metavar="端口", help="监听的端口，默认取自设置", show_default=False, min=1, max=65535
        ),
    ] = None,
) -> None:
    """Start page and API, after the index where it is missing or outdated."""
    from assistant.pipeline import index_state
    from assistant.settings import load_settings

    settings = load_settings()
    host, port = host or settings.host, port or settings.port
    # Before the index, which takes its time, and before the web server's packages.
    ensure_port_free(host, port=port)
    state, _ = index_state(settings)
    if state != "ok":
        say("还没有索引，正在建立……" if state == "missing" else "材料或设置有改动，正在更新索引……")
        build_with_progress(settings)
    say(f"正在启动：http://{host}:{port}（按 Ctrl+C 停止）")
    from assistant.interfaces.api import serve as run_server

    run_server(settings, host=host, port=port)


def build_with_progress(settings: Settings) -> Manifest:
    """Build or refresh the index with a bar on stderr."""
    from assistant.pipeline import build

    with progress_bar("建立索引") as advance:
        return build(settings, progress=advance)


def ensure_port_free(host: str, *, port: int) -> None:
    """Raise ``PortInUse`` when nothing can listen at ``host:port``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"无法监听 {host}:{port}（{error.strerror}）。"
                "请先停止占用该端口的程序，或用 --port 换一个端口。"
            ) from error
