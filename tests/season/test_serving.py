"""Listening, and what the start tells; the command line from outside."""

import asyncio
import errno
import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.exposure import WARNING
from app.core.installation.folders import DataFolderUnusable
from app.core.settings import Settings
from app.core.words import words
from app.season.demonstration import live_steps
from app.season.importing import open_season
from app.season.replay import replay_steps
from app.serving import (
    AddressUnusable,
    PortTaken,
    address_of,
    drawn,
    in_words,
    listening,
    network_address,
    phone_link,
    place_of,
    warn_of_another_place,
    watched,
    welcome,
)
from bench.measures import as_table
from bench.season import measure
from tests.factories.season import NEEDS, make_season

VARIABLES = [name.upper() for name in Settings.model_fields]
COMMAND = (sys.executable, "-m", "app")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def run(*words: str, command: Sequence[str] = COMMAND, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": "200", **environment}
    return subprocess.run([*command, *words], env=env, capture_output=True, text=True, check=False)


def test_a_taken_port_is_refused_before_anything_is_started(taken: int, tmp_path: Path) -> None:
    answer = run("serve", PORT=str(taken), DATA_DIR=str(tmp_path / "data"))
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 3)
    assert f"PORT={taken}" not in answer.stderr and str(taken) in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "99999", "PORT"),
        ("PORT", "abc", "PORT"),
        ("DATABASE_URL", "postgresql://clerk:canary@127.0.0.1:1/district", "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_a_sentence_in_both_languages(variable: str, value: str, told: str, tmp_path: Path) -> None:
    answer = run("serve", **{"PORT": "0", "DATA_DIR": str(tmp_path / "data"), variable: value})
    _starting, zh, en = answer.stderr.splitlines()
    assert (answer.returncode, answer.stdout) == (1, "")
    assert told in zh and told in en and "canary" not in answer.stderr
    assert not (tmp_path / "data").exists()


def test_a_start_says_something_before_anything_is_loaded() -> None:
    answer = run("serve", "--port", "abc", command=(sys.executable, "-X", "importtime", "-m", "app"))
    said, loaded = (answer.stderr.index(word) for word in ("Shuangxuan is starting", "fastapi"))
    assert said < loaded


def test_the_version_is_told_without_anything_being_loaded() -> None:
    answer = run("--version", command=(sys.executable, "-X", "importtime", "-m", "app"))
    assert (answer.stdout.split()[0], "fastapi" in answer.stderr) == ("shuangxuan", False)


def test_an_option_goes_before_its_variable_and_is_checked_like_it() -> None:
    answer = run("serve", "--port", "99999", PORT="0")
    assert (answer.returncode, answer.stderr.count("PORT"), "Traceback" in answer.stderr) == (1, 2, False)


def test_help_names_the_option_and_the_variable_of_each_setting_and_the_version_is_told() -> None:
    told, version = run("serve", "--help"), run("--version")
    assert [name for name in ("--port", "--host", "--data-dir", "PORT", *VARIABLES) if name not in told.stdout] == []
    assert (version.returncode, version.stdout.split()[0]) == (0, "shuangxuan")


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    answer = run("serve", PORT="0", DATA_DIR=str(tmp_path / "data"))
    _starting, zh, en = answer.stderr.splitlines()
    assert (answer.returncode, answer.stdout, str(tmp_path) in zh, str(tmp_path) in en) == (1, "", True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(("signals", "within"), [([signal.SIGTERM], 15), ([signal.SIGINT, signal.SIGINT], 4)])
def test_it_ends_in_time_although_a_client_never_finishes(
    own_database: str, signals: list[signal.Signals], within: int
) -> None:
    """And at once when it is asked twice."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": own_database, "PORT": str(port), "DEMONSTRATION": "false"}
    server = subprocess.Popen([*COMMAND, "serve"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout
    while f":{port}" not in (line := server.stdout.readline()):
        assert line or server.poll() is None
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
        began = time.monotonic()
        for asked in signals:
            server.send_signal(asked)
            time.sleep(0.5)  # two equal signals at once are one
        said, _ = server.communicate(timeout=within)
    assert time.monotonic() - began < within
    assert "stopping" in said and (len(signals) > 1 or "Goodbye" in said)


def test_the_refusals_of_an_address_say_which(taken: int) -> None:
    with pytest.raises(PortTaken) as refused, listening(Settings(port=taken)):
        pass
    assert refused.value.facts == {"host": "127.0.0.1", "port": taken}
    with pytest.raises(AddressUnusable), listening(Settings(host="192.0.2.1", port=0)):
        pass


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_address_is_one_to_open_in_a_browser(host: str, shown: str) -> None:
    with listening(Settings(host=host, port=0)) as door:
        assert address_of(door) == f"{shown}{door.getsockname()[1]}"


@pytest.mark.anyio
async def test_answers_are_sent_without_waiting_for_the_client_to_acknowledge_their_heads() -> None:
    """Each answer on a kept connection took 40 ms more: a socket that does not name TCP keeps Nagle's algorithm."""
    connected: asyncio.Queue[asyncio.BaseTransport] = asyncio.Queue()

    class Taken(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            connected.put_nowait(transport)

    with listening(Settings(port=0)) as door:
        async with await asyncio.get_running_loop().create_server(Taken, sock=door):
            _, writer = await asyncio.open_connection(*door.getsockname()[:2])
            accepted = (await connected.get()).get_extra_info("socket")
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            writer.close()


@pytest.mark.anyio
@pytest.mark.parametrize(("host", "is_said"), [("0.0.0.0", True), ("127.0.0.1", False)])
async def test_the_start_says_in_red_that_others_can_reach_a_demonstration(
    session: AsyncSession, host: str, is_said: bool
) -> None:
    lines = await welcome(session, "http://127.0.0.1:1", None, Settings(host=host), "")
    red = [line for line in lines if line.startswith("\033[31m")]
    assert [any(sentence in line for line in red) for sentence in WARNING.values()] == [is_said] * 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"host": "127.0.0.1"}, None),
        ({"host": "10.1.2.3"}, "http://10.1.2.3:8000"),
        ({"host": "127.0.0.1", "public_url": "https://district.example"}, "https://district.example"),
    ],
)
def test_other_machines_are_shown_an_address_that_reaches_here(given: dict[str, str], shown: str | None) -> None:
    settings = Settings.model_validate(given)
    assert network_address(settings, f"http://{settings.host}:8000") == shown


