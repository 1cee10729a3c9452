"""The bank: what the shipped corpus and a regulation of another matter yield."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.quiz.bank.conftest import Timed, make_checker

from assistant.corpus.load import Corpus
from assistant.domain import ParsedDocument
from assistant.errors import QuizError
from assistant.quiz.bank import dump_bank
from assistant.quiz.check import Checker
from assistant.quiz.generate import generate_bank
from assistant.quiz.items import Item, ItemType, Status
from assistant.quiz.words import Words, load_words
from assistant.settings import Settings

LONGEST_SECONDS = 20.0


def stems(items: tuple[Item, ...]) -> str:
    return "\n".join(item.stem for item in items)


def test_the_shipped_bank_is_what_its_seed_yields(
    generated: Timed, shipped: tuple[Item, ...]
) -> None:
    made = [item.with_status(Status.ACTIVE) for item in generated.bank.items]
    assert dump_bank(made) == dump_bank(shipped), "run: assistant quiz generate --activate"


def test_the_bank_is_large_enough_and_quickly_made(generated: Timed, corpus: Corpus) -> None:
    items = generated.bank.items
    facts = {item.fact_id for item in items}
    assert len(facts) >= 150
    asked = {basis.article_id for item in items for basis in item.basis}
    numbered = [a for p in corpus.searched for a in p.numbered]
    assert sum(a.id in asked for a in numbered) >= 0.85 * len(numbered)
    assert generated.seconds < LONGEST_SECONDS


def test_the_bank_meets_every_target_that_a_program_can_measure(
    checker: Checker, shipped: tuple[Item, ...]
) -> None:
    report = checker.check_bank(shipped)
    assert report.faults == ()
    assert [metric.name for metric in report.metrics if not metric.met] == []


def test_the_same_seed_yields_the_same_bank_and_another_seed_another(
    regulation: ParsedDocument, park_items: tuple[Item, ...]
) -> None:
    again = generate_bank([regulation], load_words(), seed=1).items
    other = generate_bank([regulation], load_words(), seed=7).items
    assert dump_bank(again) == dump_bank(park_items)
    assert dump_bank(other) != dump_bank(park_items)


def test_a_fact_is_asked_in_several_forms(shipped: tuple[Item, ...]) -> None:
    forms = Counter(item.fact_id for item in shipped)
    assert max(forms.values()) == 3
    for item in shipped:
        assert item.id == f"{item.fact_id}.{item.type.value}"


def test_the_known_differences_of_the_two_documents_are_asked(shipped: tuple[Item, ...]) -> None:
    compared = {item.id: item for item in shipped if item.pattern == "cross-doc"}
    keys = {text for item in compared.values() for text in item.right_texts}
    # 重点领域, 违规干预, 连带追究责任的情形, 家属亲友干预的报告对象, 分管领域, 政治生态.
    assert {"土地规划", "执法司法", "规划用地", "虚假报告", "市委常委"} <= keys
    assert "所在党委（党组）主要负责人或者上级党委（党组）、纪检机关" in keys
    assert any(item.correction == "“每季度”应为“常态化”" for item in compared.values())
    for item in compared.values():
        assert item.difficulty == 3


def test_no_question_rests_on_words_that_the_printings_disagree_on(
    shipped: tuple[Item, ...],
) -> None:
    for item in shipped:
        for basis in item.basis:
            if basis.document_id == "opinions-2021":
                assert basis.editions == ("opinions-2021", "opinions-2021-xinhua")


def test_what_the_corpus_refuses_is_not_asked(shipped: tuple[Item, ...], words: Words) -> None:
    text = stems(shipped)
    assert "共出现了" not in text
    assert "月度工作点评会" not in text
    assert words.rejected
    assert not words.rejected & {item.id for item in shipped}


def test_near_synonyms_never_stand_side_by_side(shipped: tuple[Item, ...], words: Words) -> None:
    for item in shipped:
        if item.pattern == "subject" and item.type is ItemType.SINGLE:
            texts = [option.text for option in item.options]
            pairs = [(a, b) for n, a in enumerate(texts) for b in texts[n + 1 :]]
            assert [pair for pair in pairs if words.may_overlap(*pair)] == []


def test_values_stand_in_ascending_order(shipped: tuple[Item, ...]) -> None:
    order = ["每月", "每季度", "每半年", "每年", "每两年"]
    asked = [i for i in shipped if i.pattern == "frequency" and i.type is ItemType.SINGLE]
    assert asked
    for item in asked:
        texts = [option.text for option in item.options]
        assert texts == sorted(texts, key=order.index)


# --- a regulation of another matter --------------------------------------------------------------


def test_any_regulation_yields_items_that_hold(
    park_items: tuple[Item, ...], regulation: ParsedDocument
) -> None:
    checker = make_checker((regulation,), load_words())
    assert len(park_items) >= 15
    assert [fault for item in park_items for fault in checker.faults(item)] == []
    assert all("《公园管理条例》" in item.stem for item in park_items)


def test_a_deadline_is_asked_with_deadlines_of_its_kind(park_items: tuple[Item, ...]) -> None:
    asked = {
        item.right_texts[0]: [option.text for option in item.options]
        for item in park_items
        if item.pattern == "number" and item.type is ItemType.SINGLE
    }
    assert "三十日" in asked
    assert all(re.fullmatch("[一二三四五六九十百]+日", text) for text in asked["三十日"])


def test_numbered_items_become_questions(park_items: tuple[Item, ...]) -> None:
    listed = [item for item in park_items if item.pattern == "items"]
    duties = [item for item in listed if item.type is ItemType.SHORT]
    assert [item.answer for item in duties] == [
        ("制定公园管理制度", "维护公园设施的安全", "组织开展科普活动")
    ]
    # 法律、法规规定的其他条件 says nothing, and is neither asked nor offered.
    assert "其他条件" not in "".join(t for item in listed for t in item.right_texts)


def test_nobody_is_asked_for_who_has_a_duty_that_all_have(park_items: tuple[Item, ...]) -> None:
    keys = {text for item in park_items if item.pattern == "subject" for text in item.right_texts}
    assert "游客" not in keys


def test_bodies_of_another_law_are_no_options(
    regulation: ParsedDocument, corpus: Corpus, words: Words
) -> None:
    opinions = corpus.find("opinions-2021")
    assert opinions is not None
    both = generate_bank([opinions, regulation], words, seed=1).items
    parks = [item for item in both if item.document_ids[0] == "parks"]
    offered = {o.text for item in parks if item.pattern == "subject" for o in item.options}
    assert parks
    assert not {text for text in offered if "党委" in text or "纪检" in text}


# --- the corpus's own word file ------------------------------------------------------------------


def test_a_broken_word_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "quiz.toml").write_text('[[refuse]]\nwords = "月度"\n', encoding="utf-8")
    with pytest.raises(QuizError, match=r"quiz\.toml 无法读取.*words 和 reason"):
        load_words(tmp_path)


def test_a_rejected_item_is_not_made_again(
    tmp_path: Path, regulation: ParsedDocument, park_items: tuple[Item, ...]
) -> None:
    unwanted = park_items[0].id
    entry = f'[[reject]]\nitem = "{unwanted}"\nreason = "措辞不当"\n'
    (tmp_path / "quiz.toml").write_text(entry, encoding="utf-8")
    made = generate_bank([regulation], load_words(tmp_path), seed=1)
    assert unwanted not in {item.id for item in made.items}
    assert made.turned_away["rejected"] >= 1


def test_the_settings_name_the_bank_and_its_seed(shipped_settings: Settings) -> None:
    assert shipped_settings.quiz.bank == Path("corpus/quiz.jsonl")
    assert shipped_settings.quiz.seed == 2021
