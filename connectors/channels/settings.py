"""What can be set from outside: environment variables whose names begin with ``ARATOHU_``."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from connectors.channels.secrets import WEBHOOK_PREFIX, kept

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "ARATOHU_"

OURS_ALONE = {f"{PREFIX}{name}" for name in ("ACTION_ENDPOINT", "TRACKER_DIALECT", "TRACKER_DB")}
"""Given to Rasa by ``make run``, and nobody's to set. A program started from Rasa's surroundings may meet them."""


class SettingsError(Exception):
    """Settings that can't be used. The text names each one, its value and what is expected."""


@dataclass(frozen=True)
class Expected:
    """What a setting must be, as a person would say it."""

    text: str


def _absolute(path: Path) -> Path:
    # Relative to where the command was given; the programs that it starts run elsewhere.
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100


def _yes_or_no(value: object) -> object:
    words = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}
    if not isinstance(value, str):
        return value
    if value.lower() not in words:
        raise ValueError("neither on nor off")
    return words[value.lower()]


def _database(url: str) -> str:
    # Hosting services still hand out addresses that begin with postgres://.
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            url = "postgresql+psycopg://" + url.removeprefix(old)
    try:
        name = make_url(url).drivername
    except ArgumentError:
        raise ValueError("no database address") from None
    if name not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("another kind of database")
    return url


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("no web address")
    return url.rstrip("/")


