"""Role × scope × verb, and four eyes. Denied unless said otherwise."""

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from casework import officers, people, permissions, territories
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.errors import Forbidden
from engine.tables import UserTask
from tests.casework import registry
from tests.casework.registry import GANGBEI, GANGNAN, GUIGANG, NOW, REGION

ROLES = {
    "LO": GANGNAN, "XK": GANGNAN, "XG": GANGNAN, "XS": GANGNAN, "XL": GANGNAN,
    "CK": GUIGANG, "CG": GUIGANG, "CS": GUIGANG, "CL": GUIGANG,
    "RK": REGION, "RG": REGION, "RS": REGION, "RL": REGION, "JM": REGION,
    "ENT": GANGNAN, "SUP": REGION, "DES": REGION, "ADM": REGION, "": "",
}  # fmt: skip
"""One person per post, the enterprise's own person, and somebody without any post."""

READERS = {
    "own": {"XK", "XG", "XS", "XL", "CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM", "SUP", "ENT", "LO"},
    "same county": {"XK", "XG", "XS", "XL", "CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM", "SUP"},
    "same city": {"CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM", "SUP"},
    "other city": {"RK", "RG", "RS", "RL", "JM", "SUP"},
}


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def scope(db: Session, username: str) -> Scope:
    return permissions.scope_of(db, username, now=NOW)


def seen(db: Session, who: Scope) -> set[int]:
    return set(db.execute(select(Enterprise.id).where(permissions.sees_enterprises(who))).scalars())


def completes(db: Session, username: str, task: UserTask) -> bool:
    who = scope(db, username)
    able = permissions.can_complete_task(db, who, task)
    assert able == (task.id in {t.id for t in permissions.my_tasks(db, who)}), "the list and the check agree"
    if able:
        permissions.check_complete_task(db, who, task)
        assert username in permissions.candidates(db, task, who.day)
    else:
        with pytest.raises(Forbidden):
            permissions.check_complete_task(db, who, task)
    return able


def test_everybody_reads_what_the_territory_or_the_case_allows_and_nothing_else(guangxi: Session) -> None:
    firms = {
        "own": registry.enterprise(guangxi),
        "same county": registry.enterprise(guangxi),
        "same city": registry.enterprise(guangxi, GANGBEI),
        "other city": registry.enterprise(guangxi, "45/4501/450102"),
    }
    for post, path in ROLES.items():
        if post == "LO":
            lo = registry.officer(guangxi, "lo")
            officers.assign(guangxi, registry.case(guangxi, firms["own"]).id, lo.id, by="adm", now=NOW)
        else:
            posts = [(post, path)] if post else []
            registry.person(guangxi, post.lower() or "nobody", *posts, enterprise=firms["own"])
        who = scope(guangxi, post.lower() or "nobody")
        visible = seen(guangxi, who)
        for which, firm in firms.items():
            expected = post in READERS[which]
            assert (firm.id in visible) == expected, (post, which)
            assert permissions.sees_subject(guangxi, who, firm.path, f"enterprise:{firm.id}") == expected, (post, which)


def test_a_verb_takes_its_post_in_its_territory(guangxi: Session) -> None:
    firm = registry.enterprise(guangxi)
    for post, path in ROLES.items():
        registry.person(guangxi, post or "nobody", *([(post, path)] if post else []), enterprise=firm)
        who = scope(guangxi, post or "nobody")
        for verb, posts in permissions.VERBS.items():
            allowed = post in posts
            assert permissions.can(who, verb, GANGNAN) == allowed, (post, verb)
            assert permissions.can(who, verb, "45/4501/450102") == (allowed and path == REGION), (post, verb)
            if not allowed:
                with pytest.raises(Forbidden, match="it takes one of the posts"):
                    permissions.check(who, verb, GANGNAN)


@pytest.mark.parametrize("lane", [post for post in ROLES if post not in {"", "LO", "ENT"}])
def test_a_user_task_is_for_its_post_over_its_territory(guangxi: Session, lane: str) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    other = registry.run(guangxi, registry.enterprise(guangxi, "45/4501/450102"))
    here, elsewhere = registry.task(guangxi, run, "a", [lane]), registry.task(guangxi, other, "a", [lane])
    for post, path in ROLES.items():
        if post not in {"", "ENT"}:
            registry.person(guangxi, post.lower(), (post, path))
    # Nobody else holds the lane elsewhere; a county or city task is then lifted on its own line and to nobody besides.
    for post in ROLES:
        if post in {"", "ENT"}:
            continue
        assert completes(guangxi, post.lower(), here) == (post == lane), post
        line = {"K", "G", "S", "L"} & {lane[1:]}
        lifted = lane[0] in "XC" and bool(line) and post == f"R{lane[1:]}"
        assert completes(guangxi, post.lower(), elsewhere) == ((post == lane and lane[0] not in "XC") or lifted), post