def test_bound_to_every_address_the_one_in_the_network_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: None)
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("10.1.2.3", 40000))
    assert network_address(Settings(host="0.0.0.0"), "http://127.0.0.1:8000") == "http://10.1.2.3:8000"


@pytest.mark.anyio
async def test_a_phone_without_a_questionnaire_opens_the_first_page_and_its_code_fits_a_terminal(
    session: AsyncSession,
) -> None:
    link = await phone_link(session, "http://10.1.2.3:8000", Settings(host="10.1.2.3"))
    assert link == "http://10.1.2.3:8000"
    assert len(drawn(f"{link}/s/{'x' * 22}").splitlines()) <= 24


def test_data_that_lie_elsewhere_than_asked_are_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("app.serving.server_user", lambda: pwd.getpwuid(os.getuid()))
    for place, is_said in ((tmp_path / "elsewhere", True), (tmp_path / "data" / "postgres", False)):
        monkeypatch.setattr("app.serving.data_folder", lambda _, place=place: place)
        warn_of_another_place(Settings(data_dir=tmp_path / "data"))
        said = capsys.readouterr().err
        assert [text in said for text in (str(place), "注意", "Note")] == [is_said] * 3


def test_a_data_folder_behind_a_closed_one_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user who named a folder below /root read a traceback."""

    def closed(_: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied", "/root/data")

    monkeypatch.setattr("app.serving.data_folder", closed)
    with pytest.raises(DataFolderUnusable) as refused:
        place_of(Settings(data_dir=Path("/root/data")))
    assert refused.value.facts == {"path": "/root/data", "why": "Permission denied"}


def test_every_step_of_the_shipped_season_is_said_in_words() -> None:
    season = open_season("kunming2018")
    steps = replay_steps(season) + [step for _, part in live_steps(season, date(2026, 11, 29)) for step in part]
    said = {in_words(step.name) for step in steps}
    assert said == {" / ".join(pair) for pair in words()["step"].values()}


def test_faults_of_a_season_are_listed_on_the_error_output_in_both_languages(tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou", needs=NEEDS.replace(",25,20000,", ",25,-1,"))
    answer = run("season", "import", str(folder), DATA_DIR=str(tmp_path / "data"))
    assert (answer.returncode, answer.stdout) == (1, "")
    lines = answer.stderr.splitlines()
    assert (len(lines), lines[2].startswith("第 4 行 needs.csv budget_cny: ")) == (3, True)
    assert not (tmp_path / "data").exists()


def test_json_goes_to_the_standard_output_alone_and_progress_to_the_other(own_database: str, tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou")
    answer = run("season", "replay", str(folder), "--json", "-", DATABASE_URL=own_database)
    assert (answer.returncode, json.loads(answer.stdout)["contracts"]) == (0, 4)
    assert "gulou" in answer.stderr


def test_progress_on_no_terminal_is_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    show = watched("gulou")
    for done in range(21):
        show(done, 20, f"sheets J{done}" if done < 20 else "")
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (10, "gulou 10% 评委评分 / score sheets", "gulou 100%")


def test_a_measure_holds_up_to_its_target() -> None:
    at, above = (measure("x", "time", value, "s", 10) for value in (10.0, 10.1))
    assert (at["holds"], at["ratio"], above["holds"], above["ratio"]) == (True, 1.0, False, 1.01)
    assert as_table([at, above]).splitlines()[1].endswith("1.01 (at most 1)  DOES NOT HOLD  against the target")
