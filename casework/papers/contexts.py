"""What stands in the papers of a filing (F07–F12): rows of the registry as plain texts, personal data hidden where the paper leaves the office.

Sources: REFERENCE 3.8, 4.b, 2.11. Every value is a text, a list of rows of texts, or a group of texts; a template can do nothing with them
but write them. Days are Shanghai days, amounts 万元.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, attachments, enterprises, people, six_haves, territories
from casework.filing_tables import OPEN_FILING, Filing, FilingObjection, FilingOpinion, OnsiteCheck, RdInstitution
from casework.papers import words
from casework.papers.words import day, number, word
from casework.tables import Enterprise
from engine import files
from engine.calendars import local_day
from engine.errors import NotFound, Sentence
from engine.tables import Submission, UserTask

FILES: Final = (
    "siteFiles",
    "staffFiles",
    "equipFiles",
    "inputFiles",
    "projectFiles",
    "ruleFiles",
    "ipFiles",
    "partnerFiles",
)
_HASH: Final = 16


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: its form number (3.8), its name for a reader, and whether an enterprise may have it as well."""

    kind: str
    name: Sentence
    is_for_enterprise: bool


APPLICATION: Final = Paper("F07", Sentence("F07 Application"), True)
LETTER: Final = Paper("F08", Sentence("F08 Letter to the applicant"), True)
ONSITE: Final = Paper("F09", Sentence("F09 Site check"), True)
OPINIONS: Final = Paper("F10", Sentence("F10 Opinions of the desks"), False)
PUBLICITY: Final = Paper("F11", Sentence("F11 Publicity and objections"), False)
CERTIFICATE: Final = Paper("F12", Sentence("F12 Filing certificate"), True)
OF_FILING: Final[Mapping[str, Paper]] = {
    one.kind: one for one in (APPLICATION, LETTER, ONSITE, OPINIONS, PUBLICITY, CERTIFICATE)
}


def offered(db: Session, filing: Filing, *, is_enterprise: bool) -> list[Paper]:
    """The papers there are of a filing for this reader, in the order of the procedure."""
    there = {
        "F07": filing.version > 0,
        "F08": _letter(db, filing) is not None,
        "F09": _last_check(db, filing) is not None,
        "F10": bool(filing.opinions),
        "F11": filing.publicity_from is not None,
        "F12": filing.number is not None and filing.voucher_code is not None,
    }
    return [one for one in OF_FILING.values() if there[one.kind] and (one.is_for_enterprise or not is_enterprise)]


def of_filing(
    db: Session, filing: Filing, kind: str, *, is_enterprise: bool, public_url: str, now: datetime
) -> dict[str, Any]:
    """The values of one paper of a filing. `public_url`: where strangers reach the house, for the QR code.

    Raises:
        NotFound: there is no such paper of this filing (yet), or not for this reader.
    """
    if kind not in {one.kind for one in offered(db, filing, is_enterprise=is_enterprise)}:
        raise NotFound("there is no paper {kind} of this filing", kind=kind)
    values = _common(db, filing, now)
    values |= {
        "F07": lambda: _application(filing),
        "F08": lambda: _letter_values(db, filing),
        "F09": lambda: _onsite(db, filing, is_enterprise=is_enterprise),
        "F10": lambda: {"opinions": _opinions(db, filing, now)},
        "F11": lambda: _publicity(db, filing, now),
        "F12": lambda: _certificate(filing, public_url),
    }[kind]()
    return values


def office_of(db: Session, scope: str, line: str, level: str) -> str:
    """The department that acts at a level, as papers name it."""
    bureau = {"industry": "工业和信息化局", "science": "科学技术局"}.get(line, "工业和信息化局")
    if level == "region":
        return {"industry": "广西壮族自治区工业和信息化厅"}.get(line, "广西壮族自治区科学技术厅")
    path = territories.city_of(scope) if level == "city" else scope
    return f"{territories.tree(db).name(path)}{bureau}"


