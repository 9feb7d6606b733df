"""The pages of problems: an enterprise tells one and follows it, officials look them up by their figures, cities merge them."""

import re
from datetime import timedelta

from sqlalchemy import select

from casework import issues
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from casework.tables import Enterprise
from engine import jobs
from tests.web.visitors import Door
from tests.world import START

WISH = {"category": "finance", "description": "流动资金贷款审批时间太长,影响试制。"}


def rows(page: str) -> int:
    """How many problems a list shows."""
    return len(re.findall(r'class="x-cell-title"', page))


def test_an_enterprise_tells_a_problem_in_one_field_and_follows_it(door: Door) -> None:
    asked = door.knock("ENT", "GET", "/issues/new").text
    assert 'name="uscc"' not in asked
    assert 'name="source"' not in asked
    told = door.knock("ENT", "POST", "/issues/", data=WISH)
    assert told.status_code == 303
    shown = door.knock("ENT", "GET", told.headers["Location"]).text
    assert WISH["description"] in shown
    assert "WT-202606-00002" in shown
    with door.app.database.reading() as db:
        issue = db.scalars(select(Issue).order_by(Issue.id.desc()).limit(1)).one()
        assert (issue.source, issue.category) == ("portal", "finance")
    assert rows(door.knock("ENT", "GET", "/issues/").text) == 2
    assert rows(door.knock("other firm", "GET", "/issues/").text) == 0


def test_too_few_words_are_refused_at_the_field(door: Door) -> None:
    answer = door.knock("ENT", "POST", "/issues/", data={**WISH, "description": "贷款"})
    assert answer.status_code == 422
    assert 'id="error-description"' in answer.text
    assert "至少用 5 个字" in answer.text


def test_an_official_writes_on_behalf_of_an_enterprise_of_his_own_only(door: Door) -> None:
    with door.app.database.reading() as db:
        case_firm = db.get_one(Issue, door.ids.issue).enterprise_id
        uscc = db.get_one(Enterprise, case_firm).uscc
    sent = {**WISH, "uscc": uscc, "source": "hotline"}
    assert door.knock("next county", "POST", "/issues/", data=sent).status_code == 422
    assert door.knock("XG", "POST", "/issues/", data=sent).status_code == 303


def test_no_remark_of_officials_reaches_the_enterprise(door: Door) -> None:
    path = f"/issues/{door.ids.issue}"
    given = {"text": "该企业账目混乱", "said": "正在核对凭证"}
    assert door.knock("XG", "POST", f"{path}/progress", data=given).status_code == 303
    seen = door.knock("ENT", "GET", path).text.split("<main")[1]
    assert "正在核对凭证" in seen
    assert "该企业账目混乱" not in seen
    assert "x-light" not in seen
    assert "该企业账目混乱" in door.knock("CG", "GET", path).text


def test_nothing_written_is_no_progress(door: Door) -> None:
    answer = door.knock("XG", "POST", f"/issues/{door.ids.issue}/progress", data={})
    assert answer.status_code == 422
    assert "请填写办理进展" in answer.text


def test_every_figure_leads_to_as_many_problems_as_it_says(door: Door) -> None:
    page = door.knock("CG", "GET", "/issues/").text
    figures = re.findall(r'x-figure[^"]*" href="([^"]+)">.*?x-figure-value">([^<]+)<', page, re.DOTALL)
    assert len(figures) == 8
    for address, value in figures:
        found = rows(door.knock("CG", "GET", address.replace("&amp;", "&")).text)
        if value.strip().isdigit():
            assert found == int(value), address
    assert rows(door.knock("next city", "GET", "/issues/?state=all").text) == 0


def test_a_list_is_narrowed_by_category_level_light_and_month(door: Door) -> None:
    for given, found in (
        ("category=tax", 1), ("category=finance", 0), ("level=county", 1), ("level=city", 0), ("light=green", 1),
        ("light=red", 0), ("month=2026-06", 1), ("month=2026-07", 0), ("text=WT-2026", 1), ("path=45/4508", 1),
        ("path=45/4502", 0), ("only=overdue", 0), ("only=nonsense", 1), ("before=abc", 1),
    ):  # fmt: skip
        assert rows(door.knock("RG", "GET", f"/issues/?{given}").text) == found, given


def test_a_city_merges_what_three_enterprises_have_in_common(door: Door) -> None:
    with door.app.database.transaction() as db:
        first = db.get_one(Issue, door.ids.issue)
        firms = [first.enterprise_id]
        for number in (1, 2):
            base = db.get_one(Enterprise, first.enterprise_id)
            firm = Enterprise(
                uscc=f"91450803MADM90000{number}", name=f"桂示{number}", path=base.path, industry_code="C2021",
                created_by="adm", created_at=START, updated_by="adm", updated_at=START,
            )  # fmt: skip
            db.add(firm)
            db.flush()
            firms.append(firm.id)
        ids = [first.id]
        for firm in firms[1:]:
            other = issues.open_issue(
                db, firm or 0, source="hotline", category="tax", description="发票抬头不符", by="xg", now=START
            )
            ids.append(other.id)
    jobs.run_due(door.app.database, START + timedelta(minutes=1))
    page = door.knock("CG", "GET", "/issues/merge").text
    assert page.count('name="issue"') == 3
    few = door.knock("CG", "POST", "/issues/merge", data={"title": "发票", "issue": ids[:2]})
    assert few.status_code == 422
    assert "至少涉及三户企业" in few.text
    done = door.knock("CG", "POST", "/issues/merge", data={"title": "发票抬头归集口径", "issue": ids})
    assert done.status_code == 303
    shown = door.knock("CG", "GET", done.headers["Location"]).text
    assert shown.count("并入共性问题") >= 3
    assert "发票抬头归集口径" not in door.knock("ENT", "GET", f"/issues/{ids[0]}").text


def test_the_order_because_of_a_problem_is_one_click_away_and_not_for_the_enterprise(door: Door) -> None:
    with door.app.database.transaction() as db:
        order = SupervisionOrder(
            number="DB-〔2026〕7", year=2026, serial=7, color="yellow", subject_kind="request", issue_id=door.ids.issue,
            scope="45/4508/450803", level=3, supervisor_post="CG", addressee_level=1, addressee_post="XG",
            addressee_path="45/4508/450803", requirement="五个工作日内答复企业", state="issued",
            cause="by hand", drafted_at=START, issued_at=START,
        )  # fmt: skip
        order.id = 77
        db.add(order)
    path = f"/issues/{door.ids.issue}"
    assert 'href="/orders/77"' in door.knock("CG", "GET", path).text
    assert "DB-〔2026〕7" not in door.knock("ENT", "GET", path).text


def test_the_way_of_a_problem_shows_what_is_behind_it_and_where_it_is(door: Door) -> None:
    page = door.knock("ENT", "GET", f"/issues/{door.ids.issue}").text
    assert re.findall(r'<li class="x-stage (\w*)"', page) == ["now", "", "", "", ""]
    with door.app.database.transaction() as db:
        db.get_one(Issue, door.ids.issue).state = "handling"
    page = door.knock("ENT", "GET", f"/issues/{door.ids.issue}").text
    assert re.findall(r'<li class="x-stage (\w*)"', page) == ["done", "done", "now", "", ""]
    with door.app.database.transaction() as db:
        db.get_one(Issue, door.ids.issue).state = "unsolvable"
    page = door.knock("ENT", "GET", f"/issues/{door.ids.issue}").text
    assert re.findall(r'<li class="x-stage (\w*)"', page) == ["done"] * 5
    assert "无法解决" in page
