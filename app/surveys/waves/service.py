"""Use cases of a wave: the communities it goes to, what is handed out there, its opening and its closing."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import require_areas
from app.core import texts
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import RowRefused, RowsRefused
from app.core.events import happened
from app.core.moves import check_move, move
from app.core.reading.cells import named
from app.core.reading.files import Table, require_columns
from app.core.versions import check_version, touch
from app.surveys.questionnaires.policy import access_survey
from app.surveys.questionnaires.rules import MOVES as SURVEY_MOVES
from app.surveys.waves import rules
from app.surveys.waves.models import Issue, Sheet, Token, Wave, WaveCommunity
from app.surveys.waves.policy import access_wave, check_wave, may_survey
from app.surveys.waves.queries import frames_of, issued_of, sheets_of
from app.surveys.waves.rules import MOVES, Channel
from app.surveys.waves.serials import SerialUnknown, serial_faults
from app.surveys.waves.tallies import counts_of

ISSUE_COLUMNS = ("serial", "community_code")


async def create_wave(
    session: AsyncSession,
    actor: Actor,
    survey_id: int,
    *,
    channel: Channel,
    communities: Sequence[str],
    title: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Wave:
    """A draft wave. Refusals: AreaUnknown, SurveyedElsewhere, OpenLinkForOne, MoveRefused, WaveTimesWrong."""
    survey = await access_survey(session, actor, survey_id, "create_wave")
    at = await now(session)
    check_move(SURVEY_MOVES, survey.status, "create_wave")
    rules.check_times(opens_at, closes_at)
    await _check_frame(session, actor, channel, communities)
    token = rules.new_token() if channel is Channel.open_link else None
    wave = Wave(survey_id=survey.id, channel=channel, title=title, opens_at=opens_at, closes_at=closes_at)
    wave.open_token, wave.created_at = token, at
    session.add(wave)
    await session.flush()
    session.add_all(WaveCommunity(wave_id=wave.id, community_code=code) for code in sorted(set(communities)))
    await happened(session, actor, "wave.created", wave, at, survey=survey.id, channel=channel.value)
    return wave


async def _check_frame(session: AsyncSession, actor: Actor, channel: Channel, communities: Sequence[str]) -> None:
    await require_areas(session, communities)
    for code in communities:
        if not may_survey(actor, code):
            raise rules.SurveyedElsewhere(code=code)
    if channel is Channel.open_link and len(set(communities)) > 1:
        raise rules.OpenLinkForOne()


async def edit_wave(
    session: AsyncSession,
    actor: Actor,
    wave_id: int,
    given: int,
    *,
    title: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
) -> Wave:
    """Change name and times, until the wave is closed. Refusals: StaleVersion, WaveTimesWrong, MoveRefused."""
    _, wave = await access_wave(session, actor, wave_id, "edit")
    at = await now(session)
    check_version(wave, given)
    check_move(MOVES, wave.status, "edit")
    rules.check_times(opens_at, closes_at)
    wave.title, wave.opens_at, wave.closes_at = title, opens_at, closes_at
    touch(wave)
    await happened(session, actor, "wave.edited", wave, at, opens_at=opens_at, closes_at=closes_at)
    return wave


async def open_wave(session: AsyncSession, actor: Actor, wave_id: int) -> Wave:
    """Start taking answers. Refusals: SurveyNotPublished, MoveRefused."""
    survey, wave = await access_wave(session, actor, wave_id, "open")
    at = await now(session)
    check_wave(survey, wave, "open")
    wave.status, wave.opened_at = move(MOVES, wave.status, "open"), at
    await happened(session, actor, "wave.opened", wave, at)
    return wave


async def discard_wave(session: AsyncSession, actor: Actor, wave_id: int) -> Wave:
    _, wave = await access_wave(session, actor, wave_id, "discard")
    at = await now(session)
    wave.status = move(MOVES, wave.status, "discard")
    await happened(session, actor, "wave.discarded", wave, at)
    return wave


async def close_wave(session: AsyncSession, actor: Actor, wave_id: int) -> Wave:
    """Stop taking answers. Refusals: MoreReturnedThanIssued (the ledger cannot be right), MoveRefused."""
    _, wave = await access_wave(session, actor, wave_id, "close")
    at = await now(session)
    closed = move(MOVES, wave.status, "close")
    issued, returned = await issued_of(session, [wave.id]), await _returned(session, wave.id)
    for code in sorted(returned):
        rules.check_issued(issued.get((wave.id, code)), returned[code])
    wave.status, wave.closed_at = closed, at
    await _forget_order(session, wave.id)
    await happened(session, actor, "wave.closed", wave, at, returned=sum(returned.values()))
    return wave


async def _forget_order(session: AsyncSession, wave_id: int) -> None:
    """Write all tokens of the wave anew, so that not even the database's own row marks (xmin) tell which
    transaction, and thereby which answer, a token was spent in."""
    own = sa.update(Token).where(Token.wave_id == wave_id).values(is_spent=Token.is_spent)
    await session.execute(own.execution_options(synchronize_session=False))


async def _returned(session: AsyncSession, wave_id: int) -> dict[str, int]:
    counts = await counts_of(session, [wave_id])
    return {code: rules.returns_of(each, None).returned for (_, code), each in counts.items()}


async def issue_questionnaires(
    session: AsyncSession, actor: Actor, wave_id: int, *, community_code: str, count: int, reason: str = ""
) -> Issue:
    """One entry of the ledger: handed out, or (negative, with a reason) taken back. Refusals: MoveRefused,
    IssuedUnknowable, CommunityNotInWave, CorrectionUnexplained, MoreReturnedThanIssued."""
    survey, wave = await access_wave(session, actor, wave_id, "issue")
    at = await now(session)
    check_wave(survey, wave, "issue")
    await _check_in_frame(session, wave.id, community_code)
    rules.check_correction(count, reason)
    if count < 0:
        issued = (await issued_of(session, [wave.id])).get((wave.id, community_code), 0)
        rules.check_issued(issued + count, (await _returned(session, wave.id)).get(community_code, 0))
    entry = _entry(actor, wave, community_code, count, at, reason)
    session.add(entry)
    await happened(session, actor, "questionnaires.issued", wave, at, community=community_code, count=count)
    return entry


def _entry(actor: Actor, wave: Wave, community_code: str, count: int, at: datetime, reason: str = "") -> Issue:
    entry = Issue(wave_id=wave.id, community_code=community_code, count=count, reason=reason.strip())
    entry.account_id, entry.at = actor.account_id, at
    return entry


async def _check_in_frame(session: AsyncSession, wave_id: int, community_code: str) -> None:
    if community_code not in (await frames_of(session, [wave_id]))[wave_id]:
        raise rules.CommunityNotInWave(code=community_code)


async def make_tokens(
    session: AsyncSession, actor: Actor, wave_id: int, *, community_code: str, count: int
) -> list[str]:
    """New one-time tokens, returned only once; we keep their hashes. Refusals: ChannelUnfit, MoveRefused,
    CommunityNotInWave. They count as issued when `issue_questionnaires` says that they were handed out."""
    survey, wave = await access_wave(session, actor, wave_id, "make_tokens")
    at = await now(session)
    check_wave(survey, wave, "make_tokens")
    await _check_in_frame(session, wave.id, community_code)
    tokens = [rules.new_token() for _ in range(count)]
    hashes = sorted(rules.secret_hash(token) for token in tokens)
    session.add_all(Token(token_hash=each, wave_id=wave.id, community_code=community_code) for each in hashes)
    await happened(session, actor, "tokens.made", wave, at, community=community_code, count=count)
    return tokens


async def make_sheets(
    session: AsyncSession, actor: Actor, wave_id: int, *, community_code: str, count: int
) -> list[str]:
    """New serial numbers for paper questionnaires, "12-0001" on for wave 12, which count as issued: a number is made
    for a questionnaire that goes out. What stays behind is taken back in the ledger. Refusals as for tokens."""
    survey, wave = await access_wave(session, actor, wave_id, "make_sheets")
    at = await now(session)
    check_wave(survey, wave, "make_sheets")
    await _check_in_frame(session, wave.id, community_code)
    serials = _free_serials(wave.id, await sheets_of(session, wave.id), count)
    session.add_all(Sheet(wave_id=wave.id, serial=each, community_code=community_code) for each in serials)
    session.add(_entry(actor, wave, community_code, count, at))
    await happened(session, actor, "sheets.made", wave, at, community=community_code, count=count)
    return serials


def _free_serials(wave_id: int, taken: Collection[str], count: int) -> list[str]:
    def numbered() -> Iterator[str]:
        for number in range(1, count + len(taken) + 1):
            yield f"{wave_id}-{number:04d}"

    return [serial for serial in numbered() if serial not in taken][:count]


async def import_issued(session: AsyncSession, actor: Actor, wave_id: int, table: Table) -> int:
    """A list of numbered questionnaires that were handed out (serial, community_code; other columns are passed over):
    registers the unknown ones and adds them to the ledger; returns how many. Importing the same list again adds
    none. Refusals: ChannelUnfit, MoveRefused, WrongColumns, RowsRefused."""
    survey, wave = await access_wave(session, actor, wave_id, "import_issued")
    at = await now(session)
    check_wave(survey, wave, "import_issued")
    fresh = _fresh_sheets(table, await sheets_of(session, wave.id), (await frames_of(session, [wave.id]))[wave.id])
    session.add_all(Sheet(wave_id=wave.id, serial=each, community_code=code) for each, code in fresh.items())
    for code, count in sorted(Counter(fresh.values()).items()):
        session.add(_entry(actor, wave, code, count, at))
    await happened(session, actor, "sheets.issued", wave, at, count=len(fresh))
    return len(fresh)


def _fresh_sheets(table: Table, known: dict[str, str], frame: Collection[str]) -> dict[str, str]:
    table = named(table, {column: column for column in ISSUE_COLUMNS})
    require_columns(table, ISSUE_COLUMNS, table.header)
    faults, serials, fresh = list[RowRefused](), dict[str, int](), dict[str, str]()
    for number, row in table.records():
        serial, code = row["serial"].strip(), texts.folded(row["community_code"])
        faults += serial_faults(serial, number, serials, "serial")
        if code not in frame:
            faults.append(RowRefused(number, "community_code", rules.CommunityNotInWave(code=code)))
        elif serial in known and known[serial] != code:
            faults.append(RowRefused(number, "serial", SerialUnknown(serial=serial, community=code)))
        elif serial not in known:
            fresh[serial] = code
    if faults:
        raise RowsRefused(faults)
    return fresh