def _common(db: Session, filing: Filing, now: datetime) -> dict[str, Any]:
    firm = enterprises.get(db, filing.enterprise_id)
    declared = filing.declared
    institution = db.get(RdInstitution, filing.institution_id) if filing.institution_id else None
    return {
        "title": "研发机构备案",
        "registration": words.REGISTRATION,
        "today": day(local_day(now)),
        "office": (institution.authority if institution and filing.number else "")
        or office_of(db, filing.scope, filing.line, filing.level),
        "enterprise": enterprise(db, firm),
        "institution": {
            "name": filing.name,
            "type": word(words.TYPES, declared.get("type")),
            "kind": str(declared.get("kind") or ""),
            "founded": day(declared.get("foundedOn")),
            "director": str(declared.get("director") or ""),
            "director_title": str(declared.get("directorTitle") or ""),
            "site_area": number(declared.get("siteArea")),
            "site_address": str(declared.get("siteAddress") or ""),
        },
        "filing": {
            "ref": filing.ref_no,
            "number": filing.number or "",
            "version": str(filing.version),
            "level": word(words.LEVELS, filing.level),
            "line": word(words.LINES, filing.line),
            "kind": word(words.KINDS, filing.kind),
            "applied": day(filing.applied_at),
            "accepted": day(filing.accepted_on),
            "decided": day(filing.decided_on),
            "valid_until": day(filing.valid_until),
            "signer": str(declared.get("signer") or ""),
            "result": _result(filing),
        },
    }


def enterprise(db: Session, firm: Enterprise) -> dict[str, str]:
    """An enterprise as a paper names it; its telephone is hidden."""
    return {
        "name": firm.name,
        "uscc": firm.uscc,
        "place": territories.tree(db).full_name(firm.path),
        "address": firm.biz_address,
        "contact": firm.contact,
        "phone": words.masked(firm.phone or ""),
    }


def haves(kept: Mapping[str, Any]) -> list[dict[str, str]]:
    """A check of the six haves as rows of a table."""
    found: list[dict[str, str]] = []
    for row in six_haves.read(kept).rows:
        also = row.or_figure is not None and row.or_threshold is not None
        found.append(
            {
                "name": f"{row.name}或{row.or_name}" if also else row.name,
                "declared": f"{number(row.declared)} / {number(row.or_declared)}" if also else number(row.declared),
                "threshold": f"{number(row.threshold)} / {number(row.or_threshold)}" if also else number(row.threshold),
                "result": word(words.RESULTS, row.result),
            }
        )
    return found


def evidence(declared: Mapping[str, Any]) -> list[dict[str, str]]:
    """The files of an application as rows: name and the beginning of the hash."""
    found = files.found_in({name: declared.get(name) for name in FILES})
    return [{"name": str(one.get("name", "")), "hash": str(one["sha256"])[:_HASH]} for one in found.values()]


def _application(filing: Filing) -> dict[str, Any]:
    declared = filing.declared
    staff = answers.rows(declared.get("staff"))
    return {
        "title": "研发机构备案申请表",
        "figures": {
            "revenue": number(declared.get("revenue")),
            "equip_value": number(declared.get("equipValue")),
            "equip_count": number(
                sum((answers.whole(row.get("count")) or 0) for row in answers.rows(declared.get("equipment")))
            ),
            "rd_input": number(declared.get("rdInput")),
            "fixed_assets": number(declared.get("fixedAssets")),
            "ip_count": number(declared.get("ipCount")),
            "invention_count": number(declared.get("inventionCount")),
            "staff_fulltime": str(sum(1 for row in staff if row.get("fullTime", True) is True)),
        },
        "rules": "、".join(word(words.RULES, one) for one in answers.several(declared.get("rules"))),
        "staff": [
            {
                "name": str(row.get("name") or ""),
                "last4": str(row.get("last4") or ""),
                "title": word(words.TITLES, row.get("title")),
                "education": word(words.EDUCATION, row.get("education")),
                "full_time": words.yes_no(row.get("fullTime")),
                "director": words.yes_no(row.get("isDirector")),
            }
            for row in staff
        ],
        "equipment": [
            {"name": str(row.get("name") or ""), "count": number(row.get("count")), "value": number(row.get("value"))}
            for row in answers.rows(declared.get("equipment"))
        ],
        "projects": [
            {
                "name": str(row.get("name") or ""),
                "period": _period(row),
                "budget": number(row.get("budget")),
                "source": word(words.SOURCES, row.get("source")),
            }
            for row in answers.rows(declared.get("projects"))
        ],
        "partners": [
            {"name": str(row.get("name") or ""), "period": _period(row)}
            for row in answers.rows(declared.get("partners"))
        ],
        "haves": haves(filing.six_haves),
        "verdict": {"OK": "全部达到", "OK_WITH_PROMISE": "一项接近，承诺补齐", "NOT_OK": "尚未达到"}.get(
            filing.verdict, "未作出"
        ),
        "files": evidence(declared),
        "promise": {
            "item": word(words.HAVES, filing.promise_item) if filing.verdict == "OK_WITH_PROMISE" else "",
            "until": f"于{day(filing.promise_due)}前" if filing.promise_due else "自取得备案号之日起在规定期限内",
        },
    }


