"""What stands in the paper of a yearly review (F13), as plain texts. Source: REFERENCE 3.8, 4.b *yearly review*."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from casework import answers, enterprises
from casework.filing_tables import RdInstitution
from casework.institution_tables import InstitutionReview
from casework.papers import contexts, words
from casework.papers.words import day, number, word
from engine.calendars import local_day

KIND: Final = "F13"
_FIGURES: Final[Mapping[str, str]] = {
    "siteArea": "场地面积（㎡）",
    "equipValue": "设备原值（万元）",
    "equipCount": "设备台（套）数",
    "revenue": "上年营业收入（万元）",
    "rdInput": "上年研发投入（会计口径，万元）",
    "ipCount": "知识产权（件）",
    "inventionCount": "其中发明专利（件）",
}
_LEVELS: Final[Mapping[str, str]] = {"county": "县（区）", "city": "市级审核", "region": "自治区抽查"}


def of_review(db: Session, review: InstitutionReview, *, is_enterprise: bool, now: datetime) -> dict[str, Any]:
    """The values of F13. An enterprise reads the result, not what the desks wrote to each other (4.0)."""
    institution = db.get_one(RdInstitution, review.institution_id)
    data = review.data
    figures = [
        {"name": name, "value": number(data.get(key))} for key, name in _FIGURES.items() if data.get(key) is not None
    ]
    figures.append({"name": "研发人员（人）", "value": str(len(answers.rows(data.get("staff"))))})
    figures.append({"name": "研发项目（个）", "value": str(len(answers.rows(data.get("projects"))))})
    figures += [
        {"name": name, "value": str(data[key])}
        for key, name in (("changes", "一年来的变化"), ("outputs", "本年度产出"), ("problems", "存在的问题和需求"))
        if data.get(key)
    ]
    return {
        "title": "研发机构年度复核表",
        "registration": words.REGISTRATION,
        "today": day(local_day(now)),
        "office": institution.authority,
        "enterprise": contexts.enterprise(db, enterprises.get(db, institution.enterprise_id)),
        "institution": {
            "name": institution.name,
            "number": institution.filing_no,
            "level": word(words.LEVELS, institution.level),
            "valid_until": day(institution.valid_until),
            "director": institution.director,
        },
        "review": {
            "year": str(review.year),
            "submitted": day(review.submitted_at),
            "figures": figures,
            "result": word(words.REVIEWS, review.result),
        },
        "haves": contexts.haves(review.six_haves),
        "opinions": []
        if is_enterprise
        else [
            {
                "desk": word(_LEVELS, one.get("level")),
                "text": str(one.get("text") or word(words.DECISIONS, one.get("decision"))),
                "day": day(str(one.get("at") or "")),
            }
            for one in answers.rows(review.opinions)
        ],
    }
