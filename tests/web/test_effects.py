"""A designer who changes a threshold sees whom it concerns before anything is deployed, and again afterwards."""

from io import BytesIO
from typing import Any

from lxml import etree
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from casework import institutions
from casework.tables import Enterprise
from engine.tables import Definition
from tests.filings import DECLARED, application
from tests.web.visitors import Door
from tests.workflows import borders
from tests.world import START


def population(door: Door) -> None:
    """Three filed institutions with 81, 90 and 120 ㎡, and one application with 85."""
    with door.database.transaction() as db:
        firm = db.scalars(select(Enterprise).order_by(Enterprise.id)).first()
        assert firm is not None
        for number, area in enumerate((81, 90, 120, 85), start=1):
            declared = {**DECLARED, "siteArea": area, "name": f"研发部{number}"}
            columns: dict[str, Any] = {"declared": declared, "name": declared["name"], "ref_no": f"SB-TEST-{number}"}
            if number == 4:
                application(db, firm, state="city", **columns)
                continue
            filing = application(db, firm, state="filed", number=f"GXYF-S-4508-2026-9000{number}", **columns)
            institutions.register(db, filing, authority="市局", by="system", now=START)


def stricter(area: int = 100) -> bytes:
    table = borders.table(borders.read("six-haves"), "six-haves-standard")
    (rule,) = [
        rule
        for rule in table.rules
        if [cell.text for cell in rule.cells[:2]] == ["-", '"L"'] and rule.outputs[1].text == '"site_area"'
    ]
    return borders.changed(borders.source("six-haves"), f"{rule.id}_out_4", str(area))


def deploy(door: Door, content: bytes, **fields: Any) -> TestResponse:
    data = {"files": [(BytesIO(content), "six-haves.dmn")], **fields}
    return door.knock("DES", "POST", "/designer/deploy", data=data, content_type="multipart/form-data")


def version(door: Door) -> int:
    with door.database.reading() as db:
        query = select(func.max(Definition.version)).where(Definition.key == "six-haves")
        return db.execute(query).scalar_one()


def kept(page: TestResponse) -> dict[str, Any]:
    """The hidden fields of the page as a browser sends them back."""
    fields: dict[str, Any] = {}
    for one in etree.HTML(page.text).iter("input"):
        if one.get("type") == "hidden" and one.get("name") in {"seen", "name", "kept-name", "kept"}:
            fields[str(one.get("name"))] = one.get("value")
    return fields


def test_whom_a_stricter_threshold_concerns_is_shown_before_anything_is_deployed(door: Door) -> None:
    population(door)
    before = version(door)
    page = deploy(door, stricter(), name="场地标准提高")
    assert page.status_code == 200
    assert version(door) == before
    assert "已备案机构共 3 个,其中 1 个不再达标:有场地 1" in page.text
    assert "已备案机构共 3 个,其中 1 个须作承诺方可通过:有场地 1" in page.text
    assert "在办申请共 2 个,其中 1 个不再达标:有场地 1" in page.text
    assert "GXYF-S-4508-2026-90001" in page.text
    assert "GXYF-S-4508-2026-90003" not in page.text
    assert "SB-TEST-4" in page.text
    # A designer has no business data: the numbers carry no way to them.
    assert "/institutions/" not in page.text.split("GXYF-S-4508-2026-90001")[0][-60:]

    done = door.knock("DES", "POST", "/designer/deploy", data=kept(page))
    assert done.status_code == 303
    assert version(door) == before + 1
    told = door.knock("DES", "GET", done.headers["Location"]).text
    assert "GXYF-S-4508-2026-90001" in told
    assert "场地标准提高" in told


def test_a_change_that_concerns_nobody_says_so_and_the_same_file_is_not_asked_about(door: Door) -> None:
    population(door)
    page = deploy(door, stricter(79))
    assert page.text.count("没有一家的判定会改变。") == 2
    same = deploy(door, borders.source("six-haves"))
    assert "seen" not in kept(same)


def test_what_the_page_carries_on_is_checked_like_any_file(door: Door) -> None:
    population(door)
    before = version(door)
    fields = kept(deploy(door, stricter()))
    broken = door.knock("DES", "POST", "/designer/deploy", data={**fields, "kept": "AAAA"})
    assert broken.status_code == 303
    assert version(door) == before
    nothing = door.knock("DES", "POST", "/designer/deploy", data={"seen": "yes"})
    assert nothing.status_code == 303
    assert version(door) == before


def test_large_files_are_chosen_again_instead_of_carried_on(door: Door, monkeypatch: Any) -> None:
    population(door)
    monkeypatch.setattr("web.effects.LARGEST_KEPT", 10)
    page = deploy(door, stricter())
    assert "kept" not in kept(page)
    assert deploy(door, stricter(), seen="yes").status_code == 303


def test_a_file_that_cannot_be_read_is_refused_before_its_effect_is_asked(door: Door) -> None:
    refused = deploy(door, b"<a>")
    assert refused.status_code == 422
    assert "six-haves.dmn" in refused.text


def test_where_another_file_is_refused_no_effect_is_shown_but_every_fault(door: Door) -> None:
    population(door)
    data = {"files": [(BytesIO(stricter()), "six-haves.dmn"), (BytesIO(b"{"), "y.form")]}
    refused = door.knock("DES", "POST", "/designer/deploy", data=data, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "y.form" in refused.text
