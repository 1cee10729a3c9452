"""The description of the HTTP interface as a page: made here, so that it loads nothing at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

_METHODS = ("get", "post", "put", "patch", "delete")
Node = Mapping[str, object]


def reference_routes(app: FastAPI) -> APIRouter:
    """Return the route of the page that describes ``app``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs", response_class=HTMLResponse)
    async def docs(request: Request) -> str:
        return reference_to_html(app.openapi(), base=str(request.base_url))

    return router


def reference_to_html(schema: Node, *, base: str) -> str:
    """Return the page for an OpenAPI schema; ``base`` is the address of the server."""
    title = escape(str(_node(schema, "info").get("title", "")))
    groups: dict[str, list[str]] = {}
    for path, method, operation in _operations(schema):
        tags = operation.get("tags")
        tag = str(tags[0]) if isinstance(tags, list) and tags else "运行"
        groups.setdefault(tag, []).append(_operation_to_html(path, method, operation))
    parts = "".join(f"<h2>{escape(tag)}</h2>{''.join(members)}" for tag, members in groups.items())
    kinds = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_schema_to_html(shape)}</details>"
        for name, shape in _node(_node(schema, "components"), "schemas").items()
        if isinstance(shape, Mapping)
    )
    return Template(_asset("reference.html")).substitute(
        title=title,
        base=escape(base),
        operations=parts,
        kinds=kinds,
        style=_asset("reference.css"),
    )


def _asset(name: str) -> str:
    return (Path(__file__).parent / "page" / name).read_text(encoding="utf-8")


def _operations(schema: Node) -> Iterator[tuple[str, str, Node]]:
    for path, methods in _node(schema, "paths").items():
        if isinstance(methods, Mapping):
            for method in _METHODS:
                operation = methods.get(method)
                if isinstance(operation, Mapping):
                    yield path, method, operation


def _operation_to_html(path: str, method: str, operation: Node) -> str:
    about = _words(operation.get("description", ""))
    rows = "".join(_parameters(operation))
    table = f"<table><tr><th>参数</th><th>位置</th><th>类型</th></tr>{rows}</table>" if rows else ""
    sent = _kind(_content(_node(operation, "requestBody")))
    given = _kind(_content(_node(_node(operation, "responses"), "200")))
    bodies = "".join(
        f"<p>{words}：{kind}</p>" for words, kind in (("请求体", sent), ("返回", given)) if kind
    )
    return (
        f'<h3><span class="method">{method.upper()}</span> <code>{escape(path)}</code> '
        f"{escape(str(operation.get('summary', '')))}</h3><p>{about}</p>{table}{bodies}"
    )


def _parameters(operation: Node) -> Iterator[str]:
    parameters = operation.get("parameters")
    for parameter in parameters if isinstance(parameters, list) else ():
        name, place = escape(str(parameter["name"])), escape(str(parameter["in"]))
        needed = "，必填" if parameter.get("required") else ""
        yield (
            f"<tr><td><code>{name}</code></td><td>{place}{needed}</td>"
            f"<td>{_kind(_node(parameter, 'schema'))}</td></tr>"
        )


def _schema_to_html(shape: Node) -> str:
    needed = shape.get("required")
    required = set(needed) if isinstance(needed, list) else set()
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{'必有' if name in required else ''}</td>"
        f"<td>{_kind(field)}</td><td>{_words(field.get('description', ''))}</td></tr>"
        for name, field in _node(shape, "properties").items()
        if isinstance(field, Mapping)
    )
    return f"<table>{rows}</table>" if rows else f"<p>{_kind(shape)}</p>"


def _words(text: object) -> str:
    """Return a description; what stands between backticks is code."""
    return re.sub(r"(`{1,2})(.+?)\1", r"<code>\2</code>", escape(str(text)))


def _content(body: Node) -> Node:
    return _node(_node(_node(body, "content"), "application/json"), "schema")


def _kind(shape: Node) -> str:
    """Return what a schema says a value is, as HTML."""
    reference = shape.get("$ref")
    if isinstance(reference, str):
        name = escape(reference.rsplit("/", 1)[-1])
        return f'<a href="#{name}"><code>{name}</code></a>'
    for key, joint in (("anyOf", " 或 "), ("oneOf", " 或 "), ("prefixItems", "，")):
        members = shape.get(key)
        if isinstance(members, list):
            return joint.join(_kind(member) for member in members)
    if "enum" in shape or "const" in shape:
        values = shape.get("enum", [shape.get("const")])
        listed = values if isinstance(values, list) else [values]
        return " | ".join(
            f"<code>{escape(json.dumps(v, ensure_ascii=False))}</code>" for v in listed
        )
    if shape.get("type") == "array":
        return f"列表：{_kind(_node(shape, 'items'))}"
    return f"<code>{escape(str(shape['type']))}</code>" if "type" in shape else ""


def _node(node: Node, key: str) -> Node:
    found = node.get(key)
    return found if isinstance(found, Mapping) else {}
