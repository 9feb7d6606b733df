"""The register of institutions: lists that lead somewhere, one institution with its life, what may be asked for, recognition."""

import re
from datetime import date

from sqlalchemy import select

from casework.filing_tables import RdInstitution
from casework.institution_tables import InstitutionChange, Revocation, WhitelistEntry
from casework.recognition_tables import RecognitionCall
from engine.tables import Message
from tests.web import filing_rows
from tests.web.visitors import Door


def rows(page: str) -> int:
    """How many institutions a list shows."""
    return len(re.findall(r'class="x-cell-title"', page))


def said(door: Door, name: str) -> int:
    """How many messages of this name were said."""
    with door.database.reading() as db:
        return len(db.scalars(select(Message.id).where(Message.name == name)).all())


def test_every_figure_of_the_register_leads_to_as_many_institutions_as_it_says(door: Door) -> None:
    with door.database.transaction() as db:
        for number, columns in enumerate(
            (
                {"level": "region", "valid_until": date(2029, 1, 1)},
                {"valid_until": date(2026, 8, 1)},
                {"valid_until": None},
                {"state": "revoked"},
                {"valid_until": date(2026, 6, 1)},
            )
        ):
            filing_rows.institution(
                db, door.ids.case, filing_no=f"GG-{number}", name=f"研发部{number}", **columns
            )  # fmt: skip
    page = door.knock("CG", "GET", "/institutions/").text
    figures = re.findall(r'x-figure[^"]*" href="([^"]+)">.*?x-figure-value">([^<]+)<', page, re.DOTALL)
    assert [int(value) for _, value in figures] == [4, 3, 1, 1, 2]
    for address, value in figures:
        assert rows(door.knock("CG", "GET", address.replace("&amp;", "&")).text) == int(value), address
    for given, found in (
        ("text=研发部1&validity=all", 1),
        ("type=joint", 0),
        ("line=industry", 4),
        ("validity=all", 6),
    ):
        assert rows(door.knock("RG", "GET", f"/institutions/?{given}").text) == found, given
    assert rows(door.knock("next city", "GET", "/institutions/?validity=all").text) == 0
    assert rows(door.knock("ENT", "GET", "/institutions/?validity=all").text) == 6
    assert rows(door.knock("other firm", "GET", "/institutions/?validity=all").text) == 0


def test_an_institution_tells_its_life_and_keeps_what_is_only_proposed_inside(door: Door) -> None:
    with door.database.transaction() as db:
        filing_rows.life(db, db.get_one(RdInstitution, door.ids.institution))
    path = f"/institutions/{door.ids.institution}"
    inside = door.knock("CG", "GET", path).text
    for word in ("2025", "示例韦工 → 示例莫工", "两年无研发活动", "自治区抽查"):
        assert word in inside, word
    own = door.knock("ENT", "GET", path).text
    assert "示例韦工 → 示例莫工" in own
    assert "两年无研发活动" not in own, "a proposal is not a notice"
    assert "自治区抽查" not in own
    with door.database.transaction() as db:
        db.scalars(select(Revocation)).one().state = "noticed"
    assert "两年无研发活动" in door.knock("ENT", "GET", path).text


def test_the_enterprise_asks_for_change_upgrade_and_renewal(door: Door) -> None:
    path = f"/institutions/{door.ids.institution}"
    for act, heard in (("change", "change_asked"), ("upgrade", "upgrade_asked")):
        assert f"{path}/ask/{act}" in door.knock("ENT", "GET", path).text
        assert f"{path}/ask/{act}" not in door.knock("CG", "GET", path).text
        assert door.knock("CG", "POST", f"{path}/ask/{act}").status_code == 403
        assert door.knock("ENT", "POST", f"{path}/ask/{act}").status_code == 303
        assert said(door, heard) == 1
    assert door.knock("ENT", "POST", f"{path}/ask/change").status_code == 409
    assert f"{path}/ask/change" not in door.knock("ENT", "GET", path).text
    assert door.knock("ENT", "POST", f"{path}/ask/renewal").status_code == 303
    with door.database.reading() as db:
        assert db.scalars(select(InstitutionChange.asked_by)).all() == ["firm"]


