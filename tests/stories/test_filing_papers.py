"""The papers of a filing that was lived through, with files sent on the way: what they say is what happened."""

import io

import pytest
from docx import Document
from sqlalchemy import select

from casework import attachments, filings, vouchers
from casework.attachment_tables import Attachment
from casework.papers import contexts, making
from engine.calendars import local_day
from engine.tables import UserTask
from tests.files import PDF, picture
from tests.stories.test_filing import applies, ent, row
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:docxtpl")


def brings(world: World, element_id: str, by: str, name: str, data: bytes) -> dict[str, object]:
    """Somebody chooses a file in the form of an open task."""
    looked = attachments.look_at(name, "", data)
    with world.database.transaction() as db:
        task = db.scalars(select(UserTask.id).where(UserTask.element_id == element_id, UserTask.status == "open")).one()
        return attachments.keep(db, looked, user_task_id=task, by=by, now=world.now)


def paper(world: World, filing_id: int, kind: str, *, is_enterprise: bool = False) -> str:
    """Everything that stands in a paper as Word."""
    with world.database.reading() as db:
        filing = filings.get(db, filing_id)
        values = contexts.of_filing(
            db, filing, kind, is_enterprise=is_enterprise, public_url="https://xiaohao.example.gov.cn", now=world.now
        )
    document = Document(io.BytesIO(making.make(kind, values, "docx").data))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def offered(world: World, filing_id: int, *, is_enterprise: bool) -> list[str]:
    """The kinds of paper that there are for a reader."""
    with world.database.reading() as db:
        found = contexts.offered(db, filings.get(db, filing_id), is_enterprise=is_enterprise)
        return [one.kind for one in found]


def test_the_papers_of_a_filing_say_what_was_sent_said_seen_and_given(world: World) -> None:
    filing = applies(world)
    assert offered(world, filing, is_enterprise=True) == []
    firm = f"ent{row(world, filing).enterprise_id}"
    plan = brings(world, "apply", firm, "场地平面图.pdf", PDF)
    ent(world, filing).completes("apply", siteFiles=[plan])
    said = paper(world, filing, "F07", is_enterprise=True)
    assert row(world, filing).name in said
    assert "场地平面图.pdf" in said
    assert str(plan["sha256"])[:16] in said
    assert "全部达到" in said

    world.xg.completes("county_check", decision="return", defects=["equipment"], opinion="补充设备发票。")
    said = paper(world, filing, "F08", is_enterprise=True)
    assert "补正告知书" in said
    assert "1.有设备" in said
    assert "补充设备发票。" in said
    assert "请于2026年7月" in said, "until when, as the task says"
    ent(world, filing).completes("correct", siteFiles=[plan])
    world.xg.completes("county_check")
    assert "现予以受理" in paper(world, filing, "F08", is_enterprise=True)

    world.cg.completes("city_review")
    world.everybody_does("form_team")
    photo = brings(world, "onsite_check", "cg", "门牌.jpg", picture(place=True))
    world.cg.completes("onsite_check", photos=[photo])
    said = paper(world, filing, "F09")
    assert "2026-06-30 10:15 北纬23.07000 东经109.60000" in said
    assert "核查结论：一致" in said
    assert "北纬" not in paper(world, filing, "F09", is_enterprise=True), "where a camera was is for officials"

    world.ck.completes("city_cosign")
    world.cl.completes("city_sign")
    world.working_days_pass(6)
    found = row(world, filing)
    assert found.number is not None
    assert offered(world, filing, is_enterprise=True) == ["F07", "F08", "F09", "F12"]
    assert offered(world, filing, is_enterprise=False) == ["F07", "F08", "F09", "F10", "F11", "F12"]
    assert "市级签批" in paper(world, filing, "F10")
    assert "公示期内未收到异议" in paper(world, filing, "F11")
    said = paper(world, filing, "F12", is_enterprise=True)
    assert f"https://xiaohao.example.gov.cn/verify/{found.voucher_code}" in said
    assert "贵港市工业和信息化局" in said
    with world.database.reading() as db:
        checked = vouchers.verify(db, found.voucher_code or "", found.number.lower(), day=local_day(world.now))
        assert (checked.state, checked.number) == ("valid", found.number)
        later = vouchers.verify(db, found.voucher_code or "", day=local_day(world.now).replace(year=2031))
        assert later.state == "expired"
        kept = db.scalars(select(Attachment).where(Attachment.used_at.is_not(None))).all()
        assert {one.name: one.is_inside for one in kept} == {"场地平面图.pdf": False, "门牌.jpg": True}
    world.is_well()


def test_a_refusal_is_a_letter_with_its_reason_and_what_can_be_done(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.xg.completes("county_check", decision="refuse", code="scope", opinion="不属于研发机构。")
    said = paper(world, filing, "F08", is_enterprise=True)
    assert "不予受理告知书" in said
    assert "港南区工业和信息化局" in said
    assert "不属备案范围" in said
    assert "不属于研发机构。" in said
    assert "可以重新申请" in said
