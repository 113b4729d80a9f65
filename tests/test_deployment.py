"""The installation with Docker: closed unless told otherwise."""

import re

import yaml

from app.core.settings import PROJECT

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
APP, WORKER = COMPOSE["services"]["app"], COMPOSE["services"]["worker"]


def default(given: str) -> str:
    """What compose fills in when nothing is set."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", given)


def test_it_starts_without_demonstration_with_secure_cookies_and_for_this_machine_alone() -> None:
    settings = {name: default(value) for name, value in APP["environment"].items()}
    assert (settings["DEMONSTRATION"], settings["SECURE_COOKIES"]) == ("false", "true")
    assert [default(port) for port in APP["ports"]] == ["127.0.0.1:8000:8000"]
    assert "ports" not in COMPOSE["services"]["database"] and "ports" not in WORKER


def test_secrets_have_no_default_and_both_processes_have_the_same() -> None:
    for service in (APP, WORKER):
        assert re.fullmatch(r"\$\{SECRET_KEY:\?[^}]+\}", service["environment"]["SECRET_KEY"])
    assert ":?" in COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"]


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER shuangxuan") < lines.index('CMD ["shuangxuan", "serve"]')


def test_attached_files_outlive_the_containers_and_both_processes_see_them() -> None:
    folder = "/srv/shuangxuan/var"
    assert APP["volumes"] == WORKER["volumes"] == [f"files:{folder}"] and "files" in COMPOSE["volumes"]
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("RUN install -d -o shuangxuan var") < lines.index("USER shuangxuan")