@dataclass(frozen=True, slots=True)
class _Letter:
    result: str
    level: str
    text: str
    reasons: tuple[str, ...]
    on: date | None


def _letter(db: Session, filing: Filing) -> _Letter | None:
    """What the applicant was told last: accepted, to be corrected, not accepted, not filed (F08)."""
    said = [one for one in filing.opinions if one.element_id in {"county_check", "city_review"}]
    if filing.state == "refused":
        refused = said[-1] if said else None
        county = refused is not None and refused.element_id == "county_check" and filing.accepted_on is None
        level = "county" if county else filing.level
        reasons = (word(words.REFUSALS, filing.refuse_code),) if filing.refuse_code else ()
        return _Letter("不予受理" if county else "不予备案", level, filing.refuse_reason, reasons, filing.decided_on)
    for one in reversed(said):
        if one.decision == "return":
            defects = tuple(word(words.HAVES, code) for code in one.reasons)
            return _Letter("补正", one.level, one.text, defects, local_day(one.at))
        if one.element_id == "county_check" and one.decision == "agree":
            return _Letter("受理", "county", one.text, (), local_day(one.at))
    return None


def _letter_values(db: Session, filing: Filing) -> dict[str, Any]:
    letter = _letter(db, filing)
    if letter is None:
        raise NotFound("there is no paper {kind} of this filing", kind="F08")
    name, again = f"“{filing.name}”", day(filing.reapply_from)
    opening = {
        "受理": f"你单位提交的{name}{word(words.LEVELS, filing.level)}备案申请收悉。经形式审查，材料齐全、符合要求，现予以受理。",
        "补正": f"你单位提交的{name}备案申请收悉。经审查，以下内容需要补正，现一次性告知：",
        "不予受理": f"你单位提交的{name}备案申请收悉。经形式审查，不予受理。",
        "不予备案": f"你单位提交的{name}备案申请收悉。经审查，不予备案。",
    }[letter.result]
    following = {
        "受理": "申请已转市级审核，审核期间请保持联系畅通并备好原件。",
        "补正": f"请于{_correct_until(db, filing) or '规定期限内'}补正后重新提交；逾期未提交的，视为撤回申请，可以重新申请。补正期间不计入办理时限。",
        "不予受理": "补齐条件后可以重新申请；对本决定有异议的，可以向上一级机关反映。",
        "不予备案": (f"自{again}起可以重新申请;" if again else "补齐条件后可以重新申请;")
        + "对本决定有异议的，可以向上一级机关反映。",
    }[letter.result]
    office = office_of(db, filing.scope, filing.line, letter.level)
    return {
        "title": f"研发机构备案{letter.result}告知书",
        "office": office,
        "notice": {
            "title": f"研发机构备案{letter.result}告知书",
            "opening": opening,
            "list": list(letter.reasons),
            "reason": letter.text,
            "basis": "《“双培育、双清零、双提升”专项行动工作方案》关于企业研发机构普遍备案的规定和研发机构“六有”备案条件。",
            "next": following,
            "contact": f"{office}（科技创新业务科室）",
            "day": day(letter.on),
        },
    }


def _correct_until(db: Session, filing: Filing) -> str:
    """Until when the enterprise has to send its correction, as its task says."""
    query = select(UserTask.due_at).where(UserTask.instance_id == filing.instance_id, UserTask.element_id == "correct")
    due = db.scalars(query.order_by(UserTask.id.desc()).limit(1)).first() if filing.instance_id is not None else None
    return f"{day(due)}前" if due else ""


def _last_check(db: Session, filing: Filing) -> OnsiteCheck | None:
    """The last look at the site that has a conclusion."""
    done = select(OnsiteCheck).where(OnsiteCheck.filing_id == filing.id, OnsiteCheck.conclusion != "")
    return db.scalars(done.order_by(OnsiteCheck.round.desc()).limit(1)).first()


def _onsite(db: Session, filing: Filing, *, is_enterprise: bool) -> dict[str, Any]:
    check = _last_check(db, filing)
    if check is None:
        raise NotFound("there is no paper {kind} of this filing", kind="F09")
    team = "、".join(_member(one) for one in check.team)
    return {
        "title": "研发机构备案现场核查表",
        "office": office_of(db, filing.scope, filing.line, "city"),
        "onsite": {
            "round": str(check.round),
            "day": day(check.at or check.planned_on),
            "team": team,
            "signed": team,
            "reason": filing.onsite_reason or "按规定核查",
            "conflict": "全体成员已声明与企业无利害关系" if check.conflict_free else "未声明",
            "rows": [
                {
                    "name": word(words.HAVES, row.get("item")),
                    "declared": number(row.get("declared")),
                    "verified": number(row.get("verified")),
                    "consistent": words.yes_no(row.get("consistent")),
                    "note": str(row.get("note") or ""),
                }
                for row in answers.rows(check.rows)
            ],
            "conclusion": word(words.CONCLUSIONS, check.conclusion),
            "note": check.note,
            "signed_by_enterprise": check.signed_by_enterprise,
        },
        "photos": _photos(db, filing, is_enterprise=is_enterprise),
    }