def test_giving_a_filing_back_asks_for_a_reason(door: Door) -> None:
    path = f"/institutions/{door.ids.institution}/ask/cancellation"
    assert door.knock("LO", "POST", path, data={"reason": "机构撤并"}).status_code == 403
    assert door.knock("ENT", "POST", path, data={"reason": ""}).status_code == 422
    assert door.knock("ENT", "POST", path, data={"reason": "机构撤并"}).status_code == 303
    assert said(door, "revocation_opened") == 1


def test_an_official_proposes_to_take_a_filing_back_with_a_cause_and_reasons(door: Door) -> None:
    path = f"/institutions/{door.ids.institution}/ask/revocation"
    assert (
        door.knock("next city", "POST", path, data={"trigger": "false_data", "reason": "台账不实"}).status_code == 404
    )
    assert door.knock("CG", "POST", path, data={"trigger": "nonsense", "reason": "台账不实"}).status_code == 422
    assert door.knock("CG", "POST", path, data={"trigger": "false_data", "reason": ""}).status_code == 422
    assert door.knock("CG", "POST", path, data={"trigger": "false_data", "reason": "台账不实"}).status_code == 303
    with door.database.reading() as db:
        assert db.scalars(select(Revocation.trigger)).all() == ["false_data"]


def test_only_institutions_of_the_region_are_put_on_the_white_list(door: Door) -> None:
    path = f"/institutions/{door.ids.institution}"
    assert f"{path}/ask/list_on" not in door.knock("RG", "GET", path).text
    assert door.knock("RG", "POST", f"{path}/ask/list_on", data={"reason": "技术领先"}).status_code == 409
    with door.database.transaction() as db:
        db.get_one(RdInstitution, door.ids.institution).level = "region"
    assert f"{path}/ask/list_on" in door.knock("RG", "GET", path).text
    assert door.knock("CG", "POST", f"{path}/ask/list_on", data={"reason": "技术领先"}).status_code == 403
    assert door.knock("RG", "POST", f"{path}/ask/list_on", data={"reason": "技术领先"}).status_code == 303
    with door.database.reading() as db:
        assert not db.scalars(select(WhitelistEntry.id)).all(), "a proposal is not an entry"


def test_an_unknown_act_does_nothing(door: Door) -> None:
    assert door.knock("ENT", "POST", f"/institutions/{door.ids.institution}/ask/nothing").status_code == 404


def test_a_department_calls_and_an_institution_applies_of_its_own_will(door: Door) -> None:
    wrong = door.knock("CG", "POST", "/institutions/recognitions", data={"title": "", "places": "x"})
    assert wrong.status_code == 422
    given = {"title": "2026 年市级企业技术中心", "closes_on": "2026-07-31", "places": "3"}
    assert door.knock("CG", "POST", "/institutions/recognitions", data=given).status_code == 303
    with door.database.reading() as db:
        call = db.scalars(select(RecognitionCall)).one()
        assert (call.level, call.line, call.scope, call.places) == ("city", "industry", "45/4508", 3)
        number = call.id
    assert given["title"] in door.knock("XG", "GET", "/institutions/recognitions").text
    assert given["title"] not in door.knock("next city", "GET", "/institutions/recognitions").text
    path = f"/institutions/{door.ids.institution}"
    assert given["title"] in door.knock("ENT", "GET", path).text
    applied = door.knock("ENT", "POST", f"{path}/ask/recognition", data={"call": str(number)})
    assert applied.status_code == 303
    assert f"{path}/ask/recognition" not in door.knock("ENT", "GET", path).text
    assert "胶合工艺研发中心" in door.knock("CG", "GET", "/institutions/recognitions").text
