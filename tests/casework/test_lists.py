"""Editions of the lists: what the classification finds, what changes from one edition to the next, and what holds one up."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, facts, list_reviews, lists, removals, territories
from casework.case_tables import Item
from casework.tables import Facts, ListEntry, ListReview, ListVersion
from engine import definitions
from engine.errors import Conflict
from engine.tables import Message
from tests.casework import registry
from tests.casework.registry import GANGBEI, GANGNAN, NOW, TODAY

CLASSIFY = Path(__file__).parents[2] / "workflows" / "classify.dmn"


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    files = {CLASSIFY.name: CLASSIFY.read_bytes()}
    definitions.deploy(db, files, name="policy", source="folder", by="des", now=NOW)
    return db


def draft(db: Session, kind: str = "年度") -> ListVersion:
    return lists.draft(db, kind, by="jm", now=NOW)


def found(db: Session, version: ListVersion) -> dict[int, dict[str, ListEntry]]:
    rows: dict[int, dict[str, ListEntry]] = {}
    for row in db.execute(select(ListEntry).where(ListEntry.version_id == version.id)).scalars():
        rows.setdefault(row.enterprise_id, {})[row.list_type] = row
    return rows


def sign(db: Session, version: ListVersion, **disputed: list[int]) -> list[int]:
    answers = {post: {"agree": True, "disputed": disputed.get(post, [])} for post in lists.SIGNATORIES}
    return list_reviews.sign(db, version.id, answers, instance=None, by="jm", now=NOW)


def published(db: Session, version: ListVersion, **disputed: list[int]) -> ListVersion:
    lists.open_reviews(db, version.id, sender=None, by="jm", now=NOW)
    sign(db, version, **disputed)
    return lists.publish(db, version.id, by="jm", now=NOW)


def test_the_classification_puts_each_enterprise_where_it_belongs(guangxi: Session) -> None:
    db = guangxi
    big = registry.enterprise(db, revenue=50_000)
    near = registry.enterprise(db, revenue=49_999)
    owned = registry.enterprise(db, revenue=9_000, is_soe=True, supervisor_level="市属", activity=True)
    central = registry.enterprise(db, revenue=9_000, is_soe=True, supervisor_level="央企")
    covered = registry.enterprise(db, revenue=9_000, is_soe=True, activity=True, inst=True)
    able = registry.enterprise(
        db, revenue=9_000, rd=300, patents_invention_valid=2, univ_cooperation=True, staff_total=100, staff_tech=9
    )
    small = registry.enterprise(
        db, revenue=1_600, is_scale=False, scale_since="", hitech_from=date(2025, 1, 1), hitech_to=date(2027, 12, 31)
    )
    fine = registry.enterprise(db, revenue=90_000, activity=True, inst=True)
    gone = registry.enterprise(db, revenue=90_000, status="注销")
    entries = found(db, draft(db))

    assert {k: v.subtype for k, v in entries[big.id].items()} == {"L1": "双缺"}
    assert set(entries[near.id]) == {"L3-pool", "WATCH-5亿"}
    assert {k: (v.subtype, v.lead) for k, v in entries[owned.id].items()} == {"L2": ("缺机构", "国资")}
    assert entries[central.id]["L2"].lead == "科技"
    assert (entries[covered.id]["L2"].subtype, entries[covered.id]["L2"].opens_item) == ("巩固", False)
    assert entries[able.id]["L3"].opens_item
    assert {k: v.subtype for k, v in entries[small.id].items()} == {"L4": "A"}
    assert fine.id not in entries
    assert gone.id not in entries
    kept = db.get_one(Facts, entries[big.id]["L1"].facts_id or 0)
    assert (kept.subject, kept.values["revenue_yi"]) == (f"enterprise:{big.id}", 5)


def test_one_edition_at_a_time(guangxi: Session) -> None:
    registry.enterprise(guangxi)
    draft(guangxi)
    with pytest.raises(Conflict, match="another edition"):
        draft(guangxi)


def test_every_territory_with_enterprises_is_asked_and_the_last_one_ends_the_checks(guangxi: Session) -> None:
    db = guangxi
    here, there = registry.enterprise(db, GANGNAN), registry.enterprise(db, GANGBEI)
    version = draft(db)
    lists.open_reviews(db, version.id, sender=None, by="jm", now=NOW)
    assert [row.path for row in db.execute(select(ListReview).order_by(ListReview.path)).scalars()] == [
        GANGBEI,
        GANGNAN,
    ]

    entries = found(db, version)
    check: dict[str, Any] = {
        "dropped": [entries[here.id]["L1"].id],
        "reason": "已停产",
        "proposals": [
            {"uscc": there.uscc, "list": "L5", "reason": "有潜力"},
            {"uscc": "无", "list": "L1", "reason": "?"},
        ],
    }
    list_reviews.record(db, version.id, GANGNAN, "county", check, by="xg", now=NOW)
    assert (entries[here.id]["L1"].county_answer, entries[here.id]["L1"].county_remark) == ("剔除", "已停产")
    assert entries[here.id]["L1"].state == "候选", "the leading department decides"
    assert "L5" not in found(db, version)[there.id], "a county proposes for its own territory only"
    list_reviews.record(db, version.id, GANGBEI, "county", {"proposals": check["proposals"]}, by="xg", now=NOW)
    assert found(db, version)[there.id]["L5"].lead == "科技"
    list_reviews.mark_unchecked(db, version.id, GANGBEI, "city")

    assert not list_reviews.finish(db, version.id, GANGNAN, sender=None, by="system", now=NOW)
    assert list_reviews.finish(db, version.id, GANGBEI, sender=None, by="system", now=NOW)
    assert "list_reviews_done" in set(db.execute(select(Message.name)).scalars())

    list_reviews.record(db, version.id, "", "RG", {"dropped": check["dropped"], "reason": "同意剔除"}, by="rg", now=NOW)
    assert found(db, version)[here.id]["L1"].state == "剔除"


def test_there_is_no_silent_consent(guangxi: Session) -> None:
    registry.enterprise(guangxi)
    version = draft(guangxi)
    with pytest.raises(Conflict, match="RG, RK, RS"):
        lists.publish(guangxi, version.id, by="jm", now=NOW)
    two = {"RK": {"agree": True}, "RG": {"agree": True}, "RS": {"agree": False, "reason": "?"}}
    list_reviews.sign(guangxi, version.id, two, instance=None, by="jm", now=NOW)
    with pytest.raises(Conflict, match="signature of RS"):
        lists.publish(guangxi, version.id, by="jm", now=NOW)
    sign(guangxi, version)
    lists.publish(guangxi, version.id, by="jm", now=NOW)
    with pytest.raises(Conflict, match="published already"):
        lists.publish(guangxi, version.id, by="jm", now=NOW)


def test_what_is_disputed_waits_for_the_next_edition_and_is_new_there(guangxi: Session) -> None:
    db = guangxi
    agreed, disputed = registry.enterprise(db, GANGNAN), registry.enterprise(db, GANGBEI)
    first = draft(db)
    held = found(db, first)[disputed.id]["L1"]
    published(db, first, RS=[held.id])
    assert (held.state, held.disputed_by) == ("暂缓", ["RS"])
    assert lists.announce(db, first.id, by="jm", now=NOW) == 1
    message = db.execute(select(Message).where(Message.name == "list_confirmed")).scalar_one()
    assert (message.correlation_key, message.variables["enterpriseId"]) == (agreed.uscc, agreed.id)

    second = draft(db, "季度")
    entries = found(db, second)
    assert (entries[agreed.id]["L1"].change, entries[disputed.id]["L1"].change) == ("保留", "新增")
    assert (entries[agreed.id]["L1"].base, entries[disputed.id]["L1"].base) == ("存量", "增量")
    reviews = lists.open_reviews(db, second.id, sender=None, by="jm", now=NOW)
    assert [row.path for row in reviews] == [GANGBEI], "what is kept was checked when it came"
    assert [row.enterprise_id for row in lists.entries(db, second.id)] == [disputed.id]


def test_an_open_item_stays_though_its_gap_has_gone_and_only_a_reason_code_takes_it_out(guangxi: Session) -> None:
    db = guangxi
    firm, leaving = registry.enterprise(db), registry.enterprise(db)
    first = published(db, draft(db))
    for one in (firm, leaving):
        case = registry.case(db, one)
        entry = found(db, first)[one.id]["L1"]
        item = Item(case_id=case.id, list_entry_id=entry.id, list_type="L1", subtype="双缺", lead="工信")
        db.add(item)
        db.flush()
    removals.propose_items(db, case, [item], "halted", "停产满一年", "县级核实", by="cg", now=NOW)
    for one in (firm, leaving):
        year = enterprises.year(db, one.id, 2025)
        assert year is not None
        year.has_activity_g1 = year.has_inst_g1 = True
    db.flush()

    entries = found(db, draft(db, "季度"))
    assert (entries[firm.id]["L1"].change, entries[firm.id]["L1"].opens_item) == ("保留", True)
    assert (entries[leaving.id]["L1"].change, entries[leaving.id]["L1"].removal_code) == ("调出", "halted")


def test_facts_prefer_what_is_newer_and_say_what_is_not_known(guangxi: Session) -> None:
    db = guangxi
    firm = registry.enterprise(db, revenue=80_000, rd=1_200, activity=None, inst=False)
    values = facts.enterprise_facts(db, firm, day=TODAY)
    assert (values["has_activity"], values["activity_known"], values["inst_known"]) == (False, False, True)
    assert (values["revenue_yi"], values["rd_intensity"]) == (Decimal(8), Decimal("1.50"))

    year = enterprises.year(db, firm.id, 2025)
    assert year is not None
    year.has_activity_g1, year.has_activity_g2, year.g2_date = False, True, date(2025, 11, 1)
    assert not facts.enterprise_facts(db, firm, day=TODAY)["has_activity"], "the official answer of the year is newer"
    year.g2_date = date(2026, 3, 1)
    assert facts.enterprise_facts(db, firm, day=TODAY)["has_activity"]


@pytest.mark.parametrize(
    ("last", "months", "valid"),
    [(date(2026, 6, 29), None, False), (date(2026, 6, 30), 0, True), (date(2026, 12, 30), 6, True)],
)
def test_a_certificate_is_valid_to_its_last_day(guangxi: Session, last: date, months: int | None, valid: bool) -> None:
    firm = registry.enterprise(guangxi, hitech_from=date(2023, 12, 1), hitech_to=last)
    values = facts.enterprise_facts(guangxi, firm, day=TODAY)
    assert (values["hitech_expire_months"], values["is_hitech_valid"]) == (months, valid)
