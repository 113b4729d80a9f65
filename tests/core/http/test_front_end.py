"""The built pages: the right entry for each address, packed files, nothing outside the folder."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.core.http.exposure import ROOT, WARNING
from app.core.problems import install
from app.core.settings import Settings
from app.main import serve_front_end

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pages(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[AsyncClient]:
    """Served as for `127.0.0.1`, or as the test's `host` says."""
    (tmp_path / "secret.txt").write_text("secret")
    web = tmp_path / "dist"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text(f"{ROOT}application")
    (web / "survey.html").write_text(f"{ROOT}survey")
    (web / "assets" / "x.js").write_text("plain")
    (web / "assets" / "x.js.gz").write_bytes(gzip.compress(b"plain"))
    app = FastAPI()
    install(app)
    serve_front_end(app, Settings(web_dir=web, **getattr(request, "param", {})))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", "application"),
        ("/needs/7", "application"),
        ("/s/abc", "survey"),
        ("/d/abc", "survey"),
        ("/r", "survey"),
        ("/rounds/1", "application"),
        ("/survey.html", "survey"),
        ("/..%2Fsecret.txt", "application"),
    ],
)
async def test_each_address_gets_its_page(pages: AsyncClient, path: str, body: str) -> None:
    assert (await pages.get(path)).text == f"{ROOT}{body}"


async def test_an_unknown_api_address_is_a_problem_and_not_a_page(pages: AsyncClient) -> None:
    absent = await pages.get("/api/v1/nothing")
    assert (absent.status_code, absent.json()["code"]) == (404, "NotFound")


async def test_assets_are_sent_packed_and_kept_for_ever(pages: AsyncClient) -> None:
    packed = await pages.get("/assets/x.js", headers={"Accept-Encoding": "gzip"})
    assert (packed.text, packed.headers["content-encoding"]) == ("plain", "gzip")
    assert packed.headers["content-type"].startswith("text/javascript")
    assert "immutable" in packed.headers["cache-control"]
    plain = await pages.get("/assets/x.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers) == ("plain", False)


@pytest.mark.parametrize(
    ("pages", "is_said"),
    [({"host": "0.0.0.0"}, True), ({"host": "127.0.0.1"}, False), ({"host": "::", "demonstration": False}, False)],
    indirect=["pages"],
)
async def test_a_demonstration_that_others_can_reach_says_so_on_every_page(pages: AsyncClient, is_said: bool) -> None:
    for path in ("/", "/s/abc", "/survey.html", "/index.html"):
        html = (await pages.get(path)).text
        assert [sentence in html for sentence in WARNING.values()] == [is_said] * 2, path
