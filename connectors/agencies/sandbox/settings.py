"""What the sandbox is told from outside. The names are those of the app's settings, where it uses the same ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """Environment variables that can't be used. The text names each."""


class Settings(BaseSettings):
    """Read from environment variables that begin with ``ARATOHU_``; see :meth:`load`."""

    model_config = SettingsConfigDict(env_prefix="ARATOHU_", env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Path
    sandbox_client_secret: SecretStr
    webhook_secret: SecretStr
    public_url: str = "http://127.0.0.1:8000"
    sandbox_auto_seconds: Annotated[float, Field(gt=0)] | None = None

    @classmethod
    def load(cls) -> Self:
        """The settings of this process.

        Raises:
            SettingsError: where one is missing or can't be used.
        """
        try:
            return cls()
        except ValidationError as error:
            names = ", ".join(sorted({f"ARATOHU_{str(one['loc'][0]).upper()}" for one in error.errors()}))
            raise SettingsError(f"missing or unusable: {names}. `make run` sets them.") from None
