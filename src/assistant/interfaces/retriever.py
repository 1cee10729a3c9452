"""The search as a LangChain retriever, for chains that bring their own model."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.corpus.labels import article_label
from assistant.domain import Hit, ParsedDocument


@runtime_checkable
class Searches(Protocol):
    """What is searched: an ``Assistant``."""

    @property
    def documents(self) -> tuple[ParsedDocument, ...]:
        """The corpus."""

    def search(self, question: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the articles nearest to a question, best first."""


class ArticleRetriever(BaseRetriever):
    """Returns whole articles, verbatim, with their address in the metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Searches
    limit: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        documents = {parsed.document.id: parsed.document for parsed in self.assistant.documents}
        return [
            Document(
                id=hit.article.id,
                page_content=hit.article.text,
                metadata={
                    "doc_id": hit.article.document_id,
                    "article": hit.article.number,
                    "label": article_label(documents[hit.article.document_id], hit.article),
                    "start": hit.article.start,
                    "end": hit.article.end,
                    "score": hit.score,
                },
            )
            for hit in self.assistant.search(query, limit=self.limit)
        ]
