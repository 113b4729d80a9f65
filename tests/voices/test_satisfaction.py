"""How content residents are with a service: asked of a sample while it is carried out, told once, and never what each
of a few said."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.queries import acceptances_of
from app.core.errors import MoveRefused
from app.surveys.responses.service import confirm_unflagged
from app.surveys.results.models import SurveyFigures, SurveyResult
from app.surveys.results.service import close_survey
from app.surveys.waves.models import Wave
from app.surveys.waves.service import close_wave
from app.voices import rules
from app.voices.models import Voice
from app.voices.queries import last_voices
from app.voices.rules import Counts, VoicePurpose, VoiceStatus
from tests.conftest import TODAY, ClientOf
from tests.factories.contracts import contractor, make_performing, make_signed, purchaser
from tests.factories.needs import make_need
from tests.factories.notices import set_clock
from tests.factories.voices import answer, ask_content, make_content, make_own_wave

pytestmark = pytest.mark.anyio
V, P = VoiceStatus, VoicePurpose


@pytest.mark.parametrize(("served", "needed"), [(430, 79), (120, 54), (6_000, 95), (20, 17), (1, 1)])
def test_a_sample_is_known_to_ten_points(served: int, needed: int) -> None:
    assert rules.sample_size(served) == needed


def test_66_of_71_stand_for_an_interval_and_19_of_20_for_none() -> None:
    told = rules.share_of(rules.public_counts(71, 66))
    assert told == (Decimal("0.9296"), Decimal("0.8455"), Decimal("0.9695"))
    assert rules.share_of(rules.public_counts(20, 19)) == (None, None, None)
    assert rules.share_of(Counts(None, None)) == (None, None, None)


async def read(client_of: ClientOf, contract: Contract) -> dict[str, object]:
    """What the contractor reads of it."""
    async with client_of(contractor(contract)) as client:
        (item,) = (await client.get(f"/voices/contracts/{contract.id}")).json()["items"]
    return dict(item)


async def test_a_wave_says_how_content_they_are_and_decides_on_nothing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    voice = await make_content(session, contract, 32, 8)
    await session.commit()
    told = await read(client_of, contract)
    assert (voice.status, await acceptances_of(session, contract.id)) == (V.heard, [])
    assert {name: told[name] for name in ("served", "needed", "answers", "ayes", "share", "low", "high")} == {
        "served": 120,
        "needed": 54,
        "answers": 40,
        "ayes": 32,
        "share": "0.8000",
        "low": "0.6524",
        "high": "0.8950",
    }


@pytest.mark.parametrize(
    ("ayes", "noes", "status", "answers"), [(19, 1, V.heard, 20), (1, 19, V.heard, 20), (4, 0, V.undecided, None)]
)
async def test_what_each_of_a_few_said_is_told_to_nobody(
    session: AsyncSession, client_of: ClientOf, ayes: int, noes: int, status: VoiceStatus, answers: int | None
) -> None:
    contract = await make_performing(session)
    await make_content(session, contract, ayes, noes)
    await session.commit()
    told = await read(client_of, contract)
    shown = [told[name] for name in ("status", "answers", "ayes", "share", "low", "high")]
    assert shown == [status, answers, None, None, None, None]


def test_who_answers_beside_those_served_leaves_no_share_of_them() -> None:
    assert [rules.content_counts(served, 120, 100) for served in (120, 119)] == [(120, 100), (120, None)]


async def test_more_answers_than_people_served_are_told_without_a_share(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await make_content(session, contract, 101, 20)
    await session.commit()
    told = await read(client_of, contract)
    shown = [told[name] for name in ("status", "served", "answers", "ayes", "share", "low", "high")]
    assert shown == [V.heard, 120, 121, None, None, None, None]


async def test_it_is_asked_while_the_contract_is_carried_out_by_one_wave_of_the_purpose(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    async with client_of(purchaser(contract)) as client:
        at = f"/voices/contracts/{contract.id}"
        wave = await make_own_wave(session, contract, P.satisfaction)
        await session.commit()
        body = {"wave_id": wave.id, "question": "Q1", "options": ["F"], "served": 430}
        offered = (await client.get(at)).json()["actions"]
        asked = await client.post(f"{at}/ask_satisfaction", json=body)
        again = await client.post(f"{at}/ask_satisfaction", json=body)
        left = (await client.get(at)).json()["actions"]
        wrong = await make_own_wave(session, contract, P.acceptance)
        await session.commit()
        unfit = await client.post(f"{at}/ask_satisfaction", json={**body, "wave_id": wrong.id})
    assert (asked.status_code, asked.json()["needed"]) == (201, 79)
    assert (offered, left) == (["ask", "ask_satisfaction"], ["ask"])
    assert (again.json()["code"], unfit.json()["code"]) == ("AlreadyAsked", "PurposeUnfit")
    await set_clock(session, TODAY)
    signed = await make_signed(session)
    with pytest.raises(MoveRefused):
        await ask_content(session, signed, await make_own_wave(session, signed, P.satisfaction))


async def test_the_sample_is_proposed_from_the_need_and_from_what_is_typed(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    contract.need_id = (await make_need(session, beneficiaries=120)).id
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        proposed = (await client.get(f"/voices/contracts/{contract.id}")).json()["served"]
        sample = (await client.get("/voices/sample", params={"served": proposed})).json()
        nobody = await client.get("/voices/sample", params={"served": 0})
    assert (proposed, sample["needed"], nobody.status_code) == (120, 54, 422)


async def test_another_wave_tells_anew_and_the_last_that_was_heard_is_told_meanwhile(session: AsyncSession) -> None:
    contract = await make_performing(session)
    first = await make_content(session, contract, 20, 20)
    second = await ask_content(session, contract, await make_own_wave(session, contract, P.satisfaction))
    of, key = Contract.id == contract.id, (contract.id, P.satisfaction)
    assert (await last_voices(session, of, P.satisfaction))[key] is first
    await answer(session, await session.get_one(Wave, second.wave_id), ["F"] * 30 + ["M"] * 6)
    await close_wave(session, purchaser(contract), second.wave_id or 0)
    assert (await last_voices(session, of, P.satisfaction))[key] is second


async def test_its_survey_tells_nothing_a_second_time(session: AsyncSession) -> None:
    contract = await make_performing(session)
    voice = await make_content(session, contract, 32, 8)
    wave = await session.get_one(Wave, voice.wave_id)
    await confirm_unflagged(session, purchaser(contract), wave.id)
    await close_survey(session, purchaser(contract), wave.survey_id)
    figures = await session.get_one(SurveyFigures, wave.survey_id)
    drawn = await session.scalar(sa.select(sa.func.count()).where(SurveyResult.survey_id == wave.survey_id))
    assert (figures.answers, drawn) == ([], 0)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"served": None}, "ck_voices_satisfaction_has_its_sample"),
        ({"needed": 121}, "ck_voices_sample_is_a_part"),
    ],
)
async def test_the_database_keeps_no_satisfaction_without_its_sample(
    session: AsyncSession, facts: dict[str, int | None], constraint: str
) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract, P.satisfaction)
    asked = {"purpose": "satisfaction", "method": "survey", "question": "Q1", "options": ["F"], "status": "asked"}
    row = {"contract_id": contract.id, "wave_id": wave.id, "asked_at": contract.drafted_at, "served": 120, "needed": 54}
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.insert(Voice).values(**asked, **row | facts))
    assert refused.value.orig.diag.constraint_name == constraint  # type: ignore[union-attr]
