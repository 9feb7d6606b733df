"""Problems as rows: numbers, refusals, what is overdue, what K12 says against a recount, and that portions cost the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from casework import departments, issue_list, issues, merging, permissions, published_years, territories
from casework.case_tables import Notice
from casework.issue_list import Figures
from casework.issue_tables import CATEGORIES, PENDING, Issue
from engine import definitions
from engine.errors import Conflict, Invalid
from tests.casework.registry import GANGBEI, GANGNAN, GUIGANG, NOW, REGION, TODAY, enterprise, person
from tests.world import WORKFLOWS


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    published_years.enter(db, by="adm", now=NOW)
    files = {path.name: path.read_bytes() for path in WORKFLOWS.glob("*.dmn")}
    definitions.deploy(db, files, name="decisions", source="folder", by="des", now=NOW)
    return db


@contextmanager
def statements(db: Session) -> Iterator[list[str]]:
    """What is sent to the database within the block."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(db.get_bind(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.get_bind(), "before_cursor_execute", note)


def opened(db: Session, firm: int, category: str = "tax", *, source: str = "hotline") -> Issue:
    return issues.open_issue(
        db, firm, source=source, category=category, description="外协试制没有发票", by="xk", now=NOW
    )


def row(db: Session, firm: int | None, number: int, **columns: object) -> Issue:
    """A problem as it may stand in the registry, without its run."""
    made = Issue(
        **{
            "number": f"WT-202606-{number:05d}",
            "source": "hotline",
            "category": "tax",
            "title": f"问题{number}",
            "description": "外协试制没有发票",
            "enterprise_id": firm,
            "scope": GANGNAN,
            "lead_post": "SW",
            "received_at": NOW,
            "opened_by": "xk",
            **columns,
        }
    )
    db.add(made)
    return made


def test_numbers_count_per_month_and_are_never_given_twice(guangxi: Session) -> None:
    firm = enterprise(guangxi).id
    assert [opened(guangxi, firm).number for _ in range(3)] == [f"WT-202606-0000{n}" for n in (1, 2, 3)]
    later = issues.next_number(guangxi, now=NOW + timedelta(days=2))
    assert later == "WT-202607-00001"


def test_what_says_too_little_is_refused_at_its_field_and_a_visit_may_be_short(guangxi: Session) -> None:
    firm = enterprise(guangxi).id
    with pytest.raises(Invalid) as refused:
        issues.open_issue(guangxi, firm, source="dream", category="love", description="难", by="xk", now=NOW)
    assert set(refused.value.fields) == {"source", "category", "description"}
    short = issues.open_issue(guangxi, firm, source="visit", category="other", description="难", by="lo", now=NOW)
    assert short.title == "难"


def test_a_problem_that_is_over_takes_no_progress(guangxi: Session) -> None:
    issue = opened(guangxi, enterprise(guangxi).id)
    issue.state = "closed"
    with pytest.raises(Conflict):
        issues.note(guangxi, issue, "再催一次", "", by="xk", now=NOW)


def test_a_post_that_nobody_holds_falls_to_the_officers_of_the_lines(guangxi: Session) -> None:
    assert departments.groups(guangxi, ["SW"], "county", GANGNAN, day=TODAY) == ["SW", "XK", "XG", "XS"]
    person(guangxi, "sw", ("SW", GUIGANG))
    assert departments.groups(guangxi, ["SW"], "county", GANGNAN, day=TODAY)[0:2] == ["SW", "XK"], (
        "the city's is not ours"
    )
    assert departments.groups(guangxi, ["SW"], "city", GANGNAN, day=TODAY) == ["SW"]
    person(guangxi, "sw2", ("SW", GANGNAN))
    assert departments.groups(guangxi, ["SW"], "county", GANGNAN, day=TODAY) == ["SW"]
    assert departments.groups(guangxi, ["SW"], "joint", GANGNAN, day=TODAY) == ["JM"]


