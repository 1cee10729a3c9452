from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus.load import Corpus
from assistant.errors import CorpusError
from assistant.retrieve.lexicon import FILE_NAME, Lexicon
from assistant.settings import Settings

TEXT = (
    "对新任职“一把手”应当开展任职谈话。“一把手”要带头开展批评和自我批评。"
    "纪委书记发现问题及时提醒。主要领导干部。民主生活会。民主生活会。"
)
ENTRIES = (
    (("主要领导干部", "一把手"), ("头儿", "书记", "当家人", "top leader")),
    (("纪委书记",), ("纪委一把手", "纪委的头")),
    (("任职谈话",), ("上任谈话", "谈话")),
    (("民主生活会",), ("生活会", "红脸出汗的会")),
    (("述责述廉", "述职述廉"), ("述职",)),
)


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon(ENTRIES, [TEXT])


@pytest.mark.parametrize(
    ("question", "translated"),
    [
        ("刚上任的头儿要谈什么", "刚上任的一把手要谈什么"),
        ("the Top Leader", "the 一把手"),
        ("红脸出汗的会怎么开", "民主生活会怎么开"),
        ("信访举报怎么办", "信访举报怎么办"),
        ("", ""),
    ],
)
def test_everyday_words_become_the_official_ones(
    lexicon: Lexicon, question: str, translated: str
) -> None:
    assert lexicon.translate(question) == translated


def test_of_several_official_words_the_one_that_the_corpus_uses_most_is_taken(
    lexicon: Lexicon,
) -> None:
    assert lexicon.translate("当家人") == "一把手"


def test_of_equally_frequent_ones_the_first_is_taken(lexicon: Lexicon) -> None:
    assert lexicon.translate("述职") == "述责述廉"


def test_an_official_word_that_the_corpus_hardly_uses_is_translated_too() -> None:
    text = "“一把手”的监督。" * 10 + "主要领导干部。"
    lexicon = Lexicon(ENTRIES[:1], [text])
    assert lexicon.translate("主要领导干部怎么监督") == "一把手怎么监督"


def test_where_two_overlap_the_longest_counts(lexicon: Lexicon) -> None:
    assert lexicon.translate("上任谈话") == "任职谈话"
    assert lexicon.translate("纪委的头") == "纪委书记"


@pytest.mark.parametrize("word", ["纪委书记", "民主生活会", "任职谈话", "一把手"])
def test_an_official_word_protects_itself(lexicon: Lexicon, word: str) -> None:
    assert lexicon.translate(f"{word}怎么办") == f"{word}怎么办"


def test_words_stand_for_themselves_whatever_their_characters() -> None:
    lexicon = Lexicon([(("党委（党组）",), ("党委(党组)", "C++", "a.c"))], ["党委（党组）"])
    assert lexicon.translate("党委(党组)、C++、abc") == "党委（党组）、党委（党组）、abc"


def test_an_empty_lexicon_changes_nothing() -> None:
    assert Lexicon([], [TEXT]).translate("头儿怎么谈话") == "头儿怎么谈话"


def test_a_folder_without_a_lexicon_has_an_empty_one(tmp_path: Path) -> None:
    assert Lexicon.load(tmp_path, [TEXT]).translate("头儿怎么谈话") == "头儿怎么谈话"


def test_a_lexicon_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        '[[entry]]\nofficial = ["一把手"]\neveryday = ["头儿"]\n', encoding="utf-8"
    )
    assert Lexicon.load(tmp_path, [TEXT]).translate("头儿") == "一把手"


NOT_TOML = r"^词表 lexicon\.toml 不是正确的 TOML，请改正：.+。$"
WRONG_ENTRY = (
    r"^词表 lexicon\.toml 第 {} 个 entry 有误：每个 entry 应有 official 和 everyday 两个词语列表。$"
)
GOOD = '[[entry]]\nofficial = ["一把手"]\neveryday = ["头儿"]\n'
BROKEN = {
    "no-toml": (b"[[entry]\nofficial = ", NOT_TOML),
    "not-utf-8": (GOOD.encode("gbk"), NOT_TOML),
    "unknown-key": (
        '[[entry]]\nofficial = ["一把手"]\nslang = ["头儿"]\n'.encode(),
        WRONG_ENTRY.format(1),
    ),
    "empty-list": (
        '[[entry]]\nofficial = []\neveryday = ["头儿"]\n'.encode(),
        WRONG_ENTRY.format(1),
    ),
    "no-list": (
        (GOOD + '[[entry]]\nofficial = "一把手"\neveryday = ["头儿"]\n').encode(),
        WRONG_ENTRY.format(2),
    ),
    "unknown-table": (
        (GOOD + '[[words]]\nofficial = ["一把手"]\n').encode(),
        r"^词表 lexicon\.toml 有误：每个 entry 应有 official 和 everyday 两个词语列表。$",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_one_line_that_names_it_and_the_place(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(CorpusError, match=message) as raised:
        Lexicon.load(tmp_path, [TEXT])
    assert "\n" not in str(raised.value)


def test_the_shipped_lexicon_speaks_the_language_of_the_shipped_corpus(
    shipped_settings: Settings, corpus: Corpus
) -> None:
    texts = [parsed.document.text for parsed in corpus.searched]
    lexicon = Lexicon.load(shipped_settings.corpus, texts)
    assert lexicon.translate("当家人") == "一把手"
    assert lexicon.translate("纪委书记") == "纪委书记"
