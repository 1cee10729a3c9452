"""``assistant quiz generate --model``: a language model's questions, proved, into the bank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.errors import ModelRejected, QuizError
from assistant.interfaces.cli_output import progress_bar, say

if TYPE_CHECKING:
    from assistant.corpus.load import Corpus
    from assistant.models.chat import Request
    from assistant.models.client import Deadline
    from assistant.models.prompts import Prompt
    from assistant.quiz.check import Search
    from assistant.quiz.items import Item
    from assistant.quiz.model_questions import Asked, ModelQuestions
    from assistant.settings import Settings

NO_MODEL = (
    "没有配置语言模型。请先设置 model.name 和 model.profile（或 model.base_url），密钥写在环境变量 "
    "ASSISTANT_MODEL__API_KEY 里，用 assistant doctor 试通后再来；不用模型出题请去掉 --model。"
)
NO_CALLS_LEFT = "今日的模型调用次数已用完（设置项 model.calls_per_day），请明天再来或调高上限。"


@dataclass(frozen=True, slots=True)
class Added:
    """What a model added to the bank."""

    path: Path
    origin: str
    asked: Asked
    bank: int
    """Questions of the bank, the new ones included."""

    def to_json(self) -> dict[str, object]:
        """Return the form for programs."""
        return {
            "file": str(self.path),
            "origin": self.origin,
            "calls": self.asked.calls,
            "proposals": self.asked.proposals,
            "added": [item.id for item in self.asked.items],
            "turned_away": dict(self.asked.turned_away),
            "stopped": self.asked.stopped,
            "items": self.bank,
        }


def open_search(settings: Settings) -> Search:
    """Return our own search over the index. Raises ``IndexUnavailable`` without one."""
    from assistant.pipeline import Assistant
    from assistant.quiz.check import FOUND_WITHIN

    assistant = Assistant.open(settings)

    def search(question: str) -> list[str]:
        return [hit.article.id for hit in assistant.search(question, limit=FOUND_WITHIN)]

    return search


def add_from_model(
    settings: Settings,
    corpus: Corpus,
    path: Path,
    document_ids: Sequence[str],
    *,
    wanted: int,
    retrieval: bool,
) -> Added:
    """Ask the configured model and add what holds to the bank. Raises ``AssistantError``."""
    from assistant.models.opening import open_client
    from assistant.models.prompts import load_prompt
    from assistant.quiz.bank import load_bank, save_bank
    from assistant.quiz.model_questions import PLACES, PROMPT

    if not settings.model.name:
        raise QuizError(NO_MODEL)
    prompt, digest = load_prompt(settings.prompts, PROMPT, places=PLACES)
    origin = f"{settings.model.name} {digest}"
    client = open_client(_for_questions(settings).model)
    bank = load_bank(path) if path.exists() else ()
    search = open_search(settings) if retrieval else None
    questions = _questions(settings, corpus, prompt=prompt, origin=origin, search=search)
    try:
        with progress_bar("命题") as progress:
            asked = questions.make(
                bank,
                _asking(settings, client.complete),
                wanted=wanted,
                at_once=settings.model.concurrent,
                document_ids=document_ids,
                progress=progress,
            )
    finally:
        client.close()
    items: tuple[Item, ...] = (*bank, *asked.items)
    if asked.items:
        save_bank(items, path)
    return Added(path, origin, asked, len(items))


def say_what_was_added(added: Added) -> None:
    """Print what came of asking a model, in a few lines."""
    from assistant.quiz.model_questions import count_reasons

    asked = added.asked
    typer.echo(
        f"{added.path}：问了 {asked.calls} 条，模型提出 {asked.proposals} 题，"
        f"核验通过并加入 {len(asked.items)} 题，题库共 {added.bank} 题。"
    )
    if asked.turned_away:
        typer.echo(f"没有采用：{count_reasons(asked.turned_away)}。")
    if asked.stopped:
        say(f"提前结束：{asked.stopped}")
    if asked.items:
        say(f"新题由模型起草（{added.origin}），已通过机检，尚待审阅；审阅通过后才会启用。")


def _questions(
    settings: Settings, corpus: Corpus, *, prompt: Prompt, origin: str, search: Search | None
) -> ModelQuestions:
    from assistant.quiz.check_item import ItemChecker
    from assistant.quiz.draft import BasisMaker
    from assistant.quiz.facts import extract_facts
    from assistant.quiz.generate_model import ProposalVerifier
    from assistant.quiz.model_questions import ModelQuestions
    from assistant.quiz.probe import Probe
    from assistant.quiz.words import load_words

    words = load_words(settings.corpus)
    facts = extract_facts(corpus.searched, words)
    probe = Probe(corpus.documents, facts.sources)
    verifier = ProposalVerifier(
        corpus.documents,
        maker=BasisMaker(corpus.documents),
        checker=ItemChecker(corpus.documents, probe, words),
        probe=probe,
        words=words,
        origin=origin,
    )
    return ModelQuestions(
        corpus.documents,
        facts,
        verifier,
        prompt=prompt,
        longest_tokens=settings.quiz.model_tokens,
        search=search,
    )


def _for_questions(settings: Settings) -> Settings:
    """Return the settings with the temperature for questions, where the model takes one."""
    if settings.model.temperature is None:
        return settings
    warmer = settings.model.model_copy(update={"temperature": settings.quiz.model_temperature})
    return settings.model_copy(update={"model": warmer})


def _asking(
    settings: Settings, complete: Callable[[Request, Deadline], str]
) -> Callable[[Request], str]:
    """Return what asks the model, within the day's limit of calls."""
    from assistant.models.client import Deadline
    from assistant.models.opening import open_ledger

    model = settings.model.model_copy(update={"cached_answers": 0, "calls_per_person_per_day": 0})
    ledger = open_ledger(model, settings.database)

    def ask(request: Request) -> str:
        if ledger is not None and not ledger.take_call(""):
            raise ModelRejected(NO_CALLS_LEFT)
        return complete(request, Deadline.after(settings.quiz.model_seconds))

    return ask
