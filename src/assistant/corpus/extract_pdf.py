"""PDF → text, page by page. Scans and garbled fonts are refused rather than indexed."""

from __future__ import annotations

import io
import re
import unicodedata

from assistant.errors import CorpusError

MOST_PAGES = 2000
_FEWEST_CHARACTERS = 8
"""A page with fewer is a picture, or blank."""
_GARBLED_SHARE = 0.02
_LISTED_PAGES = 10
# Fonts that draw a radical and a character alike often name the radical; NFKC turns those of
# Kangxi back, these stand in Unicode's EquivalentUnifiedIdeograph.txt.
_RADICALS = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")
_CHARACTERS = str.maketrans(
    "⺁⺄⺊⺌⺎⺒⺓⺜⺝⺟⺠⺧⺩⺫⺬⺶⺼⻁⻄⻅⻆⻉⻋⻏⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "厂乙卜小兀巳幺日月母民牛王目示羊肉虎西见角贝车邑長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
_BETWEEN_WIDE = re.compile(r"(?<=[\u3400-\u9fff，。；：、）（]) +(?=[\u3400-\u9fff，。；：、）（])")


def read_pdf(name: str, raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a PDF and warnings. Raises ``CorpusError`` when it has none to read."""
    pages = [_clean(page) for page in _read_pages(name, raw)]
    empty = [number for number, page in enumerate(pages, start=1) if _is_empty(page)]
    garbled = [number for number, page in enumerate(pages, start=1) if _is_garbled(page)]
    if len(empty) == len(pages):
        raise CorpusError(f"{name} 里没有文字，看来是扫描图片，请先识别文字再导入。")
    if garbled:
        raise CorpusError(
            f"{name} 第 {_list(garbled)} 页的文字是乱码（字体没有编码表），"
            "请用原文件另存为带文字的 PDF 或文本。"
        )
    warnings = ["PDF 的换行和分页已按版面还原，请核对段落和条号。"]
    if empty:
        warnings.append(f"第 {_list(empty)} 页没有文字，可能是图片，没有收入。")
    return "\n".join(pages), tuple(warnings)


def _read_pages(name: str, raw: bytes) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise CorpusError(f"{name} 加了密码，请去掉密码后再导入。")
        if len(reader.pages) > MOST_PAGES:
            raise CorpusError(f"{name} 超过 {MOST_PAGES} 页，请分成几个文件导入。")
        return [page.extract_text() for page in reader.pages]
    # pypdf lets errors of its parsing through as they come.
    except (
        PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError,
    ) as error:  # fmt: skip
        raise CorpusError(f"{name} 已损坏，无法读取，请重新导出 PDF。") from error


def _clean(page: str) -> str:
    """Return a page's text with radicals as characters and no gaps between Chinese ones."""
    page = page.translate(_CHARACTERS)
    page = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), page)
    return "\n".join(_BETWEEN_WIDE.sub("", line.rstrip()) for line in page.splitlines())


def _is_empty(page: str) -> bool:
    return len("".join(page.split())) < _FEWEST_CHARACTERS


def _is_garbled(page: str) -> bool:
    """Return whether characters stand in it that no text has: unassigned, private, replaced."""
    text = "".join(page.split())
    strange = sum(
        character == "\ufffd" or unicodedata.category(character) in ("Co", "Cn", "Cc", "Cs")
        for character in text
    )
    return strange > _GARBLED_SHARE * max(len(text), 50)


def _list(numbers: list[int]) -> str:
    shown = "、".join(map(str, numbers[:_LISTED_PAGES]))
    return f"{shown} 等" if len(numbers) > _LISTED_PAGES else shown