def _photos(db: Session, filing: Filing, *, is_enterprise: bool) -> list[dict[str, str]]:
    """The photographs of the last site check; for officials with what the camera noted of time and place."""
    query = (
        select(Submission.data)
        .join(UserTask, UserTask.id == Submission.user_task_id)
        .where(UserTask.instance_id == filing.instance_id, UserTask.element_id == "onsite_check")
        .order_by(Submission.id.desc())
        .limit(1)
    )
    data = db.scalars(query).first() if filing.instance_id is not None else None
    found = files.found_in(data or {})
    taken = attachments.places(db, list(found)) if found and not is_enterprise else {}
    return [
        {
            "name": str(one.get("name", "")),
            "place": "由核查组存档" if is_enterprise else _taken(taken.get(key, {})),
            "hash": str(one["sha256"])[:_HASH],
        }
        for key, one in found.items()
    ]


def _taken(place: Mapping[str, Any]) -> str:
    where = f"北纬{place['lat']} 东经{place['lon']}" if "lat" in place else ""
    return " ".join(part for part in (str(place.get("at", "")), where) if part) or "照片未记录"


def _opinions(db: Session, filing: Filing, now: datetime) -> list[dict[str, str]]:
    del now
    return [
        {
            "desk": words.DESKS.get(one.element_id, one.element_id),
            "decision": word(words.DECISIONS, one.decision),
            "text": _with_reasons(one),
            "score": number(one.score),
            "who": people.name_of(db, one.by),
            "day": day(one.at),
        }
        for one in filing.opinions
    ]


def _with_reasons(one: FilingOpinion) -> str:
    named = {**words.REFUSALS, **words.HAVES}
    reasons = "、".join(word(named, code) for code in one.reasons)
    return ":".join(part for part in (reasons, one.text) if part)


def _publicity(db: Session, filing: Filing, now: datetime) -> dict[str, Any]:
    query = select(FilingObjection).where(FilingObjection.filing_id == filing.id).order_by(FilingObjection.id)
    objections = list(db.scalars(query))
    over = filing.publicity_until is not None and filing.publicity_until < local_day(now)
    return {
        "title": "研发机构备案公示与异议登记",
        "publicity": {
            "from": day(filing.publicity_from),
            "until": day(filing.publicity_until),
            "channel": "“销号”平台公示栏(/public/filings)",
            "quiet": "是" if over and not objections else "",
        },
        "objections": [
            {
                "received": day(one.received_at),
                "name": words.masked_name(one.name) or "匿名",
                "contact": words.masked(one.contact),
                "text": one.text,
                "state": word(words.OBJECTIONS, one.state),
                "finding": one.finding,
            }
            for one in objections
        ],
    }


def _certificate(filing: Filing, public_url: str) -> dict[str, Any]:
    address = verification(filing, public_url)
    return {"title": "企业研发机构备案凭证", "verify": address, "qr": address}


def verification(filing: Filing, public_url: str) -> str:
    """The address at which anybody sees whether a certificate is genuine and in force."""
    return f"{public_url}/verify/{filing.voucher_code}"


def _result(filing: Filing) -> str:
    if filing.number:
        return f"予以备案，备案号 {filing.number}"
    if filing.state == "refused":
        reason = word(words.REFUSALS, filing.refuse_code) if filing.refuse_code else ""
        return "不予备案" + (f"（{reason}）" if reason else "")
    return "办理中" if filing.state in OPEN_FILING else "已终止"


def _period(row: Mapping[str, Any]) -> str:
    return " 至 ".join(part for part in (str(row.get("start") or "")[:10], str(row.get("end") or "")[:10]) if part)


def _member(one: Any) -> str:
    named = answers.context(one)
    return str(named.get("name") or one) if named or isinstance(one, str) else ""


__all__ = [
    "OF_FILING", "Paper", "enterprise", "evidence", "haves", "of_filing", "offered", "office_of", "verification",
]  # fmt: skip