def test_the_officer_of_the_case_acts_and_no_other_officer(guangxi: Session) -> None:
    firm = registry.enterprise(guangxi)
    task = registry.task(guangxi, registry.run(guangxi, firm), "write_plan", ["LO"], process="case")
    mine, other = registry.officer(guangxi, "lo-a"), registry.officer(guangxi, "lo-b")
    registry.person(guangxi, "xg", ("XG", GANGNAN))
    case = registry.case(guangxi, firm)
    assert completes(guangxi, "xg", task), "before anybody is assigned the county officer acts"

    officers.assign(guangxi, case.id, mine.id, by="xg", now=NOW)
    assert completes(guangxi, "lo-a", task)
    assert not completes(guangxi, "lo-b", task)
    assert not completes(guangxi, "xg", task)

    officers.go_away(guangxi, mine.id, other.id, by="xg", now=NOW)
    assert completes(guangxi, "lo-b", task), "an acting officer counts as the officer"
    assert not completes(guangxi, "lo-a", task)
    assert seen(guangxi, scope(guangxi, "lo-b")) == {firm.id}

    officers.come_back(guangxi, mine.id, by="xg", now=NOW)
    officers.go_away(guangxi, mine.id, None, by="xg", now=NOW)
    assert completes(guangxi, "xg", task), "with nobody acting the county officer does"


def test_an_enterprise_answers_for_itself_alone(guangxi: Session) -> None:
    firm, neighbour = registry.enterprise(guangxi), registry.enterprise(guangxi)
    registry.person(guangxi, "ent", ("ENT", GANGNAN), enterprise=firm)
    registry.person(guangxi, "ent2", ("ENT", GANGNAN), enterprise=neighbour)
    promise = registry.task(guangxi, registry.run(guangxi, firm), "promise", ["ENT"])

    assert completes(guangxi, "ent", promise)
    assert not completes(guangxi, "ent2", promise)
    assert scope(guangxi, "ent").is_enterprise


def test_who_fills_in_for_the_enterprise_does_so_in_its_name_where_the_drawing_allows(guangxi: Session) -> None:
    firm = registry.enterprise(guangxi)
    run = registry.run(guangxi, firm)
    lo = registry.officer(guangxi, "lo")
    officers.assign(guangxi, registry.case(guangxi, firm).id, lo.id, by="adm", now=NOW)
    allowed = registry.task(guangxi, run, "measure", ["ENT"], properties={"onBehalf": "LO"})
    never = registry.task(guangxi, run, "confirm_visit", ["ENT"], properties={"onBehalf": "none"})

    assert permissions.check_complete_task(guangxi, scope(guangxi, "lo"), allowed) == f"enterprise:{firm.id}"
    assert completes(guangxi, "lo", allowed)
    assert not completes(guangxi, "lo", never)


