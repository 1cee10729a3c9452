"""HTML and SVG as trees, so that whatever is put in is escaped on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

Node = ElementTree.Element


def node(tag: str, attributes: Mapping[str, object] | None = None, *children: Node | str) -> Node:
    """Return an element with its children, text and elements mixed."""
    element = ElementTree.Element(tag, {k: str(v) for k, v in (attributes or {}).items()})
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def table(header: list[str], rows: list[list[str]]) -> Node:
    """Return a table; the first cell of a row names the row."""
    head = node("tr", None, *(node("th", {"scope": "col"}, cell) for cell in header))
    body = [
        node(
            "tr",
            None,
            node("th", {"scope": "row"}, row[0]),
            *(node("td", None, cell) for cell in row[1:]),
        )
        for row in rows
    ]
    whole = node("table", None, node("thead", None, head), node("tbody", None, *body))
    return node("div", {"class": "table"}, whole)


def render_page(*, title: str, style: str, body: list[Node]) -> str:
    """Return a whole HTML page that needs nothing but itself."""
    head = node(
        "head",
        None,
        node("meta", {"charset": "utf-8"}),
        node("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        node("title", None, title),
        node("style", None, style),
    )
    page = node("html", {"lang": "zh-CN"}, head, node("body", None, node("main", None, *body)))
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html")
