"""The LangChain door finds what the assistant's own search finds."""

from __future__ import annotations

from assistant.interfaces.retriever import ArticleRetriever
from assistant.pipeline import Assistant

QUESTION = "纪检监察机关、组织部门多久对信访举报情况开展分析研判？"


def test_it_returns_the_articles_of_the_search_in_their_order(assistant: Assistant) -> None:
    found = ArticleRetriever(assistant=assistant, limit=3).invoke(QUESTION)
    assert [document.id for document in found] == [
        hit.article.id for hit in assistant.search(QUESTION, limit=3)
    ]


def test_an_article_comes_verbatim_with_its_address(assistant: Assistant) -> None:
    document = ArticleRetriever(assistant=assistant).invoke("《若干措施》（二十四）")[0]
    address = (document.metadata["doc_id"], document.metadata["article"])
    assert address == ("beijing-measures-2021", 24)
    assert document.metadata["label"] == "《若干措施》（二十四）"
    source = next(d for d in assistant.documents if d.document.id == address[0]).document.text
    span = slice(document.metadata["start"], document.metadata["end"])
    assert document.page_content == source[span]