def test_who_took_part_does_not_check(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    registry.person(guangxi, "xg-1", ("XG", GANGNAN))
    registry.person(guangxi, "xg-2", ("XG", GANGNAN))
    registry.task(guangxi, run, "record_visit", ["LO"], process="visit", done_by="xg-1")
    rule = {"differentFrom": "item.propose_closure, visit.record_visit"}
    check = registry.task(guangxi, run, "county_check", ["XK", "XG", "XS"], properties=rule)

    assert not completes(guangxi, "xg-1", check)
    with pytest.raises(Forbidden, match="somebody else has to check"):
        permissions.check_complete_task(guangxi, scope(guangxi, "xg-1"), check)
    assert completes(guangxi, "xg-2", check)


def test_an_officer_with_two_posts_does_not_check_his_own_case(guangxi: Session) -> None:
    firm = registry.enterprise(guangxi)
    lo = registry.officer(guangxi, "lo")
    people.appoint(guangxi, lo.person, "XG", GANGNAN, since=NOW.date(), by="adm", now=NOW)
    registry.person(guangxi, "xg", ("XG", GANGNAN))
    officers.assign(guangxi, registry.case(guangxi, firm).id, lo.id, by="adm", now=NOW)
    rule = {"differentFrom": "visit.record_visit"}
    check = registry.task(guangxi, registry.run(guangxi, firm), "county_check", ["XG"], properties=rule)

    assert not completes(guangxi, "lo", check)
    assert completes(guangxi, "xg", check)


def test_the_same_person_never_decides_at_two_consecutive_levels(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    registry.person(guangxi, "both", ("XG", GANGNAN), ("CG", GUIGANG))
    registry.person(guangxi, "cg", ("CG", GUIGANG))
    registry.task(guangxi, run, "county_check", ["XG"], done_by="both")
    check = registry.task(guangxi, run, "city_check", ["CG"], properties={"notConsecutive": "true"})

    assert not completes(guangxi, "both", check)
    with pytest.raises(Forbidden, match="two consecutive levels"):
        permissions.check_complete_task(guangxi, scope(guangxi, "both"), check)
    assert completes(guangxi, "cg", check)


def test_a_check_is_lifted_one_level_when_nobody_else_is_left(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    registry.person(guangxi, "xg", ("XG", GANGNAN), ("XK", GANGNAN))
    registry.person(guangxi, "cg", ("CG", GUIGANG))
    registry.person(guangxi, "rg", ("RG", REGION))
    rule = {"differentFrom": "visit.record_visit"}
    check = registry.task(guangxi, run, "county_check", ["XK", "XG", "XS"], properties=rule)
    assert completes(guangxi, "xg", check)
    assert not completes(guangxi, "cg", check), "somebody is there"

    registry.task(guangxi, run, "record_visit", ["LO"], process="visit", done_by="xg")
    assert not completes(guangxi, "xg", check)
    assert completes(guangxi, "cg", check)
    assert not completes(guangxi, "rg", check), "one level, not two"
    assert permissions.candidates(guangxi, check, NOW.date()) == ["cg"]


def test_a_task_that_somebody_has_taken_is_his(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    registry.person(guangxi, "xg-1", ("XG", GANGNAN))
    registry.person(guangxi, "xg-2", ("XG", GANGNAN))
    check = registry.task(guangxi, run, "county_check", ["XG"])
    check.assignee = "xg-1"
    guangxi.flush()

    assert not permissions.can_complete_task(guangxi, scope(guangxi, "xg-2"), check)
    with pytest.raises(Forbidden, match="has taken this task"):
        permissions.check_complete_task(guangxi, scope(guangxi, "xg-2"), check)


def test_supervisors_read_and_do_not_act(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    registry.person(guangxi, "sup", ("SUP", REGION))
    check = registry.task(guangxi, run, "county_check", ["XG"])
    who = scope(guangxi, "sup")

    assert guangxi.execute(select(UserTask.id).where(permissions.sees_tasks(who))).scalar_one() == check.id
    assert not completes(guangxi, "sup", check)


def test_who_was_shut_out_or_whose_post_ended_may_nothing(guangxi: Session) -> None:
    run = registry.run(guangxi, registry.enterprise(guangxi))
    check = registry.task(guangxi, run, "county_check", ["XG"])
    gone = registry.person(guangxi, "gone", ("XG", GANGNAN))
    people.dismiss(guangxi, people.of(guangxi, gone, NOW.date())[0], NOW.date(), by="adm", now=NOW)
    assert not completes(guangxi, "gone", check)

    people.deactivate(guangxi, gone, by="adm", now=NOW)
    with pytest.raises(Forbidden):
        scope(guangxi, "gone")
    with pytest.raises(Forbidden):
        scope(guangxi, "a stranger")


def test_the_list_of_my_tasks_costs_the_same_number_of_statements_however_long_it_is(guangxi: Session) -> None:
    registry.person(guangxi, "rg", ("RG", REGION))
    registry.person(guangxi, "xg", ("XG", GANGNAN))
    lo = registry.officer(guangxi, "lo", capacity=30)

    def statements(count: int) -> int:
        for _ in range(count):
            firm = registry.enterprise(guangxi)
            officers.assign(guangxi, registry.case(guangxi, firm).id, lo.id, by="adm", now=NOW)
            run = registry.run(guangxi, firm)
            registry.task(guangxi, run, "county_check", ["XG"], properties={"differentFrom": "record_visit"})
            registry.task(guangxi, run, "write_plan", ["LO"])
        who = {name: scope(guangxi, name) for name in ("rg", "xg", "lo")}
        seen: list[str] = []
        connection = guangxi.connection()

        def count_one(_c: object, _u: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(connection, "before_cursor_execute", count_one)
        lengths = {name: len(permissions.my_tasks(guangxi, one)) for name, one in who.items()}
        event.remove(connection, "before_cursor_execute", count_one)
        assert lengths["rg"] == 0
        assert lengths["xg"] == lengths["lo"]
        return len(seen)

    assert statements(2) == statements(12) <= 18
