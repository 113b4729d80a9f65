"""What stands around every answer: our own names, the browser's rules, and an answer even to a fault of ours."""

import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.accounts.policy import authenticate
from app.core.db import Units
from app.core.settings import Settings
from app.main import create_app, serve_front_end

pytestmark = pytest.mark.anyio
API = "/api/v1"


def platform(units: Units, web: Path | None = None, **values: object) -> AsyncClient:
    settings = Settings(**({"web_dir": web} if web else {}), **values)
    app = create_app(settings, units, authenticate)

    @app.get("/api/broken", include_in_schema=False)
    async def broken() -> None:
        raise ZeroDivisionError("a fault of ours")

    if web:
        serve_front_end(app, settings)
    return AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://test",
        headers={"Accept-Encoding": "identity"},
    )


@pytest.fixture
def web(tmp_path: Path) -> Path:
    for name in ("index.html", "survey.html", "assets/app-1.js", "assets/app-1.js.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"<{name}>")
    return tmp_path


def policy_of(response: Response) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))


async def test_pages_answers_and_refusals_carry_the_browsers_rules(units: Units, web: Path) -> None:
    async with platform(units, web) as client:
        for path in ("/", "/s/x", "/assets/app-1.js", f"{API}/session", f"{API}/needs/0", f"{API}/docs", "/api/broken"):
            answered = await client.get(path)
            policy = policy_of(answered)
            assert (policy["default-src"], policy["script-src"]) == ("'self'", "'self'"), path
            assert policy["frame-ancestors"] == "'none'", path
            assert answered.headers["x-content-type-options"] == "nosniff", path
            assert answered.headers["referrer-policy"] == "same-origin", path
            assert "strict-transport-security" not in answered.headers, path


async def test_what_the_api_says_is_kept_by_no_cache(units: Units, web: Path) -> None:
    async with platform(units, web) as client:
        assert (await client.get(f"{API}/session")).headers["cache-control"] == "no-store"
        assert "immutable" in (await client.get("/assets/app-1.js")).headers["cache-control"]


async def test_an_installation_behind_https_says_so(units: Units) -> None:
    async with platform(units, secure_cookies=True) as client:
        assert "max-age" in (await client.get(f"{API}/session")).headers["strict-transport-security"]


async def test_the_description_of_the_api_needs_no_script_and_no_other_site(units: Units) -> None:
    async with platform(units) as client:
        page = (await client.get(f"{API}/docs")).text
    assert "<script" not in page and re.findall(r"(?:src|href)=\"https?:", page) == []
    assert "submit_bid" in page and "If-Match" in page


@pytest.mark.parametrize("host", ["evil.example", "test.evil.example", "test@evil.example", "", "127.0.0.2"])
async def test_a_name_that_is_not_ours_is_refused(units: Units, host: str) -> None:
    async with platform(units) as client:
        refused = await client.get(f"{API}/session", headers={"Host": host})
    assert (refused.status_code, refused.json()["code"]) == (400, "HostUnknown")


@pytest.mark.parametrize("host", ["test", "TEST:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"])
async def test_our_own_names_are_answered(units: Units, host: str) -> None:
    async with platform(units) as client:
        assert (await client.get(f"{API}/session", headers={"Host": host})).status_code == 200


async def test_a_platform_open_to_others_answers_to_the_name_it_was_given(units: Units) -> None:
    given = {"host": "0.0.0.0", "allowed_hosts": "", "public_url": "https://sx.example.cn"}
    async with platform(units, **given) as client:
        for host, status in (("sx.example.cn", 200), ("evil.example", 400)):
            assert (await client.get(f"{API}/session", headers={"Host": host})).status_code == status


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 256, "/assets/" + "a" * 5000, "/assets/%00", "/../app/cli.py"])
async def test_no_path_reaches_the_file_system(units: Units, web: Path, path: str) -> None:
    async with platform(units, web) as client:
        answered = await client.get(path)
    assert (answered.status_code, answered.text) in {(200, "<index.html>"), (404, answered.text)}


async def test_a_packed_twin_is_sent_to_who_can_unpack_it(units: Units, web: Path) -> None:
    async with platform(units, web) as client:
        plain = await client.get("/assets/app-1.js")
        async with client.stream("GET", "/assets/app-1.js", headers={"Accept-Encoding": "gzip"}) as packed:
            sent = b"".join([part async for part in packed.aiter_raw()])
    assert (plain.text, plain.headers["content-type"]) == ("<assets/app-1.js>", "text/javascript; charset=utf-8")
    assert (sent, packed.headers["content-encoding"]) == (b"<assets/app-1.js.gz>", "gzip")
    assert packed.headers["content-type"] == plain.headers["content-type"]


async def test_a_fault_of_ours_is_an_answer_with_a_number_that_the_log_knows(
    units: Units, capsys: pytest.CaptureFixture[str]
) -> None:
    async with platform(units) as client:
        answered = await client.get("/api/broken")
    assert (answered.status_code, answered.json()["code"]) == (500, "Faulty")
    assert "division" not in answered.text and "fault of ours" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1_2.3", True), ("a\u00e9", False), ("x" * 65, False), ("a b", False), ("", False)]
)
async def test_a_request_number_from_outside_is_taken_if_it_is_fit_to_be_logged(
    units: Units, given: str, kept: bool
) -> None:
    async with platform(units) as client:
        answered = await client.get(f"{API}/session", headers={"X-Request-Id": given.encode("latin-1")})
    assert (answered.headers["x-request-id"] == given) is kept and len(answered.headers["x-request-id"]) >= 9


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE"])
async def test_another_method_is_refused_with_those_that_are_served(units: Units, method: str) -> None:
    async with platform(units) as client:
        refused = await client.request(method, f"{API}/needs")
    assert (refused.status_code, refused.json()["code"]) == (405, "MethodNotServed")
    assert refused.headers["allow"] in {"GET", "POST", "GET, POST", "POST, GET"}
