"""Chat models through LangChain: the only file that knows it. Its errors become ours here."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import JsonValue

from assistant.errors import ModelError, ModelRejected, ModelUnavailable, SettingsError
from assistant.models.profiles import NO_KEY, OPENAI_COMPATIBLE, Connection
from assistant.settings.model import Output

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

_WEAKER: Mapping[Output, Output] = {"json_schema": "json_object", "json_object": "text"}
_QUOTA = ("insufficient_quota", "余额", "欠费", "Insufficient Balance")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked."""

    rules: str
    """The part that never changes."""
    request: str
    schema: Mapping[str, JsonValue]
    """The JSON schema of the answer."""
    name: str
    """The schema's name."""
    longest_tokens: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of what a model writes."""

    text: str
    finish: str = ""
    """Why it ended, on the last piece: ``stop``, ``length``."""


class ChatModel(Protocol):
    """Writes text, piece by piece."""

    @property
    def name(self) -> str:
        """What the answers' record says."""

    def stream(self, request: Request, *, seconds: float) -> AsyncGenerator[Piece, None]:
        """Yield what the model writes. Raises ``ModelError``."""


class Barred(ModelRejected):
    """Key, name, address or account: every further call would fail too."""


class RetryAfter(ModelUnavailable):
    """The server names the seconds after which another try makes sense."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class LangChainModel:
    """Any chat model that LangChain can open; OpenAI-compatible servers first."""

    def __init__(self, connection: Connection) -> None:
        self.name = connection.model
        self._connection = connection
        self._output: Output = connection.output
        self._model = _open(connection)

    @property
    def output(self) -> Output:
        """How drafts are asked for now; weaker than configured once a server refused that."""
        return self._output

    async def stream(self, request: Request, *, seconds: float) -> AsyncGenerator[Piece, None]:
        """Yield what the model writes; a format that the server refuses gives way to a weaker."""
        output: Output | None = self._output
        while output is not None:
            begun = False
            try:
                async for piece in self._stream(request, output, seconds):
                    begun = True
                    yield piece
            except _FormatRefused as error:
                weaker = _WEAKER.get(output)
                if begun or weaker is None:
                    raise ModelRejected(str(error)) from error
                output = weaker
            else:
                if output != self._output:
                    _log.warning("the server refuses %s; asking for %s", self._output, output)
                    self._output = output
                return

    async def _stream(
        self, request: Request, output: Output, seconds: float
    ) -> AsyncGenerator[Piece, None]:
        from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage

        messages = [SystemMessage(request.rules), HumanMessage(request.request)]
        model = self._bind(request, output, seconds)
        try:
            async for chunk in model.astream(messages):
                if isinstance(chunk, AIMessageChunk):
                    finish = chunk.response_metadata.get("finish_reason") or ""
                    yield Piece(str(chunk.text), str(finish))
        # A foreign server can make the client raise anything (a null where a list is due is a
        # TypeError); whatever it is, there is no answer, and it must not reach the reader.
        except Exception as error:
            raise _translate(error, connection=self._connection, output=output) from error

    def _bind(
        self, request: Request, output: Output, seconds: float
    ) -> Runnable[LanguageModelInput, AIMessage]:
        if self._connection.provider != OPENAI_COMPATIBLE:
            return self._model.bind(max_tokens=request.longest_tokens)
        import openai

        # As an extra member the format is sent as it stands; as a parameter the client would
        # parse the answer itself and raise on what we can still read.
        body: dict[str, JsonValue] = {
            **self._connection.extra_body,
            self._connection.limit_parameter: request.longest_tokens,
        }
        if output == "json_schema":
            schema: dict[str, JsonValue] = {
                "name": request.name,
                "strict": True,
                "schema": dict(request.schema),
            }
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif output == "json_object":
            body["response_format"] = {"type": "json_object"}
        timeout = openai.Timeout(seconds, connect=min(seconds, self._connection.connect_seconds))
        return self._model.bind(extra_body=body, timeout=timeout)


class _FormatRefused(ModelError):
    """The server turned the request down, perhaps for the format asked for."""


def _open(connection: Connection) -> BaseChatModel:
    # Read by LangChain when it runs; an administrator may have set it otherwise.
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    from langchain.chat_models import init_chat_model

    compatible = connection.provider == OPENAI_COMPATIBLE
    options = {
        "max_retries": 0,
        "temperature": connection.temperature,
        "base_url": connection.base_url,
        "api_key": connection.api_key if connection.api_key != NO_KEY or compatible else None,
    }
    # The call has a deadline of its own; this timeout would wait with ``asyncio.wait_for``, which
    # before Python 3.12 can swallow a cancellation, and the connection would stay open.
    ours: dict[str, Any] = {"stream_chunk_timeout": None} if compatible else {}
    # LangChain hands them on to whichever provider it is: their types are not ours to say.
    given: dict[str, Any] = {
        name: value for name, value in options.items() if value not in (None, "")
    }
    try:
        model: BaseChatModel = init_chat_model(
            connection.model, model_provider=connection.provider, **given, **ours
        )
    except ImportError as error:
        raise SettingsError(
            f"模型服务“{connection.provider}”需要 LangChain 的对应软件包，请先安装：{error}。"
        ) from error
    except (ValueError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise SettingsError(f"模型设置不可用：{reason}。请检查设置组 model。") from error
    return model


def _translate(error: Exception, *, connection: Connection, output: Output) -> ModelError:
    from langchain_core import exceptions as known

    where = connection.base_url or connection.provider
    said = " ".join(str(getattr(error, "message", "") or error).split())[:160]
    if isinstance(error, known.ModelAuthenticationError | known.ModelPermissionDeniedError):
        return Barred(f"模型服务 {where} 不接受密钥，请检查 ASSISTANT_MODEL__API_KEY。")
    if isinstance(error, known.ModelNotFoundError):
        return Barred(
            f"模型服务 {where} 上没有模型“{connection.model}”，或地址不对"
            "（OpenAI 兼容的地址一般以 /v1 结尾）。"
        )
    if isinstance(error, known.ContextOverflowError):
        return ModelRejected("提示超过了模型的上下文长度，请调低 model.passage_tokens。")
    if isinstance(error, known.ModelInvalidRequestError) or _status(error) in (400, 415, 422):
        return _FormatRefused(f"模型服务 {where} 不接受请求：{said}。")
    if _status(error) == 402 or any(word in said for word in _QUOTA):
        return Barred(f"模型服务 {where} 的额度已用完：{said}。")
    return _translate_passing(error, where, said)


def _translate_passing(error: Exception, where: str, said: str) -> ModelError:
    """Return what may pass by itself; whatever is left is a reply that cannot be read."""
    from langchain_core import exceptions as known

    if isinstance(error, known.ModelRateLimitError):
        message = f"模型服务 {where} 限制了请求频率。"
        seconds = _retry_after(error)
        return ModelUnavailable(message) if seconds is None else RetryAfter(message, seconds)
    if isinstance(error, known.ModelTimeoutError | TimeoutError):
        return ModelUnavailable(f"模型服务 {where} 没有及时答复。")
    if isinstance(error, known.ModelConnectionError | OSError) or _broke_off(error):
        return ModelUnavailable(f"连不上模型服务 {where}，请检查地址、网络、代理和服务是否在运行。")
    if isinstance(error, known.ModelError) and error.is_retryable:
        return ModelUnavailable(f"模型服务 {where} 内部出错：{said}。")
    if isinstance(error, ValueError) and "No generation chunks" in said:
        return ModelUnavailable(f"模型服务 {where} 什么也没有答，请检查地址（一般以 /v1 结尾）。")
    return ModelRejected(f"模型服务 {where} 的回复无法读取（{type(error).__name__}）：{said}。")


def _status(error: Exception) -> int:
    status = getattr(error, "status_code", 0)
    return status if isinstance(status, int) else 0


def _broke_off(error: Exception) -> bool:
    """Tell whether the transport failed; the client has two, whose errors share names only."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"TransportError", "APIConnectionError"})


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after") if isinstance(headers, Mapping) else None
    try:
        return float(value) if value else None
    except ValueError:
        return None
