"""A small season of another city: two lots, three judges, four criteria, in 2021. Tests change what they like."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

AREAS = """code,name,parent_code,level
320100000000,南京市,,city
320106000000,鼓楼区,320100000000,district
320106001000,宁海路街道,320106000000,street
320106001001,北东瓜市社区居民委员会,320106001000,community
320106001002,南东瓜市社区居民委员会,320106001000,community
320105000000,建邺区,320100000000,district
320105002000,莫愁湖街道,320105000000,street
320105002001,康福村社区居民委员会,320105002000,community
"""
TAXONOMY = """code,parent,level,label_zh,label_en,synonyms_zh
01,,1,养老服务,Services for older people,为老服务
0101,01,2,助餐服务,Meals for older people,老年助餐;长者餐
02,,1,儿童服务,Services for children,
0201,02,2,课后托管,After-school care,四点半课堂
"""
POPULATIONS = """code,parent,label_zh,label_en,age_min,age_max,synonyms_zh
P01,,儿童,Children,0,13,小朋友
P04,,老年人,Older people,60,,长者
"""
ORGANIZATIONS = """id,name_zh,name_en,legal_kind,rating_a,rating_year,rectification,founded,staff,social_workers,\
certified_social_workers,district_code,domain_codes,credit_code,fictional
A1,南京市鼓楼区晨光社会工作服务中心,Dawn,social_service_agency,3A,2020,,2015-03,9,5,2,320106000000,01;0101,,yes
A2,南京市鼓楼区石榴社区服务社,Pomegranate,social_service_agency,,,,2016,6,3,1,320106000000,02,,yes
A3,南京市建邺区莫愁志愿者协会,Mochou,association,,,,2012,4,1,0,320105000000,01,,yes
A4,南京市鼓楼区长桥助餐中心,Long Bridge,social_service_agency,,,2021-01至2021-12整改期,2018,5,2,1,\
320106000000,0101,,yes
A5,鼓楼区广场舞队,Dancers,community_group_filed,,,,,,,,320106000000,,,yes
"""
NEEDS = """id,title,description,category_code,population_code,community_code,community_name,street_code,\
beneficiaries,budget_cny,period_months,preferred_start,requirements,published
N1,社区老年食堂,老人中午吃饭难，希望就近有食堂。,0101,P04,320106001001,北东瓜市社区居民委员会,320106001000,80,50000,12,2022-03-01,有食品经营许可,2021-09-06
N2,老人送餐上门,行动不便的老人要送餐。,01,P04,320106001002,南东瓜市社区居民委员会,320106001000,30,40000,12,2022-03-01,,2021-09-13
N3,放学后没人管,孩子四点放学家长六点下班。,0201,P01,320106001001,北东瓜市社区居民委员会,320106001000,25,20000,6,2022-03-01,,2021-09-13
N4,课后托管班,希望社区办托管。,,P01,320105002001,康福村社区居民委员会,320105002000,20,15000,6,2022-03-01,,2021-09-20
"""
OFFERS = """id,org_id,org_name,title,description,category_codes,population_codes,coverage_codes,price,price_unit,\
capacity,schedule
O1,A1,南京市鼓楼区晨光社会工作服务中心,长者食堂运营,为社区老人提供午餐和送餐。,0101,P04,320106000000,45000,元/年,100份/日,工作日
O2,A2,南京市鼓楼区石榴社区服务社,四点半课堂,放学后托管和作业辅导。,0201,P01,320106000000;320105000000,18000,元/学期,30人,周一至周五
O3,A3,南京市建邺区莫愁志愿者协会,陪伴送餐,志愿者为老人送餐。,01,P04,320106001000,10,元/次,20人,每日
"""
SURVEY: dict[str, Any] = {
    "title_zh": "社区服务需求问卷",
    "title_en": "Needs questionnaire",
    "questions": [
        {
            "id": "Q1",
            "type": "multi",
            "text_zh": "您最需要哪些服务？",
            "text_en": "Which services do you want most?",
            "maps_to": "taxonomy",
            "required": True,
            "options": [{"code": "01", "zh": "养老", "en": "Older"}, {"code": "02", "zh": "儿童", "en": "Children"}],
        },
        {
            "id": "Q2",
            "type": "likert",
            "text_zh": "您对现有服务满意吗？",
            "text_en": "How satisfied are you?",
            "options": [{"code": str(n), "zh": f"{n}分", "en": str(n)} for n in range(1, 6)],
            "show_if": {"Q1": ["01"]},
        },
        {"id": "Q3", "type": "open", "text_zh": "还有什么要说的？", "text_en": "Anything else?"},
    ],
}
RESPONSES = """serial,community_code,status,Q1,Q2,Q3
T01,320106001001,valid,01,4,
T02,320106001001,valid,01;02,2,食堂快点开
T03,320106001001,valid,02,,
T04,320106001001,not_returned,,,
T05,320106001002,valid,01,5,
T06,320106001002,invalid,01,1,
T07,320106001002,not_returned,,,
T08,320106001002,submitted,02,,托管
T09,320106001002,submitted,,,没空选
"""
NEEDS_AFTERWARDS = """id,title,description,category_code,population_code,community_code,beneficiaries,budget_cny,\
period_months,requirements
N1,老年食堂续办,老人希望食堂续办。,0101,P04,320106001001,80,50000,12,
N2,送餐续办,送餐希望继续。,01,P04,320106001002,30,40000,12,
N9,小饭桌续办,放学后希望有人照看。,0201,P01,320106001001,20,12000,6,
"""
MAXIMA = {"K1": 40, "K2": 30, "K3": 20, "K4": 10}


def proposal(id: str, lot: str, applicant: str, amount: int, at: str, **facts: Any) -> dict[str, Any]:
    kind = facts.pop("kind", "org")
    name = facts.pop("name", applicant)
    return {
        "id": id,
        "lot": lot,
        "applicant": applicant,
        "applicant_kind": kind,
        "applicant_name": name,
        "title_zh": f"项目 {id}",
        "amount_cny": amount,
        "submitted_at": at,
        **facts,
    }


def marks(*values: float) -> dict[str, float]:
    return dict(zip(MAXIMA, values, strict=True))


def sheet(bid: str, judge: str, *values: float, **facts: Any) -> dict[str, Any]:
    given = marks(*values)
    return {"proposal": bid, "judge": judge, "scores": given, "total": sum(values), **facts}


def competition() -> dict[str, Any]:
    """P1 and P2 bid for the two items of lot A; P3, P4 and P5 for lot B, whose budget holds a cut of both winners.

    P4's applicant is in rectification, P6 came after the deadline; Y is recused from A1; X added one sheet up wrong.
    """
    return {
        "id": "gl-2021",
        "title_zh": "鼓楼区社区服务创投",
        "title_en": "Gulou community venture",
        "fictional_proposals": True,
        "timeline": {
            "needs_survey": "2021-08",
            "call": "2021-10-08",
            "deadline": "2021-10-29T17:00",
            "prequalification": "2021-11-02",
            "pitch_day": "2021-11-10",
            "public_notice": ["2021-11-15", "2021-11-21"],
            "contract": "2021-12-01",
            "payments": [
                {"name_zh": "首款", "share": 0.6},
                {"name_zh": "尾款", "share": 0.4, "after": "final evaluation"},
            ],
            "end": "2022-11-30",
        },
        "lots": [
            {
                "id": "A",
                "title_zh": "老年食堂",
                "kind": "station",
                "awards": 2,
                "budget_cny": 90000,
                "ceiling_per_award": 50000,
                "items": [{"id": "A-1", "need_id": "N1"}, {"id": "A-2", "need_id": "N2"}],
            },
            {"id": "B", "title_zh": "微公益", "awards": 2, "budget_cny": 19000, "ceiling_per_award": 10000},
        ],
        "criteria": [{"id": code, "zh": f"标准{code}", "max": maximum} for code, maximum in MAXIMA.items()],
        "judges": [{"id": id, "role_zh": role} for id, role in (("X", "高校教师"), ("Y", "会计师"), ("Z", "社区书记"))],
        "recusals": [{"judge": "Y", "applicant": "A1"}],
        "scoring_rule": "mean of all sheets; ties: higher K1, then lower amount",
        "proposals": [
            proposal("P1", "A", "A1", 45000, "2021-10-20T10:00", item="A-1"),
            proposal("P2", "A", "A3", 44000, "2021-10-21T10:00", item="A-2"),
            proposal("P3", "B", "A2", 10000, "2021-10-22T10:00"),
            proposal("P4", "B", "A4", 9000, "2021-10-23T10:00"),
            proposal("P5", "B", "南大“小满”团队", 9500, "2021-10-29T21:30", kind="student_team"),
            proposal("P6", "B", "A5", 5000, "2021-10-30T09:00"),
        ],
        "scores": [
            sheet("P1", "X", 35, 25, 15, 8),
            sheet("P1", "Z", 36, 26, 16, 9),
            sheet("P2", "X", 30, 20, 15, 7, total_written_on_sheet=82),
            sheet("P2", "Y", 31, 21, 14, 6),
            sheet("P2", "Z", 29, 22, 13, 8),
            sheet("P3", "X", 33, 24, 15, 7),
            sheet("P3", "Y", 34, 23, 16, 8),
            sheet("P3", "Z", 32, 25, 14, 7.5),
            sheet("P5", "X", 28, 20, 12, 6),
            sheet("P5", "Z", 27, 21, 13, 5),
        ],
    }


def make_season(
    folder: Path,
    *,
    competed: Callable[[dict[str, Any]], Any] = lambda document: None,
    surveyed: Callable[[dict[str, Any]], Any] = lambda document: None,
    **tables: str,
) -> Path:
    """Write the small season into `folder`; `competed` and `surveyed` may change the two documents, `needs=` … replace
    a table."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "areas": AREAS,
        "taxonomy": TAXONOMY,
        "populations": POPULATIONS,
        "organizations": ORGANIZATIONS,
        "needs": NEEDS,
        "offers": OFFERS,
        "responses": RESPONSES,
    } | tables
    for name, text in written.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "demonstration").mkdir(exist_ok=True)
    (folder / "demonstration" / "needs.csv").write_text(NEEDS_AFTERWARDS, encoding="utf-8")
    contest, survey = competition(), json.loads(json.dumps(SURVEY))
    competed(contest)
    surveyed(survey)
    (folder / "competition.json").write_text(json.dumps(contest, ensure_ascii=False), encoding="utf-8")
    (folder / "survey.json").write_text(json.dumps(survey, ensure_ascii=False), encoding="utf-8")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
