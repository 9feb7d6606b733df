"""The page of failed steps: what gave up and why, run again one by one or all."""

from sqlalchemy import select

from engine.tables import Job
from tests.web.visitors import Door


def fail(door: Door, count: int = 2) -> list[int]:
    """Makes jobs of the case's county that have given up."""
    with door.database.transaction() as db:
        found = db.scalars(select(Job).where(Job.scope != "", Job.status == "waiting").limit(count)).all()
        for job in found:
            job.status, job.attempts = "failed", 3
            job.error, job.error_params = "there is no step {id}", {"id": "Z12345"}
        return [job.id for job in found]


def states(door: Door, ids: list[int]) -> set[str]:
    with door.database.reading() as db:
        return set(db.scalars(select(Job.status).where(Job.id.in_(ids))))


def test_an_administrator_reads_why_a_step_failed_and_runs_it_again(door: Door) -> None:
    (job,) = fail(door, 1)
    page = door.knock("ADM", "GET", "/incidents/").text
    assert "Z12345" in page
    assert 'href="/incidents/"' in page
    assert door.knock("ADM", "POST", f"/incidents/{job}/retry").status_code == 303
    assert states(door, [job]) == {"waiting"}
    assert "Z12345" not in door.knock("ADM", "GET", "/incidents/").text


def test_all_of_them_run_again_at_once(door: Door) -> None:
    ids = fail(door, 3)
    assert door.knock("ADM", "POST", "/incidents/retry").status_code == 303
    assert states(door, ids) == {"waiting"}


def test_a_step_elsewhere_is_not_shown_to_a_county(door: Door) -> None:
    ids = fail(door, 1)
    with door.database.transaction() as db:
        db.get_one(Job, ids[0]).scope = "45/4502/450203"
    assert "Z12345" not in door.knock("XL", "GET", "/incidents/").text
    assert door.knock("XL", "POST", f"/incidents/{ids[0]}/retry").status_code == 404
    assert "Z12345" in door.knock("SUP", "GET", "/incidents/").text


def test_a_step_that_runs_is_not_run_again(door: Door) -> None:
    (job,) = fail(door, 1)
    door.knock("ADM", "POST", f"/incidents/{job}/retry")
    assert door.knock("ADM", "POST", f"/incidents/{job}/retry").status_code == 409