def test_a_department_sees_what_it_deals_with_and_nothing_else(guangxi: Session) -> None:
    person(guangxi, "sw", ("SW", GANGNAN))
    firm = enterprise(guangxi).id
    row(guangxi, firm, 1)
    row(guangxi, firm, 2, lead_post="K", co_posts=["CZ", "SW"])
    row(guangxi, firm, 3, lead_post="CZ")
    row(guangxi, firm, 4, scope=GANGBEI)
    guangxi.flush()
    scope = permissions.scope_of(guangxi, "sw", now=NOW)
    seen = guangxi.scalars(select(Issue.number).where(permissions.sees_issues(scope))).all()
    assert sorted(seen) == ["WT-202606-00001", "WT-202606-00002"]
    assert not permissions.can(scope, "board")


def test_overdue_is_what_still_waits_after_its_day(guangxi: Session) -> None:
    late, fine = enterprise(guangxi).id, enterprise(guangxi).id
    yesterday = TODAY - timedelta(days=1)
    row(guangxi, late, 1, state="handling", due_on=yesterday)
    row(guangxi, late, 2, state="raised", due_on=yesterday)
    row(guangxi, late, 3, state="answered", due_on=yesterday)
    row(guangxi, fine, 4, state="handling", due_on=TODAY)
    row(guangxi, fine, 5, state="registered")
    guangxi.flush()
    with statements(guangxi) as sent:
        assert issues.overdue(guangxi, [late, fine], TODAY) == {late: 2}
    assert len(sent) == 1


