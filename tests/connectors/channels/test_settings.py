"""Settings: read, filled in, refused."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from connectors.channels import secrets
from connectors.channels.command.settings import listing
from connectors.channels.settings import Settings, SettingsError, variable


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of the surroundings' own settings, and a data folder of the test's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path / "data"))


def test_defaults_fit_together(tmp_path: Path) -> None:
    settings = Settings.load()
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.rasa_url == "http://127.0.0.1:5005"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/aratohu.sqlite"
    assert settings.system_database_url == f"sqlite:///{tmp_path}/data/workflows.sqlite"
    assert settings.has_own_rasa
    assert not settings.is_secure


def test_derived_follow_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_PORT", "9001")
    monkeypatch.setenv("ARATOHU_HOST", "0.0.0.0")
    monkeypatch.setenv("ARATOHU_RASA_PORT", "9002")
    monkeypatch.setenv("ARATOHU_DATABASE_URL", "postgres://me:hush@db/aratohu")
    settings = Settings.load()
    assert settings.public_url == settings.internal_url == "http://127.0.0.1:9001"
    assert settings.rasa_url == "http://127.0.0.1:9002"
    assert settings.database_url == settings.system_database_url == "postgresql+psycopg://me:hush@db/aratohu"
    assert "hush" not in repr(settings)


def test_another_rasa_is_not_ours_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_RASA_URL", "https://rasa.internal/")
    settings = Settings.load()
    assert settings.rasa_url == "https://rasa.internal"
    assert not settings.has_own_rasa


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_PORT", "")
    monkeypatch.setenv("ARATOHU_NOT_A_SETTING", "")
    assert Settings.load().port == 8000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ARATOHU_PORT", "80000", "a port number from 1 to 65535"),
        ("ARATOHU_PORT", "eighty", "a port number from 1 to 65535"),
        ("ARATOHU_SANDBOX", "perhaps", "on or off"),
        ("ARATOHU_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("ARATOHU_PUBLIC_URL", "aratohu.govt.nz", "a web address such as"),
        ("ARATOHU_SANDBOX_AUTO_SECONDS", "-1", "a number of seconds, more than 0"),
    ],
)
def test_wrong_values_are_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert f"{name} is “{value}”, which can't be used. Expected: {expected}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARATOHU_SESSION_SECRET", "hunter2"),
        ("ARATOHU_ENCRYPTION_KEY", "hunter2"),
        ("ARATOHU_WEBHOOK_SECRET", "hunter2"),
        ("ARATOHU_DATABASE_URL", "mysql://me:hunter2@db/aratohu"),
    ],
)
def test_refused_secrets_are_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_unknown_settings_are_refused_with_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_PROT", "1")
    monkeypatch.setenv("ARATOHU_XYZZY", "1")
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert str(refused.value).splitlines() == [
        "ARATOHU_PROT is not a setting. Did you mean ARATOHU_PORT?",
        "ARATOHU_XYZZY is not a setting. ./aratohu settings lists those there are.",
    ]


def test_a_data_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(SettingsError, match="ARATOHU_DATA_DIR"):
        Settings.load()


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = Settings.load(), Settings.load()
    for name in secrets.NAMES:
        assert getattr(first, name).get_secret_value() == getattr(second, name).get_secret_value()
    assert len({getattr(first, name).get_secret_value() for name in secrets.NAMES}) == len(secrets.NAMES)
    file = tmp_path / "data" / secrets.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    Fernet(first.encryption_key.get_secret_value())
    assert len(base64.b64decode(first.webhook_secret.get_secret_value().removeprefix("whsec_"))) == 32


def test_a_secret_that_is_set_goes_before_the_kept_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Settings.load()
    monkeypatch.setenv("ARATOHU_RASA_TOKEN", "t" * 40)
    settings = Settings.load()
    assert settings.rasa_token.get_secret_value() == "t" * 40
    assert settings.session_secret == kept.session_secret


def test_the_listing_shows_every_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_RASA_TOKEN", "t" * 40)
    monkeypatch.setenv("ARATOHU_DATABASE_URL", "postgresql://me:hush@db/aratohu")
    settings = Settings.load()
    lines = {line.name: line for line in listing(settings)}
    assert set(lines) == {variable(name) for name in Settings.model_fields}
    shown = " ".join(f"{line.value} {line.default}" for line in lines.values())
    assert "hush" not in shown
    for name in secrets.NAMES:
        assert getattr(settings, name).get_secret_value() not in shown
    assert lines["ARATOHU_PORT"].default == "8000"
    assert lines["ARATOHU_SANDBOX"].value == "on"
    assert lines["ARATOHU_DATABASE_URL"].default.endswith("data/aratohu.sqlite")
    assert all(line.what for line in lines.values())
