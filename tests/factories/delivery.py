"""What happened under the contracts of the small season: P1 and P2 are completed, P3 ends early, P5 goes on."""

from pathlib import Path

from tests.factories.season import make_season

SOURCE = "合同档案"
ENGAGEMENTS = """contract,kind,firm,firm_name,engaged,source
P1,evaluation,F1,晨曦评估中心,2021-12-06,合同档案
P1,audit,F2,正信会计师事务所,2021-12-06,合同档案
P2,evaluation,F1,晨曦评估中心,2021-12-07,合同档案
"""
EVALUATIONS = """contract,gate,report,reported,outcome,opinion,decided,source
P1,final_evaluation,食堂如期开办。,2022-10-25,met,予以通过。,2022-11-05,合同档案
P2,final_evaluation,送餐如期完成。,2022-10-26,met,予以通过。,2022-11-05,合同档案
"""
BUDGETS = """contract,line,kind,name,approved_cny,proposed,approved,flag,flagged,source
P1,1,activity,食材和人员,39000,2021-12-08,2021-12-10,,,合同档案
P1,2,management,管理费,6000,2021-12-08,2021-12-10,,,合同档案
"""
BUDGET_CHANGES = """contract,from_line,to_line,amount_cny,reason,asked,outcome,opinion,decided,source
P1,2,1,1000,食材涨价,2022-03-01,granted,同意,2022-03-04,合同档案
P1,1,2,500,添置文件柜,2022-04-01,refused,不得购置固定资产,2022-04-06,合同档案
"""
STATEMENTS = """contract,line,voucher,starts_on,ends_on,spent_cny,note,stated,disallowed_cny,reason,disallowed,source
P1,1,记-1,2022-01-01,2022-05-31,20000,,2022-06-02,,,,合同档案
P1,1,记-2,2022-06-01,2022-10-20,19000,食材发票齐全,2022-10-24,1000,抬头不符,2022-11-01,合同档案
P1,2,记-3,2022-01-01,2022-10-20,5000,,2022-10-24,,,,合同档案
"""
AUDITS = """contract,kind,opinion,embezzlement,submitted,signer,signed,source
P1,final,一张发票不予认可。,,2022-11-03,王会计,2022-11-04,合同档案
"""
ACCEPTANCE = """contract,channel,asked,answers,accepting,recorded,source
P1,meeting,30,20,19,2022-11-08,合同档案
P2,paper,10,4,4,2022-11-07,合同档案
P2,phone,12,9,9,2022-11-08,合同档案
"""
PAYMENTS = """contract,instalment,amount_cny,voucher,paid,source
P1,2,16000,gl-2021-P1-2,2022-11-10,合同档案
P2,2,17600,gl-2021-P2-2,2022-11-11,合同档案
"""
ENDINGS = """contract,outcome,reason,ended,source
P1,completed,,2022-11-20,合同档案
P2,completed,,2022-11-20,合同档案
P3,terminated,负责人离任，双方协商终止。,2022-03-10,合同档案
"""
SESSIONS = """contract,kind,title,place,starts_at,ends_at,planned,targets,announced,sign_ins,reason,source
P1,activity,试餐会,食堂,2022-03-05T11:00,2022-03-05T13:00,15,2,2022-02-21,12,,合同档案
P1,activity,座谈会,食堂,2022-09-03T09:30,2022-09-03T11:00,10,1;2,2022-02-21,8,,合同档案
P5,course,种植课,阳台,2022-04-09T14:00,2022-04-09T16:00,20,,2022-03-28,,下雨取消,合同档案
"""
CALL_BACKS = """contract,drawn,seed,confirmed,denied,not_reached,closed,source
P1,2022-09-12,gulou-1,14,1,2,2022-09-20,合同档案
"""
FINDINGS = """contract,number,by,requirement,basis,severity,working_days,holds,raised,extended,due,waived,reason,source
P2,1,purchaser,送餐记录缺签字,协议第三条,major,5,yes,2022-10-10,2022-10-14,2022-10-21,,因疫情延长,合同档案
P5,1,purchaser,照片未报送,,minor,5,no,2022-05-09,,,2022-05-16,已在现场查看,合同档案
"""
FINDING_ANSWERS = """contract,number,round,answer,answered,verdict,opinion,decided,source
P2,1,1,已补一半,2022-10-19,rejected,其余未补,2022-10-20,合同档案
P2,1,2,全部补齐,2022-10-31,accepted,已核对,2022-11-02,合同档案
"""
SPOT_DRAWS = """drawn,seed,source
2022-02-14,gulou-2022,合同档案
"""
RATINGS = """organization,scheme,applied,purchaser,served,third_party,announced,document,confirmed,source
A1,local_four_level,2022-10-10,90,84,88.5,2022-11-09,鼓民评1号,2022-11-21,合同档案
"""
DELIVERY = {
    "engagements": ENGAGEMENTS,
    "evaluations": EVALUATIONS,
    "budgets": BUDGETS,
    "budget_changes": BUDGET_CHANGES,
    "statements": STATEMENTS,
    "audits": AUDITS,
    "acceptance": ACCEPTANCE,
    "payments": PAYMENTS,
    "endings": ENDINGS,
    "sessions": SESSIONS,
    "call_backs": CALL_BACKS,
    "findings": FINDINGS,
    "finding_answers": FINDING_ANSWERS,
    "spot_draws": SPOT_DRAWS,
    "ratings": RATINGS,
}


def make_delivered(folder: Path, **tables: str) -> Path:
    """The small season with what came after its signatures; `tables` replace some of the lists."""
    return make_season(folder, **DELIVERY | tables)