def _long(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 32:
        raise ValueError("too short")
    return secret


def _mail_server(secret: SecretStr | None) -> SecretStr | None:
    if secret is None:
        return None
    parts = urlsplit(secret.get_secret_value())
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("no mail server")
    return secret


def _clamd(url: str) -> str:
    parts = urlsplit(url)
    fine = (parts.scheme == "tcp" and parts.hostname and parts.port) or (parts.scheme == "unix" and parts.path)
    if url and not fine:
        raise ValueError("no address of clamd")
    return url


def _key(secret: SecretStr) -> SecretStr:
    try:
        size = len(base64.urlsafe_b64decode(secret.get_secret_value()))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        raise ValueError("no key")
    return secret


def _webhook(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    try:
        size = len(base64.b64decode(text.removeprefix(WEBHOOK_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not text.startswith(WEBHOOK_PREFIX) or not 24 <= size <= 64:
        raise ValueError("no webhook secret")
    return secret


Port = Annotated[int, Field(ge=1, le=65535), Expected("a port number from 1 to 65535")]
Count = Annotated[int, Field(ge=1, le=1_000_000), Expected("a whole number from 1 to 1000000")]
Days = Annotated[int, Field(ge=1, le=3650), Expected("a number of days from 1 to 3650")]
OnOff = Annotated[bool, BeforeValidator(_yes_or_no), Expected("on or off")]
Folder = Annotated[Path, AfterValidator(_absolute), Expected("a folder")]
OptionalFile = Annotated[
    Path | None, AfterValidator(lambda path: _absolute(path) if path else None), Expected("a file")
]
OptionalAddress = Annotated[
    str,
    AfterValidator(lambda url: _address(url) if url else ""),
    Expected("a web address such as https://login.example.govt.nz, or nothing"),
]
WebAddress = Annotated[str, AfterValidator(_address), Expected("a web address such as https://aratohu.example.govt.nz")]
DatabaseUrl = Annotated[
    str,
    AfterValidator(_database),
    Expected("sqlite:////folder/file.sqlite or postgresql://user:password@host/database"),
]
MailServer = Annotated[
    SecretStr | None,
    AfterValidator(_mail_server),
    Expected("smtp://host:25, or smtp+tls:// or smtps:// with user:password@host"),
]
Clamd = Annotated[str, AfterValidator(_clamd), Expected("tcp://host:3310, or unix:///run/clamav/clamd.ctl, or nothing")]
LongSecret = Annotated[SecretStr, AfterValidator(_long), Expected("a random text of at least 32 characters")]
EncryptionKey = Annotated[
    SecretStr, AfterValidator(_key), Expected("a Fernet key: 32 random bytes in URL-safe base64, 44 characters")
]
Seconds = Annotated[float, Field(gt=0, le=3600), Expected("a number of seconds, more than 0 and up to 3600")]
Pause = Annotated[float | None, Field(gt=0, le=86_400), Expected("a number of seconds, more than 0 and up to 86400")]
Bytes = Annotated[int, Field(ge=1024, le=10_000_000), Expected("a number of bytes from 1024 to 10000000")]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], Expected("debug, info, warning or error")]
WebhookSecret = Annotated[
    SecretStr, AfterValidator(_webhook), Expected("whsec_ followed by 24 to 64 random bytes in base64")
]


def _secret(name: str) -> Any:
    def make(data: dict[str, Any]) -> SecretStr:
        return SecretStr(kept(data["data_dir"])[name])

    return make


def _here(port: str) -> Any:
    return lambda data: f"http://127.0.0.1:{data[port]}"


def _file(name: str) -> Any:
    return lambda data: f"sqlite:///{data['data_dir'] / name}"


def _public_url(data: dict[str, Any]) -> str:
    return f"http://{_reachable(data['host'])}:{data['port']}"


def _system_database(data: dict[str, Any]) -> str:
    # A SQLite file has one writer at a time, so the workflows get one of their own.
    url: str = data["database_url"]
    return str(_file("workflows.sqlite")(data)) if url.startswith("sqlite") else url


class Settings(BaseSettings):
    """Every setting with its default. :meth:`load` reads them from the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    port: Port = Field(8000, description="port of the app: the pages and the public API")
    host: Annotated[str, Field(min_length=1), Expected("an address of this machine")] = Field(
        "127.0.0.1", description="address that the app listens on; 0.0.0.0 lets other machines in"
    )
    public_url: WebAddress = Field(default_factory=_public_url, description="address at which people reach the app")
    trusted_proxies: str = Field(
        "", description="addresses of proxies in front of the app, with commas; only they may say who is asking"
    )
    data_dir: Folder = Field(ROOT / ".data", description="folder for everything that the programs write")
    database_url: DatabaseUrl = Field(
        default_factory=_file("aratohu.sqlite"), repr=False, description="the app's database"
    )
    system_database_url: DatabaseUrl = Field(
        default_factory=_system_database, repr=False, description="where applications on their way are kept"
    )
    log_level: LogLevel = Field("info", description="how much the programs log")

    rasa_port: Port = Field(5005, description="port of Rasa, for this machine alone")
    rasa_url: WebAddress = Field(
        default_factory=_here("rasa_port"), description="address of Rasa; when it is set, make run starts none itself"
    )
    rasa_seconds: Seconds = Field(15.0, description="how long one turn may take before people are told to try again")
    agencies: OptionalFile = Field(
        None, description="file that says which agencies are really connected, and how (docs/running.md)"
    )
    sandbox: OnOff = Field(True, description="whether to start the sandbox agencies, which stand in for the real ones")
    sandbox_port: Port = Field(8100, description="port of the sandbox agencies, for this machine alone")
    sandbox_auto_seconds: Pause = Field(
        None, description="after how long the sandbox agencies move an application along by themselves"
    )
    payment_hosts: str = Field(
        "", description="hosts of agencies' payment pages that are not the agencies' own, with commas"
    )
    clamd: Clamd = Field("", description="where ClamAV's clamd scans files that people give; empty for no scanning")
    follow_seconds: Seconds = Field(30.0, description="how often agencies are asked where applications are")

    requests_a_minute: Count = Field(600, description="requests that one address may make in a minute")
    leave_to: WebAddress = Field(
        "https://www.google.co.nz", description="where people go who leave quickly: a page that everybody has open"
    )
    messages_a_minute: Count = Field(30, description="messages that one conversation's page may send in a minute")
    body_limit: Bytes = Field(65_536, description="largest request that is read, in bytes")
    conversation_days: Days = Field(30, description="days that a conversation is kept after its last word")
    application_days: Days = Field(365, description="days that an application is kept after the agency is done with it")

    local_accounts: OnOff = Field(
        True, description="whether advisers sign in with accounts made here (./aratohu adviser add)"
    )
    oidc_issuer: OptionalAddress = Field(
        "", description="address of the OpenID Connect provider that signs advisers in; empty for none"
    )
    oidc_client_id: str = Field("aratohu", description="our name at the OpenID Connect provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="our password at the OpenID Connect provider")
    oidc_name: str = Field("your organisation", description="what the button to the provider says")
    oidc_roles_claim: str = Field("groups", description="the provider's claim that holds roles and teams")
    oidc_prefix: str = Field(
        "aratohu-", description="what names in that claim begin with: aratohu-adviser, aratohu-team-msd"
    )

    smtp_url: MailServer = Field(
        None, repr=False, description="mail server for what people ask to be sent to themselves; none sends no email"
    )
    smtp_from: str = Field("noreply@localhost", description="sender of that email, which should tell nothing")
    session_secret: LongSecret = Field(
        default_factory=_secret("session_secret"), description="signs the pages' cookies"
    )
    rasa_token: LongSecret = Field(
        default_factory=_secret("rasa_token"), description="lets the app, and nobody else, talk to Rasa"
    )
    action_token: LongSecret = Field(
        default_factory=_secret("action_token"), description="lets Rasa, and nobody else, call the app's actions"
    )
    encryption_key: EncryptionKey = Field(
        default_factory=_secret("encryption_key"), description="encrypts what people tell us where it is stored"
    )
    sandbox_client_secret: LongSecret = Field(
        default_factory=_secret("sandbox_client_secret"), description="the app's password at the sandbox agencies"
    )
    webhook_secret: WebhookSecret = Field(
        default_factory=_secret("webhook_secret"), description="signs what the agencies report back"
    )

    @classmethod
    def load(cls) -> Self:
        """The settings of this process.

        Raises:
            SettingsError: where a variable is unknown or its value can't be used.
        """
        known = [variable(name) for name in cls.model_fields]
        given = [name for name in sorted(os.environ) if name.startswith(PREFIX) and os.environ[name]]
        problems = [_unknown(name, known) for name in given if name not in known and name not in OURS_ALONE]
        try:
            settings = cls()
        except ValidationError as error:
            wrong = [str(one["loc"][0]) for one in error.errors() if one["type"] != "default_factory_not_called"]
            raise SettingsError("\n".join([*map(_wrong, wrong), *problems])) from None
        except OSError as error:
            raise SettingsError(
                f"{variable('data_dir')}: {error.filename} can't be used as it must be: {error.strerror}. "
                "Name a folder in which this program may write."
            ) from None
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @property
    def internal_url(self) -> str:
        """Where the programs on this machine reach the app."""
        return f"http://{_reachable(self.host)}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox agencies are."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def is_secure(self) -> bool:
        """Whether people reach the app over TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def has_own_rasa(self) -> bool:
        """Whether Rasa is one of the programs that we start."""
        return "rasa_url" not in self.model_fields_set

    @property
    def models(self) -> Path:
        """The folder of trained models."""
        return self.data_dir / "models"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.data_dir / "logs"


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def _reachable(host: str) -> str:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    if host in everywhere:
        return everywhere[host]
    return f"[{host}]" if ":" in host else host


def _unknown(name: str, known: list[str]) -> str:
    # The part that all names share would make everything look alike.
    close = get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], n=1, cutoff=0.6)
    hint = f"Did you mean {PREFIX}{close[0]}?" if close else "./aratohu settings lists those there are."
    return f"{name} is not a setting. {hint}"


def _wrong(field: str) -> str:
    definition = Settings.model_fields[field]
    expected = next(one.text for one in definition.metadata if isinstance(one, Expected))
    hidden = "SecretStr" in str(definition.annotation) or field.endswith("database_url")
    value = "has a value that" if hidden else f"is “{os.environ.get(variable(field), '')}”, which"
    return f"{variable(field)} {value} can't be used. Expected: {expected}."