def test_the_figures_are_what_a_recount_gives_and_each_list_is_as_long_as_its_figure(guangxi: Session) -> None:
    person(guangxi, "ck", ("CK", GUIGANG))
    firm = enterprise(guangxi).id
    states = (*PENDING, "answered", "rated", "closed", "closed", "unsolvable", "merged")
    for number in range(200):
        state = states[number % len(states)]
        answered = state in {"answered", "rated", "closed", "unsolvable", "merged"}
        row(
            guangxi,
            firm if number % 11 else None,
            number,
            category=CATEGORIES[number % 14],
            state=state,
            due_on=TODAY + timedelta(days=number % 9 - 4) if state != "registered" else None,
            answered_on=TODAY + timedelta(days=number % 5 - 2) if answered else None,
            satisfaction=("satisfied", "mostly", "dissatisfied", "")[number % 4] if state == "closed" else "",
            scope=GANGNAN if number % 7 else "45/4502/450202",
        )
    guangxi.flush()
    scope = permissions.scope_of(guangxi, "ck", now=NOW)
    every = [one for one in guangxi.scalars(select(Issue)) if one.scope == GANGNAN and one.enterprise_id]
    whole = [one for one in every if one.state != "merged"]
    overdue = [one for one in whole if one.state in PENDING and one.due_on and one.due_on < TODAY]
    within = [one for one in whole if one.answered_on and one.due_on and one.answered_on <= one.due_on]
    expected = Figures(
        received=len(whole),
        pending=sum(one.state in PENDING for one in whole),
        overdue=len(overdue),
        closed=sum(one.state == "closed" for one in whole),
        unsolvable=sum(one.state == "unsolvable" for one in whole),
        merged=len(every) - len(whole),
        limited=sum(one.answered_on is not None for one in whole) + len(overdue),
        within=len(within),
        rated=sum(one.satisfaction != "" for one in whole),
        content=sum(one.satisfaction in {"satisfied", "mostly"} for one in whole),
    )
    assert issue_list.figures(guangxi, scope, asked={}, now=NOW) == expected
    lists = {
        "received": {"state": "all", "only": "with_enterprise"},
        "pending": {"only": "waiting"},
        "overdue": {"only": "overdue"},
        "closed": {"state": "closed", "only": "with_enterprise"},
        "unsolvable": {"state": "unsolvable", "only": "with_enterprise"},
        "within": {"state": "all", "only": "within"},
        "content": {"state": "all", "only": "content"},
    }
    for name, asked in lists.items():
        found = issue_list.search(guangxi, scope, asked=asked, now=NOW, limit=3)
        assert found.total == getattr(expected, name), name
    pages, before = 0, 0
    seen: list[int] = []
    while True:
        page = issue_list.search(guangxi, scope, asked={"state": "all"}, before=before, limit=40, now=NOW)
        seen += [one.issue.id for one in page.rows]
        pages += 1
        if not page.next_before:
            break
        before = page.next_before
    assert len(seen) == len(set(seen)) == page.total
    assert pages == -(-page.total // 40)


def test_reminding_costs_the_same_number_of_statements_for_few_and_for_many(guangxi: Session) -> None:
    firm = enterprise(guangxi).id

    def cost(count: int, first: int, month: str) -> int:
        for number in range(first, first + count):
            row(guangxi, firm, number, state="handling", due_on=date(2026, 7, 7))
        guangxi.flush()
        last = max(guangxi.scalars(select(Issue.id)).all()) - count
        with statements(guangxi) as sent:
            assert issues.remind_open(guangxi, month, after=last, now=NOW) > last
        return len(sent)

    assert cost(2, 1, "2026-07") == cost(120, 100, "2026-07") <= 4
    reminded = guangxi.scalars(select(Notice.addressee).where(Notice.kind == "reminder")).all()
    assert set(reminded) == {f"post:SW@{GANGNAN}"}
    assert len(reminded) == 122


def test_who_is_reminded_stands_at_the_level_where_the_problem_is(guangxi: Session) -> None:
    firm = enterprise(guangxi).id
    for number, level in enumerate(("county", "city", "region", "joint")):
        row(guangxi, firm, number, level=level, lead_post="K", state="raised", due_on=TODAY)
    guangxi.flush()
    issues.remind_open(guangxi, "2026-06", after=0, now=NOW)
    found = guangxi.scalars(select(Notice.addressee).order_by(Notice.id)).all()
    assert found == [f"post:XK@{GANGNAN}", f"post:CK@{GUIGANG}", f"post:RK@{REGION}", f"post:JM@{REGION}"]


def test_the_light_follows_the_first_answer_until_it_is_given_and_then_the_limit(guangxi: Session) -> None:
    person(guangxi, "xk", ("XK", GANGNAN))
    firm = enterprise(guangxi).id
    late = NOW - timedelta(days=2)
    unanswered = row(guangxi, firm, 1, state="accepted", first_answer_due=late, due_on=date(2026, 8, 31))
    answered = row(
        guangxi, firm, 2, state="handling", first_answer_due=late, first_answered_at=late, due_on=date(2026, 8, 31)
    )
    over = row(guangxi, firm, 3, state="closed", first_answer_due=late, due_on=date(2026, 6, 1))
    guangxi.flush()
    found = {one.number: issue_list.light_of(guangxi, one, now=NOW).light for one in (unanswered, answered, over)}
    assert list(found.values()) == ["yellow", "green", "green"]
    assert issue_list.days_left(guangxi, unanswered, now=NOW) == -2
    assert issue_list.days_left(guangxi, over, now=NOW) is None
    scope = permissions.scope_of(guangxi, "xk", now=NOW)
    for light, count in (("yellow", 1), ("green", 2), ("red", 0)):
        assert issue_list.search(guangxi, scope, asked={"state": "all", "light": light}, now=NOW).total == count


def test_only_open_problems_of_one_category_of_enough_enterprises_are_merged(guangxi: Session) -> None:
    firms = [enterprise(guangxi).id for _ in range(3)]
    mine = [row(guangxi, firm, number) for number, firm in enumerate(firms)]
    other = row(guangxi, firms[0], 10, category="finance")
    common = row(guangxi, None, 11, scope=REGION)
    answered = row(guangxi, firms[1], 12, state="answered")
    guangxi.flush()
    for chosen, said in (
        ([*mine, other], "one category"),
        ([*mine, common], "not merged again"),
        (mine[:2], "at least three enterprises"),
        ([mine[0], mine[0], mine[1]], "at least three enterprises"),
        ([], "at least three enterprises"),
    ):
        with pytest.raises(Invalid) as refused:
            merging.merge(guangxi, chosen, title="发票", description="", by="cg", now=NOW)
        assert said in refused.value.fields["issues"][0].template
    with pytest.raises(Invalid) as untitled:
        merging.merge(guangxi, mine, title=" ", description="", by="cg", now=NOW)
    assert set(untitled.value.fields) == {"title"}
    with pytest.raises(Conflict):
        merging.merge(guangxi, [*mine, answered], title="发票", description="", by="cg", now=NOW)
    merged = merging.merge(guangxi, mine, title="发票", description="", by="cg", now=NOW)
    assert (merged.level, merged.scope, merged.lead_post, merged.due_on) == ("city", GUIGANG, "SW", date(2026, 7, 30))
    assert {one.state for one in merging.members(guangxi, merged)} == {"merged"}
