"""``./aratohu settings``: every setting, what it is now and what it does."""

from __future__ import annotations

from dataclasses import dataclass

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from sqlalchemy.engine import make_url

from connectors.channels.settings import Settings, variable


@dataclass(frozen=True)
class Line:
    """A setting as it is listed."""

    name: str
    value: str
    default: str
    what: str


def listing(settings: Settings) -> list[Line]:
    """Every setting, secrets and passwords masked."""
    plain = Settings.model_construct(**settings.model_dump(include={"port", "host", "data_dir", "rasa_port"}))
    return [
        Line(variable(name), _shown(settings, name), _default(plain, field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _shown(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if isinstance(value, SecretStr) and not value.get_secret_value():
        return "none"
    if isinstance(value, SecretStr):
        return "set, not shown" if name in settings.model_fields_set else "made, not shown"
    if name.endswith("database_url"):
        return make_url(value).render_as_string(hide_password=True)
    return _plain(value)


def _default(others: Settings, field: FieldInfo) -> str:
    if isinstance(field.default, SecretStr):
        return "none"
    if field.annotation is SecretStr:
        return "made once, kept in the data folder"
    data = dict(others.__dict__, database_url="sqlite")
    return _plain(field.get_default(call_default_factory=True, validated_data=data))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value in ("", None) else str(value)


@click.command("settings")
def command() -> None:
    """List the settings: value, default and what each does."""
    for line in listing(Settings.load()):
        is_changed = line.value != line.default
        click.echo(click.style(f"{line.name}={line.value}", bold=is_changed))
        click.echo(f"    {line.what}; default: {line.default}")
