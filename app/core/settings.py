"""What an installation may set, from the environment. Everything has a default that works."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.errors import DomainError
from app.core.words import COMMA, LANGUAGES, wrong

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PROJECT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """One attribute per environment variable; README lists them."""

    model_config = SettingsConfigDict(env_file=None, env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = PROJECT / "var"
    database_url: str | None = Field(default=None, description="an own PostgreSQL 15 or newer; else the embedded one")
    database_read_url: str | None = Field(default=None, description="a streaming replica of it, for strangers' reading")
    pg_bin: Path | None = Field(
        default=None, description="folder of PostgreSQL server programs to use instead of the shipped ones"
    )
    secret_key: str | None = Field(
        default=None, description="the installation's secret, 32 characters or more; else a file in the data folder"
    )
    web_dir: Path = PROJECT / "frontend" / "dist"
    demonstration: bool = Field(default=True, description="load the demonstration season on first start and label it")
    with_worker: bool = Field(default=True, description="run the job worker in a process beside the web process")
    web_workers: int | None = Field(
        default=None, ge=1, le=32, description="processes that answer requests, on one socket; by default sized"
    )
    web_connections: int | None = Field(
        default=None, ge=21, le=400, description="connections to the database of each of them; by default up to 40"
    )
    secure_cookies: bool = Field(default=False, description="set to true behind HTTPS")
    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^/?#]+$", description="the address people use; printed on cards and links"
    )
    allowed_hosts: str = Field(
        default="", description="names, with commas, under which the platform may be asked; by default PUBLIC_URL's"
    )
    forwarded_allow_ips: str = Field(
        default="", description="addresses of the proxies whose X-Forwarded-For is believed; by default nobody's"
    )
    upload_limit_mb: int = Field(default=10, ge=1)
    clamd: str | None = Field(
        default=None, pattern=r"^(/.+|.+:[0-9]{1,5})$", description="the virus scanner: its socket, or host:port"
    )
    smtp_url: str | None = Field(
        default=None,
        pattern=r"^smtps?://([^/?#@]+@)?[^/?#@]+$",
        description="the mail server: smtps://user:password@host, or smtp:// with STARTTLS beyond this machine",
    )
    mail_from: str | None = Field(
        default=None,
        pattern=r"^[!-?A-~]+@[!-?A-~]+$",
        description="the sender of mails; by default shuangxuan at PUBLIC_URL's name",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    log_json: bool = False

    @property
    def upload_bytes(self) -> int:
        return self.upload_limit_mb * 1024 * 1024

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the platform."""
        return self.host in LOOPBACK

    @property
    def is_exposed(self) -> bool:
        """Whether other machines reach a demonstration, whose passwords everybody knows."""
        return self.demonstration and not self.is_local

    @property
    def address(self) -> str:
        """What people type into a browser, as far as it is set."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def sender(self) -> str:
        """From whom mails come."""
        return self.mail_from or f"shuangxuan@{urlsplit(self.address).hostname}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names a request may ask for; none: any, since nobody said which."""
        named = {name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip()}
        if self.public_url:
            named.add(urlsplit(self.public_url).hostname or "")
        return frozenset(named | LOOPBACK) if named or self.is_local else frozenset()


class SettingInvalid(DomainError):
    """An option or an environment variable has a value that it cannot have."""


@cache
def settings() -> Settings:
    """What this process was started with. Refusal: SettingInvalid, which names variables and tells no value."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingInvalid(faults_zh=_faults(error, "zh"), faults_en=_faults(error, "en")) from None


def settings_given(**options: str | None) -> Settings:
    """The settings with options of the command line before the environment, here and in processes started from here."""
    os.environ.update({name.upper(): value for name, value in options.items() if value is not None})
    settings.cache_clear()
    return settings()


def _faults(error: ValidationError, language: str) -> str:
    """PORT 不能大于 65535"""
    found = [(".".join(map(str, each["loc"])).upper(), each["type"], each.get("ctx", {})) for each in error.errors()]
    return COMMA[LANGUAGES.index(language)].join(
        f"{name} {wrong(kind, facts, language)}" for name, kind, facts in found
    )
