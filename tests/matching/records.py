"""Records as Hypothesis draws them: a small town in which anything may be blank, coarse or odd."""

from datetime import date

import numpy as np
from hypothesis import strategies as st

from app.matching.ranking.meaning import DIMENSIONS
from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import OfferRecord
from app.matching.sentences import shortened
from tests.matching.factories import TOWN, make_need

READER = Reader(TOWN)
WORDS = ["送饭", "老人", "食堂", "河道", "保洁", "小区", "上门", "AED", "60岁", "，", "组织", "长辈"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map("".join) | st.text(max_size=20)
CODES = st.lists(st.sampled_from(["01", "0101", "010102", "090203", "77", ""]), max_size=2).map(tuple)
GROUPS = st.lists(st.sampled_from(["P01", "P04", "P0401", "P13", "P99"]), max_size=2).map(tuple)
QUALIFICATIONS = st.lists(st.sampled_from(["食品经营许可证", "社工证", "护理员证"]), max_size=2).map(tuple)
MONEY = st.none() | st.decimals(0, 100_000, places=2)
DAYS = st.none() | st.dates(date(2018, 1, 1), date(2020, 12, 31))
SCHEDULES = st.sampled_from(["全年", "7-8月", "每周", "寒暑假", ""]) | st.text(max_size=6)
DRAWN = np.random.default_rng(14).normal(size=(7, DIMENSIONS)).astype(np.float32)
MEANINGS = st.sampled_from([b"", *(row.tobytes() for row in shortened(DRAWN[1:] + DRAWN[0]))])  # half alike
OFFERS = st.builds(
    OfferRecord,
    id=st.text("OX0123456789", min_size=1, max_size=4),
    party_id=st.just("G1"),
    title=TEXTS,
    description=TEXTS,
    category_codes=CODES,
    population_codes=GROUPS,
    coverage=st.lists(
        st.sampled_from(["530111000000", "530114000000", "5301", "530111004002", "530111004000"]), max_size=2
    ).map(tuple),
    price=MONEY,
    price_unit=st.sampled_from(["元/年", "元/项目", "元/人", "免费", ""]),
    capacity=st.sampled_from(["20人", "6户/日", "不限", "按场次", ""]) | st.text(max_size=6),
    schedule=SCHEDULES,
    available_from=DAYS,
    available_until=DAYS,
    qualifications=QUALIFICATIONS,
    rating=st.none() | st.decimals(-1, 7, places=1),
    rectification=st.booleans(),
    active=st.booleans(),
    meaning=MEANINGS,
)
NEEDS = st.builds(
    make_need,
    id=st.text("NX0123456789", min_size=1, max_size=4),
    title=TEXTS,
    description=TEXTS,
    category_codes=CODES,
    population_codes=GROUPS,
    area=st.sampled_from(["530111004002", "530114001003", "530111", ""]),
    beneficiaries=st.none() | st.integers(0, 200),
    budget=MONEY,
    starts_on=DAYS,
    ends_on=DAYS,
    schedule=SCHEDULES,
    qualifications=QUALIFICATIONS,
    meaning=MEANINGS,
)
